# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""promtool, and the metrics that exist: what tools/deploy may refer to."""

import os
import re
import shutil
import subprocess

from assertions import Skip, same, true

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEPLOY = os.path.join(ROOT, "tools/deploy")
METRIC = re.compile(r"\btcpclose_\w+")

TYPES = {"counter", "gauge", "histogram", "info"}
# The labels that Prometheus itself adds
OF_PROMETHEUS = {"instance", "job"}


def series(tool):
    """The name of each series, as in a query, and its labels: from the table that the output comes from."""
    said = subprocess.run([tool, "--document", "metric-names"], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in said.splitlines():
        name, kind, words = line.split()
        true(f"a type: {line}", kind in TYPES)
        labels = set() if words == "-" else set(words.split(","))
        found[name] = labels
        if kind == "histogram":
            found.update({name + "_bucket": labels | {"le"}, name + "_sum": labels, name + "_count": labels})
    return found


def read(*path):
    with open(os.path.join(DEPLOY, *path), encoding="utf-8") as f:
        return f.read()


def promtool(what, *arguments):
    """Run it in tools/deploy/prometheus, to a success."""
    if not shutil.which("promtool"):
        raise Skip("needs promtool, of the package prometheus")
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False,
                          cwd=os.path.join(DEPLOY, "prometheus"))
    same(f"{what}: exit status\n{done.stdout}{done.stderr}", done.returncode, 0)
    return done.stdout


def check_names(what, expr, known, own=()):
    """All metrics of an expression exist. So do the labels of tcpclose's that it asks for or groups by."""
    text = re.sub(r'"[^"]*"', '""', expr)
    names = [name for name in METRIC.findall(re.sub(r"[\w:]*:[\w:]*", "", text))]
    same(f"{what}: unknown metrics in {expr}", [name for name in names if name not in known], [])
    labels = set().union(OF_PROMETHEUS, *(known[name] for name in names), *own)
    asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", text))
    for group in re.findall(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)", text):
        asked.update(re.findall(r"\w+", group))
    same(f"{what}: unknown labels in {expr}", sorted(asked - labels), [])
