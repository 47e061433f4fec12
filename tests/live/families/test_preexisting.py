#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Connections whose close had begun before the tool did: told when they end, as far as they are known, with
whoever held them. Witnesses: /proc/net/tcp for the states, /proc/PID/fd for the holders, the capture for
the FINs that came late.

One line per test on stdout. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import os
import resource
import socket
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import held_connections
import fixtures
import timing
import observers
from runner import run_module

FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE_WAIT, LAST_ACK, CLOSING = 4, 5, 6, 8, 9, 11
SLACK_NS = 50_000_000       # a jiffy's worth of rounding, and what a busy host takes


def check_age(story, began_ns, report):
    """began_ns: CLOCK_REALTIME before which the close cannot have begun. The bound is the kernel's last sign."""
    bound, ended = story["age_at_least_ns"], timing.stamp_ns(story["time"])
    report.true("age_at_least_ns", bound is not None and 0 < bound <= ended - began_ns + SLACK_NS,
                f"{bound}, the close is {ended - began_ns} old")


def check_partial(story, report):
    report.same("partial", story["partial"], True)
    report.same("age_ns", story["age_ns"], None)
    report.true("missing", any(m.startswith("waves:") for m in story["missing"]), story["missing"])
    report.same("phase total", story["phase_ns"]["total"], None)


def check_holders(story, want, report):
    report.same("holders", {(h["pid"], h["fd"]) for h in story["holders"]}, want)


def check_fin(story, wave, wire, port, report):
    """The FIN from that port, as the wave of this number."""
    said = {w["wave"]: w for w in story["waves"]}.get(wave)
    sent = wire.fins[port][0]
    if not said:
        report.fail(f"wave {wave} is not told: {story['waves']}")
        return
    report.same(f"wave {wave} seq", said["seq"], sent.seq)
    off = timing.stamp_ns(story["start"]) + said["at_ns"] - sent.ns
    report.true(f"wave {wave} at", abs(off) <= timing.TOLERANCE_NS, f"{off} ns off the capture")


def test_close_wait_and_minisock(options, report):
    """The client is gone, the server holds: CLOSE_WAIT here, a minisock there."""
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        began = time.time_ns()
        client, server = held_connections.pair(ns)
        names, cli = held_connections.ports(server), held_connections.ports(client)
        client.close()
        held_connections.await_state(ns, names, CLOSE_WAIT)
        held_connections.await_state(ns, cli, FIN_WAIT2)
        held = held_connections.holders(os.fstat(server.fileno()).st_ino)
        fd, path = server.fileno(), os.path.join(options.folder, "wire.pcap")
        tool.start("--netns", ns.name)
        capture = fixtures.Capture(ns, path)
        time.sleep(0.05)    # the age is to be told from none
        server.close()
        story, mini = tool.await_story(ns, names), tool.await_story(ns, cli)
        wire = observers.connections(capture.finish())[observers.names(story)]
        tool.finish()
    check_partial(story, report)
    check_age(story, began, report)
    check_holders(story, held, report)
    report.same("ending", (story["ending"], story["initiator"]), ("four-way", "peer"))
    report.same("states", story["states"], ["CLOSE_WAIT", "LAST_ACK", "CLOSE"])
    report.same("trigger", (story["trigger"]["call"], story["trigger"]["fd"], story["trigger"]["pid"]),
                ("close", fd, os.getpid()))
    check_fin(story, 3, wire, names[0], report)
    check_partial(mini, report)
    check_age(mini, began, report)
    check_holders(mini, set(), report)
    report.same("minisock's ending", (mini["ending"], mini["initiator"], mini["trigger"]),
                ("four-way", "local", None))
    report.same("minisock's states", mini["states"], ["FIN_WAIT2", "TIME_WAIT"])
    check_fin(mini, 3, wire, names[0], report)


def test_fin_wait2_held_by_two(options, report):
    """shutdown(SHUT_WR), a fork, a dup: three descriptors; then the peer closes."""
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        client, server = held_connections.pair(ns)
        names = held_connections.ports(client)
        began = time.time_ns()
        client.shutdown(socket.SHUT_WR)
        again = client.dup()
        child = subprocess.Popen(["sleep", "60"], pass_fds=[client.fileno()])
        held_connections.await_state(ns, names, FIN_WAIT2)
        held = held_connections.holders(os.fstat(client.fileno()).st_ino)
        try:
            tool.start("--netns", ns.name)
            server.close()
            again.close()
            client.close()
        finally:
            child.kill()
            child.wait()
        story = tool.await_story(ns, names)
        tool.finish()
    report.same("how many hold it", len(held), 3)
    check_partial(story, report)
    check_age(story, began, report)
    check_holders(story, held, report)
    report.same("comm", {h["comm"] for h in story["holders"] if h["pid"] == child.pid}, {"sleep"})
    report.same("ending", (story["ending"], story["initiator"]), ("four-way", "local"))
    report.same("states", story["states"], ["FIN_WAIT2", "TIME_WAIT"])


def test_minisock_expires(options, report):
    """tcp_fin_timeout is 2 s (where the tool takes longer to start, more) and the peer never closes."""
    timeout_s = 2 if timing.SLOW == 1 else 15
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        subprocess.run(ns.command("sysctl", "-qw", f"net.ipv4.tcp_fin_timeout={timeout_s}"), check=True)
        client, server = held_connections.pair(ns)
        names = held_connections.ports(client)
        client.close()
        began = time.time_ns()
        held_connections.await_state(ns, names, FIN_WAIT2)
        tool.start("--netns", ns.name)
        fixtures.wait_for("end of the minisock", lambda: names not in held_connections.states(ns), 5 * timeout_s)
        gone = time.time_ns()
        story = tool.await_story(ns, names)
        server.close()
        tool.finish()
    report.same("ending", (story["ending"], story["reason"], story["initiator"]),
                ("timed-out", "fin-wait-2", "local"))
    ended = timing.stamp_ns(story["time"])
    report.true("time", timeout_s * 950_000_000 <= ended - began <= gone - began + 300_000_000,
                f"{ended - began} ns after the close; gone after {gone - began}")
    report.same("partial", story["partial"], True)


def test_reset_of_a_minisock(options, report):
    """The peer resets what it held."""
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        client, server = held_connections.pair(ns)
        names = held_connections.ports(client)
        client.close()
        held_connections.await_state(ns, names, FIN_WAIT2)
        tool.start("--netns", ns.name)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server.close()
        story = tool.await_story(ns, names)
        tool.finish()
    report.same("ending", (story["ending"], story["reason"]), ("reset-received", "after-close"))


def test_unacknowledged(options, report):
    """FIN_WAIT1 here and LAST_ACK there: nothing gets through until the filter goes."""
    drop = "add table t; add chain t c { type filter hook input priority 0; }; add rule t c tcp flags & fin != 0 drop"
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        client, server = held_connections.pair(ns)
        other, passive = held_connections.pair(ns)
        other.close()
        held_connections.await_state(ns, held_connections.ports(passive), CLOSE_WAIT)
        began = time.time_ns()
        subprocess.run(ns.command("nft", drop), check=True)
        fin_wait1, last_ack = held_connections.ports(client), held_connections.ports(passive)
        client.close()
        passive.close()
        held_connections.await_state(ns, fin_wait1, FIN_WAIT1)
        held_connections.await_state(ns, last_ack, LAST_ACK)
        tool.start("--netns", ns.name)
        subprocess.run(ns.command("nft", "delete table t"), check=True)
        ended = tool.await_story(ns, last_ack)
        server.recv(1)
        server.close()
        story = tool.await_story(ns, fin_wait1)
        tool.finish()
    report.same("states", story["states"], ["FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT"])
    report.same("FIN_WAIT1 ends", (story["ending"], story["initiator"]), ("four-way", "local"))
    report.same("LAST_ACK ends", (ended["initiator"], ended["states"]), ("peer", ["LAST_ACK", "CLOSE"]))
    for told in (story, ended):
        check_partial(told, report)
        check_age(told, began, report)
        check_holders(told, set(), report)


def test_all_namespaces(options, report):
    """Two namespaces, neither of them the tool's; one of them has no process in it."""
    with fixtures.Namespace() as one, fixtures.Namespace() as two, held_connections.Tool(options.tool) as tool:
        kept = []
        for ns in (one, two):
            client, server = held_connections.pair(ns)
            client.close()
            held_connections.await_state(ns, held_connections.ports(server), CLOSE_WAIT)
            kept.append((ns, server, held_connections.ports(server)))
        inhabitant = one.start("sleep", "60")
        tool.start()
        for ns, server, _ in kept:
            server.close()
        for ns, _, names in kept:
            check_partial(tool.await_story(ns, names), report)
        tool.finish()
        inhabitant.kill()
        inhabitant.wait()


def still_there(ns, names):
    states = held_connections.states(ns)
    return [name for name in names if states.get(name) not in (None, TIME_WAIT)]


def test_closes_during_the_walk(options, report):
    """What ends while the tool starts is told once, and is not open at its end."""
    count, rounds = 3000, 3
    with fixtures.Namespace() as ns:
        for _ in range(rounds):
            with held_connections.inside(ns), socket.socket() as listener:
                listener.bind(("127.0.0.1", 0))
                listener.listen(count)
                clients, servers = [], []
                for _ in range(count):
                    clients.append(socket.create_connection(listener.getsockname()))
                    servers.append(listener.accept()[0])
            names = [held_connections.ports(server) for server in servers]
            for client in clients:
                client.shutdown(socket.SHUT_WR)
            with held_connections.Tool(options.tool) as tool:
                tool.start("--netns", ns.name, wait=False)
                for server, client in zip(servers, clients):
                    server.close()
                    client.close()
                tool.await_ready()
                fixtures.wait_for("the end of the last, by ss", lambda: not still_there(ns, names))
                time.sleep(0.3)     # a story settles for 100 ms
                lines = tool.finish()
            opened = [o for o in lines if o["kind"] == "close" and o["ending"] == "open"]
            report.same("told as open", [(o["local_port"], o["states"]) for o in opened], [])
            summary = lines[-1]
            report.same("open", summary["open"], 0)
            report.same("seen", summary["seen"], summary["told"] + summary["filtered"] + summary["open"]
                        + sum(summary["lost"].values()))


def test_a_crowd(options, report):
    """20,000 sockets of one process (or as many as it may have), 500 processes with one each, and over a
    million descriptors of other things, which makes the kernel's iterator pause (EAGAIN)."""
    room = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    many, few, copies = min(20_000, room - 700), 500, min(400_000, room - 100)
    with fixtures.Namespace() as ns:
        kept = []
        # more ports than sockets: one that comes back within the crowd would reset its last owner's peer
        subprocess.run(ns.command("sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535"), check=True)
        with held_connections.inside(ns), socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1000)
            for _ in range(many + few):
                client = socket.create_connection(listener.getsockname())
                kept.append(listener.accept()[0])
                client.close()
        apart = [subprocess.Popen(["sleep", "600"], pass_fds=[sock.fileno()]) for sock in kept[many:]]
        for sock in kept[many:]:
            sock.close()
        fillers = [subprocess.Popen([sys.executable, "-c", FILL, str(copies)], stdout=subprocess.PIPE)
                   for _ in range(1_100_000 // copies + 1)]
        try:
            for filler in fillers:
                filler.stdout.readline()
            began = time.monotonic()
            with held_connections.Tool(options.tool) as tool:
                tool.start("--netns", ns.name)
                took = time.monotonic() - began
                peak = held_connections.peak_kib(tool.child.pid)
                lines = tool.finish()
        finally:
            for child in fillers + apart:
                child.kill()
                child.wait()
            for sock in kept[:many]:
                sock.close()
    held = [o for o in lines if o["kind"] == "close" and o["states"] == ["CLOSE_WAIT"]]
    report.same("sockets found", len(held), many + few)
    report.same("with one holder each", sum(len(o["holders"]) == 1 for o in held), many + few)
    report.same("processes", len({o["holders"][0]["pid"] for o in held if o["holders"]}), few + 1)
    # the goal is 1 s and 64 MiB, see tools/bench; this only keeps a crowd from taking for ever
    report.true("time to ready", took < 10, took)
    print(f"# {many + few} sockets held, their minisocks, {len(fillers) * copies} descriptors besides: ready "
          f"after {took:.2f} s, {peak / 1024:.0f} MiB at most", flush=True)


FILL = """
import os, sys, time
n = int(sys.argv[1])
null = os.open("/dev/null", os.O_RDONLY)
for fd in range(10, 10 + n):
    os.dup2(null, fd)
print("filled", flush=True)
time.sleep(600)
"""


if __name__ == "__main__":
    sys.exit(run_module(globals()))
