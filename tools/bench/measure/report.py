# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The results as one Markdown document: the goals first, then a section per measurement."""
import os
import statistics


def median(values, fmt):
    return format(statistics.median(values), fmt) if values else "-"


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{os.cpu_count()} cores ({model}), Linux {os.uname().release} {os.uname().machine}"


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|---|" + "--:|" * (len(columns) - 1)]
    lines += ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


class Report:
    def __init__(self):
        self.parts, self.goals = [], []

    def section(self, title, *paragraphs):
        self.parts.append("\n\n".join([f"## {title}"] + list(paragraphs)))

    def goal(self, what, goal, value, limit=None, at_least=False, fmt=".2f"):
        """Add a row to the goals. value is None if it was not measured. Without a limit the row has
        no verdict."""
        if value is None:
            self.goals.append([what, goal, "-", "-"])
            return
        met = "-" if limit is None else "yes" if (value >= limit if at_least else value <= limit) else "no"
        self.goals.append([what, goal, format(value, fmt), met])

    def text(self, title, *paragraphs):
        parts = [f"# {title}"] + list(paragraphs)
        if self.goals:
            parts.append(table(["what", "goal", "measured", "met"], self.goals))
        return "\n\n".join(parts + self.parts) + "\n"
