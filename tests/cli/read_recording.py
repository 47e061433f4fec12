# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Decodes a recording without the tool: src/record/format.h and delta.h, written down once more."""

import struct
import zlib

WORDS = 24
KIND, LEN, MORE, TEXT = 183, 185, 186, 32  # offsets in a record
ANNOTATION = 201
PID, TID, SND_UNA, SND_NXT, WRITE_SEQ, RCV_NXT, RCV_WUP, COPIED_SEQ = 92, 96, 120, 124, 128, 132, 136, 140


def members(path):
    with open(path, "rb") as f:
        data = f.read()
    while data:
        z = zlib.decompressobj(zlib.MAX_WBITS + 16)
        yield z.decompress(data)
        data = z.unused_data


def add(record, to, what):
    a, b = (struct.unpack_from("<I", record, at)[0] for at in (to, what))
    struct.pack_into("<I", record, to, (a + b) & 0xffffffff)


def records(member):
    """The records of 192 bytes in a member."""
    slots, latest, ts, at = {0: [0] * WORDS}, 0, 0, 1
    while at < len(member):
        slot, mask = member[at], int.from_bytes(member[at + 1:at + 4], "little")
        at += 4
        base = list(slots.get(slot, slots[latest]))
        base[0] = ts
        for i in range(WORDS):
            if not mask >> i & 1:
                continue
            zeros, count = member[at] & 7, member[at] >> 4
            v = int.from_bytes(member[at + 1:at + 1 + count], "little") << 8 * zeros
            at += 1 + count
            base[i] = (base[0] + (v >> 1 ^ -(v & 1))) % 2**64 if i == 0 else base[i] ^ v
        slots[slot], latest, ts = base, slot, base[0]
        record = bytearray(struct.pack("<%dQ" % WORDS, *base))
        for to, what in ((TID, PID), (RCV_WUP, RCV_NXT), (COPIED_SEQ, RCV_NXT), (SND_NXT, SND_UNA),
                         (WRITE_SEQ, SND_NXT)):
            add(record, to, what)
        yield bytes(record)


def content(path):
    """All bytes that a recording holds: headers, records and texts, each in one piece."""
    parts, text = [], b""
    for member in members(path):
        if member[:1] != b"R":
            parts.append(member)
            continue
        for record in records(member):
            if record[KIND] != ANNOTATION:
                parts.append(record)
                continue
            text += record[TEXT:TEXT + record[LEN]]
            if not record[MORE]:
                parts.append(text)
                text = b""
    return b"\n".join(parts)
