#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the recordings of two guests must show: each connection joined, and bounds that hold their clocks' offset.

    judge_two_guests.py TOOL CLIENT-RESULTS SERVER-RESULTS      the output of end_of_two_guests.py in each guest

soak knows the two ends of each of its connections, and which of them began to close it. clock_witness brackets the
offset of the two clocks through memory that the guests share, four times a second. After each bracket it closes
connections of its own, and takes the time from before the call until its kernel has the ACK of the FIN: a round trip.

The clocks of two kernels run evenly, so between two exchanges the offset lies between what it was at them. Asserted
of each connection whose bounds are known: they hold the whole bracket of the witness, so the true offset is in them for
certain. That is so for each correct pair of bounds: a segment takes longer from guest to guest than the bracket is
wide. Asserted of each connection of clock_witness: its bounds are narrower than its round trip. So the narrowest are
narrower than the smallest round trip.
"""

import base64
import bisect
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", path) for path in ("soak", "live/lib", "live/families", "cli", "")]

import compare
import other_clock
from assertions import Failure, Report
from test_both_ends import SIDES
from test_two_clocks import fin_ns

ROLES = ("client", "server")
WIDE_NS = 50_000


class Guest:
    """What one guest said."""

    def __init__(self, role, path, folder):
        self.role, self.truths, self.brackets, self.ends, recording = role, [], [], [], b""
        with open(path, encoding="utf-8") as f:
            for line in f:
                word, _, rest = line.strip().partition(" ")
                if word == "truth":
                    self.truths.append(json.loads(rest))
                elif word == "witness":
                    self.brackets.append(json.loads(rest))
                elif word == "recording":
                    recording += base64.b64decode(rest)
                elif word == "end":
                    self.ends.append(rest)
        self.recording = os.path.join(folder, f"{role}.rec")
        with open(self.recording, "wb") as f:
            f.write(recording)
        self.shift_ns = other_clock.shift_of(self.recording) if recording else 0

    def fins(self):
        """The cookies of the connections of clock_witness, and their round trips in ns."""
        return [tuple(fin) for bracket in self.brackets for fin in bracket["fins"]]


class Witness:
    """The brackets of the offset of the server's clock, each with the client's CLOCK_BOOTTIME at the exchange. Wide
    ones are left out: the host did not run both guests at once."""

    def __init__(self, brackets):
        brackets = [b for b in brackets if width(b["offset"]) < WIDE_NS]
        self.at = [b["at"] for b in brackets]
        self.offset = [b["offset"] for b in brackets]

    def around(self, from_ns, to_ns):
        """A bracket for the offset at any time between the two, or None if no exchange was before or after."""
        first, last = bisect.bisect_right(self.at, from_ns) - 1, bisect.bisect_left(self.at, to_ns)
        if first < 0 or last == len(self.at):
            return None
        held = self.offset[first:last + 1]
        return [min(low for low, _ in held), max(high for _, high in held)]


def width(interval):
    return interval[1] - interval[0]


def holds(outer, inner):
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def check_guests(report, guests):
    for role, guest in guests.items():
        report.same(f"programs of the {role}", guest.ends, ["soak 0", "record 0", "witness 0", "all 0"])
        report.true(f"connections of soak on the {role}", len(guest.truths) > 50, len(guest.truths))


def replay(tool, guests):
    """The connections by the cookie of the client."""
    words = [word for role in ROLES for word in ("--replay", guests[role].recording)]
    done = subprocess.run([tool, "connections", "-j", "-q", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"connections: status {done.returncode}: {done.stderr}")
    told = [o for o in map(json.loads, done.stdout.splitlines()) if o["kind"] == "connection"]
    alone = [o["server"]["cookie"] for o in told if not o["client"]]
    if alone:
        raise Failure(f"ends of servers without a client: {alone}")
    return {o["client"]["cookie"]: o for o in told}


def check_one(report, who, o, server_cookie, initiators):
    report.same(f"{who}: hosts", [o[side] and o[side]["host"] for side in ROLES], list(ROLES))
    if server_cookie:
        report.same(f"{who}: server", o["server"] and o["server"]["cookie"], server_cookie)
    side = (o["initiator"] or {}).get("side")
    report.true(f"{who}: initiator", side in initiators, (side, initiators))
    report.true(f"{who}: middlebox", o["middlebox"] is not True, o["middlebox"])
    report.same(f"{who}: disagreement", o["disagreement"], None)
    report.same(f"{who}: a step of a clock", o["clock_stepped"], False)


def check_joined(report, guests, told):
    """Each end is in one connection, with its own other end, and there is no other connection."""
    truths = {role: {t["conn"]: t for t in guests[role].truths} for role in ROLES}
    report.same("connections with two ends", set(truths["client"]), set(truths["server"]))
    fins = {cookie for cookie, _ in guests["client"].fins()}
    report.same("connections told, or made, but not both",
                sorted(set(told) ^ (fins | {t["cookie"] for t in guests["client"].truths})), [])
    servers = [o["server"]["cookie"] for o in told.values() if o["server"]]
    report.same("ends of servers in two connections", len(servers), len(set(servers)))
    for conn, truth in truths["client"].items():
        if truth["cookie"] in told:
            sides = {SIDES["client"].get(word, "none") for word in truth["initiator"].split("|")}
            check_one(report, compare.title(truth), told[truth["cookie"]], truths["server"][conn]["cookie"], sides)
    for cookie in fins & set(told):
        check_one(report, cookie, told[cookie], None, {"client"})


def when(o):
    """From the first event of the close to its end, by the client's CLOCK_BOOTTIME as it is shown."""
    first = fin_ns(dict(o["client"], waves=[{"flag": "FIN", "dir": "sent", "at_ns": 0}]), "sent")
    return first, first + (o["client"]["phase_ns"]["total"] or 0)


def true_offset(guests, witness, o):
    """The witness' bracket for a connection, as the tool shows the clocks: with what it adds to CLOCK_BOOTTIME."""
    bracket = witness.around(*(ns - guests["client"].shift_ns for ns in when(o)))
    return bracket and [ns + guests["server"].shift_ns - guests["client"].shift_ns for ns in bracket]


def check_offsets(report, guests, told):
    witness = Witness(guests["client"].brackets)
    known = {cookie: o["clock_offset_ns"] for cookie, o in told.items() if o["clock_offset_ns"]}
    report.true("offsets that are known", len(known) > 0.9 * len(told), (len(known), len(told)))
    for cookie, bounds in known.items():
        truth = true_offset(guests, witness, told[cookie])
        if not truth:
            report.fail(f"{cookie}: no exchange of the witness before or after it")
            continue
        report.true(f"{cookie}: the offset", holds(bounds, truth), (bounds, truth))
    brackets = sorted(map(width, witness.offset))
    first, last = witness.offset[0], witness.offset[-1]
    drift = (sum(last) - sum(first)) / 2 / (witness.at[-1] - witness.at[0]) * 10**6
    print(f"# {len(known)} bounds of {len(told)} connections; the witness is {brackets[0]} to {brackets[-1]} ns wide; "
          f"one clock drifts by {drift:.1f} ppm")


def check_narrow(report, guests, told):
    """Each is narrower than its own round trip, so the smallest round trip is wider than the narrowest bounds."""
    trips = dict(guests["client"].fins())
    widths = {cookie: width(o["clock_offset_ns"]) for cookie, o in told.items() if o["clock_offset_ns"]}
    for cookie, trip_ns in trips.items():
        report.true(f"{cookie}: narrower than its round trip", widths.get(cookie, trip_ns) < trip_ns,
                    (widths.get(cookie), trip_ns))
    smallest = min(trips.values())
    report.true("narrower than the smallest round trip", min(widths.values()) < smallest,
                (min(widths.values()), smallest))
    handshake = min(t["min_rtt_us"] for role in ROLES for t in guests[role].truths) * 1000
    print(f"# bounds from {min(widths.values())} ns on, {sum(w < smallest for w in widths.values())} of {len(widths)} "
          f"are narrower than the smallest round trip of a FIN, {smallest} ns (of a SYN in the kernel: {handshake} ns)")


def main():
    tool, *paths = sys.argv[1:]
    failed, told = 0, {}
    with tempfile.TemporaryDirectory(prefix="tcpclose-two-guests-") as folder:
        guests = {role: Guest(role, path, folder) for role, path in zip(ROLES, paths)}
        for check in (check_guests, check_joined, check_offsets, check_narrow):
            report, name = Report(), check.__name__.removeprefix("check_")
            try:
                if check is check_joined:
                    told = replay(tool, guests)
                check(report, guests, *([] if check is check_guests else [told]))
                report.raise_failures()
                print(f"ok {name}")
            except (Failure, OSError, ValueError, LookupError, TypeError) as e:
                failed += 1
                print(f"not ok {name}")
                print("\n".join(f"#   {line}" for line in str(e).splitlines() or [type(e).__name__]))
    print(f"{4 - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
