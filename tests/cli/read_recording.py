# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Decodes a recording without the tool: src/record/format.h and delta.h, written down once more."""

import gzip
import struct
import zlib

WORDS = 24
KIND, LEN, MORE, TEXT = 183, 185, 186, 32  # offsets in a record
ANNOTATION = 201
PID, TID, SND_UNA, SND_NXT, WRITE_SEQ, RCV_NXT, RCV_WUP, COPIED_SEQ = 92, 96, 120, 124, 128, 132, 136, 140
RELATIVE = (TID, PID), (RCV_WUP, RCV_NXT), (COPIED_SEQ, RCV_NXT), (SND_NXT, SND_UNA), (WRITE_SEQ, SND_NXT)


def members(path):
    with open(path, "rb") as f:
        data = f.read()
    while data:
        z = zlib.decompressobj(zlib.MAX_WBITS + 16)
        yield z.decompress(data)
        data = z.unused_data


def add(record, to, what, sign=1):
    a, b = (struct.unpack_from("<I", record, at)[0] for at in (to, what))
    struct.pack_into("<I", record, to, (a + sign * b) & 0xffffffff)


def records(member):
    """The records of 192 bytes in a member."""
    slots, latest, ts, at = {}, [0] * WORDS, 0, 1
    while at < len(member):
        slot, mask = member[at], int.from_bytes(member[at + 1:at + 4], "little")
        at += 4
        base = list(slots.get(slot, latest))
        base[0] = ts
        for i in range(WORDS):
            if not mask >> i & 1:
                continue
            zeros, count = member[at] & 7, member[at] >> 4
            v = int.from_bytes(member[at + 1:at + 1 + count], "little") << 8 * zeros
            at += 1 + count
            base[i] = (base[0] + (v >> 1 ^ -(v & 1))) % 2**64 if i == 0 else base[i] ^ v
        slots[slot], latest, ts = base, base, base[0]
        record = bytearray(struct.pack("<%dQ" % WORDS, *base))
        for to, what in RELATIVE:
            add(record, to, what)
        yield bytes(record)


def encode(records):
    """A member with these records. Each word differs from the base, as far as it is not 0."""
    member, base, ts = bytearray(b"R"), [0] * WORDS, 0
    for record in map(bytearray, records):
        for to, what in reversed(RELATIVE):
            add(record, to, what, -1)
        words = list(struct.unpack("<%dQ" % WORDS, record))
        delta = (words[0] - ts + 2**63) % 2**64 - 2**63
        deltas = [delta << 1 if delta >= 0 else (-delta << 1) - 1, *(a ^ b for a, b in zip(words[1:], base[1:]))]
        member += bytes([0]) + sum(1 << i for i, v in enumerate(deltas) if v).to_bytes(3, "little")
        for v in filter(None, deltas):
            member += bytes([8 << 4]) + v.to_bytes(8, "little")
        base, ts = words, words[0]
    return bytes(member)


def rewrite(source, target, change):
    """Writes a recording with change(record) of each record."""
    with open(target, "wb") as f:
        for member in members(source):
            found = [change(record) for record in records(member)] if member[:1] == b"R" else []
            for i in range(0, len(found), 100):
                f.write(gzip.compress(encode(found[i:i + 100])))
            if not found:
                f.write(gzip.compress(member))


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
