# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The investigations of the manual, followed to the letter: does each command still say what the text says?

The witness is what the scenes do (scenarios.py), and for what hangs /proc/net/tcp. Needs root.
"""

import contextlib
import json
import subprocess
import time

import scenarios
from assertions import same, true

CLOSE_WAIT = "08"


class Tool:
    def __init__(self, path):
        self.path = path

    def say(self, *args, status=0):
        done = subprocess.run([self.path, *args], capture_output=True, text=True, timeout=60, check=False)
        same(f"exit status of {' '.join(args)} ({done.stderr.strip()})", done.returncode, status)
        return done.stdout

    def json(self, *args):
        return [json.loads(line) for line in self.say(*args).splitlines()]


@contextlib.contextmanager
def played(name):
    port, *pids = scenarios.start(name)
    try:
        yield port, pids[0], pids[1]
    finally:
        scenarios.stop(pids)


def in_close_wait(port):
    """How many sockets of that local port the kernel shows in CLOSE_WAIT."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in list(table)[1:]]
    return sum(int(row[1].rpartition(":")[2], 16) == port and row[3] == CLOSE_WAIT for row in rows)


def test_a_service_drowns_in_close_wait(options, root):
    tool = Tool(options.tool)
    with played("leak") as (port, billing, _):
        end = time.monotonic() + 20
        while in_close_wait(port) < 10 and time.monotonic() < end:
            time.sleep(0.1)
        before = in_close_wait(port)
        stuck = [o for o in tool.json("stuck", "-j", "-P", str(port)) if o["kind"] == "stuck"]
        after = in_close_wait(port)
        ours = [o for o in stuck if o["state"] == "CLOSE_WAIT" and o["local_port"] == port]
        forgotten = [o for o in ours if o["advice"] == "forgot-close"]
        true(f"between {before} and {after} are in CLOSE_WAIT, it says {len(ours)}", before <= len(ours) <= after)
        # the newest may not have been read to its end yet
        same("what is not forgotten", [o["eof_read"] for o in ours if o not in forgotten],
             [False] * (len(ours) - len(forgotten)))
        true(f"of {len(ours)} {len(forgotten)} are forgotten", len(forgotten) >= len(ours) - 1 > 0)
        same("who holds them", {(h["pid"], h["comm"]) for o in forgotten for h in o["holders"]},
             {(billing, "billing")})
        text = tool.say("stuck", "-P", str(port))
        true("the text says why", "the program read to the end and forgot to close()" in text)
        rows = [o for o in tool.json("who", "-j", "-L", str(port), "-d", "4") if o["kind"] == "who" and o["total"]]
        closes = sum(o["closes"] for o in rows if o["comm"] == "billing")
        good = sum(o["endings"].get("three-way", 0) + o["endings"].get("four-way", 0) for o in rows)
        stay = sum(o["endings"].get("open", 0) for o in rows)
        true(f"billing has rows: {rows}", closes and good)
        true(f"of {good + stay} a third at least stays open: {stay}", stay >= good / 3)
        tool.say("stuck", "-c", "billing", "-P", str(port), "--fail", status=1)
    tool.say("stuck", "-L", str(port), "--fail")


def test_closes_are_slow(options, root):
    tool = Tool(options.tool)
    with played("slow-peer") as (port, reports, dashboard):
        closes = [o for o in tool.json("json", "-P", str(port), "--slow", "100", "-n", "8")
                  if o["kind"] == "close" and not o["partial"]]
        first = [o for o in closes if o["peer_port"] == port]
        true("dashboard's and reports' are told", first and len(first) < len(closes))
        for o in closes:
            client = o["peer_port"] == port
            same("who ended it", o["initiator"], "local" if client else "peer")
            same("the process", o["trigger"]["pid"], dashboard if client else reports)
            same("blame", o["blame"], "peer-app" if client else "local-app")
        holds = [o["phase_ns"]["app_hold"] / 1e9 for o in closes if o["local_port"] == port]
        true(f"reports holds for 0.2 or 0.4 s: {holds}", all(0.2 <= h < 0.6 for h in holds))
        text = tool.say("hist", "-D", str(port), "--phase", "peer_hold", "-d", "3")
        true("the histogram is of peer_hold", "peer_hold" in text and "p99" in text)


def test_connection_reset_by_peer(options, root):
    tool = Tool(options.tool)
    with played("resets") as (port, uploads, camera):
        closes = [o for o in tool.json("json", "-P", str(port), "--class", "reset", "-n", "6")
                  if o["kind"] == "close"]
        ours = [o for o in closes if o["local_port"] == port]
        theirs = [o for o in closes if o["peer_port"] == port]
        true("both ends are told", ours and theirs)
        for o in ours:
            same("reason", (o["ending"], o["reason"]), ("reset-sent", "unread-data"))
            same("by whom", (o["trigger"]["pid"], o["trigger"]["call"]), (uploads, "close"))
            true(f"bytes unread: {o['bytes']}", o["bytes"]["unread"] > 0)
            same("bytes of answer sent", o["bytes"]["sent"], len("413 too large\n"))
        for o in theirs:
            same("the other end", (o["ending"], o["initiator"]), ("reset-received", "peer"))
            true(f"camera never ended it: {o['trigger']}", not o["trigger"] or o["trigger"]["pid"] == camera)
