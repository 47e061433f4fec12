# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The memory per open endpoint: live, and in a replay, where the allocator's count is exact."""
import json
import subprocess
import time

from . import load, peers, subject
from .report import table
from .subject import say

GOAL_BYTES = 600


def settle(run):
    """Wait until the tool has processed all connections: its memory stops growing."""
    subject.wait_quiet()
    last, end = -1, time.monotonic() + 10
    while time.monotonic() < end:
        now = run.read_status("RssAnon")
        if now == last:
            return now
        last = now
        time.sleep(0.3)
    return last


def live_bytes(args, who, endpoints):
    """Return the anonymous memory per endpoint in bytes, as the kernel counts it."""
    run = subject.Run(who)
    try:
        before = settle(run)
        with subprocess.Popen([load.program(args, "bench_hold"), str(endpoints)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as crowd:
            made = json.loads(crowd.stdout.readline() or b'{"endpoints":0}')["endpoints"]
            after = settle(run)
            crowd.stdin.close()
    finally:
        run.stop()
    if made != endpoints:
        raise subject.Absent(f"cannot open {endpoints} endpoints")
    return (after - before) * 1024 / endpoints


def measure(args, report):
    who = peers.tools(args)[0]
    rows = []
    for endpoints in args.endpoints:
        say(f"memory: {endpoints} endpoints")
        dry = load.run(args, "bench_replay", "memory", str(endpoints))
        try:
            live = live_bytes(args, who, endpoints)
        except subject.Absent as e:
            live = None
            say(str(e))
        heap, rss = dry["heap_bytes"] / endpoints, dry["rss_bytes"] / endpoints
        rows.append([str(endpoints), f"{heap:.0f}", f"{rss:.0f}", "-" if live is None else f"{live:.0f}",
                     str(dry["story_bytes"])])
        report.goal(f"bytes per endpoint at {endpoints}: allocated", f"<= {GOAL_BYTES}", heap, GOAL_BYTES, fmt=".0f")
        report.goal(f"bytes per endpoint at {endpoints}: resident, live", f"<= {GOAL_BYTES}", live, GOAL_BYTES,
                    fmt=".0f")
    report.section("Memory per open endpoint, in bytes",
                   table(["endpoints", "allocated", "resident, replay", f"resident, live ({who.name})",
                          "of these, the story"], rows),
                   "With few endpoints, page granularity and fixed costs outweigh the endpoints.")
