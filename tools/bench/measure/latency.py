# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The time from the last FIN or RST to the line on the pipe, by kind of close."""
import os

from . import load, peers, subject
from .report import table
from .subject import say

KINDS = ["closer", "closed", "reset_sent", "reset_received"]
COLUMNS = ["tool", "ends/s", "line about", "reported/made", "p50 ms", "p99 ms", "max ms"]
LOW_RATE, HIGH_RATE = 20, 1000
GOAL_MS = {False: 120, True: 5}  # with --flush


def turn(args, who, count, rate):
    out, into = os.pipe()
    try:
        run = subject.Run(who, into)
        os.close(into)
        into = None
        try:
            return load.run(args, "bench_latency", str(count), str(rate), stdin=out)
        finally:
            os.close(out)  # otherwise the tool would wait forever for room in the pipe
            out = None
            run.stop()
    finally:
        for fd in (out, into):
            if fd is not None:
                os.close(fd)


def rows_of(who, rate, said):
    for kind in KINDS:
        at = said[kind]
        figures = [f"{at[key] / 1e3:.2f}" if key in at else "-" for key in ("p50_us", "p99_us", "max_us")]
        yield [who.name, str(rate), kind.replace("_", " "), f"{at['told']}/{at['made']}", *figures]


def measure(args, report):
    rows = []
    for calls in args.calls.split(","):
        for flush in (False, True):
            who = peers.tool(args, args.views[0], calls, *(["--flush"] if flush else []))
            worst = {}
            for count, rate in ((args.closes, LOW_RATE), (args.closes * 5, HIGH_RATE)):
                say(f"latency: {who.name}, {rate} ends/s")
                try:
                    said = turn(args, who, count, rate)
                except subject.Absent as e:
                    rows.append([who.name, str(e)] + ["-"] * (len(COLUMNS) - 2))
                    break
                rows += rows_of(who, rate, said)
                for kind in KINDS:
                    worst[kind] = max(worst.get(kind, 0), said[kind].get("p99_us", 0) / 1e3)
            for kind, p99 in worst.items():
                report.goal(f"last wave to line, p99, ms, {who.name}, {kind.replace('_', ' ')}",
                            f"<= {GOAL_MS[flush]}", p99, GOAL_MS[flush])
    report.section("From the last wave to the line", table(COLUMNS, rows),
                   "The clock starts before the call that sends the last FIN or the RST.")
