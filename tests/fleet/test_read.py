# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The reader's child: what it fetches, compared with what a client of our own finds in the stream."""

import json
import os
import signal
import subprocess
import threading
import time

from assertions import same, true
from nats_server import wait_until
from publisher import ENV

SEGMENT, HEARTBEAT, CONFIG, CAUGHT_UP, NOTE, FAILED = range(1, 7)


class Reader:
    """build/fleet_read; frames: what it has printed so far."""

    def __init__(self, fleet, url, *words):
        self.process = subprocess.Popen([os.path.join(fleet.build, "fleet_read"), url, *words], text=True, env=ENV,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        fleet.publishers.append(self)       # to be killed
        self.frames = []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.frames.append(json.loads(line))

    def of(self, kind):
        return [f for f in self.frames if f["kind"] == kind]

    def finish(self):
        self.process.wait(30)
        self.thread.join()
        return self.frames

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.thread.join()


def fill(one, count=400, partitions=4):
    one.init(one.url, "--partitions", str(partitions))
    for host in ("web", "db"):
        publisher = one.publish(one.url, host, count=count, interval_us=100, partitions=partitions, beat_ms=20)
        publisher.wait_for("all taken", lambda c: c["taken"] == count and c["heartbeats"])
        publisher.finish()
    with one.one.client() as c:
        return c.messages("TCPCLOSE")


def described(messages):
    """(number in the stream, partition, host, first line) of each message."""
    return [(m.of_stream()[0], int(m.subject.split(".")[3]), m.subject.split(".")[4],
             m.data.split(b"\n", 1)[0].decode()) for m in messages]


def described_frames(frames):
    return [(f["seq"], f["partition"], f["host"], f["text"]) for f in frames if f["kind"] == SEGMENT]


def test_everything_up_to_the_end(one):
    messages = fill(one)
    frames = Reader(one, one.url).finish()
    same("segments", described_frames(frames), described(messages))
    kinds = [f["kind"] for f in frames]
    same("the order", kinds, [CONFIG] + [HEARTBEAT] * 2 + [SEGMENT] * len(messages) + [CAUGHT_UP])
    same("hosts", sorted(f["host"] for f in frames if f["kind"] == HEARTBEAT), ["db", "web"])
    times = [f["ns"] for f in frames if f["kind"] == SEGMENT]
    true("the broker's times", times == sorted(times) and abs(times[-1] / 1e9 - time.time()) < 60)


def test_some_partitions_and_since(one):
    messages = fill(one)
    frames = Reader(one, one.url, "partitions=0x6").finish()
    same("partitions 1 and 2", sorted(described_frames(frames)), [m for m in described(messages) if m[1] in (1, 2)])
    same("caught up once", [f["kind"] for f in frames].count(CAUGHT_UP), 1)
    middle = described_frames(frames)
    middle = middle[len(middle) // 2]
    since = next(f["ns"] for f in frames if f["kind"] == SEGMENT and f["seq"] == middle[0])
    later = described_frames(Reader(one, one.url, "since=%d" % since).finish())
    want = [m for m in described(messages) if m[0] >= middle[0]]
    same("the first one from that time on, %d" % since, later[:1], want[:1])
    same("all from that time on", later == want, True)


def test_since_any_fraction_of_a_second(one):
    """Also one that begins with a 0, which cnats writes wrongly."""
    one.init(one.url, "--partitions", "1")
    publisher = one.publish(one.url, "web", interval_us=2000, partitions=1)
    publisher.wait_for("more than a second", lambda c: c["taken"] >= 800)
    publisher.finish()
    frames = [f for f in Reader(one, one.url).finish() if f["kind"] == SEGMENT]
    since = next(f["ns"] for f in frames[1:] if f["ns"] % 10**9 < 10**8)
    want = [f["seq"] for f in frames if f["ns"] >= since]
    got = [f["seq"] for f in Reader(one, one.url, "since=%d" % since).finish() if f["kind"] == SEGMENT]
    same("from %d on" % since, got, want)


def test_an_empty_stream_has_an_end_too(one):
    one.init(one.url)
    same("frames", [f["kind"] for f in Reader(one, one.url).finish()], [CONFIG, CAUGHT_UP])


def test_it_follows_and_survives_a_restart_of_the_server(one):
    fill(one, 100)
    reader = Reader(one, one.url, "follow")
    wait_until("caught up", lambda: reader.of(CAUGHT_UP))
    publisher = one.publish(one.url, "late", interval_us=2000, flush_ms=20000)
    wait_until("it follows", lambda: len(reader.of(SEGMENT)) > 300)
    one.one.kill()
    wait_until("a note", lambda: reader.of(NOTE))
    true(reader.of(NOTE), "lost the connection to the stream, trying again" in reader.of(NOTE)[0]["text"])
    one.one.start().wait_until_ready()
    publisher.finish()
    with one.one.client() as c:
        want = described(c.messages("TCPCLOSE"))
    wait_until("everything has come", lambda: len(reader.of(SEGMENT)) >= len(want), 30)
    same("segments", described_frames(reader.frames), want)
    same("caught up once", len(reader.of(CAUGHT_UP)), 1)
    reader.kill()


def test_a_reader_that_is_killed_leaves_no_process(one):
    fill(one, 100)
    reader = Reader(one, one.url, "follow")
    wait_until("caught up", lambda: reader.of(CAUGHT_UP))
    with open(f"/proc/{reader.process.pid}/task/{reader.process.pid}/children", encoding="ascii") as f:
        child = f.read().split()[0]
    with open(f"/proc/{child}/status", encoding="utf-8") as f:
        status = f.read()
    true("no privileges", "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
         and "Seccomp:\t2" in status)
    reader.process.send_signal(signal.SIGKILL)
    reader.process.wait()
    wait_until("the child has ended", lambda: not os.path.exists("/proc/" + child))


def test_what_cannot_be_read(one):
    frames = Reader(one, one.url).finish()
    same("frames", [f["kind"] for f in frames], [FAILED])
    true(frames, "there is no stream TCPCLOSE_CONFIG: 'tcpclose stream init' makes it" in
         frames[0]["text"].replace('"', "'"))
    frames = Reader(one, "nats://127.0.0.1:1/").finish()
    same("frames", [(f["kind"], f["text"]) for f in frames], [(FAILED, "no server answers there")])
