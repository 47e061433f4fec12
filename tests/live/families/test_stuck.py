#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Makes sockets hang for real, in a network namespace each, and compares what `tcpclose stuck` says with the workload,
/proc/net/tcp, ss and /proc/PID/fd.

One line per test. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import contextlib
import os
import re
import resource
import shutil
import signal
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
from stuck_looks import ALL_STATES, StuckWorkload, check_found, key, look, proc_net_tcp, read_text, tool


def plain(options, *words, states=()):
    with fixtures.Namespace() as ns, StuckWorkload(ns, *words) as workload:
        found, _ = look(options, "--netns", ns.name, *states)
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


def check_orphan(options, timeout_s):
    """Return False if the kernel's own table shows that the orphan went before the tool could look."""
    with fixtures.Namespace() as ns:
        subprocess.run(ns.command("sysctl", "-qw", f"net.ipv4.tcp_fin_timeout={timeout_s}"), check=True)
        with StuckWorkload(ns, "orphan") as workload:
            begun = time.monotonic()
            found, _ = look(options, "--netns", ns.name)
            looked = time.monotonic()
            if (*workload.wants[0]["local"], *workload.wants[0]["peer"]) not in proc_net_tcp(ns):
                return False
            check_found(ns, found, workload.wants)
            o = next(o for o in found if o["advice"] == "expires")
            left = o["expires_in_ns"] / 1e9
            if not 0 < left <= timeout_s + 0.1:
                raise Failure(f"it expires in {left} s, want at most {timeout_s}")
            fixtures.wait_for("end of the minisock", lambda: key(o) not in proc_net_tcp(ns),
                              timeout_s + fixtures.WAIT_S)
            gone = time.monotonic()
            if not begun - 0.5 <= gone - left <= looked + 0.5:
                raise Failure(f"it was told to expire in {left:.2f} s and did {gone - begun:.2f} s after the tool's "
                              f"start, {gone - looked:.2f} s after its end")
    return True


def test_orphan_goes_when_told(options):
    """In an emulated machine the tool may need longer than the orphan lives: then one that lives longer."""
    if not any(check_orphan(options, timeout_s) for timeout_s in (2, 8, 32)):
        raise Failure("each orphan went before the tool had looked")


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


def test_leader_has_exited(options):
    with fixtures.Namespace() as ns, StuckWorkload(ns, "zombie") as workload:
        found, _ = look(options, "--netns", ns.name)
        check_found(ns, found, workload.wants)
        pid = next(iter(workload.wants[0]["fds"]))
        for name in ("worker", read_text(f"/proc/{pid}/comm").rstrip("\n")):
            same(f"-c {name}", [key(o) for o in look(options, "--netns", ns.name, "-c", name)[0]],
                 [key(o) for o in found])
        same("another name", look(options, "--netns", ns.name, "-c", "another")[0], [])


def test_thread_with_a_table_of_its_own(options):
    plain(options, "copied")


def test_mptcp_not_accepted(options):
    plain(options, "mptcp_queue", states=("--state", ALL_STATES))


def test_mptcp_client(options):
    plain(options, "mptcp_client")


def test_relay_comes_after_its_culprit(options):
    with fixtures.Namespace() as ns, StuckWorkload(ns, "relay") as workload:
        found, _ = look(options, "--netns", ns.name)
        check_found(ns, found, workload.wants)
        same("order", [o["advice"] for o in found][:1], ["forgot-close"])
        same("order in the proxy", [o["advice"] for o in found if key(o) in
                                    [(*w["local"], *w["peer"]) for w in workload.wants[1:3]]],
             ["peer-holds", "relaying"])
        port = str(workload.wants[2]["local"][1])
        same("the proxy's port alone", [(o["local_port"], o["advice"]) for o in
                                        look(options, "--netns", ns.name, "-L", port)[0]], [(int(port), "relaying")])


def test_open_and_idle(options):
    with fixtures.Namespace() as ns, StuckWorkload(ns, "idle") as workload:
        begun = time.monotonic()
        found, _ = look(options, "--netns", ns.name, "--state", "established")
        ended = time.monotonic()
        check_found(ns, found, workload.wants)
        by_key = {key(o): o["idle_ns"] for o in found}
        for want in workload.wants:
            idle = by_key[(*want["local"], *want["peer"])]
            for way in ("sent", "received"):
                if way not in want:
                    same(f"{way} of {want}", idle[way], None)
                    continue
                low, high = begun - want[way][1] - 0.02, ended - want[way][0] + 0.02      # two ticks of 10 ms
                if not low <= idle[way] / 1e9 <= high:
                    raise Failure(f"{way} of {want}: idle for {idle[way] / 1e9} s, want {low:.3f} to {high:.3f}")
        silent = [(*w["local"], *w["peer"]) for w in workload.wants if "sent" not in w and "received" not in w]
        same("the longest idle first", {key(o) for o in found[:2]}, set(silent))
        same("not asked for", look(options, "--netns", ns.name)[0], [])
        text = tool(options, "--netns", ns.name, "--state", "established").stdout
        same("text", text.splitlines()[0], "4 sockets: 4 ESTABLISHED;")
        same("width", [line for line in text.splitlines() if len(line) > 80], [])


def test_states_are_selected(options):
    with fixtures.Namespace() as ns, StuckWorkload(ns, "forgot"):
        for words, states in (("close-wait", ["CLOSE_WAIT"]), ("FIN_WAIT2", ["FIN_WAIT2"]), ("closing,last-ack", []),
                              ("close-wait,fin-wait-2", ["CLOSE_WAIT", "FIN_WAIT2"]), ("established", [])):
            found, _ = look(options, "--netns", ns.name, "--state", words)
            same(f"--state {words}", sorted(o["state"] for o in found), states)


def host_orphans():
    return int(re.search(r"^TCP: .* orphan (\d+)", read_text("/proc/net/sockstat"), re.M)[1])


def test_orphans_of_a_namespace_that_is_gone(options):
    if not shutil.which("nft"):
        raise Skip("needs nft")
    n = 30
    with fixtures.Namespace() as ns:
        subprocess.run(ns.command("sysctl", "-qw", "net.ipv4.tcp_orphan_retries=5"), check=True)
        with StuckWorkload(ns, "orphans", str(n)):
            found, end = look(options)
            orphans = [o for o in found if o["netns"] == ns.inode and o["orphan"]]
            same("orphans found", len(orphans), n)
            same("counted", end["walk"]["orphans_counted"] >= n, True)
            before = end["walk"]["orphans_elsewhere"]
    fixtures.wait_for("orphans of the namespace that is gone", lambda: host_orphans() >= n and
                      look(options)[1]["walk"]["orphans_elsewhere"] >= before + n)
    same("text", bool(re.search(r"^\d+ orphans are in network namespaces that the walk", tool(options).stdout, re.M)),
         True)
    same("with a filter", look(options, "-L", "1")[1]["walk"]["orphans_counted"], None)


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
                    return "-j" not in words or b'"kind":"summary"' in f.read()[-9000:]
            fixtures.wait_for("output", told, 60)
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
            if (took > 1 or peak > 64) and not options.sanitized:
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
