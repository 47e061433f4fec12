#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The view connections on random endings: every connection joined, none wrongly, none twice.

The connections are those of soak (see soak.h), which says what each end did. They are recorded on one host; then the
recording is divided into those of two hosts, with the clients' sockets on one and the servers' on the other, whose
clock is hours ahead or behind, and drifts.
"""

import json
import os
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", path) for path in ("live/lib", "live/families", "cli", "")]

import compare
import fixtures
import other_clock
from held_connections import Tool
from read_recording import KIND
from test_two_clocks import contains, fin_ns

SECONDS, RATE, SEED = 10, 120, 5
PORTS = "20000 20999"       # few enough to be used again and again
HOUR_NS = 3600 * 10**9
MARK = 200                  # the kinds from here on are no events
COOKIE_AT, FLOW_AT, FLOW_BYTES, PORTS_AT = 16, 56, 36, 172     # in struct event
BOOTS = ("11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000")


class Recorder(Tool):
    view = ("record",)


def record(options, folder):
    """The recording, and the truth of every end by its cookie."""
    path, truths = os.path.join(folder, "all.rec"), compare.Truths()
    with fixtures.Namespace() as ns, Recorder(options.tool) as tool:
        subprocess.run(ns.command("sh", "-c", f"echo {PORTS} >/proc/sys/net/ipv4/ip_local_port_range"), check=True)
        tool.output = path
        tool.start("--netns", ns.name)
        soak = [os.path.join(options.build, "soak"), "--seed", SEED, "--seconds", SECONDS, "--rate", RATE]
        done = subprocess.run(ns.command(*map(str, soak)), stdout=subprocess.PIPE, text=True, check=True)
        truths.add(ns.inode, done.stdout.splitlines())
        tool.child.send_signal(2)
        tool.child.communicate(timeout=fixtures.WAIT_S)
    return path, {key[1]: (truth, truths.twins[key][1]) for key, truth in truths.ends.items()}


def connections(options, *paths):
    words = [word for path in paths for word in ("--replay", path)]
    done = subprocess.run([options.tool, "connections", "-j", "-q", *words], capture_output=True, text=True, check=True)
    return [o for o in map(json.loads, done.stdout.splitlines()) if o["kind"] == "connection"]


SIDES = {"client": {"local": "client", "peer": "server", "both": "both"},
         "server": {"local": "server", "peer": "client", "both": "both"}}


def check(report, what, told, truths):
    """Each end is in one connection, with its own other end."""
    seen = []
    for o in told:
        cookies = [o[side] and o[side]["cookie"] for side in ("client", "server")]
        seen += [cookie for cookie in cookies if cookie]
        if not any(cookie in truths for cookie in cookies):
            report.fail(f"{what}: nobody's connection: {cookies}")
            continue
        truth, other = truths[cookies[0] or cookies[1]]
        report.same(f"{what}: {compare.title(truth)}: ends", cookies,
                    [truth["cookie"], other] if truth["side"] == "client" else [other, truth["cookie"]])
        wants = {SIDES[truth["side"]].get(word, "none") for word in truth["initiator"].split("|")}
        side = (o["initiator"] or {}).get("side")
        report.true(f"{what}: {compare.title(truth)}: initiator", side in wants, (side, wants))
        report.true(f"{what}: {compare.title(truth)}: middlebox", o["middlebox"] is not True, o["middlebox"])
        report.same(f"{what}: {compare.title(truth)}: disagreement", o["disagreement"], None)
    report.same(f"{what}: ends told twice", len(seen), len(set(seen)))
    report.same(f"{what}: ends not told", sorted(set(truths) - set(seen))[:5], [])


def divide(path, target, truths, side, clock, boot):
    """The records of the sockets of that side. An event without a cookie is of the last socket of its addresses."""
    sides = {int(cookie, 16): truth["side"] for cookie, (truth, _) in truths.items()}
    latest = {}

    def keep(record):
        if record[KIND] >= MARK:
            return True
        cookie = struct.unpack_from("<Q", record, COOKIE_AT)[0]
        flow = record[FLOW_AT:FLOW_AT + FLOW_BYTES] + record[PORTS_AT:PORTS_AT + 4]
        if cookie in sides:
            latest[flow] = sides[cookie]
        return latest.get(flow) == side

    other_clock.write(path, target, clock, boot, keep)


def check_clocks(report, told, clock, shift_ns):
    """The bounds hold the offset when the client's FIN was sent, and the times in transit are not negative."""
    known = [o for o in told if o["clock_offset_ns"]]
    report.true("bounds for nearly all", len(known) > 0.9 * len(told), (len(known), len(told)))
    for o in known:
        if o["client"] and any(w["flag"] == "FIN" and w["dir"] == "sent" for w in o["client"]["waves"]):
            truth = clock.offset_at(fin_ns(o["client"], "sent") - shift_ns)
            report.true("the offset", contains(o["clock_offset_ns"], truth), (o["clock_offset_ns"], truth))
    report.same("steps", sum(o["clock_stepped"] for o in told), 0)


def test_both_ends(options, root, report):
    path, truths = record(options, options.folder)
    told = connections(options, path)
    print(f"# both ends: {len(told)} connections")
    check(report, "one host", told, truths)
    shift_ns = other_clock.shift_of(path)
    since_ns = min(fin_ns(o["client"], "sent") for o in told if o["client"] and o["client"]["waves"]
                   and o["client"]["waves"][0]["dir"] == "sent") - shift_ns
    paths = [os.path.join(options.folder, f"{side}.rec") for side in ("client", "server")]
    divide(path, paths[0], truths, "client", other_clock.Clock(0), BOOTS[0])
    for offset_ns, drift_ppm in ((0, 0), (3 * HOUR_NS, 100), (-3 * HOUR_NS, -100)):
        clock = other_clock.Clock(offset_ns, drift_ppm, since_ns)
        divide(path, paths[1], truths, "server", clock, BOOTS[1])
        told = connections(options, *paths)
        check(report, f"two hosts, {offset_ns // HOUR_NS} h", told, truths)
        check_clocks(report, told, clock, shift_ns)
