# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Endings that are not clean: resets, timeouts, and what never was open, against the capture."""

import timing

# What workload may take to notice on a busy host that a socket is gone, or that its timer has fired.
NOTICE_NS = 2_000_000_000 * timing.SLOW


def _resets(truth, wire):
    """The RSTs of the side that is to have sent one."""
    port = truth["local_port" if truth["ending"] == "reset-sent" else "peer_port"]
    return [p for p in wire.resets if p.sport == port]


def check_wire(who, truth, wire, report):
    """Does the capture show what workload says? That no RST was sent the counters tell (OutRsts)."""
    if truth["class"] == "reset":
        report.true(f"{who}: a RST in the capture", _resets(truth, wire), "none")
    first = {"local": truth["local_port"], "peer": truth["peer_port"]}.get(truth["initiator"])
    if wire.halves and first and truth["waves"]:
        report.same(f"{who}: first FIN in the capture, by port", wire.first(), first)


def _check_settled(story, truth, wire, report):
    settled = timing.stamp_ns(story["time"])
    if truth["class"] == "reset":
        # A peer that is told twice is a peer that spoke twice: the first RST ended it.
        off = settled - _resets(truth, wire)[0].ns
        report.true("time", abs(off) <= timing.TOLERANCE_NS,
                    f"{off / 1e6:+.3f} ms from the RST in the capture")
    if truth["over_us"]:
        over = truth["over_us"] * 1000
        last = max(ns for ns in wire.sent_ns[truth["local_port"]] if ns <= over)
        earliest = max(over - NOTICE_NS, last - timing.TOLERANCE_NS)
        report.true("time", earliest <= settled <= over + timing.TOLERANCE_NS,
                    f"{(settled - last) / 1e6:+.3f} ms from our last segment, "
                    f"{(settled - over) / 1e6:+.3f} ms from when workload found it over")


def _check_phases(story, truth, wire, report):
    phase = story["phase_ns"]
    times = {nr: wave.ns for nr, wave in timing.matched_waves(story, truth, wire).items()}
    wants = timing.phases_wanted(truth, times)
    for name, value in phase.items():
        if name == "total" or name == "fin_queued":
            continue
        if name in wants:
            timing.near(f"phase {name}", value, wants[name], timing.in_call_ns(truth), report)
        else:
            report.same(f"phase {name}", value, None)
    if times:
        total = timing.stamp_ns(story["time"]) - timing.start_ns(story)
        timing.near("phase total", phase["total"], total, timing.in_call_ns(truth), report)
    else:
        report.true("phase total", phase["total"] is None or
                    0 <= phase["total"] < timing.TOLERANCE_NS + timing.in_call_ns(truth),
                    f"said {phase['total']}, but there was no FIN")


def check_story(story, truth, wire, report):
    timing.check_waves(story, truth, wire, report)
    _check_phases(story, truth, wire, report)
    _check_settled(story, truth, wire, report)
    if truth["class"] == "reset" and not story["waves"]:
        off = timing.start_ns(story) - _resets(truth, wire)[0].ns
        report.true("start", abs(off) <= timing.TOLERANCE_NS + timing.in_call_ns(truth),
                    f"{off / 1e6:+.3f} ms from the RST in the capture")
