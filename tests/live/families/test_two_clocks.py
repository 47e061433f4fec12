#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The recordings of two hosts with two clocks: connections are joined, and the bounds for the clocks hold the truth.

The hosts are two namespaces, each with its recorder. Their clock is one, so it is known how long each FIN took; then
one recording is rewritten as that of a host with another boot and another clock (other_clock.py), whose offset is
known at any time. One line per test on stdout. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import calendar
import errno
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import other_clock
from other_clock import Clock
from held_connections import Tool
from runner import run_module
from situations import Link, capture, refused_with, routed, two_hosts
from test_connections import Speaking, reset_both_ends

HOUR_NS = 3600 * 10**9
BOOT = "11111111-2222-4333-8444-555555555555"
SPEAKING, QUICK = 6, 100    # connections of programs of their own; of this process, one after the other


class Recorder(Tool):
    """`tcpclose record` of one namespace, as a host of that name."""

    view = ("record",)

    def __init__(self, options, ns, host):
        super().__init__(options.tool)
        self.output = os.path.join(tempfile.mkdtemp(dir=options.folder), f"{host}.rec")
        self.start("--netns", ns.name, "--host", host)

    def finish(self):
        self.child.send_signal(2)
        self.said += self.child.communicate(timeout=20)[1]
        return self.output


def record_two_hosts(options, report):
    """Connections between two hosts, closed by either end. The paths of their recordings, and of each connection the
    cookies of its ends, and the host and process that closed first."""
    with two_hosts() as (near, far), Recorder(options, near, "near") as one, Recorder(options, far, "far") as two:
        made = []
        for i in range(SPEAKING + QUICK):
            first = ("client", "server")[i % 2]
            if i < SPEAKING:
                link = Speaking(near, far, ("10.8.1.2", 0))
                link.close(first)
                names = {"client": link.client_names, "server": link.server_names}
                cookies, pid = tuple(names[side]["cookie"] for side in names), names[first]["pid"]
            else:
                link = Link(near, far, ("10.8.1.2", 0))
                ends = (link.client, link.server) if first == "client" else (link.server, link.client)
                ends[0].close()
                report.same("end of file", ends[1].recv(1), b"")
                ends[1].close()
                cookies, pid = link.cookies, os.getpid()
            made.append((*cookies, {"client": "near", "server": "far"}[first], pid))
        paths = one.finish(), two.finish()
    report.same("recorders", (one.child.returncode, two.child.returncode), (0, 0))
    return paths, made


def replay(options, *paths, view="connections", words=("-j",)):
    command = [options.tool, view, "-q", *words]
    for path in paths:
        command += ["--replay", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{command}: {done.returncode}: {done.stderr}")
    return done.stdout


def connections(options, *paths):
    """By the client's cookie."""
    told = [json.loads(line) for line in replay(options, *paths).splitlines()]
    return {o["client"]["cookie"]: o for o in told if o["kind"] == "connection" and o["client"]}


def check_joined(report, told, made):
    report.same("connections", set(told), {client for client, *_ in made})
    for client, server, host, pid in made:
        o = told.get(client)
        if o:
            report.same(f"{client}: server", o["server"] and o["server"]["cookie"], server)
            report.same(f"{client}: hosts", (o["client"]["host"], o["server"] and o["server"]["host"]), ("near", "far"))
            report.same(f"{client}: one-sided", o["one_sided"], None)
            report.same(f"{client}: initiator", (o["initiator"]["host"], o["initiator"]["pid"]), (host, pid))
            report.same(f"{client}: middlebox, disagreement", (o["middlebox"], o["disagreement"]), (None, None))


def fin_ns(story, direction):
    """When it was queued or processed, in ns since 1970 by that host's clock, as it was recorded."""
    wave = next(w for w in story["waves"] if w["flag"] == "FIN" and w["dir"] == direction)
    whole, _, part = story["start"].rstrip("Z").partition(".")
    seconds = int(calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")))
    return seconds * 10**9 + int(part) + wave["at_ns"]


def contains(interval, truth, slop=0):
    return interval and interval[0] - slop <= truth <= interval[1] + slop


def check_bounds(report, told, real, offset_at, unknown=0):
    """The bounds hold the true offset and the true flights; those of at most so many connections are not known."""
    widths, missing = [], 0
    for cookie, o in told.items():
        at_ns = fin_ns(real[cookie]["client"], "sent")
        if o["clock_offset_ns"] is None:
            missing += 1
            continue
        report.true(f"{cookie}: the offset", contains(o["clock_offset_ns"], offset_at(at_ns)),
                    (o["clock_offset_ns"], offset_at(at_ns)))
        widths.append(o["clock_offset_ns"][1] - o["clock_offset_ns"][0])
        for key, flight in o["one_way_ns"].items():
            truth = real[cookie]["one_way_ns"][key][0]
            report.true(f"{cookie}: {key}", contains(flight, truth, 1 + truth // 5000), (flight, truth))
    report.true("offsets that are not known", missing <= unknown, missing)
    return widths


def check_narrow(report, widths, real):
    """A round trip is a FIN and its ACK, or the FINs of both; none is faster than what the ends measured."""
    trips = [o[side]["phase_ns"][key] for o in real.values() for side in ("client", "server")
             for key in ("ack_wait", "last_ack_wait") if o[side]["phase_ns"][key]]
    report.true("narrower than the smallest round trip", min(widths) < min(trips), (min(widths), min(trips)))


def test_joined_across_hosts(options, report):
    """With one clock: each FIN has its time in transit. In any order of the recordings, the same bytes."""
    (near, far), made = record_two_hosts(options, report)
    told = connections(options, near, far)
    check_joined(report, told, made)
    for o in told.values():
        report.same("clock_offset_ns", o["clock_offset_ns"], [0, 0])
    for words in (("-j",), ("-w",), ()):
        report.same(f"in the other order {words}", replay(options, far, near, words=words),
                    replay(options, near, far, words=words))
    text = replay(options, near, far, words=())
    report.true("80 columns", max(map(len, text.splitlines())) <= 80, text)
    report.true("hosts", all("@near" in line and "@far" in line for line in text.splitlines()[1:]), text)


def test_two_clocks(options, report):
    """Hours apart, fast or slow by 100 ppm."""
    (near, far), made = record_two_hosts(options, report)
    real = connections(options, near, far)
    check_joined(report, real, made)
    shift = other_clock.shift_of(far) - other_clock.shift_of(near)
    since_ns = fin_ns(next(iter(real.values()))["client"], "sent") - other_clock.shift_of(near)
    for offset_ns in (-7 * HOUR_NS, 40_000, 3 * HOUR_NS):
        for drift_ppm in (-100, 0, 100):
            clock = Clock(offset_ns, drift_ppm, since_ns)
            target = os.path.join(options.folder, "other.rec")
            other_clock.write(far, target, clock, BOOT)
            told = connections(options, near, target)
            check_joined(report, told, made)
            widths = check_bounds(report, told, real, lambda at_ns, clock=clock: shift + clock.offset_at(
                at_ns - other_clock.shift_of(near)))
            check_narrow(report, widths, real)
            report.true("no clock steps", not any(o["clock_stepped"] for o in told.values()), (offset_ns, drift_ppm))
            report.same("in the other order", replay(options, target, near), replay(options, near, target))


def ladders(options, *paths):
    """By the raw number of the first FIN: what each side did, in order; and the sentence about the clocks."""
    found = {}
    for picture in replay(options, *paths, view="timeline", words=("--ascii",)).split("\n\n"):
        rungs = re.findall(r"(close\(\d+\)|[\d+]+ (?:FIN,ACK|FIN|ACK) seq \+\d+ ack \+\d+)", picture)
        first = re.search(r"seq (\d{3,}) ack", picture)[1]
        found[first] = rungs, " ".join(picture.split())
    return found


def test_a_ladder_of_two_clocks(options, report):
    """Hours apart, the ladder has its rungs in the true order, and says how far apart the clocks are."""
    (near, far), _ = record_two_hosts(options, report)
    shift = other_clock.shift_of(far) - other_clock.shift_of(near)
    real = ladders(options, near, far)
    report.same("ladders", len(real), SPEAKING + QUICK)
    for offset_ns in (-7 * HOUR_NS, 3 * HOUR_NS):
        target = os.path.join(options.folder, "other.rec")
        other_clock.write(far, target, Clock(offset_ns), BOOT)
        told = ladders(options, near, target)
        report.same("the same ladders", set(told), set(real))
        for first, (rungs, text) in told.items():
            report.same(f"{first}: rungs", rungs, real[first][0])
            said = re.search(r"The clock of (\w+) was (\d+\.\d+) s (ahead of|behind) that of", text)
            report.true(f"{first}: a sentence on the clocks", said, text)
            if said:
                ahead = float(said[2]) * (1 if (said[1] == "far") == (said[3] == "ahead of") else -1)
                report.true(f"{first}: the distance", abs(ahead - (offset_ns + shift) / 10**9) < 0.01, text)
            report.same(f"{first}: times in transit", len(re.findall(r"The FIN of \w+ took ", text)), 2)


def test_a_middlebox_between_two_hosts(options, report):
    """It resets both ends. Each recording shows a RST that came; together they show that neither end sent one."""
    with routed() as (near, router, far), Recorder(options, near, "near") as one, Recorder(options, far, "far") as two:
        wire = capture(router, options)
        link = Link(near, far, ("10.8.2.1", 0))
        reset_both_ends(router, wire, link)
        for sock in (link.client, link.server):
            report.same("its error", refused_with(sock.recv, 1), errno.ECONNRESET)
            sock.close()
        paths = one.finish(), two.finish()
    for clock in (Clock(0), Clock(3 * HOUR_NS, 100)):
        target = os.path.join(options.folder, "other.rec")
        other_clock.write(paths[1], target, clock, BOOT)
        told = connections(options, paths[0], target)[link.cookies[0]]
        report.same("server", told["server"] and told["server"]["cookie"], link.cookies[1])
        report.same("middlebox", (told["middlebox"], told["initiator"]["side"]), (True, "middlebox"))
        report.same("each alone", [told[side]["middlebox"] for side in ("client", "server")], [None, None])


def test_a_clock_steps(options, report):
    """By an hour, in the middle, on either host: it is noticed, and no connection after it is misjudged."""
    (near, far), made = record_two_hosts(options, report)
    real = connections(options, near, far)
    shifts = {"near": other_clock.shift_of(near), "far": other_clock.shift_of(far)}
    order = sorted(real, key=lambda cookie: fin_ns(real[cookie]["client"], "sent"))
    before, after = (real[order[len(order) // 2 + i]] for i in (-1, 0))
    ended_ns = max(fin_ns(before[side], "received") for side in ("client", "server"))
    begins_ns = min(fin_ns(after[side], "sent") for side in ("client", "server"))
    step_at = (ended_ns + begins_ns) // 2 - shifts["near"]      # between the two: no FIN was on its way
    for host in ("near", "far"):
        clock = Clock(2 * HOUR_NS, 100, step_at, step_at, HOUR_NS)
        paths = {"near": near, "far": far}
        paths[host] = os.path.join(options.folder, "other.rec")
        other_clock.write(near if host == "near" else far, paths[host], clock, BOOT)
        told = connections(options, paths["near"], paths["far"])
        check_joined(report, told, made)
        sign = 1 if host == "far" else -1
        check_bounds(report, told, real, lambda at_ns, sign=sign: shifts["far"] - shifts["near"] + sign *
                     clock.offset_at(at_ns - shifts["near"]), unknown=1)
        shows = [cookie for cookie in order if told[cookie]["clock_stepped"]]
        report.same(f"connections that show the step of {host}", len(shows), 1)
        report.true("they came after it", set(shows) <= set(order[len(order) // 2:]), shows)


if __name__ == "__main__":
    sys.exit(run_module(globals()))
