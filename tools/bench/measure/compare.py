# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Compares two builds in alternating rounds: is the other one slower?

Runs as many rounds as are needed to detect a change of the size that matters.
"""
import json
import os
import statistics
import subprocess
import tempfile

from . import load, peers, replay, subject
from .report import table
from .stats import Comparison
from .subject import say

REPLAY_CHANGE, LIVE_CHANGE = 0.05, 0.10
COLUMNS = ["what", "this", "other", "other against this", "99 % interval", "rounds", "verdict"]


def until_sharp(args, comparisons, turn):
    """Run rounds until all comparisons are sharp. turn(0) and turn(1) return the costs of this
    build and of the other, in the order of the comparisons."""
    for nr in range(args.max_rounds):
        costs = {}
        for which in ((0, 1), (1, 0))[nr % 2]:
            costs[which] = turn(which)
        for c, mine, others in zip(comparisons, costs[0], costs[1]):
            c.add(mine, others)
        if all(c.is_sharp() for c in comparisons):
            break


def programs(args, name, other):
    """Return the paths of a program in this build and in the other, which may be the program
    itself."""
    second = os.path.join(other, name) if os.path.isdir(other) else other
    for path in (load.program(args, name), second):
        if not os.access(path, os.X_OK):
            raise subject.Absent(f"{path} is not built")
    return load.program(args, name), second


def compare_replays(args):
    both = programs(args, "bench_replay", args.compare)
    view = args.views[0]
    c = Comparison(f"replay into {view}, CPU ns/event", REPLAY_CHANGE)
    with tempfile.TemporaryDirectory() as folder:
        path = replay.generate(args, folder, replay.USUAL, args.events)

        def turn(which):
            done = subprocess.run([both[which], view, path], stdout=subprocess.PIPE, check=True)
            return [replay.ns_per_event(json.loads(done.stdout))]

        until_sharp(args, [c], turn)
    return [c]


def compare_live(args):
    both = programs(args, "tcpclose", args.compare)
    calls = args.calls.split(",")[0]
    c = Comparison(f"live churn, {args.views[0]} --calls {calls}, ns/connection", LIVE_CHANGE)
    cpu = Comparison("CPU of the tool, ns/story, at full churn", LIVE_CHANGE)
    subjects = []
    for path in both:
        who = peers.tool(args, args.views[0], calls)
        who.argv[0] = path
        subjects.append(who)

    def turn(which):
        subject.wait_quiet()
        run = subject.Run(subjects[which])
        try:
            made = load.churn(args)
        finally:
            run.stop()
        return [1e9 / made["rate"], run.cpu_us * 1e3 / made["connections"] / 2]

    until_sharp(args, [c, cpu], turn)
    return [c, cpu]


def row_of(c):
    middle, low, high = c.percent()
    mine, others = (statistics.median(column) for column in zip(*c.pairs))
    return [c.name, f"{mine:.0f}", f"{others:.0f}", f"{middle:+.1f} %", f"{low:+.1f} to {high:+.1f} %",
            str(len(c.pairs)), c.verdict()]


def measure(args, report):
    """Return True if the other build is not slower in any comparison."""
    found = []
    for kind, compare in (("replay", compare_replays), ("live", compare_live)):
        if kind in args.kinds:
            say(f"compare: {kind}")
            found += compare(args)
    report.section("Two builds", table(COLUMNS, [row_of(c) for c in found]),
                   "Costs: more is slower. Rounds go on until a change of 5 % (replay) or 10 % (live) would be "
                   f"detected, {args.max_rounds} at most. \"No difference\" means no difference of that size.")
    return all(c.verdict() != "slower" for c in found)
