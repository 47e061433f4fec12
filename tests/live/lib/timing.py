# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Waves and phases of a story against the capture."""

import calendar
import os
import re
import time

# How much slower than hardware this machine is: of the guests of tools/matrix, whose processor is emulated.
SLOW = int(os.environ.get("TCPCLOSE_TEST_SLOW", "1"))

# The tool stamps a wave when the socket changes its state, tcpdump when the segment passes lo,
# which is before (what we receive) or after (what we send) by the time that the segment spends in
# the stack: a few microseconds, or as long as the scheduler keeps the softirq waiting on a busy
# host. And the tool's stamps are CLOCK_BOOTTIME, brought to the wall clock by an offset that it
# read once.
TOLERANCE_NS = 5_000_000 * SLOW

# Nor does a task that has changed the state always send at once: an interrupt may keep it in its
# call, for tens of milliseconds when the timers of a thousand delayed ACKs expire together. Both
# instants are still within the call, whose duration workload knows.
def in_call_ns(truth):
    return sum((c["end_us"] - c["begin_us"]) * 1000 for c in truth["calls"] if c["effect"] == "fin")


# What a sleeping process may oversleep. On a busy host it is more; then the capture shows it too.
SLACK_NS = 50_000_000 * SLOW

START = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{9})Z")


def stamp_ns(text):
    match = START.fullmatch(text)
    if not match:
        raise ValueError(f"bad time {text!r}")
    *parts, ns = (int(group) for group in match.groups())
    return calendar.timegm(time.struct_time((*parts, 0, 0, 0))) * 10**9 + ns


def start_ns(story):
    return stamp_ns(story["start"])


def check_times(story, truth, wire, report):
    settled = stamp_ns(story["time"])
    report.true("time", settled >= start_ns(story),
                f"{story['time']} is before start {story['start']}")
    if "ESTABLISHED" not in truth["states"]:
        report.same("age_ns", story["age_ns"], None)
        return
    off = settled - story["age_ns"] - wire.opened_ns
    report.true("age_ns", abs(off) <= TOLERANCE_NS,
                f"said established {off / 1e6:+.3f} ms from the handshake in the capture")


def _may_be_inexact(nr, wave, local_port, unsent):
    """The kernel shows neither the sending of the ACK of the peer's first FIN nor that of a FIN
    which data still waits before."""
    if wave.flag == "ACK":
        return nr == 2 and wave.sport == local_port
    return wave.sport == local_port and unsent > 0


def _check_wave(nr, got, wave, story, truth, report):
    what = f"wave {nr}"
    sent = wave.sport == truth["local_port"]
    report.same(f"{what}: flag", got["flag"], wave.flag)
    report.same(f"{what}: dir", got["dir"], "sent" if sent else "received")
    report.same(f"{what}: ack", got["ack"], wave.ack)
    if got["seq"] is not None:
        report.same(f"{what}: seq", got["seq"], wave.seq)
    else:
        report.true(f"{what}: seq", wave.flag == "ACK" and not sent, f"null, is {wave.seq}")
    if not got["exact"]:
        may = _may_be_inexact(nr, wave, truth["local_port"], truth["unsent"])
        report.true(f"{what}: exact", may, "false")
        return
    off = start_ns(story) + got["at_ns"] - wave.ns
    early = TOLERANCE_NS + (in_call_ns(truth) if wave.flag == "FIN" and sent else 0)
    report.true(f"{what}: at_ns", -early <= off <= TOLERANCE_NS,
                f"{off / 1e6:+.3f} ms from the capture")


def waves_wanted(truth):
    """The numbers of those that this end has seen, or sent."""
    said = truth["waves"] or ("1234" if truth["class"] == "clean" else "")
    return [int(digit) for digit in said]


def matched_waves(story, truth, wire):
    """number -> the segment in the capture. Of a FIN that was sent more than once any may be what
    came here."""
    waves = wire.waves(truth["local_port"], truth["initiator"] == "both")
    return {got["wave"]: wire.nearest(waves[got["wave"] - 1], start_ns(story) + got["at_ns"])
            for got in story["waves"]
            if got["wave"] <= len(waves) and waves[got["wave"] - 1]}


def check_waves(story, truth, wire, report):
    gots = story["waves"]
    report.same("waves", [got["wave"] for got in gots], waves_wanted(truth))
    waves = matched_waves(story, truth, wire)
    last = 0    # the call that sent wave 1 may come before it, nothing after
    for got in gots:
        nr = got["wave"]
        if nr not in waves:
            report.fail(f"wave {nr}: not in the capture")
            continue
        _check_wave(nr, got, waves[nr], story, truth, report)
        # Also of the inexact, which so lie between their neighbours.
        if truth["initiator"] != "both":
            report.true(f"wave {nr}: order", got["at_ns"] >= last, f"{got['at_ns']} after {last}")
        last = max(last, got["at_ns"])


def near(what, got, want, slack, report):
    report.true(what, got is not None and abs(got - want) <= 2 * TOLERANCE_NS + slack,
                f"said {got} ns, the capture shows {want}")


def phases_wanted(truth, times):
    """What lies between the waves that there are, but for the total."""
    spans = {"local": (("ack_wait", 1, 2), ("peer_hold", 2, 3)), "both": (("ack_wait", 1, 2),)}
    spans = spans.get(truth["initiator"], (("app_hold", 1, 3), ("last_ack_wait", 3, 4)))
    return {name: times[b] - times[a] for name, a, b in spans if a in times and b in times}


def check_phases(story, truth, wire, report):
    phase = story["phase_ns"]
    times = {nr: wave.ns for nr, wave in matched_waves(story, truth, wire).items()}
    wants = phases_wanted(truth, times)
    if truth["initiator"] == "both":
        wants["total"] = max(times[2], times[3]) - times[1]
    else:
        wants["total"] = times[3 if truth["initiator"] == "local" else 4] - times[1]
    for name in ("fin_queued", "ack_wait", "peer_hold", "app_hold", "last_ack_wait", "total"):
        if name == "fin_queued" and truth["unsent"]:
            report.true("phase fin_queued", phase[name] is None or phase[name] < TOLERANCE_NS,
                        f"{phase[name]}, but nothing kept the queue from leaving")
        elif name in wants:
            near(f"phase {name}", phase[name], wants[name], in_call_ns(truth), report)
        else:
            report.same(f"phase {name}", phase[name], None)
    parts = sum(value or 0 for name, value in phase.items() if name != "total")
    report.true("sum of the phases", phase["total"] is not None and parts <= phase["total"],
                f"{parts} exceeds the total {phase['total']}")
    if (truth["trigger"] or {}).get("blocked_ms"):
        _check_blame(story, "send-queue", truth, wire, report)
    elif wants["total"] < 500_000:
        report.same("blame", story["blame"], "none")
    _check_hold(story, truth, wants, wire, report)


WHOSE = {"fin_queued": "send-queue", "ack_wait": "network", "last_ack_wait": "network", "peer_hold": "peer-app",
         "app_hold": "local-app"}


def _check_blame(story, want, truth, wire, report):
    """A machine that is slow enough sends its FIN again, though nothing was lost, or its own part takes longest."""
    may = {want, "lost-fin"} if wire.repeated(truth["local_port"]) else {want}
    if SLOW > 1:
        longest = max(WHOSE, key=lambda name: story["phase_ns"][name] or 0)
        may.add(WHOSE[longest])
    report.true("blame", story["blame"] in may, f"said {story['blame']!r}, is {want!r}")


def _check_hold(story, truth, wants, wire, report):
    """The peer's hold begins with our FIN, so some of it is before the ACK came: ack_wait."""
    name = truth["hold_phase"]
    if name is None or truth["hold_ms"] is None:
        return
    hold = truth["hold_ms"] * 1_000_000
    names = ("ack_wait", "peer_hold") if name == "peer_hold" else (name,)
    said = sum(story["phase_ns"][part] or 0 for part in names)
    shown = sum(wants[part] for part in names)
    report.true(f"phase {name}", hold <= said <= max(hold, shown) + SLACK_NS,
                f"said {said} ns, the application held {hold}, the capture shows {shown}")
    if truth["hold_ms"] >= 150:
        _check_blame(story, "peer-app" if name == "peer_hold" else "local-app", truth, wire, report)
