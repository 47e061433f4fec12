#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Endings that users reported, or that other tools report wrongly: each is made here, and the tool must tell it.

The witnesses are this process, which makes the situation and knows what it did, the errors and states that the kernel
shows to it, nft's counters and the capture. One line per test on stdout. Exit status: 0 all passed, 1 some failed, 77
nothing could be run.
"""

import contextlib
import errno
import os
import re
import select
import socket
import struct
import subprocess
import sys
import termios
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import fixtures
import observers
import timing
from held_connections import await_state, inside, ports, states
from runner import run_module
from situations import (Link, await_unread, capture, cookie_of, counted, error_of, filter_table, linger_zero, nft,
                        queued, refused_with, routed, sh, sysctl, two_hosts)
from watch import Watch, Where, about_ns

ESTABLISHED, FIN_WAIT2, TIME_WAIT, CLOSE_WAIT = 1, 5, 6, 8
TCP_USER_TIMEOUT, IP_RECVERR = 18, 11
PROBE_TIMER = 4     # column tr of /proc/net/tcp
RST = 0x04
CLEAN = {"four-way", "three-way"}
ME = os.getpid


def effects(*wanted):
    """The calls of a story, all by this process, each with its effect."""
    return Where(f"{wanted} by {ME()}", lambda rows: [(r["call"], r["effect"], r["pid"]) for r in rows] ==
                 [(*want, ME()) for want in wanted])


def test_the_close_after_forty_that_did_nothing(options, report):
    """A program forks forty children, each closes its copy, then the program ends the connection."""
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        link = Link(ns, ns)
        fd, ended = link.client.fileno(), []
        for _ in range(40):
            child = os.fork()
            if not child:
                os.close(fd)
                os._exit(0)
            ended.append(os.waitpid(child, 0)[1])
        report.same("children that closed", ended, [0] * 40)
        link.client.close()
        await_state(ns, link.names[1], CLOSE_WAIT)
        link.server.close()
        me = {"call": "close", "fd": fd, "pid": ME(), "effect": "fin"}
        watch.check("client", link.cookies[0], initiator="local", ending=CLEAN,
                    trigger={"call": "close", "fd": fd, "pid": ME()},
                    missing=Where("without a guess", lambda words: not any("no task held" in word for word in words)),
                    calls=Where(f"with {me}", lambda rows: any(row | me == row for row in rows)),
                    hooked={"trigger": {"ret": 0}})
        watch.check("server", link.cookies[1], initiator="peer", ending=CLEAN, trigger={"call": "close", "pid": ME()})
        for mode, story in watch.stories(link.cookies[0]):
            if mode == "auto":
                omitted = story.get("calls_omitted")
                report.true("calls and calls_omitted add up to 41", omitted and len(story["calls"]) + omitted == 41,
                            (len(story["calls"]), omitted))
        watch.finish()


def connect_to_itself(ns):
    """What a retry loop meets when it draws the port that it tries to reach."""
    with inside(ns):
        sock = socket.socket()
    sock.settimeout(fixtures.WAIT_S)
    sock.bind(("127.0.0.1", 0))
    sock.connect(sock.getsockname())
    return sock


def test_a_socket_connected_to_itself(options, report):
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        wire = capture(ns, options)
        both = {"initiator": "both", "ending": "two-way", "reason": None, "opened": "connect", "self": True,
                "twin": None}
        socks = {}
        for way in ("close", "shutdown", "unread"):
            sock = socks[way] = connect_to_itself(ns)
            report.same("both names", sock.getsockname(), sock.getpeername())
            fd, cookie, names = sock.fileno(), cookie_of(sock), ports(sock)
            sock.sendall(b"y" * 77)
            if way == "unread":
                await_unread(sock, 77)
            else:
                report.same("read", len(sock.recv(100)), 77)
            if way == "shutdown":
                sock.shutdown(socket.SHUT_WR)
                report.same("its own end", sock.recv(1), b"")
            sock.close()
            me = {"fd": fd, "pid": ME()}
            if way == "unread":
                await_state(ns, names, None)
                watch.check(way, cookie, initiator="local", ending="reset-sent", reason="unread-data", opened="connect",
                            bytes={"unread": 77}, trigger={"call": "close", **me}, **{"self": True, "twin": None})
            else:
                await_state(ns, names, TIME_WAIT)
                how = "SHUT_WR" if way == "shutdown" else None
                calls = [("close", "fin")] if way == "close" else [("shutdown", "fin"), ("close", "released")]
                watch.check(way, cookie, trigger={"call": way, "how": how, **me}, hooked={"calls": effects(*calls)},
                            **both)
            socks[way] = names[0]
        told = watch.finish()["auto"]
        report.same("stories", sum(o["kind"] == "close" for o in told), 3)
        fins = {ends: [fin for all_fins in wire_of.fins.values() for fin in all_fins]
                for ends, wire_of in observers.connections(wire.finish()).items()}
        for way, count in (("close", 1), ("shutdown", 1), ("unread", 0)):
            seen = next(f for ends, f in fins.items() if ("127.0.0.1", socks[way]) in ends)
            report.same(f"{way}: FINs in the capture", len(seen), count)


class Reopened:
    """A connection of a port that had one before, through a listener that stays."""

    def __init__(self, listener, sock, port):
        self.client = sock
        sock.settimeout(fixtures.WAIT_S)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", port))
        sock.connect(listener.getsockname())
        self.server = listener.accept()[0]
        self.names = ports(self.client), ports(self.server)
        self.cookies = cookie_of(self.client), cookie_of(self.server)

    def close_client(self, report):
        self.client.close()
        report.same("end of file", self.server.recv(1), b"")


def test_forgotten_sockets_meet_new_connections(options, report):
    """The clients' minisocks have expired, the server's sockets are still in CLOSE_WAIT when the same ports connect
    again. On one processor, where the last socket that was freed gives its memory to the next: to that of its port."""
    numbers = (40200, 40201, 40202)
    with contextlib.ExitStack() as stack:
        ns = stack.enter_context(fixtures.Namespace())
        watch = stack.enter_context(Watch(options, report, ns))
        stack.callback(os.sched_setaffinity, 0, os.sched_getaffinity(0))
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        sysctl(ns, "net.ipv4.tcp_fin_timeout=1")
        wire = capture(ns, options)
        with inside(ns):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            links = [Reopened(listener, socket.socket(), number) for number in numbers]
            for link in links:
                link.close_client(report)
                await_state(ns, link.names[0], FIN_WAIT2)
            heirs = [socket.socket() for _ in links]
        pairs = []
        for old, number, heir in zip(reversed(links), reversed(numbers), heirs):
            await_state(ns, old.names[0], None)
            report.same("the server's end", states(ns).get(old.names[1]), CLOSE_WAIT)
            new = Reopened(listener, heir, number)
            report.same("the old one's error", error_of(old.server), errno.EPIPE)
            new.close_client(report)
            new.server.close()
            old.server.close()
            pairs.append((old, new))
        for old, new in pairs:
            check_forgotten(watch, old, new)
        watch.finish()
        report.same("who sent a RST", {p.sport for p in wire.finish() if p.flags & RST}, set(numbers))
        for mode in watch.tools:
            ladders = watch.timeline(mode, listener.getsockname()[1])
            report.true(f"{mode}: timeline: the old client reset nothing",
                        "had closed when more data came" not in ladders, ladders)


def check_forgotten(watch, old, new):
    closes = {"call": "close", "pid": ME()}
    watch.check("old client", old.cookies[0], initiator="local", ending="timed-out", reason="fin-wait-2",
                opened="connect", trigger=closes)
    watch.check("old server", old.cookies[1], initiator="peer", ending="reset-received", reason="half-closed",
                opened="accept", trigger=None, twin={"cookie": old.cookies[0]})
    watch.check("new client", new.cookies[0], initiator="local", ending=CLEAN, opened="connect", trigger=closes,
                twin={"cookie": new.cookies[1]})
    watch.check("new server", new.cookies[1], initiator="peer", ending=CLEAN, opened="accept", trigger=closes,
                twin={"cookie": new.cookies[0]})


def test_nat_that_forgets(options, report):
    """The router's entry times out: the answer reaches the client under an address that it does not know."""
    with routed() as (near, router, far):
        nft(router, """table ip t {
            chain to {
                type nat hook prerouting priority dstnat; ip daddr 10.8.2.99 tcp dport 80 dnat to 10.8.2.1:8080;
            }
            chain through { type filter hook forward priority 0; ct state invalid counter; }
        }\n""")
        sysctl(router, "net.netfilter.nf_conntrack_tcp_timeout_established=1",
               "net.netfilter.nf_conntrack_tcp_be_liberal=0")
        with Watch(options, report, near, far) as watch:
            link = Link(near, far, ("10.8.2.1", 8080), target=("10.8.2.99", 80))
            link.client.sendall(b"subscribe")
            link.server.recv(100)
            link.server.sendall(b"ok")
            report.same("the answer", link.client.recv(100), b"ok")
            fixtures.wait_for("end of the router's entry", lambda: "dport=80 " not in conntrack(router))
            link.server.sendall(b"event 1")
            report.same("server", refused_with(link.server.recv, 10), errno.ECONNRESET)
            report.same("the client knows nothing", states(near).get(link.names[0]), ESTABLISHED)
            link.client.sendall(b"ping")
            report.same("client", refused_with(link.client.recv, 10), errno.ECONNRESET)
            link.server.close()
            link.client.close()
            for side, cookie in zip(("client", "server"), link.cookies):
                watch.check(side, cookie, initiator="peer", ending="reset-received", reason="established", trigger=None,
                            middlebox=True, hooked={"calls": effects(("close", "none"))})
            watch.finish()
            for mode in watch.tools:
                ladder = watch.timeline(mode, link.names[0][0])
                report.true(f"{mode}: timeline: no process sent a RST", not re.search(r"\] sent a RST", ladder), ladder)


def conntrack(ns):
    """Reading the table removes what has expired."""
    command = ns.command("cat", "/proc/net/nf_conntrack")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_clean_close_that_lost_a_request(options, report):
    """The server half-closes, the request comes, both close: nothing resets, 2079 bytes are never read."""
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        wire = capture(ns, options)
        link = Link(ns, ns)
        fd = link.server.fileno()
        link.server.shutdown(socket.SHUT_WR)
        link.client.sendall(b"x" * 2079)
        await_unread(link.server, 2079)
        report.same("end of file", link.client.recv(1), b"")
        link.client.close()
        await_state(ns, link.names[1], TIME_WAIT)
        link.server.close()
        watch.check("server", link.cookies[1], initiator="local", ending=CLEAN, data_lost={"unread": 2079},
                    trigger={"call": "shutdown", "how": "SHUT_WR", "fd": fd, "pid": ME()},
                    hooked={"calls": effects(("shutdown", "fin"), ("close", "released"))})
        watch.check("client", link.cookies[0], initiator="peer", ending=CLEAN, data_lost=None,
                    trigger={"call": "close", "pid": ME()})
        watch.finish()
        report.same("RSTs in the capture", [p for p in wire.finish() if p.flags & RST], [])


def let_icmp_err(near, router, link):
    """The way is shut until the client's socket has an error that nobody asked for, then open again."""
    link.client.setsockopt(socket.SOL_IP, IP_RECVERR, 1)
    nft(router, filter_table("forward", "tcp dport 8080 counter reject with icmp type host-unreachable"))
    link.client.sendall(b"hello")
    poll = select.poll()
    poll.register(link.client, 0)
    # In send() the error is a soft one; that of the first retransmission stays.
    fixtures.wait_for("two rejected segments and the error", lambda: counted(router) >= 2 and poll.poll(0))
    sh(*router.command("nft", "delete", "table", "ip", "once"))
    if link.server.recv(100) != b"hello":
        raise fixtures.Broken("not sent again")
    fixtures.wait_for("the ACK", lambda: queued(link.client, termios.TIOCOUTQ) == 0)
    return poll.poll(0) and states(near).get(link.names[0])


def end_with_pending_error(near, far, link, way):
    """The end of a connection; what the tool must say of the client's end."""
    client, server = link.client, link.server
    if way in ("close-first", "shutdown"):
        client.shutdown(socket.SHUT_WR) if way == "shutdown" else client.close()
        await_state(far, link.names[1], CLOSE_WAIT)
        server.close()
    elif way == "peer-first":
        server.close()
        await_state(near, link.names[0], CLOSE_WAIT)
    elif way == "unread":
        server.sendall(b"answer")
        await_unread(client, 6)
    elif way == "linger":
        linger_zero(client)
    elif way == "reset":
        linger_zero(server)
        server.close()
        await_state(near, link.names[0], None)
    elif way == "silent":
        client.close()
        await_state(far, link.names[1], CLOSE_WAIT)
        await_state(near, link.names[0], None)
    client.close()
    if way in ("unread", "linger"):
        if refused_with(server.recv, 1) != errno.ECONNRESET:
            raise fixtures.Broken(f"{way}: no RST came")
    server.close()
    closes = {"initiator": "local", "ending": CLEAN, "reason": None, "trigger": {"call": "close", "pid": ME()}}
    return closes | {
        "shutdown": {"trigger": {"call": "shutdown", "pid": ME()}},
        "peer-first": {"initiator": "peer"},
        "unread": {"ending": "reset-sent", "reason": "unread-data"},
        "linger": {"ending": "reset-sent", "reason": "linger-zero"},
        "reset": {"initiator": "peer", "ending": "reset-received", "reason": "established", "trigger": None},
        "silent": {"ending": "timed-out", "reason": "fin-wait-2"}}.get(way, {})


def test_a_pending_error_is_no_end(options, report):
    """IP_RECVERR: an ICMP "host unreachable" sets the error of a connection that lives on, and ends in many ways."""
    with routed() as (near, router, far):
        sysctl(router, "net.ipv4.icmp_ratelimit=0")
        sysctl(near, "net.ipv4.tcp_fin_timeout=1")
        with Watch(options, report, near, far) as watch:
            for way in ("close-first", "shutdown", "peer-first", "unread", "linger", "reset", "silent"):
                link = Link(near, far, ("10.8.2.1", 8080))
                report.same(f"{way}: state with the error", let_icmp_err(near, router, link), ESTABLISHED)
                facts = end_with_pending_error(near, far, link, way)
                watch.check(way, link.cookies[0], **facts)
                if facts["ending"] is CLEAN:
                    watch.check(f"{way}, peer", link.cookies[1], ending=CLEAN, reason=None,
                                initiator="peer" if facts["initiator"] == "local" else "local")
            watch.finish()


def timer_of(ns, names):
    """The column tr of /proc/net/tcp."""
    for line in ns.read("/proc/net/tcp").splitlines()[1:]:
        words = line.split()
        if tuple(int(word.rpartition(":")[2], 16) for word in words[1:3]) == names:
            return int(words[5].partition(":")[0], 16)
    return None


def aborted_on_timeout(ns):
    return observers.read_counters(ns.read("/proc/net/netstat"))["TCPAbortOnTimeout"]


def fill(ns, link):
    """Sends until the peer, which does not read, has shut its window."""
    link.client.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            link.client.send(b"x" * 4096)
    fixtures.wait_for("a shut window", lambda: timer_of(ns, link.names[0]) == PROBE_TIMER)


def test_a_user_timeout_that_was_not_reached(options, report):
    """TCP_USER_TIMEOUT is a minute; the number of unanswered window probes ends the connection within seconds."""
    with two_hosts() as (near, far):
        sysctl(near, "net.ipv4.tcp_retries2=3", "net.ipv4.tcp_orphan_retries=3")
        with Watch(options, report, near, far) as watch:
            links = {way: Link(near, far, ("10.8.1.2", 0)) for way in ("held", "held-without", "orphan")}
            for way, link in links.items():
                if way != "held-without":
                    link.client.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, 60000)
                fill(near, link)
            before = aborted_on_timeout(near)
            nft(near, filter_table("input", "tcp flags ack counter drop"))
            began = time.monotonic()
            links["orphan"].client.close()
            for way in ("held", "held-without"):
                poll = select.poll()
                poll.register(links[way].client, 0)
                report.true(f"{way}: it ends", poll.poll(20000 * timing.SLOW))
                report.same(f"{way}: error", error_of(links[way].client), errno.ETIMEDOUT)
                links[way].client.close()
            await_state(near, links["orphan"].names[0], None)
            report.true("it took less than the minute", time.monotonic() - began < 30, time.monotonic() - began)
            report.true("answers were dropped", counted(near) >= 3, counted(near))
            report.same("TCPAbortOnTimeout", aborted_on_timeout(near) - before, 3)
            for way, link in links.items():
                watch.check(way, link.cookies[0], ending="timed-out", reason="zero-window",
                            initiator="local" if way == "orphan" else "none",
                            trigger={"call": "close", "pid": ME()} if way == "orphan" else None)
            watch.finish()


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def forge_reset(ns, source, target, seq):
    """A RST as if it came from source, sent from a namespace that has no part in the connection."""
    addresses = socket.inet_aton(source[0]) + socket.inet_aton(target[0])
    tcp = struct.pack("!HHIIHHHH", source[1], target[1], seq, 0, 5 << 12 | RST, 0, 0, 0)
    tcp = tcp[:16] + struct.pack("!H", checksum(addresses + struct.pack("!HH", 6, len(tcp)) + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, 6, 0) + addresses     # the kernel fills in the checksum
    with inside(ns), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(ip + tcp, (target[0], 0))


def test_a_reset_that_a_third_party_forged(options, report):
    """To both ends; and to the server alone: then the server's kernel, which has no socket left, answers the client."""
    with routed() as (near, router, far), Watch(options, report, near, far) as watch:
        for both in (True, False):
            wire = capture(router, options, f"wire-{both}.pcap")
            link = Link(near, far, ("10.8.2.1", 0))
            for sender, receiver in ((link.client, link.server), (link.server, link.client)):
                sender.sendall(b"ping")
                receiver.recv(100)
                fixtures.wait_for("the ACK", lambda: queued(sender, termios.TIOCOUTQ) == 0)
            following = {p.sport: (p.seq + p.len) % 2**32 for p in wire.finish() if p.len}
            client, server = link.client.getsockname(), link.server.getsockname()
            forge_reset(router, client, server, following[client[1]])
            report.same("server", refused_with(link.server.recv, 1), errno.ECONNRESET)
            if both:
                forge_reset(router, server, client, following[server[1]])
            else:
                link.client.sendall(b"ping")
            report.same("client", refused_with(link.client.recv, 1), errno.ECONNRESET)
            link.server.close()
            link.client.close()
            facts = {"initiator": "peer", "ending": "reset-received", "reason": "established", "trigger": None}
            watch.check("server", link.cookies[1], middlebox=True, **facts)
            watch.check("client", link.cookies[0], middlebox=True, **facts)
        watch.finish()


def test_idle_before_the_end(options, report):
    """Data one way, later the other way, then silence: since when is said of each way, at both ends."""
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        link = Link(ns, ns)
        stamps = []
        for sender, receiver, pause_s in ((link.client, link.server, 0.3), (link.server, link.client, 1.2)):
            sender.sendall(b"z" * 100)
            report.same("read", len(receiver.recv(1000)), 100)
            stamps.append(time.monotonic_ns())
            time.sleep(pause_s)
        ended = time.monotonic_ns()
        link.client.close()
        report.same("end of file", link.server.recv(1), b"")
        link.server.close()
        there, back = (about_ns(ended - stamp) for stamp in stamps)
        watch.check("client", link.cookies[0], idle_ns={"sent": there, "received": back}, ending=CLEAN)
        watch.check("server", link.cookies[1], idle_ns={"sent": back, "received": there}, ending=CLEAN)
        watch.finish()


def test_a_reset_by_another_call_than_the_trigger(options, report):
    """One thread ends the sending side; another one closes with data unread, and that sends the RST."""
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        link = Link(ns, ns)
        fd = link.server.fileno()
        tids = []

        def run(act, *arguments):
            thread = threading.Thread(target=lambda: (tids.append(threading.get_native_id()), act(*arguments)))
            thread.start()
            thread.join()

        run(link.server.shutdown, socket.SHUT_WR)
        link.client.sendall(b"x" * 500)
        await_unread(link.server, 500)
        run(link.server.close)
        report.same("end of file, then a RST", (link.client.recv(1), error_of(link.client)), (b"", errno.EPIPE))
        link.client.close()
        watch.check("server", link.cookies[1], initiator="local", ending="reset-sent", reason="unread-data",
                    trigger={"call": "shutdown", "how": "SHUT_WR", "tid": tids[0], "pid": ME()},
                    reset_by={"call": "close", "fd": fd, "tid": tids[1], "pid": ME()})
        watch.check("client", link.cookies[0], initiator="peer", ending="reset-received", reset_by=None,
                    middlebox={False, None})
        watch.finish()


def test_an_ack_that_the_peers_kernel_delayed(options, report):
    """A server that answers acknowledges late: its kernel hopes for data to send the ACK with."""
    with fixtures.Namespace() as ns, Watch(options, report, ns) as watch:
        wire = capture(ns, options)
        link = Link(ns, ns)
        for _ in range(8):
            for sender, receiver in ((link.client, link.server), (link.server, link.client)):
                sender.sendall(b"x" * 10)
                receiver.recv(100)
        link.client.close()
        await_state(ns, link.names[0], FIN_WAIT2)
        link.server.close()
        sent = next(iter(observers.connections(wire.finish()).values()))
        fin, ack = sent.halves[link.names[0][0]]
        answer, _ = sent.halves[link.names[1][0]]
        report.true("the ACK of the FIN is late", ack.ns - fin.ns >= 10_000_000, ack.ns - fin.ns)
        # on a busy host this program may take longer to close
        blame = "delayed-ack" if ack.ns - fin.ns > answer.ns - ack.ns else "peer-app"
        watch.check("client", link.cookies[0], initiator="local", ending=CLEAN, blame=blame)
        watch.finish()


if __name__ == "__main__":
    sys.exit(run_module(globals()))
