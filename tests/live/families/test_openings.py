#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Connections that began in an unusual way: TCP Fast Open, a simultaneous open, a restored checkpoint.

The witnesses are this process, which makes the situation and knows what it did, the errors and states that the kernel
shows to it, nft's counters and the capture. One line per test on stdout. Exit status: 0 all passed, 1 some failed, 77
nothing could be run.
"""

import contextlib
import errno
import os
import socket
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import fixtures
from held_connections import await_state, inside, ports, states
from runner import run_module
from situations import (Link, capture, cookie_of, counted, filter_table, linger_zero, nft, refused_with, sysctl,
                        two_hosts)
from watch import Watch

ESTABLISHED, SYN_RECV, CLOSE_WAIT = 1, 3, 8
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_FASTOPEN = 19, 20, 21, 23
RECV_QUEUE, SEND_QUEUE = 1, 2     # of TCP_REPAIR_QUEUE
MSG_FASTOPEN = 0x20000000
FAST_OPEN = 0x1 | 0x2 | 0x4 | 0x200 | 0x400     # both ends, and none asks for a cookie
SYN, RST, ACK = 0x02, 0x04, 0x10
CLEAN = {"four-way", "three-way"}
ME = os.getpid


class FastOpen:
    """A connection whose ten bytes came with the SYN, and whose handshake the server never sees completed."""

    def __init__(self, near, far):
        for ns in (near, far):
            sysctl(ns, f"net.ipv4.tcp_fastopen={FAST_OPEN}")
        nft(far, filter_table("input", "tcp flags & (syn | rst) == 0 counter drop"))
        with inside(far), socket.socket() as listener:
            listener.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 5)
            listener.bind(("10.8.1.2", 0))
            listener.listen(5)
            with inside(near):
                self.client = socket.socket()
            self.client.settimeout(fixtures.WAIT_S)
            self.sent = self.client.sendto(b"0123456789", MSG_FASTOPEN, listener.getsockname())
            self.server = listener.accept()[0]
            self.server.settimeout(fixtures.WAIT_S)
            self.state = states(far).get(ports(self.server))
        self.cookies = cookie_of(self.client), cookie_of(self.server)


def test_fast_open_reset_before_the_handshake(options, report):
    """The server has accepted and read ten bytes in SYN_RECV when the client's RST comes."""
    with two_hosts() as (near, far), Watch(options, report, near, far) as watch:
        fast = FastOpen(near, far)
        report.same("state, sent", (fast.state, fast.sent), (SYN_RECV, 10))
        report.same("read", fast.server.recv(100), b"0123456789")
        linger_zero(fast.client)
        fast.client.close()
        report.same("server", refused_with(fast.server.recv, 1), errno.ECONNRESET)
        fast.server.close()
        watch.check("server", fast.cookies[1], initiator="peer", ending="reset-received", trigger=None, opened="accept")
        watch.check("client", fast.cookies[0], initiator="local", ending="reset-sent", reason="linger-zero")
        watch.finish()


def test_fast_open_closed_unread_before_the_handshake(options, report):
    with two_hosts() as (near, far), Watch(options, report, near, far) as watch:
        fast = FastOpen(near, far)
        report.same("state, unread", (fast.state, len(fast.server.recv(100, socket.MSG_PEEK))), (SYN_RECV, 10))
        fast.server.close()
        report.same("client", refused_with(fast.client.recv, 1), errno.ECONNRESET)
        fast.client.close()
        watch.check("server", fast.cookies[1], initiator="local", ending="reset-sent", reason="unread-data",
                    bytes={"unread": 10}, trigger={"call": "close", "pid": ME()}, opened="accept")
        watch.check("client", fast.cookies[0], initiator="peer", ending="reset-received", trigger=None)
        watch.finish()


def test_fast_open_refused(options, report):
    """Nobody listens: the data in the SYN is lost with it."""
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        sysctl(ns, f"net.ipv4.tcp_fastopen={FAST_OPEN}")
        wire = capture(ns, options)
        with inside(ns):
            sock = socket.socket()
        cookie = cookie_of(sock)
        report.same("sendto()", refused_with(sock.sendto, b"0123456789", MSG_FASTOPEN, ("127.0.0.1", 7300)),
                    errno.ECONNREFUSED)
        sock.close()
        watch.check("client", cookie, initiator="peer", ending="reset-received", trigger=None)
        watch.finish()
        report.same("SYN with data, then a RST", [(p.flags & (SYN | RST), p.len) for p in wire.finish()],
                    [(SYN, 10), (RST, 0)])


def test_simultaneous_open(options, report):
    """Two sockets connect to each other. One SYN is dropped, so that the other one meets a socket in SYN_SENT."""
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        wire = capture(ns, options)
        with inside(ns):
            socks = [socket.socket() for _ in range(2)]
        for sock in socks:
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
        one, two = socks
        nft(ns, filter_table("input", f"tcp sport {one.getsockname()[1]} tcp flags & (syn | ack) == syn counter drop"))
        report.same("connect()", one.connect_ex(two.getsockname()), errno.EINPROGRESS)
        two.connect_ex(one.getsockname())
        names, cookies = ports(two), [cookie_of(sock) for sock in socks]
        for own in (names, names[::-1]):
            await_state(ns, own, ESTABLISHED)
        report.true("a SYN was dropped", counted(ns) >= 1)
        one.close()
        await_state(ns, names, CLOSE_WAIT)
        two.close()
        for own, other in ((0, 1), (1, 0)):
            watch.check(f"socket {own}", cookies[own], opened="connect", ending=CLEAN,
                        initiator=("local", "peer")[own], twin={"cookie": cookies[other]})
        watch.finish()
        syns = {p.sport for p in wire.finish() if p.flags & (SYN | ACK) == SYN}
        report.same("who sent a SYN", syns, set(names))


def sequence_numbers(sock):
    """What comes next in each queue, of a socket in repair mode."""
    numbers = {}
    for queue in (RECV_QUEUE, SEND_QUEUE):
        sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, queue)
        numbers[queue] = sock.getsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ, 4)
    return numbers


def checkpoint(sock):
    """A child takes the socket's numbers and closes it in repair mode, as a process that is checkpointed does. Its pid,
    and the numbers."""
    (read, write), (wait, go) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.close(go)
        os.read(wait, 1)        # until the parent has closed its own descriptor
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
            numbers = sequence_numbers(sock)
            sock.close()
            os.write(write, numbers[RECV_QUEUE] + numbers[SEND_QUEUE])
        os._exit(0)
    sock.close()
    for fd in (write, wait, go):
        os.close(fd)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    return child, {RECV_QUEUE: said[:4], SEND_QUEUE: said[4:]}


def restore(ns, local, peer, numbers):
    with inside(ns):
        sock = socket.socket()
    sock.settimeout(fixtures.WAIT_S)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.bind(local)
    for queue, number in numbers.items():
        sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, queue)
        sock.setsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ, number)
    sock.connect(peer)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 0)
    return sock


def test_checkpoint_and_restore(options, report):
    """The server's process vanishes without a segment and another one goes on: that is the client's peer."""
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        link = Link(ns, ns)
        link.client.sendall(b"before")
        report.same("before", link.server.recv(100), b"before")
        local, peer = link.server.getsockname(), link.server.getpeername()
        vanished, numbers = checkpoint(link.server)
        report.same("the socket is gone", states(ns).get(link.names[1]), None)
        restored = restore(ns, local, peer, numbers)
        cookie = cookie_of(restored)
        link.client.sendall(b"after")
        report.same("after", restored.recv(100), b"after")
        restored.sendall(b"answer")
        report.same("answer", link.client.recv(100), b"answer")
        restored.close()
        report.same("end of file", link.client.recv(1), b"")
        link.client.close()
        watch.check("vanished", link.cookies[1], ending="aborted", reason="repair",
                    trigger={"call": "close", "pid": vanished})
        watch.check("restored", cookie, initiator="local", ending=CLEAN, opened=None,
                    trigger={"call": "close", "pid": ME()}, twin={"cookie": link.cookies[0], "pid": ME()})
        watch.check("client", link.cookies[0], initiator="peer", ending=CLEAN, opened="connect",
                    twin={"cookie": cookie, "pid": ME()})
        watch.finish()


if __name__ == "__main__":
    sys.exit(run_module(globals()))
