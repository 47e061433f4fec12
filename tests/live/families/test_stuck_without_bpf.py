#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Compares `tcpclose stuck` without BPF, as root and as an ordinary user, with the workload and with the walk.

One line per test. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import fixtures
from assertions import Failure, Skip, same
from runner import run_module
from stuck_looks import ALL_STATES, StuckWorkload, check_found, key, look, tool

NOBODY = 65534
LOOSE = {"age_at_least_ns", "expires_in_ns", "idle_ns", "retransmits", "time"}      # they change between two looks


def compare_loose(k, walk, diag, elapsed_s):
    """Times of the two looks: diag came first. null where sock_diag does not show it, and only there."""
    age, earlier = walk["age_at_least_ns"], diag["age_at_least_ns"]
    if walk["substate"] or walk["age_source"] == "fin-resent":
        same(f"age of {k}, unknown", earlier, None)
    elif age is None or earlier is None:
        same(f"age of {k}", earlier, age)
    elif not -0.02 <= (age - earlier) / 1e9 <= elapsed_s + 0.02:
        raise Failure(f"age of {k}: {earlier} without BPF, then {age}")
    left, before = walk["expires_in_ns"], diag["expires_in_ns"]
    if walk["orphan"] and not walk["substate"]:
        same(f"expires_in_ns of {k}, unknown", before, None)
    elif left is None or before is None:
        same(f"expires_in_ns of {k}", before, left)
    elif not -0.02 <= (before - left) / 1e9 <= elapsed_s + 0.02:
        raise Failure(f"expires_in_ns of {k}: {before} without BPF, then {left}")
    same(f"idle of {k}", {w for w, ns in (diag["idle_ns"] or {}).items() if ns is None},
         {w for w, ns in (walk["idle_ns"] or {}).items() if ns is None})
    if walk["retransmits"] is None or not walk["retransmits"] - 1 <= diag["retransmits"] <= walk["retransmits"]:
        same(f"retransmits of {k}", diag["retransmits"], walk["retransmits"])


def without_bpf(options, *words, states=()):
    """The same sockets without BPF, and then through the walk: by the workload's word, and field by field."""
    with fixtures.Namespace() as ns, StuckWorkload(ns, *words) as workload:
        begun = time.monotonic()
        diag, end = look(options, "--no-bpf", "--netns", ns.name, *states)
        check_found(ns, diag, workload.wants)
        walk, _ = look(options, "--netns", ns.name, *states)
        elapsed = time.monotonic() - begun
        check_found(ns, walk, workload.wants)
        same("source", end["walk"]["source"], "sock_diag")
        by_key = {key(o): o for o in diag}
        same("sockets", by_key.keys(), {key(o) for o in walk})
        for o in walk:
            other = by_key[key(o)]
            compare_loose(key(o), o, other, elapsed)
            unknown = {"age_source"} if other["age_source"] is None else set()
            exact = o.keys() - LOOSE - unknown
            same(f"all of {key(o)}", {name: other[name] for name in exact}, {name: o[name] for name in exact})


def test_without_bpf_half_closed(options):
    for words in ("forgot", "forgot6", "unread", "shared", "relay"):
        without_bpf(options, words)


def test_without_bpf_threads(options):
    for words in ("zombie", "copied"):
        without_bpf(options, words)


def test_without_bpf_not_accepted(options):
    without_bpf(options, "queue", states=("--state", ALL_STATES))


def test_without_bpf_mptcp(options):
    without_bpf(options, "mptcp_client")
    without_bpf(options, "mptcp_queue", states=("--state", ALL_STATES))


SUBFLOWS = """
import socket, sys
l, c = (socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) for _ in range(2))
l.bind(("10.0.0.1", 0))
l.listen()
c.bind(("10.0.0.1", 0))
c.connect(l.getsockname())
s = l.accept()[0]
for a, b in ((c, s), (s, c)):           # data both ways: only then may the second subflow begin
    a.sendall(b"x")
    b.recv(1)
print(c.fileno(), s.fileno(), flush=True)
sys.stdin.read()
"""


def test_mptcp_with_two_subflows(options):
    """They have one inode, and each of them has the holders."""
    with fixtures.Namespace() as ns:
        for words in ("addr add 10.0.0.1/32 dev lo", "addr add 10.0.0.2/32 dev lo", "mptcp limits set subflow 2",
                      "mptcp endpoint add 10.0.0.2 dev lo subflow"):
            if subprocess.run(["ip", "-n", ns.name, *words.split()], capture_output=True, check=False).returncode:
                raise Skip(f"ip {words}: no MPTCP")
        with subprocess.Popen(ns.command(sys.executable, "-c", SUBFLOWS), text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as child:
            fds = sorted(map(int, child.stdout.readline().split()))

            def inodes():
                text = subprocess.run(ns.command("ss", "-tneH", "state", "established"), check=True,
                                      capture_output=True, text=True).stdout
                return sorted(re.findall(r" ino:(\d+)", text))
            fixtures.wait_for("subflows", lambda: len(inodes()) == 4)
            held = sorted(re.findall(r"\d+", os.readlink(f"/proc/{child.pid}/fd/{fd}"))[0] for fd in fds * 2)
            same("the inodes, by ss", inodes(), held)
            for words in ((), ("--no-bpf",)):
                found, _ = look(options, "--netns", ns.name, "--state", "established", *words)
                same(f"holders {words}", sorted((h["pid"], h["fd"]) for o in found for h in o["holders"]),
                     sorted((child.pid, fd) for fd in fds * 2))
                same("one holder each", [len(o["holders"]) for o in found], [1] * 4)
            child.stdin.close()


def test_without_bpf_open(options):
    without_bpf(options, "idle", states=("--state", "established"))


def test_without_bpf_closed_here(options):
    if not shutil.which("nft"):
        raise Skip("needs nft")
    for words in ("orphan", "cut", "dropped", "window"):
        without_bpf(options, words)


def as_nobody(*words):
    return ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", "--inh-caps", "-all", *words]


def test_an_ordinary_user(options):
    """Sees the sockets of everybody in its own network namespace, and the holders of its own processes."""
    with fixtures.Namespace() as ns, tempfile.TemporaryDirectory() as folder, \
            StuckWorkload(ns, "forgot") as theirs, StuckWorkload(ns, "forgot", user=as_nobody()) as own:
        os.chmod(folder, 0o755)
        path = shutil.copy(options.tool, folder)
        done = subprocess.run(ns.command(*as_nobody(path, "stuck", "-j")), capture_output=True, text=True,
                              timeout=fixtures.TOOL_S, check=False, stdin=subprocess.DEVNULL)
        same(f"status ({done.stderr})", done.returncode, 0)
        same("one line says what is missing", len(done.stderr.splitlines()), 1)
        for words in ("without BPF", "CAP_BPF", "may not be looked into", "other network namespaces"):
            same(f"'{words}' in {done.stderr}", words in done.stderr, True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        hidden = [{**want, "fds": {}, "advice": "no-holder" if want["state"] == "CLOSE_WAIT" else want["advice"]}
                  for want in theirs.wants]
        check_found(ns, lines[1:-1], own.wants + hidden)
        walk = lines[-1]["walk"]
        same("walk", (walk["source"], walk["namespaces"], walk["own_netns_only"], walk["hidden_fds"] > 0),
             ("sock_diag", 1, True, True))
        text = subprocess.run(ns.command(*as_nobody(path, "stuck", "--fail", "-q")), capture_output=True, text=True,
                              timeout=fixtures.TOOL_S, check=False, stdin=subprocess.DEVNULL)
        same("--fail", text.returncode, 1)
        same("text", text.stdout.splitlines()[1], "of 4 seen in our own network namespace, without BPF.")


if __name__ == "__main__":
    sys.exit(run_module(globals()))
