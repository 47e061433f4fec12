#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Uses up the ephemeral ports of a network namespace, and compares what `tcpclose stuck` says with the client and ss.

One line per test. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import fixtures
from assertions import Failure, same
from runner import run_module
from stuck_looks import look, tool

CLIENT = """
import errno, socket, sys, time
server = socket.create_server(("127.0.0.1", 999))
n, pause = int(sys.argv[1]), float(sys.argv[2])
done = 0
while done < n:
    c = socket.socket()
    try:
        c.connect(("127.0.0.1", 999))
    except OSError as e:
        print(errno.errorcode[e.errno], done, time.monotonic(), flush=True)
        break
    s = server.accept()[0]
    c.close()               # first: TIME_WAIT stays on this side
    s.recv(1)
    s.close()
    done += 1
    if pause:
        time.sleep(pause)
else:
    print("done", done, time.monotonic(), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def closing_client(ports, n, pause, reuse="0"):
    """A namespace with these ephemeral ports alone, and a client in it that closes first, n times at most."""
    with fixtures.Namespace() as ns:
        for setting in (f"net.ipv4.ip_local_port_range=20000 {20000 + ports - 1}", f"net.ipv4.tcp_tw_reuse={reuse}"):
            subprocess.run(ns.command("sysctl", "-qw", setting), check=True)
        child = subprocess.Popen(ns.command(sys.executable, "-c", CLIENT, str(n), str(pause)), text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            yield ns, child
        finally:
            child.kill()
            child.communicate()


def time_waits(ns):
    """The local ports of sockets in TIME_WAIT towards the server, by ss."""
    text = subprocess.run(ns.command("ss", "-tanH", "state", "time-wait", "dport", "=", "999"), check=True,
                          capture_output=True, text=True).stdout
    return {line.split()[2].rsplit(":", 1)[1] for line in text.splitlines()}


def ports_towards(options, ns, *words):
    _, end = look(options, "--netns", ns.name, *words)
    found = [d for d in end["ports"]["destinations"] if d["peer_port"] == 999]
    return found[0] if found else None


def test_ports_in_use(options):
    with closing_client(100, 80, 0) as (ns, child):
        same("client", child.stdout.readline().split()[:2], ["done", "80"])
        for words in ((), ("--no-bpf",)):
            same("ss", len(time_waits(ns)), 80)
            found = ports_towards(options, ns, *words)
            same("towards the server",
                 {k: found[k] for k in ("family", "netns", "local_addr", "peer_addr", "range_low", "range_high", "usable",
                                        "used", "time_wait", "reusable", "exhausted_in_ns")},
                 {"family": 4, "netns": ns.inode, "local_addr": "127.0.0.1", "peer_addr": "127.0.0.1",
                  "range_low": 20000, "range_high": 20099, "usable": 100, "used": 80, "time_wait": 80,
                  "reusable": False, "exhausted_in_ns": None})
        text = tool(options, "--netns", ns.name).stdout
        same("text", "\n80 of 100 ports in use towards 127.0.0.1:999 (80 %):\n" in text, True)
        subprocess.run(ns.command("sysctl", "-qw", "net.ipv4.ip_local_reserved_ports=20000-20039"), check=True)
        reserved = {str(port) for port in range(20000, 20040)}
        found = ports_towards(options, ns)
        same("without the reserved ports", (found["usable"], found["used"]), (60, len(time_waits(ns) - reserved)))
        same("another port", ports_towards(options, ns, "-D", "998"), None)


def test_few_ports_in_use_are_shown_on_demand(options):
    with closing_client(100, 20, 0) as (ns, child):
        same("client", child.stdout.readline().split()[:2], ["done", "20"])
        same("text", "ports in use" in tool(options, "--netns", ns.name).stdout, False)
        same("-v", "20 of 100 ports in use" in tool(options, "--netns", ns.name, "-v").stdout, True)


def test_ports_run_out_when_forecast(options):
    """Ten closes per second, 70 ports: the client says itself when it gets no port any more."""
    with closing_client(70, 1000, 0.1) as (ns, child):
        forecast = []

        def is_forecast():
            now = time.monotonic()
            found = ports_towards(options, ns)
            if found and found["exhausted_in_ns"]:
                forecast.append(now + found["exhausted_in_ns"] / 1e9)
            return len(forecast) >= 3 and found["used"] >= 35
        fixtures.wait_for("forecast", is_forecast, 15)
        text = tool(options, "--netns", ns.name).stdout
        same("text", re.search(r"^  exhausted in \d+ s at this rate;$", text, re.M) is not None, True)
        why, done, when = child.stdout.readline().split()
        same("client", (why, done), ("EADDRNOTAVAIL", "70"))
        if abs(forecast[-1] - float(when)) > 2:
            raise Failure(f"the ports were gone at {when}, the forecasts were {forecast}")
        found = ports_towards(options, ns)
        same("none is left", (found["used"], found["exhausted_in_ns"]), (70, 0))
        same("text", "\n  none is left;\n" in tool(options, "--netns", ns.name).stdout, True)


def test_ports_that_are_reused(options):
    """With tcp_tw_reuse a client gets more connections than ports, so nothing runs out."""
    with closing_client(20, 60, 0.1, reuse="1") as (ns, child):
        why, done, _ = child.stdout.readline().split()
        same("client", (why, done), ("done", "60"))
        found = ports_towards(options, ns)
        same("reusable", (found["reusable"], found["exhausted_in_ns"]), (True, None))
        same("text", "connect() reuses those in TIME_WAIT" in tool(options, "--netns", ns.name).stdout, True)


if __name__ == "__main__":
    sys.exit(run_module(globals()))
