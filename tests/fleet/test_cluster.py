# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A cluster of three servers with TLS that loses one, two, or the time of all; and a broker that never acknowledges.

In each case: nothing that was acknowledged or spooled is lost, nothing is stored twice, what is dropped is counted, and
the recorder goes on at its own pace. FLEET_ROUNDS=N repeats each case N times (make check-fleet).
"""

import os
import random
import signal
import socket
import threading

import pytest

from assertions import same, true
from nats_server import wait_until
from publisher import check_stream

ROUNDS = int(os.environ.get("FLEET_ROUNDS", "1"))
INTERVAL_US = 1000
LONGEST_MS = 1000           # one call of the recorder; microseconds unless the guest is stopped meanwhile

rounds = pytest.mark.parametrize("number", range(ROUNDS), ids=lambda number: "%d" % number)


def start(three):
    # the leader of a cluster that has just been formed may not know its peers yet
    wait_until("stream init works",
               lambda: three.run("stream", "init", three.url, "--nats-ca", three.ca).returncode == 0)
    wait_until("three replicas", lambda: three.three.is_whole("TCPCLOSE"))
    publisher = three.publish(three.url, ca=three.ca, interval_us=INTERVAL_US, size=4000, timeout_ms=2000,
                              flush_ms=40000)
    publisher.wait_for("taken", lambda c: c["taken"] >= 200)
    return publisher


def check_end(three, publisher):
    three.three.wait_until_ready()
    counts = publisher.finish()
    wait_until("three replicas again", lambda: three.three.is_whole("TCPCLOSE"), 30)
    with three.three.leader_of("TCPCLOSE").client() as c:
        check_stream(c.messages("TCPCLOSE"), counts)
    same("dropped", counts["dropped"], 0)
    true("the recorder never waited: %s ms" % counts["longest_ms"], counts["longest_ms"] < LONGEST_MS)
    return counts


def check_that_it_goes_on(publisher, more=500):
    put = publisher.counts["put"]
    publisher.wait_for("it goes on putting", lambda c: c["put"] >= put + more)


@rounds
def test_one_node_is_killed(three, number):
    publisher = start(three)
    leader = three.three.leader_of("TCPCLOSE")
    follower = random.Random(number).choice([s for s in three.three.servers if s is not leader])
    follower.kill()
    taken = publisher.counts["taken"]
    publisher.wait_for("two of three are enough", lambda c: c["taken"] >= taken + 500)
    follower.start()
    check_end(three, publisher)


@rounds
def test_the_leader_is_killed(three, number):
    publisher = start(three)
    leader = three.three.leader_of("TCPCLOSE")
    leader.kill()
    check_that_it_goes_on(publisher)
    taken = publisher.counts["taken"]
    publisher.wait_for("another one leads", lambda c: c["taken"] >= taken + 500)
    leader.start()
    check_end(three, publisher)


@rounds
def test_two_nodes_are_killed(three, number):
    """One of three is no majority: it acknowledges nothing."""
    publisher = start(three)
    killed = random.Random(number).sample(three.three.servers, 2)
    for server in killed:
        server.kill()
    check_that_it_goes_on(publisher, 2000)
    waiting = publisher.counts["waiting"]
    true("nothing is acknowledged: %r" % publisher.counts, waiting > 1000)
    for server in killed:
        server.start()
    check_end(three, publisher)


@rounds
def test_all_nodes_are_stopped_for_a_while(three, number):
    publisher = start(three)
    for server in three.three.servers:
        server.signal(signal.SIGSTOP)
    check_that_it_goes_on(publisher, 2000)
    true("nothing is acknowledged: %r" % publisher.counts, publisher.counts["waiting"] > 1000)
    for server in three.three.servers:
        server.signal(signal.SIGCONT)
    check_end(three, publisher)


class MuteBroker:
    """Speaks as much of the protocol as keeps a connection up, takes every message and acknowledges none."""

    INFO = (b'INFO {"server_id":"mute","server_name":"mute","version":"2.9.10","proto":1,"headers":true,'
            b'"max_payload":1048576,"jetstream":true}\r\n')

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.messages = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            connection.sendall(self.INFO)
            with connection.makefile("rb") as lines:
                for line in lines:
                    self.answer(connection, lines, line.split())
        except (OSError, ValueError):
            pass

    def answer(self, connection, lines, words):
        if words[0] == b"PING":
            connection.sendall(b"PONG\r\n")
        elif words[0] in (b"PUB", b"HPUB"):
            lines.read(int(words[-1]) + 2)
            self.messages += 1

    def close(self):
        self.listener.close()


def test_a_broker_that_never_acknowledges(fleet):
    """It gets each shipment again and again, one at a time; nothing counts as taken, and what is dropped is counted."""
    broker = MuteBroker()
    try:
        publisher = fleet.publish("nats://127.0.0.1:%d/" % broker.port, interval_us=INTERVAL_US, size=10000,
                                  spool_max=4 << 20, timeout_ms=300, flush_ms=100)
        publisher.wait_for("failures", lambda c: c["failed"] >= 60 and c["dropped"] > 100)
        failed = publisher.counts["failed"]
        publisher.wait_for("and again", lambda c: c["failed"] > failed)
        counts = publisher.finish()
    finally:
        broker.close()
    same("taken", counts["taken"], 0)
    same("why", counts["why"], "the server does not acknowledge")
    same("put = waiting + dropped", counts["put"], counts["waiting"] + counts["dropped"])
    true("it got some: %d" % broker.messages, broker.messages >= counts["failed"] > 0)
    true("the spool is bounded: %r" % counts, counts["waiting"] * 10000 <= 4 << 20)
    true("the recorder never waited: %s ms" % counts["longest_ms"], counts["longest_ms"] < LONGEST_MS)
