# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Reads the texts of a recording, independently of the tool: src/record/format.h and delta.h, in Python."""

import struct
import zlib

MASK64 = (1 << 64) - 1
KIND = 183  # offset of the kind in struct event
ANNOTATION = 201
TYPES = {1: "cgroup", 2: "stack", 3: "process", 7: "exe", 8: "cmdline", 9: "netns"}


def members(data):
    while data:
        d = zlib.decompressobj(31)
        yield d.decompress(data) + d.flush()
        data = d.unused_data


def records(body):
    """The records of a member: each as the bytes of its 24 words."""
    slots, latest, ts, at = {}, None, 0, 1
    while at < len(body):
        slot, words = body[at], int.from_bytes(body[at + 1:at + 4], "little")
        at += 4
        now = slots.setdefault(slot, list(slots[latest]) if slots else [0] * 24)
        latest, now[0] = slot, ts
        for i in range(24):
            if not words >> i & 1:
                continue
            zeros, count = body[at] & 7, body[at] >> 4
            v = int.from_bytes(body[at + 1:at + 1 + count], "little") << 8 * zeros
            at += 1 + count
            if i:
                now[i] ^= v
            else:
                now[0] = (now[0] + (v >> 1 ^ -(v & 1))) & MASK64
        ts = now[0]
        yield absolute(struct.pack("<24Q", *now))


def absolute(record):
    """Undo the differences between fields: offsets in struct event."""
    def add(to, other):
        value = (u32(record, to) + u32(record, other)) & 0xffffffff
        record[to:to + 4] = struct.pack("<I", value)

    record = bytearray(record)
    tid, pid, una = 96, 92, 120
    nxt, write, rcv_nxt, wup, copied = una + 4, una + 8, una + 12, una + 16, una + 20
    for to, other in ((tid, pid), (wup, rcv_nxt), (copied, rcv_nxt), (nxt, una), (write, nxt)):
        add(to, other)
    return bytes(record)


def u32(record, at):
    return struct.unpack_from("<I", record, at)[0]


def read(path):
    """All texts in order: (type, key, from ns, bytes)."""
    with open(path, "rb") as f:
        data = f.read()
    found, text = [], b""
    for member in members(data):
        for record in records(member) if member[:1] == b"R" else ():
            if record[KIND] != ANNOTATION:
                continue
            kind, length, more = record[KIND + 1], record[KIND + 2], record[KIND + 3]
            text += record[32:32 + length]
            if not more:
                key, at_ns = struct.unpack_from("<QQ", record, 16)
                found.append((TYPES.get(kind, kind), key, at_ns, text))
                text = b""
    return found
