# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Segments of a stream, decoded without the tool: their headers, their records, and SipHash written once more."""

import collections
import gzip
import os
import struct
import sys
import tempfile

CLI = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli")
sys.path.append(CLI)

import read_recording  # noqa: E402

KIND, MARK_TYPE, PORT = 183, 184, 172
MARK, ANNOTATION = 200, 201
START, TIME, END = 1, 2, 3
MASK = 2**64 - 1


class Segment:
    def __init__(self, message):
        self.message, self.data = message, message.data
        with tempfile.NamedTemporaryFile() as f:
            f.write(self.data)
            f.flush()
            self.members = list(read_recording.members(f.name))
        lines = self.members[0].decode().splitlines()
        self.magic = lines[0]
        self.pairs = [line.split(" ", 1) for line in lines[1:]]
        self.header = {key: value for key, value in self.pairs}
        self.records = [r for member in self.members[1:] for r in read_recording.records(member)]
        self.marks = [r[MARK_TYPE] for r in self.records if r[KIND] == MARK]
        self.events = [r for r in self.records if r[KIND] < MARK]

    def partition(self):
        return int(self.header["partition"])

    def sequence(self):
        return int(self.header["sequence"])


def segments_of(server, stream="TCPCLOSE"):
    """By (run, partition), in the order of their numbers."""
    found = collections.defaultdict(list)
    with server.client() as c:
        for message in c.messages(stream):
            s = Segment(message)
            found[s.header["run"], s.partition()].append(s)
    for of_one in found.values():
        of_one.sort(key=Segment.sequence)
    return found


def write_recording(path, segments):
    """The segments of one partition as one file: the first header, and all records."""
    with open(path, "wb") as f:
        for i, s in enumerate(segments):
            for member in s.members[i > 0:]:
                f.write(gzip.compress(member, 1))


def rotate(x, n):
    return (x << n | x >> (64 - n)) & MASK


def siphash(key, data):
    """SipHash-2-4, after the paper."""
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def rounds(n):
        for _ in range(n):
            v[0] = (v[0] + v[1]) & MASK
            v[2] = (v[2] + v[3]) & MASK
            v[1] = rotate(v[1], 13) ^ v[0]
            v[3] = rotate(v[3], 16) ^ v[2]
            v[0] = rotate(v[0], 32)
            v[2] = (v[2] + v[1]) & MASK
            v[0] = (v[0] + v[3]) & MASK
            v[1] = rotate(v[1], 17) ^ v[2]
            v[3] = rotate(v[3], 21) ^ v[0]
            v[2] = rotate(v[2], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def hash_of(config, iss, irs):
    """The hash of a connection, by the configuration of the stream."""
    key = bytes.fromhex(config["hash_key"])
    return siphash(key, struct.pack("<Q", min(iss, irs) << 32 | max(iss, irs)))


def config_of(server):
    with server.client() as c:
        text = c.last("TCPCLOSE_CONFIG", "tcpclose.v1.config").decode()
    return dict(line.split(" ", 1) for line in text.splitlines()[1:])


def heartbeat_of(server, host):
    """The lines of the last heartbeat: {key: [values]}."""
    with server.client() as c:
        text = c.last("TCPCLOSE_HOSTS", "tcpclose.v1.hosts." + host).decode()
    lines = collections.defaultdict(list)
    for line in text.splitlines()[1:]:
        key, _, value = line.partition(" ")
        lines[key].append(value)
    return lines
