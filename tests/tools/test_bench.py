# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Tests the benchmark.

The figures are not checked, with one exception: a slower program must be reported as slower, and an
equally fast one must not.
"""

import argparse
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tools/bench")]

from assertions import Failure, same, true  # noqa: E402
from measure import compare, latency, load, peers, replay, stats, subject, web  # noqa: E402

subject.Quiet.limit_s = 1
BENCH = os.path.join(ROOT, "tools/bench/bench")
EVENTS = 300_000
# Loop iterations per event to calibrate with, and a slowdown above the 5 % that must be detected
SPIN_TRY, SPIN_TARGET = 3000, 0.07
SECTIONS = ["Churn on loopback", "Views, live", "Dropped packets", "From the last wave to the line",
            "On an idle host", "Memory per open endpoint", "Growth with open endpoints",
            "Growth with the number of events", "Views, by replay"]


def bench(options, *words):
    return subprocess.run([sys.executable, BENCH, "--build", options.build, "--quick", *words],
                          capture_output=True, text=True, check=False)


def test_the_rank_test_agrees_with_the_tables():
    # Two-sided, 1 %: Wilcoxon's table as in any statistics textbook
    for n, want in ((7, -1), (8, 0), (10, 3), (15, 15), (20, 37)):
        same(f"critical value of {n}", stats.critical(n, 0.99), want)


def test_the_interval_is_that_of_all_signs():
    """Checks by brute force over the 2^9 signs that the test starts to reject at the interval's ends."""
    rng = random.Random(1)
    values = [rng.gauss(0.3, 1) for _ in range(9)]
    _, low, high = stats.interval(values)
    for edge, outward in ((low, -1e-9), (high, 1e-9)):
        for shift, want in ((edge + outward, True), (edge - outward, False)):
            order = sorted((v - shift for v in values), key=abs)
            held = min(sum(r for r, v in enumerate(order, 1) if v > 0), sum(r for r, v in enumerate(order, 1) if v < 0))
            as_small = sum(1 for signs in itertools.product((0, 1), repeat=9)
                           if sum(r for r, s in enumerate(signs, 1) if s) <= held)
            same(f"{shift} is rejected", 2 * as_small / 2 ** 9 <= 0.01, want)


def test_a_verdict_needs_rounds():
    c = stats.Comparison("x", 0.05)
    for _ in range(5):
        c.add(1, 2)
    same("after five rounds", (c.is_sharp(), c.verdict()), (False, "undecided"))
    for _ in range(5):
        c.add(1, 2)
    same("after ten", (c.is_sharp(), c.verdict()), (True, "slower"))


ACCOUNTS = [
    (peers.read_tcplife, "PID COMM LADDR LPORT RADDR RPORT TX_KB RX_KB MS\n"
     "73 bench_churn 127.0.0.1 40000 127.0.0.1 20000 0 0 0.06\n"
     "71 bench_churn 127.0.0.1 20000 127.0.0.1 40000 0 0 0.05\n"
     "9 curl 127.0.0.1 40000 127.0.0.1 80 0 0 0.05\n", (2, 2)),
    (peers.read_tcpstates, "SKADDR PID COMM LADDR LPORT RADDR RPORT OLDSTATE -> NEWSTATE MS\n"
     "ffff9 73 bench_churn 127.0.0.1 40000 127.0.0.1 20000 ESTABLISHED -> FIN_WAIT1 0.06\n"
     "ffff9 73 bench_churn 127.0.0.1 40000 127.0.0.1 20000 FIN_WAIT2 -> CLOSE 0.06\n"
     "ffffa 73 bench_churn 127.0.0.1 20000 127.0.0.1 40000 LAST_ACK -> CLOSE 0.06\n", (2, 1)),
    (peers.read_script, "Attaching 8 probes...\n73 bench_churn 40000 20000 61\n0  20000 40000 58\n"
     "@call_us: \n", (1, 1)),
    (peers.read_json, '{"kind":"meta"}\n'
     '{"kind":"close","local_port":40000,"peer_port":20000,"trigger":{"call":"close","fd":5,"pid":73}}\n'
     '{"kind":"close","local_port":20000,"peer_port":40000,"trigger":null,"twin":{"pid":71}}\n', (2, 1)),
]


def test_what_a_tracer_tells_is_held_against_the_load():
    for reader, text, want in ACCOUNTS:
        a = peers.Account({"servers": [71, 72], "clients": [73, 74], "connections": 1})
        a.read(reader, text.encode().splitlines(True))
        same(reader.__name__, (a.told, a.right), want)
    a = peers.Account({"servers": [71], "clients": [73], "connections": 1})
    a.read_strace(b"73 close(5) = 0\n71 close(4 <unfinished ...>\n71 <... close resumed>) = 0\n99 close(3) = 0\n"
                  .splitlines(True))
    same("strace", (a.told, a.made), (2, 2))


def test_a_peer_that_is_not_there_says_so():
    try:
        subject.Run(subject.Subject("nobody", ["/no/such/tracer"]))
    except subject.Absent as e:
        same("the reason", str(e), "not installed: tools/deps bench")
    else:
        raise Failure("it started")


def test_a_load_on_one_port_is_held_against_what_is_told():
    row = web.Row()
    row.account = peers.Account({"servers": [71], "clients": [73], "connections": 1}, web.PORT)
    row.account.read(peers.read_tcplife, [b"71 nginx 127.0.0.1 8080 127.0.0.1 40000 0 0 0.05\n",
                                          b"9 curl 127.0.0.1 40000 127.0.0.1 80 0 0 0.05\n"])
    same("told, right process", (row.account.told, row.account.right), (1, 1))
    same("the note", list(web.shortfalls({"peer": row, None: web.Row()})),
         ["peer reported 1 of 2 ends: its other figures are those of less work."])
    same("the count of a view", web.REPORTED.search(b"tcpclose: 41 reported, 0 filtered, 0 still open")[1], b"41")


# Ready at once; then a child takes 0.3 s of CPU time to start, and reports that it has
SLOW_STARTER = """
import os, signal, sys, time
sys.stderr.write("tcpclose: ready\\n")
sys.stderr.flush()
child = os.fork()
if not child:
    while time.process_time() < 0.3:
        pass
    os.write(2, b"started")
    signal.pause()
signal.signal(signal.SIGINT, lambda *_: (os.kill(child, signal.SIGKILL), os.waitpid(child, 0), os._exit(0)))
while True:
    signal.pause()
"""


def test_the_start_of_a_child_is_no_cost_of_the_load():
    cpu_us = []
    for ends_start in False, True:
        run = subject.Run(subject.Subject("starter", [sys.executable, "-c", SLOW_STARTER], subject.READY_LINE))
        while b"started" not in run.text():
            true("it goes on", not run._pump(0.1))
        if ends_start:
            run.end_start_up()
        run.stop()
        cpu_us.append(run.cpu_us)
    true(f"{cpu_us} us", cpu_us[0] > 250e3 and abs(cpu_us[1]) < 50e3)


def verdict(options, other, turns):
    """Compare the replay with another program, which spins `turns` iterations per event."""
    os.environ["BENCH_SPIN"] = str(turns)
    args = argparse.Namespace(build=options.build, compare=os.path.join(options.build, other), views=["nothing"],
                              events=EVENTS, max_rounds=80)
    c = compare.compare_replays(args)[0]
    _, low, high = c.percent()
    return c.verdict(), f"{low:+.1f} to {high:+.1f} % after {len(c.pairs)} rounds"


def test_the_same_program_twice_is_no_difference(options, timed):
    got, figures = verdict(options, "bench_replay", 0)
    true(f"{got}: {figures}", got in ("no difference", "undecided"))


def turns_for(options, share):
    """Measure how many iterations per event make the program slower by that share."""
    args = argparse.Namespace(build=options.build)
    with tempfile.TemporaryDirectory() as folder:
        path = replay.generate(args, folder, replay.USUAL, EVENTS)
        ns = []
        for turns in (0, SPIN_TRY):
            os.environ["BENCH_SPIN"] = str(turns)
            ns.append(min(replay.ns_per_event(load.run(args, "bench_replay_spin", "nothing", path)) for _ in range(5)))
    return int(SPIN_TRY * share * ns[0] / (ns[1] - ns[0]))


def test_a_slower_program_is_found_out(options, timed):
    turns = turns_for(options, SPIN_TARGET)
    true(f"{turns} turns", turns > 0)
    got, figures = verdict(options, "bench_replay_spin", turns)
    same(f"{turns} turns per event, {figures}", got, "slower")


def test_the_document_is_whole(options, root):
    done = bench(options, "--rounds", "1", "--seconds", "0.2", "--no-peers", "--calls", "inline", "--events", "100000")
    same(f"exit status ({done.stderr})", done.returncode, 0)
    for title in SECTIONS:
        true(f"no section '{title}'", f"\n## {title}" in done.stdout)
    for line in done.stdout.splitlines():
        true(f"a cell is empty: {line}", not re.search(r"\|\s*\|", line))
    row = next(line for line in done.stdout.splitlines() if line.startswith("| tcpclose json --calls inline |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    same("names the right process", cells[8], "1.000")
    true(f"reported/made is {cells[6]}", 0.999 < float(cells[6]) < 1.001)


def test_flush_writes_at_once(options, timed, root):
    args = argparse.Namespace(build=options.build, tool=os.path.join(options.build, "tcpclose"))
    p50 = {}
    for words in ((), ("--flush",)):
        said = latency.turn(args, peers.tool(args, "json", "inline", *words), 400, 1000)
        same("lines about the closer", said["closer"]["told"], said["closer"]["made"])
        p50[bool(words)] = said["closer"]["p50_us"]
    true(f"half of the lines come within {p50[True]} us with --flush, {p50[False]} us without", p50[True] < p50[False])


def test_what_is_asked_wrongly_is_said(options):
    done = bench(options, "--only", "churn,nonsense")
    true(done.stderr, done.returncode == 2 and "'nonsense'" in done.stderr)
    done = bench(options, "--compare", "/no/such/build", "--kinds", "replay")
    true(done.stderr, done.returncode == 66 and "/no/such/build" in done.stderr)
