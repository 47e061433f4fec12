#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tool as an ordinary user, with CAP_BPF and CAP_PERFMON alone. In a guest of tools/matrix: what that takes
differs from kernel to kernel.

One line per test on stdout. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import contextlib
import ctypes
import os
import resource
import socket
import struct
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live", "lib"), os.path.join(HERE, "..")]

import held_connections
import fixtures
from runner import run_module

USER = 1000
CAP_PERFMON, CAP_BPF = 38, 39
PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
CAPABILITY_V3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True)


def _must(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "capabilities")


def become_user():
    """From root to that user: of all capabilities those two are left, and go along through an execve()."""
    caps = (1 << CAP_PERFMON | 1 << CAP_BPF) >> 32
    with contextlib.suppress(ValueError):   # before 5.11 the ring counts as locked memory
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    _must(_libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    head = struct.pack("Ii", CAPABILITY_V3, 0)
    _must(_libc.capset(head, struct.pack("6I", 0, 0, 0, caps, caps, caps)))
    for cap in (CAP_PERFMON, CAP_BPF):
        _must(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))


def start(tool, *options):
    os.chown(tool.folder, USER, USER)
    tool.start(*options, preexec_fn=become_user)


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def check_ends(tool, ns, client, server, report):
    """The client says goodbye first; both ends by close() of this process."""
    names, fds = (held_connections.ports(client), held_connections.ports(server)), (client.fileno(), server.fileno())
    client.close()
    held_connections.await_state(ns, names[1], 8)
    server.close()
    for name, fd, initiator in zip(names, fds, ("local", "peer")):
        story = tool.await_story(ns, name)
        trigger = story["trigger"] or {}
        report.same("class", (story["class"], story["initiator"], story["partial"]), ("clean", initiator, False))
        report.same("trigger", [trigger.get(key) for key in ("call", "fd", "pid", "uid")],
                    ["close", fd, os.getpid(), 0])
        report.same("waves", [w["wave"] for w in story["waves"]], [1, 2, 3, 4])


def test_stories_of_the_host(options, report):
    """Of connections in other namespaces too, IPv4 and IPv6; as the user, and with no other capability."""
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        start(tool, "--calls", "inline")
        said = status_of(tool.child.pid)
        report.same("uid", said["Uid"].split(), [str(USER)] * 4)
        more = int(said["CapPrm"], 16) & ~(1 << CAP_PERFMON | 1 << CAP_BPF)
        report.same("capabilities besides", more, 0)
        for addr in ("127.0.0.1", "::1"):
            check_ends(tool, ns, *held_connections.pair(ns, addr), report)
        lines = tool.finish()
    report.same("hooks", [lines[0]["hooks"][name] for name in ("state", "destroy")], ["tp_btf"] * 2)
    report.same("lost", sum(lines[-1]["lost"].values()) + sum(lines[-1]["events_lost"].values()), 0)


def test_a_reset(options, report):
    """close() with bytes unread."""
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        start(tool, "--calls", "inline")
        client, server = held_connections.pair(ns)
        names = held_connections.ports(client)
        server.sendall(b"unread")
        client.recv(6, socket.MSG_PEEK | socket.MSG_WAITALL)
        client.close()
        story = tool.await_story(ns, names)
        tool.finish()
    report.same("ending", (story["ending"], story["reason"], story["bytes"]["unread"]),
                ("reset-sent", "unread-data", 6))


if __name__ == "__main__":
    sys.exit(run_module(globals()))
