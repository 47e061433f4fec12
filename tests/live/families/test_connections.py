#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The view connections: both ends of each connection on one line, joined through namespaces and NAT, never wrongly.

The witnesses are the two programs at the ends (speaking_end.py): each says its pid, its socket's cookie and names, and
when it did what. One line per test on stdout. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import contextlib
import errno
import json
import os
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import fixtures
import held_connections
from runner import run_module
from situations import Link, capture, counted, nft, queued, refused_with, routed, sh, sysctl, two_hosts
from test_reports import forge_reset

CLOSE_WAIT, TIME_WAIT = 8, 6
PROGRAM = os.path.join(HERE, "..", "lib", "speaking_end.py")
BLAMED_NS = 3_000_000       # a delay of less than 1 ms has no cause
CLEAN = {"four-way", "three-way"}
NAT = """
table ip t {
 chain to { type nat hook prerouting priority -100; ip daddr 10.8.1.254 tcp dport 7001 counter dnat to 10.8.2.1:7002; }
 chain from { type nat hook postrouting priority 100; ip saddr 10.8.1.0/24 ip daddr 10.8.2.1 counter masquerade; }
}
"""
SYNPROXY = """
table ip t {
 chain raw { type filter hook prerouting priority -300; tcp dport 7003 tcp flags syn notrack; }
 chain forward { type filter hook forward priority 0;
  tcp dport 7003 ct state { invalid, untracked } counter synproxy mss 1460 wscale 7 timestamp sack-perm;
  ct state invalid drop; }
}
"""


def wait_until(boottime_ns):
    fixtures.wait_for("a time", lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME) >= boottime_ns)


class Tool(held_connections.Tool):
    """`tcpclose connections -j`."""

    view = ("connections", "-j")

    def connections(self):
        return [o for o in self.lines('"kind":"connection"') if o["kind"] == "connection"]

    def await_connection(self, cookie):
        """The one that has the socket with this cookie at one of its ends."""
        own = f'"cookie":"{cookie}"'
        fixtures.wait_for(f"connection of {cookie}", lambda: self.lines(own), 2 * fixtures.WAIT_S)
        return self.lines(own)[0]


class End:
    """A program at one end, and all that it has said."""

    def __init__(self, ns, *words):
        self.ns, self.said = ns, []
        self.child = ns.start(sys.executable, "-S", "-B", PROGRAM, *map(str, words), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def hear(self):
        line = self.child.stdout.readline()
        if not line:
            raise fixtures.Broken(f"an end said no more: {self.child.stderr.read()}")
        self.said.append(json.loads(line))
        return self.said[-1]

    def do(self, command):
        self.child.stdin.write(command + "\n")
        self.child.stdin.flush()
        said = self.hear()
        if command == "exit":
            self.child.wait()
        return said

    def when(self, did, key="ns"):
        return next(word[key] for word in self.said if word["did"] == did)


class Speaking:
    """A connection between two programs."""

    def __init__(self, client_ns, server_ns, listen=("127.0.0.1", 0), target=None, source=()):
        self.server = End(server_ns, "listen", *listen)
        port = self.server.hear()["port"]
        self.client = End(client_ns, "connect", *(target or (listen[0], port)), *source)
        self.client_names, self.server_names = self.client.hear(), self.server.hear()

    def close(self, first="client", call="close", then="close"):
        """One end closes, and the other one only when it has seen that; returns how long it held, in ns."""
        one, other = (self.client, self.server) if first == "client" else (self.server, self.client)
        one.do(call)
        other.do("eof")
        names = other.said[0] if other is self.client else other.said[1]
        held_connections.await_state(other.ns, (names["local"][1], names["peer"][1]), CLOSE_WAIT)
        wait_until(other.when("eof") + BLAMED_NS)
        other.do(then)
        return other.when(then, "from_ns") - other.when("eof")


@contextlib.contextmanager
def watching(options, *words):
    with Tool(options.tool) as tool:
        tool.start(*words)
        yield tool


def check_ends(report, told, link):
    """The connection has the two sockets of the link, each in its place."""
    report.same("one_sided", told["one_sided"], None)
    report.same("roles_known", told["roles_known"], True)
    for side, names in (("client", link.client_names), ("server", link.server_names)):
        end = told[side] or {}
        report.same(f"{side}: cookie", end.get("cookie"), names["cookie"])
        report.same(f"{side}: own address", (end.get("local_addr"), end.get("local_port")), tuple(names["local"]))
        report.same(f"{side}: its peer", (end.get("peer_addr"), end.get("peer_port")), tuple(names["peer"]))
    report.same("disagreement", told["disagreement"], None)
    report.same("clock_offset_ns", told["clock_offset_ns"], [0, 0])


def check_clean(report, told, link, first, held_ns, calls=("close", "close")):
    """Who ended it by which call, and who held the other end for how long: as the two programs say."""
    check_ends(report, told, link)
    names = {"client": link.client_names, "server": link.server_names}
    other = "server" if first == "client" else "client"
    began, blame = told["initiator"], told["blame"]
    report.same("initiator", (began["side"], began["pid"], began["call"]), (first, names[first]["pid"], calls[0]))
    report.true("endings", {told[side]["ending"] for side in names} <= CLEAN, told)
    report.same("blame", (blame["cause"], blame["side"], blame["pid"], blame["call"]),
                ("app", other, names[other]["pid"], calls[1]))
    # from when its FIN was there until its call: a little more than between what the program did
    report.true("held", held_ns <= blame["ns"] <= held_ns + 10**9, (held_ns, blame["ns"]))
    for flight in told["one_way_ns"].values():
        report.true("a FIN needs time, and not much here", flight and 0 <= flight[0] == flight[1] < 10**9, flight)


def finish(tool, report, count):
    """Ends the tool: each connection was told once."""
    told = [o for o in tool.finish() if o["kind"] == "connection"]
    report.same("connections told", len(told), count)
    cookies = [end["cookie"] for o in told for end in (o["client"], o["server"]) if end]
    report.same("sockets told twice", sorted(c for c in set(cookies) if cookies.count(c) > 1), [])
    return told


def test_over_loopback(options, report):
    """Both ends in one namespace; either one closes first, by close() or by its exit."""
    with fixtures.Namespace() as ns, watching(options, "--netns", ns.name) as tool:
        for first in ("client", "server"):
            for calls in (("close", "close"), ("exit", "close"), ("shutdown", "exit")):
                link = Speaking(ns, ns)
                held_ns = link.close(first, *calls)
                if calls[0] == "shutdown":
                    (link.client if first == "client" else link.server).do("close")
                told = tool.await_connection(link.client_names["cookie"])
                check_clean(report, told, link, first, held_ns, calls)
        finish(tool, report, 6)


def test_between_containers(options, report):
    """Two namespaces and a veth, IPv4 and IPv6."""
    with two_hosts() as (near, far):
        for ns, addr in ((near, "fd00:8::1/64"), (far, "fd00:8::2/64")):
            device = subprocess.run(ns.command("sh", "-c", "ls /sys/class/net | grep -v ^lo"), check=True,
                                    capture_output=True, text=True).stdout.split()[0]
            sh("ip", "-n", ns.name, "addr", "add", addr, "dev", device, "nodad")
        with watching(options, "--netns", near.name, "--netns", far.name) as tool:
            for addr in ("10.8.1.2", "fd00:8::2"):
                for first in ("client", "server"):
                    link = Speaking(near, far, (addr, 0))
                    held_ns = link.close(first)
                    check_clean(report, tool.await_connection(link.server_names["cookie"]), link, first, held_ns)
            finish(tool, report, 4)


def test_through_nat(options, report):
    """A router rewrites both addresses and a port; both ends name another peer than each other."""
    with routed() as (near, router, far):
        nft(router, NAT)
        with watching(options, "--netns", near.name, "--netns", far.name) as tool:
            for first in ("client", "server"):
                link = Speaking(near, far, ("10.8.2.1", 7002), ("10.8.1.254", 7001))
                report.same("the server sees the router", link.server_names["peer"][0], "10.8.2.254")
                report.same("the client sees the router", tuple(link.client_names["peer"]), ("10.8.1.254", 7001))
                held_ns = link.close(first)
                check_clean(report, tool.await_connection(link.client_names["cookie"]), link, first, held_ns)
            report.true("the rules were used", counted(router) >= 2, counted(router))
            finish(tool, report, 2)


def test_through_a_syn_proxy(options, report):
    """It answers for the server and translates its numbers: two connections, and no end is joined to a wrong one."""
    with routed() as (near, router, far):
        sysctl(router, "net.netfilter.nf_conntrack_tcp_loose=0")
        nft(router, SYNPROXY)
        with watching(options, "--netns", near.name, "--netns", far.name) as tool:
            links = [Speaking(near, far, ("10.8.2.1", 7003)) for _ in range(1)]
            for link in links:
                link.close()
            for link in links:
                for names, side in ((link.client_names, "client"), (link.server_names, "server")):
                    told = tool.await_connection(names["cookie"])
                    report.same(f"{side}: one_sided", told["one_sided"], "not-found")
                    report.same(f"{side}: its own end", told[side] and told[side]["cookie"], names["cookie"])
                    report.same(f"{side}: the other end", told["server" if side == "client" else "client"], None)
            report.true("the proxy was used", counted(router) >= 1, counted(router))
            finish(tool, report, 2 * len(links))


def reset_both_ends(router, wire, link):
    """Forges a RST to each end of a connection through the router, as if from the other one."""
    for sender, receiver in ((link.client, link.server), (link.server, link.client)):
        sender.sendall(b"ping")
        receiver.recv(100)
        fixtures.wait_for("the ACK", lambda: queued(sender, termios.TIOCOUTQ) == 0)
    following = {p.sport: (p.seq + p.len) % 2**32 for p in wire.finish() if p.len}
    client, server = link.client.getsockname(), link.server.getsockname()
    forge_reset(router, client, server, following[client[1]])
    forge_reset(router, server, client, following[server[1]])


def test_a_middlebox_that_resets(options, report):
    """A RST that neither program sent, to both ends: both are told, and the one between them is the initiator."""
    with routed() as (near, router, far), \
            watching(options, "--netns", near.name, "--netns", far.name) as tool:
        wire = capture(router, options)
        link = Link(near, far, ("10.8.2.1", 0))
        reset_both_ends(router, wire, link)
        for sock in (link.server, link.client):
            report.same("its error", refused_with(sock.recv, 1), errno.ECONNRESET)
            sock.close()
        told = tool.await_connection(link.cookies[0])
        report.same("ends", [told[side]["cookie"] for side in ("client", "server")], list(link.cookies))
        report.same("middlebox", told["middlebox"], True)
        report.same("initiator", (told["initiator"]["side"], told["initiator"]["pid"]), ("middlebox", None))
        finish(tool, report, 1)


def test_a_reset_of_one_program(options, report):
    """The other end's RST is no middlebox's."""
    with two_hosts() as (near, far), watching(options, "--netns", near.name, "--netns", far.name) as tool:
        link = Speaking(near, far, ("10.8.1.2", 0))
        link.server.do("reset")
        report.same("the client's error", link.client.do("error")["errno"], errno.ECONNRESET)
        link.client.do("close")
        told = tool.await_connection(link.client_names["cookie"])
        check_ends(report, told, link)
        report.same("middlebox", told["middlebox"], False)
        report.same("initiator", {key: told["initiator"][key] for key in ("side", "pid", "call", "fd")},
                    {"side": "server", "pid": link.server_names["pid"], "call": "close",
                     "fd": link.server_names["fd"]})
        finish(tool, report, 1)


def test_the_same_names_again(options, report):
    """Three connections of the same addresses and ports, in TIME_WAIT of the one before; each has its own two ends."""
    with fixtures.Namespace() as ns, watching(options, "--netns", ns.name) as tool:
        sysctl(ns, "net.ipv4.tcp_tw_reuse=1")
        links = []
        for _ in range(3):
            link = Speaking(ns, ns, ("127.0.0.1", 7100), source=("127.0.0.1", 40100))
            held_ns = link.close("client")
            names = link.client_names
            held_connections.await_state(ns, (names["local"][1], names["peer"][1]), TIME_WAIT)
            links.append((link, held_ns))
            # the kernel reuses it when its timestamp clock has gone on, a second later (tcp_twsk_unique)
            wait_until(link.server.when("close") + 1_200_000_000)
        for link, held_ns in links:
            check_clean(report, tool.await_connection(link.client_names["cookie"]), link, "client", held_ns)
        finish(tool, report, 3)


def test_a_filter_keeps_both_ends(options, report):
    """It matches one end, and the other one comes with it; a connection of which it matches none does not."""
    with fixtures.Namespace() as ns, watching(options, "--netns", ns.name, "--initiator", "local") as tool:
        links = []
        for port in (7201, 7202):
            links.append(Speaking(ns, ns, ("127.0.0.1", port)))
            links[-1].close("client")
        for link in links:
            check_ends(report, tool.await_connection(link.client_names["cookie"]), link)
        finish(tool, report, 2)
    with fixtures.Namespace() as ns, watching(options, "--netns", ns.name, "-c", "nobody") as tool:
        Speaking(ns, ns).close("client")
        finish(tool, report, 0)


def test_an_end_that_is_not_traced(options, report):
    """Its namespace is not asked for: its end is not found, two seconds later."""
    with two_hosts() as (near, far), watching(options, "--netns", near.name) as tool:
        link = Speaking(near, far, ("10.8.1.2", 0))
        link.close("server")
        told = tool.await_connection(link.client_names["cookie"])
        report.same("one_sided", told["one_sided"], "not-found")
        report.same("server", told["server"], None)
        report.same("initiator", (told["initiator"]["side"], told["initiator"]["pid"]), ("server", None))
        finish(tool, report, 1)


def test_an_end_that_is_still_open(options, report):
    """A RST ends the client alone. The server's end is known, so the connection waits for it, to the end of the run."""
    with routed() as (near, router, far), \
            watching(options, "--netns", near.name, "--netns", far.name) as tool:
        wire = capture(router, options)
        link = Link(near, far, ("10.8.2.1", 0))
        link.server.sendall(b"ping")
        link.client.recv(100)
        fixtures.wait_for("the ACK", lambda: queued(link.server, termios.TIOCOUTQ) == 0)
        following = {p.sport: (p.seq + p.len) % 2**32 for p in wire.finish() if p.len}
        client, server = link.client.getsockname(), link.server.getsockname()
        forge_reset(router, server, client, following[server[1]])
        report.same("the client's error", refused_with(link.client.recv, 1), errno.ECONNRESET)
        link.client.close()
        other = Speaking(near, near)    # told later, so the first one has not been told too early
        other.close()
        tool.await_connection(other.client_names["cookie"])
        report.same("told so far", len(tool.connections()), 1)
        told = finish(tool, report, 2)[-1]
        report.same("one_sided", (told["one_sided"], told["server"]), ("open", None))
        report.same("client", told["client"]["cookie"], link.cookies[0])
        report.same("middlebox", told["middlebox"], True)
        link.server.close()


def test_the_recording_says_the_same(options, report):
    """Live and in the replay: the same lines; -n counts connections, not ends; the text fits 80 columns."""
    recording = os.path.join(options.folder, "own.rec")
    with fixtures.Namespace() as ns, watching(options, "--netns", ns.name, "--record", recording) as tool:
        links = [Speaking(ns, ns) for _ in range(3)]
        for link in links:
            link.close()
        for link in links:
            tool.await_connection(link.client_names["cookie"])
        lines = tool.connections()
        finish(tool, report, 3)

    def replay(*words):
        return subprocess.run([options.tool, "connections", "-q", "--replay", recording, *words], check=True,
                              capture_output=True, text=True).stdout.splitlines()

    again = [json.loads(line) for line in replay("-j")]
    report.same("replayed", [o for o in again if o["kind"] == "connection"], lines)
    report.same("with -n 2", len(replay("-n", "2")), 1 + 2)
    text = replay()
    report.same("lines", len(text), 1 + 3)
    report.true("80 columns", max(map(len, text)) <= 80, text)
    for link in links:
        port = link.server_names["local"][1]
        report.true("a line names both programs", any(
            f"[{link.client_names['pid']}]" in line and f"[{link.server_names['pid']}]" in line and f":{port} " in line
            for line in text), text)


def test_around_a_command(options, report):
    """The connections of a command, and the exit status of the command."""
    script = "import socket,sys\nl = socket.create_server(('127.0.0.1', 0))\nc = socket.create_connection(l." \
             "getsockname())\ns = l.accept()[0]\nprint(c.getsockname()[1], s.getsockname()[1])\nc.close()\n" \
             "s.recv(1)\ns.close()\nsys.exit(3)\n"
    with fixtures.Namespace() as ns:
        done = subprocess.run(ns.command(options.tool, "connections", "-j", "-q", "--tree", "--", sys.executable, "-c",
                                         script), capture_output=True, text=True, check=False)
    report.same("exit status", done.returncode, 3)
    lines = done.stdout.splitlines()
    ports = [line for line in lines if not line.startswith("{")]
    told = [json.loads(line) for line in lines if line.startswith('{"kind":"connection"')]
    report.same("connections", [f"{o['client']['local_port']} {o['server']['local_port']}" for o in told], ports)


if __name__ == "__main__":
    sys.exit(run_module(globals()))
