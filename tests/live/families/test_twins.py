#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Both ends of a connection on this host: each story names the other, and never somebody else.

The witness is the sockets' own cookie (SO_COOKIE), and who was made to close them. One line per case on
stdout. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import contextlib
import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import held_connections
import fixtures
import situations
from runner import run_module
from situations import join, sh

CLOSE_WAIT = 8
NAT = """
add table ip t
add chain ip t to {{ type nat hook prerouting priority -100; }}
add chain ip t from {{ type nat hook postrouting priority 100; }}
add rule ip t to ip daddr {router} tcp dport {port} dnat to {server}
add rule ip t from ip daddr {server} snat to {behind}
"""


class Link(situations.Link):
    """One connection whose server's end a child holds, until its exit ends it."""

    def end(self):
        """The client's end by close() of this process, then the server's by a child's exit."""
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[self.server.fileno()])
        self.server.close()
        self.client.close()
        held_connections.await_state(self.namespaces[1], self.names[1], CLOSE_WAIT)
        child.stdin.close()
        child.wait()
        self.pids = os.getpid(), child.pid

    def check(self, tool, report):
        for own, other in ((0, 1), (1, 0)):
            story = tool.await_story(self.namespaces[own], self.names[own])
            side = ("client", "server")[own]
            report.same(f"{side}: cookie", story["cookie"], self.cookies[own])
            report.same(f"{side}: trigger", story["trigger"] and story["trigger"]["pid"], self.pids[own])
            twin = story["twin"] or {}
            report.same(f"{side}: twin's cookie", twin.get("cookie"), self.cookies[other])
            report.same(f"{side}: twin's pid", twin.get("pid"), self.pids[other])
            report.same(f"{side}: twin's comm", twin.get("comm"), ("cat", open("/proc/self/comm").read().strip())[own])


def test_over_loopback(options, report):
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        tool.start("--netns", ns.name)
        for addr in ("127.0.0.1", "::1"):
            link = Link(ns, ns, (addr, 0))
            link.end()
            link.check(tool, report)
        tool.finish()


def test_across_a_veth(options, report):
    with fixtures.Namespace() as one, fixtures.Namespace() as two, held_connections.Tool(options.tool) as tool:
        join(one, "10.9.0.1/24", two, "10.9.0.2/24")
        tool.start()
        link = Link(one, two, ("10.9.0.2", 0))
        link.end()
        link.check(tool, report)
        tool.finish()


def test_under_a_filter(options, report):
    """The twin is not asked for, but named."""
    with fixtures.Namespace() as one, fixtures.Namespace() as two, held_connections.Tool(options.tool) as tool:
        join(one, "10.9.0.1/24", two, "10.9.0.2/24")
        tool.start("-L", "7100")
        link = Link(one, two, ("10.9.0.2", 7100))
        link.end()
        story = tool.await_story(two, link.names[1])
        lines = tool.finish()
    report.same("twin", story["twin"] and story["twin"]["cookie"], link.cookies[0])
    report.same("told", sum(o["kind"] == "close" for o in lines), 1)


def test_already_open(options, report):
    """Both ends were open, and had talked, before the tool came."""
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        link = Link(ns, ns, ("127.0.0.1", 0))
        link.client.sendall(b"x" * 5000)
        link.server.sendall(b"y" * 70)
        for sock, left in ((link.server, 5000), (link.client, 70)):
            while left:
                left -= len(sock.recv(left))
        tool.start("--netns", ns.name)
        link.end()
        link.check(tool, report)
        tool.finish()


def test_through_nat(options, report):
    """A router changes the addresses on both sides, and in a second connection a port as well."""
    with contextlib.ExitStack() as stack:
        near, router, far = (stack.enter_context(fixtures.Namespace()) for _ in range(3))
        tool = stack.enter_context(held_connections.Tool(options.tool))
        join(near, "10.8.1.1/24", router, "10.8.1.254/24")
        join(far, "10.8.2.1/24", router, "10.8.2.254/24")
        sh(*router.command("sysctl", "-qw", "net.ipv4.ip_forward=1"))
        rules = NAT.format(router="10.8.1.254", port=7000, server="10.8.2.1", behind="10.8.2.254")
        rules += "add rule ip t to ip daddr 10.8.1.254 tcp dport 7001 dnat to 10.8.2.1:7002\n"
        subprocess.run(router.command("nft", "-f", "-"), input=rules, text=True, check=True)
        tool.start()
        for port, real in ((7000, 7000), (7001, 7002)):
            link = Link(near, far, ("10.8.2.1", real), ("10.8.1.254", port))
            report.same("the server sees the router", link.server.getpeername()[0], "10.8.2.254")
            link.end()
            link.check(tool, report)
        tool.finish()


def test_the_same_addresses_twice(options, report):
    """Two pairs of namespaces with the same four names, at the same time."""
    with contextlib.ExitStack() as stack:
        spaces = [stack.enter_context(fixtures.Namespace()) for _ in range(4)]
        tool = stack.enter_context(held_connections.Tool(options.tool))
        tool.start()
        links = []
        for one, two in (spaces[:2], spaces[2:]):
            join(one, "10.9.0.1/24", two, "10.9.0.2/24")
            links.append(Link(one, two, ("10.9.0.2", 7000), source=("10.9.0.1", 40000)))
        report.same("the same names", links[0].names, links[1].names)
        links[1].end()
        links[0].end()
        for link in links:
            link.check(tool, report)
        tool.finish()


if __name__ == "__main__":
    sys.exit(run_module(globals()))
