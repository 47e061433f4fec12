# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Rewrites a recording as a host with another clock would have made it: its times and its boot id.

The tool is not involved: tests/cli/read_recording.py decodes and encodes the file.
"""

import gzip
import os
import re
import struct
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "cli"))

import read_recording

WALL = re.compile(rb"(?m)^boot_to_wall_ns (-?\d+)$")

ANNOTATION_AT = 24      # offset of the time that an annotation is about
RECORD_AT = 0           # of an event or a mark, its time
BOOTED_NS = 10**15      # so much earlier did the other host boot: CLOCK_BOOTTIME is never negative


class Clock:
    """A wall clock that differs from the one that recorded: by an offset, a drift, and a step at a time."""

    def __init__(self, offset_ns, drift_ppm=0, since_ns=0, step_at_ns=None, step_ns=0):
        self.offset_ns, self.drift_ppm, self.since_ns = offset_ns, drift_ppm, since_ns
        self.step_at_ns, self.step_ns = step_at_ns, step_ns

    def offset_at(self, ns):
        """This clock minus the one that recorded, when the CLOCK_BOOTTIME of that is ns."""
        stepped = self.step_at_ns is not None and ns >= self.step_at_ns
        return self.offset_ns + (ns - self.since_ns) * self.drift_ppm // 10**6 + (self.step_ns if stepped else 0)

    def show(self, ns):
        """The CLOCK_BOOTTIME of the other host then."""
        return ns + self.offset_at(ns) - self.offset_ns + BOOTED_NS


def change_record(clock, record):
    """A record with other times; its numbers of initial sequence, pids and addresses stay."""
    changed = bytearray(record)
    for at in (RECORD_AT, *([ANNOTATION_AT] if record[read_recording.KIND] == read_recording.ANNOTATION else [])):
        ns = struct.unpack_from("<Q", record, at)[0]
        if ns:
            struct.pack_into("<Q", changed, at, clock.show(ns))
    return bytes(changed)


def change_head(head, clock, boot_id):
    """The header of another boot, whose wall clock differs by the clock's offset."""
    to_wall = WALL.search(head)
    changed = b"boot_to_wall_ns %d" % (int(to_wall[1]) + clock.offset_ns - BOOTED_NS)
    return re.sub(rb"(?m)^boot_id .*$", b"boot_id " + boot_id.encode(), head.replace(to_wall[0], changed))


def write(source, target, clock, boot_id, keep=lambda record: True):
    """The records of source that are kept, by that clock, as of a host with that boot id."""
    with open(target, "wb") as f:
        for member in read_recording.members(source):
            if member[:1] != b"R":
                f.write(gzip.compress(change_head(member, clock, boot_id)))
                continue
            found = [change_record(clock, r) for r in read_recording.records(member) if keep(r)]
            for i in range(0, len(found), 100):
                f.write(gzip.compress(read_recording.encode(found[i:i + 100])))


def shift_of(path):
    """What the tool adds to a time of this recording: CLOCK_BOOTTIME to wall clock, as its header says."""
    return int(WALL.search(next(read_recording.members(path)))[1])
