#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Makes sockets hang for real, in a network namespace each, and compares what `tcpclose stuck` says with the workload,
/proc/net/tcp, ss and /proc/PID/fd.

One line per test. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import socket
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

ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
WORKLOAD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stuck_workload.py")
SS_WORD = {"FIN_WAIT1": "FIN-WAIT-1", "FIN_WAIT2": "FIN-WAIT-2", "CLOSING": "CLOSING",
           "CLOSE_WAIT": "CLOSE-WAIT", "LAST_ACK": "LAST-ACK"}
PROC_STATE = {4: "FIN_WAIT1", 5: "FIN_WAIT2", 8: "CLOSE_WAIT", 9: "LAST_ACK", 11: "CLOSING"}


class StuckWorkload:
    """A workload under way; its end is the end of its standard input."""

    def __init__(self, ns, *words):
        self.child = subprocess.Popen(ns.command(sys.executable, "-B", WORKLOAD, *words),
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        if not line:
            raise fixtures.Broken(f"workload {words} said nothing")
        self.wants = json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(fixtures.WAIT_S)
        self.child.stdout.close()


def tool(options, *words):
    return subprocess.run([options.tool, "stuck", *words], capture_output=True, text=True,
                          timeout=fixtures.TOOL_S, check=False, stdin=subprocess.DEVNULL)


def look(options, *words):
    done = tool(options, "-j", *words)
    same(f"status ({done.stderr})", done.returncode, 0)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    same("first line", lines[0]["kind"], "meta")
    same("last line", lines[-1]["kind"], "summary")
    found, end = lines[1:-1], lines[-1]
    same("told", end["told"], len(found))
    same("balance", end["seen"], end["told"] + end["filtered"] + end["open"] + end["lost"]["table_full"])
    return found, end


def key(o):
    return o["local_addr"], o["local_port"], o["peer_addr"], o["peer_port"]


def proc_net_tcp(ns):
    """(local addr, port, peer addr, port) -> state, of all that hangs."""
    states = {}
    for path, family in (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6)):
        for line in ns.read(path).splitlines()[1:]:
            words = line.split()
            names = []
            for name in words[1:3]:
                addr, port = name.split(":")
                raw = b"".join(bytes.fromhex(addr[i:i + 8])[::-1] for i in range(0, len(addr), 8))
                names += [socket.inet_ntop(family, raw), int(port, 16)]
            if int(words[3], 16) in PROC_STATE:
                states[tuple(names)] = PROC_STATE[int(words[3], 16)]
    return states


def ss_states(ns):
    text = subprocess.run(ns.command("ss", "-tanH"), check=True, capture_output=True, text=True).stdout
    back = {word: state for state, word in SS_WORD.items()}
    states = {}
    for line in text.splitlines():
        state, _, _, local, peer = line.split()[:5]
        if state in back:
            names = []
            for name in (local, peer):
                addr, port = name.rsplit(":", 1)
                names += [addr.strip("[]").split("%")[0], int(port)]
            states[tuple(names)] = back[state]
    return states


def proc_fds(inode_of, pids):
    """pid -> its descriptors that are that socket"""
    fds = {}
    for pid in pids:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            if os.readlink(f"/proc/{pid}/fd/{fd}") == inode_of:
                fds.setdefault(pid, []).append(int(fd))
    return {pid: sorted(numbers) for pid, numbers in fds.items()}


def check_found(ns, found, wants):
    by_key = {key(o): o for o in found}
    states = {k: o["state"] for k, o in by_key.items()}
    same("states, by /proc/net/tcp", states, proc_net_tcp(ns))
    same("states, by ss", states, ss_states(ns))
    for want in wants:
        k = (*want["local"], *want["peer"])
        o = by_key.get(k)
        if o is None:
            raise Failure(f"{k} was not found among {sorted(by_key)}")
        for name in ("state", "advice", "eof_read"):
            same(f"{name} of {k}", o[name], want[name])
        if "unread" in want:
            same(f"unread of {k}", o["unread"], want["unread"])
        same(f"orphan of {k}", o["orphan"], want.get("orphan", False))
        same(f"substate of {k}", o["substate"], "FIN_WAIT2" if want.get("minisock") else None)
        same(f"netns of {k}", o["netns"], ns.inode)
        fds = {}
        for holder in o["holders"]:
            fds.setdefault(str(holder["pid"]), []).append(holder["fd"])
        same(f"holders of {k}", fds, want["fds"])
        for pid, numbers in want["fds"].items():
            link = os.readlink(f"/proc/{pid}/fd/{numbers[0]}")
            same(f"/proc/{pid}/fd", proc_fds(link, [pid]), {pid: numbers})
            with open(f"/proc/{pid}/comm", encoding="utf-8") as f:
                comm = f.read().rstrip("\n")
            same("comm", {h["comm"] for h in o["holders"] if str(h["pid"]) == pid}, {comm})


def plain(options, *words):
    with fixtures.Namespace() as ns, StuckWorkload(ns, *words) as workload:
        found, _ = look(options, "--netns", ns.name)
        check_found(ns, found, workload.wants)


def test_eof_read_and_not_closed(options):
    plain(options, "forgot")


def test_ipv6(options):
    plain(options, "forgot6")


def test_eof_not_read_with_and_without_data(options):
    plain(options, "unread")


def test_held_by_a_child_and_twice(options):
    plain(options, "shared")


def test_not_accepted(options):
    plain(options, "queue")


def test_peer_does_not_answer(options):
    if not shutil.which("nft"):
        raise Skip("needs nft")
    plain(options, "cut")


def test_this_host_drops_the_fin(options):
    if not shutil.which("nft"):
        raise Skip("needs nft")
    plain(options, "dropped")


def test_zero_window(options):
    plain(options, "window")


def test_orphan_goes_when_told(options):
    with fixtures.Namespace() as ns:
        subprocess.run(ns.command("sysctl", "-qw", "net.ipv4.tcp_fin_timeout=2"), check=True)
        with StuckWorkload(ns, "orphan") as workload:
            found, _ = look(options, "--netns", ns.name)
            check_found(ns, found, workload.wants)
            o = next(o for o in found if o["advice"] == "expires")
            left = o["expires_in_ns"] / 1e9
            if not 0 < left <= 2.1:
                raise Failure(f"it expires in {left} s, want at most 2")
            begun = time.monotonic()
            fixtures.wait_for("end of the minisock", lambda: key(o) not in proc_net_tcp(ns))
            lasted = time.monotonic() - begun
            if abs(lasted - left) > 0.5:
                raise Failure(f"it was told to expire in {left:.2f} s and did in {lasted:.2f} s")


def test_two_namespaces_at_once(options):
    with fixtures.Namespace() as a, fixtures.Namespace() as b, \
            StuckWorkload(a, "forgot") as one, StuckWorkload(b, "unread") as two:
        found, end = look(options, "--netns", a.name, "--netns", b.name)
        check_found(a, [o for o in found if o["netns"] == a.inode], one.wants)
        check_found(b, [o for o in found if o["netns"] == b.inode], two.wants)
        same("namespaces", end["walk"]["namespaces"], 2)
        everywhere, _ = look(options)
        if not {key(o) for o in found} <= {key(o) for o in everywhere}:
            raise Failure("without --netns some are missing")


def test_statuses_and_filters(options):
    with fixtures.Namespace() as ns:
        at = ("--netns", ns.name)
        same("nothing", tool(options, *at, "--fail").returncode, 0)
        same("text", tool(options, *at).stdout[:14], "Nothing hangs:")
        with StuckWorkload(ns, "forgot") as workload:
            pid = next(iter(workload.wants[0]["fds"]))
            same("found", tool(options, *at, "--fail").returncode, 1)
            same("older", tool(options, *at, "--fail", "--older-than", "1h").returncode, 0)
            same("pid", len(look(options, *at, "-p", pid)[0]), 2)
            same("other pid", len(look(options, *at, "-p", "1")[0]), 0)
            same("port", len(look(options, *at, "-L", str(workload.wants[0]["local"][1]))[0]), 1)
            fixtures.wait_for("age", lambda: len(look(options, *at, "--older-than", "0.3")[0]) == 2)
            same("rounds", len(re.findall("sockets hang", tool(
                options, *at, "--watch", "0.1", "-n", "3").stdout)), 3)
            same("command", tool(options, *at, "--", "sh", "-c", "exit 7").returncode, 7)


def peak_mib(options, folder, *words):
    """Of the tool's memory once it has told all; getrusage would count what forked it."""
    path = os.path.join(folder, "peak.txt")
    with subprocess.Popen([options.tool, "stuck", *words, "--watch", "60", "-o", path],
                          stderr=subprocess.DEVNULL) as child:
        try:
            def told():
                if not os.path.exists(path) or not os.path.getsize(path):
                    return False
                with open(path, "rb") as f:
                    return "-j" not in words or b'"kind":"summary"' in f.read()[-2000:]
            fixtures.wait_for("output", told)
            with open(f"/proc/{child.pid}/status", encoding="ascii", errors="replace") as f:
                kib = int(re.search(r"VmHWM:\s+(\d+) kB", f.read())[1])
        finally:
            child.send_signal(signal.SIGINT)
        same("status after SIGINT", child.wait(fixtures.WAIT_S), 0)
    os.unlink(path)
    return kib / 1024


def measure(options, what, *words):
    with fixtures.Namespace() as ns, tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        # more ports than sockets: one that comes back within the crowd would reset its last owner's peer
        subprocess.run(ns.command("sysctl", "-qw", "net.ipv4.ip_local_port_range=1024 65535"), check=True)
        stack.enter_context(StuckWorkload(ns, *words))
        for form in ([], ["-j"]):
            begun = time.monotonic()
            done = tool(options, "--netns", ns.name, *form)
            took = time.monotonic() - begun
            peak = peak_mib(options, folder, "--netns", ns.name, *form)
            print(f"#   {what}, {'JSON' if form else 'text'}: {took * 1000:.0f} ms, {peak:.1f} MiB")
            same("status", done.returncode, 0)
            lines, n = done.stdout.splitlines(), int(words[1])
            if form:
                same("held", sum(1 for line in lines if '"fd":' in line), n)
            elif f"{n} CLOSE_WAIT" not in done.stdout or max(map(len, lines)) > 80:
                raise Failure(done.stdout[:2000])
            if took > 1 or peak > 64:
                raise Failure(f"{took:.2f} s, {peak:.0f} MiB: want 1 s, 64 MiB at most")


def test_twenty_thousand_of_one_process(options):
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (20100, 20100))
    except (ValueError, OSError):
        pass                    # not ours to raise: as many as we may
    n = min(20000, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 50)
    measure(options, f"{n} of one process", "many", str(n))


def test_five_hundred_processes(options):
    measure(options, "500 processes", "crowd", "500")


if __name__ == "__main__":
    sys.exit(run_module(globals()))
