#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Names that come back while the last connection of that name is still remembered: TIME_WAIT reused by a
connect() or by a SYN. Both connections are told, each once and each by itself.

Witnesses: the sockets' own cookies, and the capture's FINs. One line per test on stdout. Exit status: 0 all
passed, 1 some failed, 77 nothing could be run.
"""

import os
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import held_connections
import fixtures
import observers
from runner import run_module
from test_twins import Link

PORT, SOURCE = 7100, 40100
TIME_WAIT, LAST_ACK = 6, 9


def connect(ns):
    return Link(ns, ns, ("127.0.0.1", PORT), source=("127.0.0.1", SOURCE))


def close_both(ns, first, then):
    first.close()
    fixtures.wait_for("its FIN", lambda: held_connections.states(ns).get(held_connections.ports(then)) == 8)
    then.close()


def check(lines, links, wire, report):
    """Of each end of each connection there is one story, clean, with the FIN numbers of its own connection."""
    closes = [o for o in lines if o["kind"] == "close"]
    told = {o["cookie"]: o for o in closes}
    report.same("cookies told", set(told), {cookie for link in links for cookie in link.cookies})
    report.same("stories", len(closes), 2 * len(links))
    fins = {fin.seq for fins in wire.fins.values() for fin in fins}
    for link in links:
        for own, other in ((0, 1), (1, 0)):
            story = told.get(link.cookies[own])
            if not story:
                continue
            report.same("class", (story["class"], story["partial"]), ("clean", False))
            report.same("twin", story["twin"] and story["twin"]["cookie"], link.cookies[other])
            report.same("pid", story["trigger"]["pid"], os.getpid())
            seqs = {w["seq"] for w in story["waves"] if w["flag"] == "FIN"}
            report.true("FINs are in the capture", seqs <= fins and len(seqs) == 2, (seqs, fins))
    numbers = [tuple(w["seq"] for w in told[link.cookies[0]]["waves"] if w["flag"] == "FIN") for link in links
               if link.cookies[0] in told]
    report.same("connections with FINs of their own", len(set(numbers)), len(links))


def run(options, report, server_first):
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        subprocess.run(ns.command("sysctl", "-qw", "net.ipv4.tcp_tw_reuse=1"), check=True)
        capture = fixtures.Capture(ns, os.path.join(options.folder, "wire.pcap"))
        tool.start("--netns", ns.name)
        links = []
        for _ in range(3):
            link = connect(ns)
            ends = (link.server, link.client) if server_first else (link.client, link.server)
            close_both(ns, *ends)
            links.append(link)
            held_connections.await_state(ns, link.names[server_first], TIME_WAIT)
            time.sleep(1.2)     # the kernel itself wants a second between the two (tcp_twsk_unique)
        for link in links:
            fixtures.wait_for("stories", lambda: {o["cookie"] for o in tool.closes_all()} >= set(link.cookies))
        lines = tool.finish()
        wire = next(iter(observers.connections(capture.finish()).values()))
    check(lines, links, wire, report)


def test_time_wait_reused_by_connect(options, report):
    run(options, report, False)


def test_time_wait_reused_by_a_syn(options, report):
    run(options, report, True)


if __name__ == "__main__":
    sys.exit(run_module(globals()))
