#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tool costs those who end no connection: how often the kernel runs its programs for them, which it counts
itself. In a guest of tools/matrix: other kernels take other hooks, and nothing else runs there meanwhile.

One line per test on stdout. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import os
import re
import socket
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live", "lib"), os.path.join(HERE, "..")]

import held_connections
import fixtures
from runner import run_module

STATS = "/proc/sys/kernel/bpf_stats_enabled"
TIMES = 2000
STRAYS = TIMES // 100       # runs for what else a guest does


class Counted:
    """A tool whose programs' runs are counted."""

    def __init__(self, options, calls):
        self.tool, self.calls = held_connections.Tool(options.tool), calls

    def __enter__(self):
        with open(STATS, "w", encoding="ascii") as f:
            f.write("1")
        self.tool.start("--calls", self.calls)
        return self

    def __exit__(self, *why):
        with open(STATS, "w", encoding="ascii") as f:
            f.write("0")
        self.tool.__exit__(*why)

    def hooks(self):
        return self.tool.lines("\"meta\"")[0]["hooks"]

    def runs(self):
        """Of all its programs so far."""
        folder, texts = f"/proc/{self.tool.child.pid}/fdinfo", []
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="ascii") as f:
                texts.append(f.read())
        found = [int(m[1]) for m in (re.search(r"^run_cnt:\s+(\d+)$", text, re.M) for text in texts) if m]
        if not found:
            raise fixtures.Broken("no program of the tool says how often it ran")
        return sum(found)

    def runs_for(self, action):
        """Without those of runs() itself, which closes files."""
        first, before = self.runs(), self.runs()
        for _ in range(TIMES):
            action()
        return self.runs() - before - (before - first)


def open_and_close():
    os.close(os.open("/proc/self/status", os.O_RDONLY))


def test_the_runs_are_counted(options, report):
    """What the other cases rely on."""
    with fixtures.Namespace() as ns, Counted(options, "inline") as counted:
        before = counted.runs()
        for _ in range(10):
            client, server = held_connections.pair(ns)
            client.close()
            server.close()
        report.true("runs for 10 connections", counted.runs() - before >= 80, counted.runs() - before)


def test_a_cheap_system_call_runs_nothing(options, report):
    for calls in ("auto", "inline"):
        with Counted(options, calls) as counted:
            runs = counted.runs_for(os.getppid)
            report.true(f"{calls}: runs for {TIMES} getppid", runs <= STRAYS, runs)


def test_a_file_runs_nothing_but_the_hooks_on_close(options, report):
    """One at entry and one at return, which look at what the descriptor is; two each where the kernel may preempt."""
    copies = 2 if "PREEMPT" in os.uname().version else 1
    with Counted(options, "inline") as counted:
        runs = counted.runs_for(open_and_close)
        report.true(f"inline: runs for {TIMES} files", runs <= STRAYS, runs)
    with Counted(options, "auto") as counted:
        runs = counted.runs_for(open_and_close)
        report.true(f"auto: runs for {TIMES} files", runs <= 2 * copies * TIMES + STRAYS, runs)


def test_a_dropped_datagram_runs_nothing(options, report):
    """Where life after CLOSE is seen by a trampoline, and not by what drops packets."""
    with fixtures.Namespace() as ns, Counted(options, "auto") as counted:
        report.same("late", counted.hooks()["late"], "fexit")
        with held_connections.inside(ns):
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        runs = counted.runs_for(lambda: sender.sendto(b"x", ("127.0.0.1", 9)))
        sender.close()
        report.true(f"runs for {TIMES} datagrams", runs <= STRAYS, runs)


if __name__ == "__main__":
    sys.exit(run_module(globals()))
