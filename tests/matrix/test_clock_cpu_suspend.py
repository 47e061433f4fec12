#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Bad days of the machine itself, under traffic: the wall clock jumps, a processor goes and comes, the machine sleeps.
In a guest of tools/matrix alone, for whose clock nobody cares.

One line per test on stdout. Exit status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live", "lib"), os.path.join(HERE, "..")]

import held_connections
import fixtures
import timing
from runner import finish, run_module

HOUR_S = 3600
CPU = "/sys/devices/system/cpu/cpu1/online"
ALARM = "/sys/class/rtc/rtc0/wakealarm"
SLEEP_S = 12                # time enough to fall asleep in
PAUSE_S = 0.02              # between the connections of one process
CLOSE_WAIT, FIN_WAIT2 = 8, 5
BUSY_NS = 20_000_000_000    # no close of the traffic takes as long, unless an hour slipped in


class Churn:
    """Processes that open connections and close them, client first; how many they did is their last word."""

    def __init__(self, ns, processes=2):
        subprocess.run(ns.command("sysctl", "-qw", "net.ipv4.tcp_max_tw_buckets=100000"), check=True)
        self.words, word = os.pipe()
        self.pids = [self._start(ns, word) for _ in range(processes)]
        os.close(word)

    @staticmethod
    def _start(ns, word):
        pid = os.fork()
        if pid:
            return pid
        over = []
        signal.signal(signal.SIGTERM, lambda *_: over.append(True))
        done = 0
        with held_connections.inside(ns):
            listener = socket.create_server(("127.0.0.1", 0))
            while not over:
                client = socket.create_connection(listener.getsockname())
                server = listener.accept()[0]
                client.close()
                server.close()
                done += 1
                time.sleep(PAUSE_S)
        os.write(word, b"%d\n" % done)
        os._exit(0)

    def stop(self):
        for pid in self.pids:
            os.kill(pid, signal.SIGTERM)
        for pid in self.pids:
            os.waitpid(pid, 0)
        with os.fdopen(self.words) as f:
            return sum(int(line) for line in f)


def write(path, text):
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def check_story(story, report):
    """Nothing negative, nothing out of order, no hour in it."""
    last = 0
    for wave in story["waves"]:
        report.true("order of the waves", last <= wave["at_ns"] < BUSY_NS, story["waves"])
        if story["initiator"] != "both":    # FINs that crossed have no order
            last = wave["at_ns"]
    for name, value in story["phase_ns"].items():
        report.true(f"phase {name}", value is None or 0 <= value < BUSY_NS, value)
    lasted = timing.stamp_ns(story["time"]) - timing.stamp_ns(story["start"])
    report.true("time - start", 0 <= lasted < BUSY_NS, f"{story['time']} - {story['start']}")
    report.true("age_ns", 0 < (story["age_ns"] or 0) < BUSY_NS, (story["age_ns"], story["missing"]))
    report.same("class", (story["class"], story["partial"]), ("clean", False))


def check_all(lines, count, apart, report):
    """Both ends of all of them are told, once (Tool.finish); apart: the names of those that have tests of their own."""
    closes = [o for o in lines if o["kind"] == "close"]
    churned = [o for o in closes if (o["local_port"], o["peer_port"]) not in apart]
    report.true("connections made", count > 10, count)
    report.same("told of the traffic", len(churned), 2 * count)
    for story in churned:
        check_story(story, report)
    report.same("lost", (lines[-1]["kind"], lines[-1]["lost"], lines[-1]["events_lost"]),
                ("summary", {"table_full": 0, "end_missed": 0, "vanished": 0},
                 {"ring_full": 0, "calls_full": 0, "malformed": 0}))


def check_wall(story, began_ns, report):
    """By the clock as it was set when it happened."""
    start, settled = timing.stamp_ns(story["start"]), timing.stamp_ns(story["time"])
    report.true("wall clock", began_ns - timing.TOLERANCE_NS <= start <= settled <= time.time_ns(),
                f"begun {began_ns}, start {start}, time {settled}, now {time.time_ns()}")


def one_after(ns, tool, apart, report):
    """A connection by itself, between two jumps."""
    client, server = held_connections.pair(ns)
    names = held_connections.ports(client), held_connections.ports(server)
    apart.update(names)
    began = time.time_ns()
    client.close()
    held_connections.await_state(ns, names[1], CLOSE_WAIT)
    server.close()
    for name in names:
        story = tool.await_story(ns, name)
        check_story(story, report)
        check_wall(story, began, report)


def jump(seconds):
    time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME) + seconds)


def test_the_wall_clock_jumps(options, report):
    """By an hour, ahead and back, also while a connection closes; and a replay says the same."""
    record, apart = os.path.join(options.folder, "ends.rec"), set()
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        tool.start("--netns", ns.name, "--record", record)
        churn = Churn(ns)
        one_after(ns, tool, apart, report)
        for seconds in (HOUR_S, -2 * HOUR_S, HOUR_S):
            client, server = held_connections.pair(ns)
            names = held_connections.ports(client), held_connections.ports(server)
            apart.update(names)
            client.close()
            held_connections.await_state(ns, names[1], CLOSE_WAIT)
            jump(seconds)
            time.sleep(0.2)
            server.close()
            for name, phase in zip(names, ("peer_hold", "app_hold")):
                story = tool.await_story(ns, name)
                check_story(story, report)
                report.true(phase, story["phase_ns"][phase] > 150_000_000, story["phase_ns"])
            one_after(ns, tool, apart, report)
        count = churn.stop()
        time.sleep(2)
        lines = tool.finish()
    check_all(lines, count, apart, report)
    again = subprocess.run([options.tool, "json", "--replay", record], check=True, capture_output=True, text=True)
    report.same("what a replay says", [json.loads(line) for line in again.stdout.splitlines()][1:], lines[1:])


def test_a_processor_comes_and_goes(options, report):
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        tool.start("--netns", ns.name)
        churn = Churn(ns, 3)
        for _ in range(5):
            for state in ("0", "1"):
                write(CPU, state)
                time.sleep(0.3)
        apart = set()
        one_after(ns, tool, apart, report)
        count = churn.stop()
        time.sleep(2)
        lines = tool.finish()
    check_all(lines, count, apart, report)


def boot_s():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def test_the_machine_sleeps(options, report):
    """Suspend to memory, until the clock's alarm. What was closing then goes on closing, and the sleep counts."""
    apart = set()
    with fixtures.Namespace() as ns, held_connections.Tool(options.tool) as tool:
        tool.start("--netns", ns.name)
        churn = Churn(ns)       # first: its processes must not hold these two as well
        client, server = held_connections.pair(ns)
        names = held_connections.ports(client), held_connections.ports(server)
        apart.update(names)
        client.shutdown(socket.SHUT_WR)
        held_connections.await_state(ns, names[0], FIN_WAIT2)
        shut, awake = boot_s(), time.clock_gettime(time.CLOCK_MONOTONIC)
        write(ALARM, "0")
        write(ALARM, f"+{SLEEP_S}")
        write("/sys/power/state", "mem")
        slept = boot_s() - shut - (time.clock_gettime(time.CLOCK_MONOTONIC) - awake)
        report.true("slept", 1 < slept <= SLEEP_S + 1, slept)
        server.close()
        client.close()
        lasted = boot_s() - shut
        for name, phase in zip(names, ("peer_hold", "app_hold")):
            story = tool.await_story(ns, name)
            said = story["phase_ns"][phase] / 1e9
            report.true(phase, slept <= said <= lasted + 1, f"said {said}, slept {slept}, lasted {lasted}")
            report.same("class", (story["class"], story["partial"]), ("clean", False))
        one_after(ns, tool, apart, report)
        time.sleep(1)           # some traffic after it
        count = churn.stop()
        time.sleep(2)
        lines = tool.finish()
    check_all(lines, count, apart, report)
    print(f"# slept {slept:.1f} s", flush=True)


if __name__ == "__main__":
    if not os.path.exists("/matrix/job"):
        print("# SKIP all: it sets the clock and sleeps: in a guest of tools/matrix alone")
        sys.exit(finish(["skipped"]))
    sys.exit(run_module(globals()))
