#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""PREEMPT_RT: softirqs run in threads, locks sleep, and nearly all code can be preempted, BPF programs behind a
trampoline too. In a guest of tools/matrix, whose kernel must be one with PREEMPT_RT.

The connections are those of soak, which knows what each end did, and with which call of which thread. The kernel counts
how often the thread of the softirqs ran, and how often tasks were preempted. One line per test on stdout. Exit
status: 0 all passed, 1 some failed, 77 nothing could be run.
"""

import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", path) for path in ("live/lib", "soak", "")]

import compare
import fixtures
from held_connections import Tool
from runner import run_module

SOAK = os.path.join(HERE, "..", "soak-static")
REALTIME = "/sys/kernel/realtime"
COMPLAINTS = re.compile(r"BUG: |WARNING: |Oops|scheduling while atomic|sleeping function|bad: |stall")
# 6.1 says so of a segment that another processor is made to process (rps_cpus), also where nothing is traced.
OF_THE_KERNEL = "do_softirq_post_smp_call_flush"
SECONDS, RATE = "4", "25"
SMALL_RING = "64K"
UNKNOWN_RETURN = ": trigger.ret: said None, is 0"
UNKNOWN_PERCENT = 10
NOT_SEEN = "the return of a call was not seen"


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def kernel_log():
    """The lines that the kernel has written so far."""
    fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    lines = []
    with contextlib.suppress(BlockingIOError), open(fd, "rb", buffering=0) as f:
        while line := os.read(f.fileno(), 8192):
            lines.append(line.decode(errors="replace"))
    return lines


def check_kernel(report):
    """It complains in its log about whoever sleeps where that is not allowed, or keeps a processor for itself."""
    complaints = [line for line in kernel_log() if COMPLAINTS.search(line) and OF_THE_KERNEL not in line]
    report.same("complaints of the kernel", complaints, [])


def softirq_threads():
    """The pids of ksoftirqd by processor."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            name = read(f"/proc/{pid}/comm").strip()
            if name.startswith("ksoftirqd/"):
                found[int(name.partition("/")[2])] = int(pid)
    return found


def preempted():
    """How often the processes that have ended since the start of this one were preempted."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_nivcsw


def runs_of(pid):
    """How often the scheduler has run a task."""
    return int(read(f"/proc/{pid}/schedstat").split()[2])


class Soak:
    """A soak in a namespace, on one processor, with a real-time priority unless that is 0."""

    def __init__(self, folder, ns, nr, priority, cpu):
        def place():
            os.sched_setaffinity(0, {cpu})
            if priority:
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
        self.ns, self.path = ns, os.path.join(folder, f"truth-{nr}.json")
        with open(self.path, "ab") as out:
            self.child = ns.start(SOAK, "--seed", str(nr), "--seconds", SECONDS, "--rate", RATE, stdout=out,
                                  preexec_fn=place)

    def finish(self, report):
        report.same("soak", self.child.wait(fixtures.WAIT_S), 0)
        return read(self.path).splitlines()


def finish(report, tool):
    """The lines of the tool."""
    tool.child.send_signal(signal.SIGINT)
    tool.said += tool.child.communicate(timeout=fixtures.WAIT_S)[1]
    report.same("the tool", tool.child.returncode, 0)
    return read(tool.output).splitlines()


def trace(options, report, spaces, priorities):
    """Run a soak in each namespace under the tool, all on processor 0. Return the comparison of what the tool said with
    what they did, and how the tool saw calls."""
    truths = compare.Truths()
    with Tool(options.tool) as tool:
        tool.start("--calls", "auto")
        soaks = [Soak(options.folder, ns, nr, priority, 0) for nr, (ns, priority) in enumerate(zip(spaces, priorities))]
        for soak in soaks:
            truths.add(soak.ns.inode, soak.finish(report))
        lines = finish(report, tool)
    comparison = compare.Comparison(truths)
    return comparison, comparison.read(lines)["hooks"]["calls"]


def check_all(report, comparison, attached):
    """All that the tool says is right. It may not know the return value of a call, as the kernel notes the returns of
    a few calls at a time only; then it says so."""
    comparison.check_all(attached)
    unknown = [text for text in comparison.failures if text.endswith(UNKNOWN_RETURN)]
    for failure in comparison.failures:
        if failure not in unknown:
            report.fail(failure)
    silent = [said["cookie"] for said in comparison.stories.values()
              if said["trigger"] and said["trigger"]["call"] in ("close", "shutdown") and
              said["trigger"]["ret"] is None and not any(NOT_SEEN in text for text in said["missing"])]
    report.same("return values that are unknown without a reason", silent, [])
    ends = len(comparison.truths.ends)
    report.true("return values that are unknown", len(unknown) <= ends * UNKNOWN_PERCENT / 100, (len(unknown), ends))
    print(f"# {ends} ends, calls by {attached}, {len(unknown)} return values unknown")


def test_kernel(options, report):
    """It is one with PREEMPT_RT."""
    report.same(REALTIME, os.path.exists(REALTIME) and read(REALTIME).strip(), "1")


def test_threaded_softirqs(options, report):
    """Segments are processed by ksoftirqd of another processor: no task of theirs is on the processor then."""
    with fixtures.Namespace() as ns:
        subprocess.run(ns.command("sh", "-c", "echo 2 >/sys/class/net/lo/queues/rx-0/rps_cpus"), check=True)
        thread = softirq_threads()[1]
        before = runs_of(thread)
        comparison, attached = trace(options, report, [ns], [0])
        ran = runs_of(thread) - before
    check_all(report, comparison, attached)
    report.true("ksoftirqd ran for each connection", ran > len(comparison.truths.ends), ran)
    check_kernel(report)


def test_reentry_by_priority(options, report):
    """Tasks of three priorities share a processor, and preempt each other in the middle of a program. Nothing is
    missed."""
    before = preempted()
    with contextlib.ExitStack() as stack:
        spaces = [stack.enter_context(fixtures.Namespace()) for _ in range(3)]
        comparison, attached = trace(options, report, spaces, [0, 10, 20])
    report.true("tasks were preempted", preempted() - before > len(comparison.truths.ends), preempted() - before)
    check_all(report, comparison, attached)
    check_kernel(report)


def test_contention_for_the_ring(options, report):
    """Both processors fill a small ring whose reader stands still. The loss is counted, and what follows is right."""
    with contextlib.ExitStack() as stack:
        spaces = [stack.enter_context(fixtures.Namespace()) for _ in range(3)]
        tool = stack.enter_context(Tool(options.tool))
        tool.start("--calls", "auto", "--buffer", SMALL_RING)
        tool.child.send_signal(signal.SIGSTOP)
        for soak in [Soak(options.folder, ns, nr, 10 * nr, nr) for nr, ns in enumerate(spaces[:2])]:
            soak.finish(report)
        tool.child.send_signal(signal.SIGCONT)
        truths = compare.Truths()
        truths.add(spaces[2].inode, Soak(options.folder, spaces[2], 2, 0, 0).finish(report))
        lines = finish(report, tool)
    comparison = compare.Comparison(truths)
    attached = comparison.read(lines)["hooks"]["calls"]
    lost = json.loads(lines[-1])["events_lost"]
    report.true("events lost while the reader stood still", sum(lost.values()) > 0, lost)
    comparison.failures = [text for text in comparison.failures if not text.startswith("summary")]
    check_all(report, comparison, attached)
    check_kernel(report)


if __name__ == "__main__":
    sys.exit(run_module(globals()))
