# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The cost of an event and of a story in user space: replays of generated recordings."""
import os
import subprocess
import tempfile

from . import load
from .report import table
from .subject import say

SIZES = [100, 1000, 10000, 100000]  # simultaneous connections
USUAL = 10000
TURNS = 20
GOAL_US = {"json": 4, "trace": 3, "who": 2, "hist": 2}
NOTHING, READ = "nothing", "read"


def generate(args, folder, connections, events):
    path = os.path.join(folder, f"{connections}-{events}.rec")
    if not os.path.exists(path):
        say(f"replay: {events} events of {connections} connections")
        subprocess.run([load.program(args, "bench_replay"), "generate", "-o", path, "-n", str(events),
                        "-c", str(connections)], check=True)
    return path


def play(args, view, path):
    """Return the output of the run with the median CPU time."""
    turns = [load.run(args, "bench_replay", view, path) for _ in range(min(args.rounds, 5))]
    return sorted(turns, key=lambda said: said["cpu_seconds"])[len(turns) // 2]


def ns_per_event(said):
    return said["cpu_seconds"] * 1e9 / said["events"]


def growth(args, folder, report):
    rows, middle = [], []
    for connections in SIZES:
        # Enough events that each connection has many of them. Otherwise the run would mostly
        # measure new connections.
        path = generate(args, folder, connections, max(args.events, TURNS * connections))
        read, all_ns = (ns_per_event(play(args, view, path)) for view in (READ, NOTHING))
        middle.append(all_ns - read)
        rows.append([str(connections), f"{read:.0f}", f"{all_ns:.0f}", f"{all_ns - read:.0f}"])
    report.section("Growth with open endpoints, ns of CPU per event",
                   table(["open connections", "reader", "reader, table, stories", "difference"], rows),
                   f"{args.events} events, at least {TURNS} per connection; the same number of closes per second of "
                   "recorded time.")
    report.goal("cost per event at 100,000 open endpoints, relative to 100 (table and stories)", "flat: 1",
                middle[-1] / middle[0], 1.25)


def linear(args, folder, report):
    rows, most = [], max(args.events, 4 * TURNS * USUAL)
    for part in (1, 2, 4):
        events = most * part // 4
        ns = ns_per_event(play(args, NOTHING, generate(args, folder, USUAL, events)))
        rows.append([str(events), f"{ns:.0f}"])
    report.section("Growth with the number of events",
                   table(["events", "ns of CPU per event"], rows), f"{USUAL} connections at once.")
    ratio = float(rows[-1][1]) / float(rows[0][1])
    report.goal("cost per event with four times the events, relative to one", "linear: 1", ratio, 1.1)


def views(args, folder, report):
    path = generate(args, folder, USUAL, args.events)
    read, base = play(args, READ, path), play(args, NOTHING, path)
    rows = []
    for view in args.views:
        said = play(args, view, path)
        whole, taken, own = ((said["cpu_seconds"] - other) * 1e6 / said["told"]
                             for other in (0, read["cpu_seconds"], base["cpu_seconds"]))
        rows.append([view, f"{whole:.2f}", f"{taken:.2f}", f"{own:.2f}",
                     f"{said['events'] / said['cpu_seconds']:.0f}"])
        report.goal(f"CPU per story, us, {view} (replay, without the reader)", f"<= {GOAL_US.get(view, 4)}", taken,
                    GOAL_US.get(view, 4))
    report.section("Views, by replay",
                   table(["view", "CPU us/story", "without the reader", "of these in the view", "events/s"], rows),
                   f"{base['events']} events, {base['told']} stories, {base['bytes_per_event']} bytes per event.")


def measure(args, report):
    with tempfile.TemporaryDirectory() as folder:
        growth(args, folder, report)
        linear(args, folder, report)
        views(args, folder, report)
