# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Makes the frames of a stream from recordings, without the tool: src/ship/frame.h, and the segments of src/record,
written down once more."""

import gzip
import hashlib
import re
import struct

from read_recording import ANNOTATION, KIND, encode, members, records

MARK = 200
START, TIME, END, CLOCK_SET = 1, 2, 3, 5
SEGMENT, HEARTBEAT, CONFIG, CAUGHT_UP, NOTE, FAILED = 1, 2, 3, 4, 5, 6
STATE, RESET_SENT, LISTEN = 1, 5, 10
TYPE, SYSCALL_NR, PORTS, OLD_STATE, FLAGS = 184, 156, 172, 186, 188   # offsets in a record
NO_SOCKET = 1 << 5
SEQUENCES = 120     # six numbers of 4 bytes
SECOND = 10**9


def frame(kind, data=b"", host="", partition=0, broker_ns=0, sequence=0):
    return struct.pack("<IHHQQ72s", len(data), kind, partition, broker_ns, sequence, host.encode()) + data


def header_lines(path):
    return next(members(path)).decode().splitlines()


def value(lines, key):
    return next((line.split(" ", 1)[1] for line in lines if line.startswith(key + " ")), None)


class Segment:
    """One segment, and what a frame says of it."""

    def __init__(self, host, run, partition, sequence, broker_ns, data):
        self.host, self.run, self.partition, self.sequence = host, run, partition, sequence
        self.broker_ns, self.data = broker_ns, data

    def frame(self, sequence=1, **changes):
        facts = dict(host=self.host, partition=self.partition, broker_ns=self.broker_ns) | changes
        return frame(SEGMENT, facts.pop("data", self.data), sequence=sequence, **facts)


def subject(host):
    return re.sub("[^A-Za-z0-9_-]", "_", host)


def make_segment(lines, run, partition, sequence, body, rate="1.000000"):
    """The bytes of a segment with these records."""
    calls = {struct.unpack_from("<i", r, SYSCALL_NR)[0] for r in body if r[KIND] not in (MARK, ANNOTATION)}
    keep = {"tcpclose", "schema", "event_size", "byte_order", "hostname", "host", "boot_id", "boot_to_wall_ns"}
    if not sequence:
        keep |= {"kernel", "machine", "hook", "exe", "tree"}
    head = [line for line in lines if line.split(" ")[0] in keep or
            (line.startswith("syscall") and int(line.split(" ")[1]) in calls)]
    head += ["run " + run, f"partition {partition}", f"sequence {sequence}", "rate " + rate]
    data = gzip.compress("".join(line + "\n" for line in head).encode(), 1)
    for i in range(0, len(body), 200):
        data += gzip.compress(encode(body[i:i + 200]), 1)
    return data


def is_event(record):
    return record[KIND] not in (MARK, ANNOTATION)


def is_for_all(record):
    return record[OLD_STATE] == LISTEN or (record[KIND] == RESET_SENT and record[FLAGS] & NO_SOCKET)


def partition_of(record, partitions):
    """Any function of the connection that is the same at both ends will do."""
    return sum(struct.unpack_from("<HH", record, PORTS)) % partitions


def put(parts, record, partitions, texts):
    """Puts an event, with the annotations before it, where it belongs."""
    targets = range(partitions) if is_for_all(record) else [partition_of(record, partitions)]
    for target in targets:
        parts[target] += [*texts, record]


def copy_as(record, mark):
    record = bytearray(record)
    record[TYPE] = mark
    return bytes(record)


def cut(path, partitions, events):
    """The records of each segment: per partition a list. And the time of the last one."""
    parts, texts, start, mark, count = [[] for _ in range(partitions)], [], None, None, 0
    for record in (r for m in members(path) if m[:1] == b"R" for r in records(m)):
        if record[KIND] == ANNOTATION:
            texts.append(record)
            continue
        if record[KIND] == MARK:
            mark = record
            start = start or copy_as(record, START)
            for part in parts:
                part += [*texts, record]
        else:
            put(parts, record, partitions, texts)
            count += 1
        texts = []
        if count < events and not (record[KIND] == MARK and record[TYPE] in (TIME, END)):
            continue
        yield [part if part[:1] == [start] else [start, *part] for part in parts], struct.unpack_from("<Q", record)[0]
        parts, start, count = [[] for _ in range(partitions)], copy_as(mark, START), 0


def segments(path, partitions=1, run=None, delay_ns=10**6, events=30):
    """Cuts a recording at each of its marks of time, and after so many events. The broker gets a segment delay_ns after
    its last record."""
    run = run or hashlib.sha256(open(path, "rb").read()).hexdigest()[:32]
    lines = header_lines(path)
    host, to_wall = subject(value(lines, "host") or value(lines, "hostname")), int(value(lines, "boot_to_wall_ns"))
    latest = 0
    for sequence, (parts, ns) in enumerate(cut(path, partitions, events)):
        latest = max(latest, ns)
        for i, part in enumerate(parts):
            yield Segment(host, run, i, sequence, latest + to_wall + delay_ns,
                          make_segment(lines, run, i, sequence, part))


def in_order(*several):
    return sorted((s for some in several for s in some), key=lambda s: (s.broker_ns, s.host, s.partition, s.sequence))


def write_frames(path, frames, caught_up=True):
    with open(path, "wb") as f:
        for i, one in enumerate(frames):
            f.write(one.frame(i + 1) if isinstance(one, Segment) else one)
        if caught_up:
            f.write(frame(CAUGHT_UP))


def heartbeat(path, broker_ns, run=None, addresses=(), host=None, complete=True, sequence=None, more=()):
    """A heartbeat of the recorder that made this recording, whose addresses these are."""
    lines = header_lines(path)
    run = run or hashlib.sha256(open(path, "rb").read()).hexdigest()[:32]
    name = host or value(lines, "host") or value(lines, "hostname")
    keep = ("schema", "event_size", "byte_order", "hostname", "boot_id", "boot_to_wall_ns", "kernel", "machine", "hook",
            "exe", "tree")
    text = ["tcpclose heartbeat", "host " + name, "run " + run, f"time_ns {broker_ns}",
            *(line for line in lines if line.split(" ")[0] in keep),
            *(["sequence 0 %d" % sequence] if sequence else []),
            "addresses " + ("complete" if complete else "incomplete"), *("address " + a for a in addresses), *more]
    return frame(HEARTBEAT, "".join(line + "\n" for line in text).encode(), subject(name), broker_ns=broker_ns)


def disguised(source, target, host, boot_id=None, fast_ns=0, shift=0x1234567):
    """Writes a recording as that of another host: with another name, another wall clock and other connections."""
    def change(record):
        record = bytearray(record)
        if is_event(record):
            for at in range(SEQUENCES, SEQUENCES + 24, 4):
                struct.pack_into("<I", record, at, (struct.unpack_from("<I", record, at)[0] + shift) % 2**32)
        return bytes(record)

    def change_header(text):
        text = re.sub(rb"(?m)^host(name)? .*$", lambda m: b"host%s %s" % (m[1] or b"", host.encode()), text)
        if boot_id:
            text = re.sub(rb"(?m)^boot_id .*$", b"boot_id " + boot_id.encode(), text)
        return re.sub(rb"(?m)^boot_to_wall_ns (-?\d+)$", lambda m: b"boot_to_wall_ns %d" % (int(m[1]) + fast_ns), text)

    with open(target, "wb") as f:
        for member in members(source):
            if member[:1] == b"R":
                f.write(gzip.compress(encode([change(record) for record in records(member)])))
            else:
                f.write(gzip.compress(change_header(member)))
    return target
