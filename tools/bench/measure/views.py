# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""CPU time of the tool per story, live, by view."""
import statistics

from . import churn, peers, subject
from .report import median, table
from .replay import GOAL_US
from .subject import say


def measure(args, report):
    rows = []
    for calls in args.calls.split(","):
        for view, *more in [[view] for view in args.views] + [[args.views[0], "--flush"]]:
            who = peers.tool(args, view, calls, *more)
            say(f"views: {who.name}")
            row = churn.Row(who.name)
            try:
                for _ in range(args.turns):
                    churn.measure_price(args, who, row)
            except subject.Absent as e:
                rows.append([who.name, str(e)])
                continue
            rows.append([who.name, median(row.cpu, ".2f")])
            if more:
                continue
            goal = GOAL_US.get(view, 4)
            report.goal(f"CPU per story, us, {who.name} (live)", f"<= {goal}", statistics.median(row.cpu), goal)
    report.section("Views, live", table(["tool", "CPU us/story"], rows),
                   f"At {args.paced:g} connections per second, two stories each; output to /dev/null.")
