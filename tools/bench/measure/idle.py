# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How often a tracer wakes up while no connection closes: counts context switches and system
calls."""
import os
import re
import shutil
import subprocess
import tempfile
import time

from . import peers, subject
from .report import table
from .subject import say

SWITCHES = ("voluntary_ctxt_switches", "nonvoluntary_ctxt_switches")
AT_ONCE_S = 0.5  # not counted: attaching strace wakes the tracer too


def switches(run):
    return sum(run.read_status(key) for key in SWITCHES)


class Watch:
    """Counts the system calls of a process with strace, once the process is at rest."""

    def __init__(self, run):
        self.log = tempfile.NamedTemporaryFile()
        self.process = subprocess.Popen(["strace", "-qq", "-ttt", "-o", self.log.name, "-p",
                                         str(run.process.pid)], stderr=subprocess.DEVNULL)
        self.started = time.time()

    def calls_per_s(self):
        ended = time.time()
        self.process.terminate()
        self.process.wait()
        begun = [float(at) for at in re.findall(rb"^(\d+\.\d+) \w+\(", self.log.read(), re.M)]
        counted = [at for at in begun if self.started + AT_ONCE_S < at < ended]
        return len(counted) / (ended - self.started - AT_ONCE_S)


def start_all(args, folder):
    """Start all tracers. Yield (subject, run or reason, output). They run at the same time: idle
    tracers do not disturb each other."""
    for who in peers.tools(args) + peers.peers(args):
        path = os.path.join(folder, re.sub(r"\W", "-", who.name))
        try:
            with open(path, "wb") as out:
                yield who, subject.Run(who, out), path
        except subject.Absent as e:
            yield who, str(e), path


def watch(args, runs):
    """Return the context switches per second and the system calls per second of each run."""
    seen = {name: switches(run) for name, run in runs.items()}
    started = time.monotonic()
    time.sleep(args.idle)
    took = time.monotonic() - started
    rates = {name: (switches(run) - seen[name]) / took for name, run in runs.items()}
    if not shutil.which("strace"):
        return rates, {}
    watches = {name: Watch(run) for name, run in runs.items()}
    time.sleep(args.idle)
    return rates, {name: w.calls_per_s() for name, w in watches.items()}


def measure(args, report):
    say(f"idle: {2 * args.idle:g} s")
    subject.wait_quiet()
    with tempfile.TemporaryDirectory() as folder:
        started = list(start_all(args, folder))
        runs = {who.name: run for who, run, _ in started if isinstance(run, subject.Run)}
        try:
            rates, calls = watch(args, runs)
        finally:
            for run in runs.values():
                run.stop()
        rows = []
        for who, run, path in started:
            if who.name not in runs:
                rows.append([who.name, run, "-", "-"])
                continue
            seen = subject.read_summary(path).get("seen")
            rows.append([who.name, f"{rates[who.name]:.2f}",
                         f"{calls[who.name]:.2f}" if who.name in calls else "-", "-" if seen is None else str(seen)])
            if who.ready_line:
                report.goal(f"wake-ups per second, idle, {who.name}", "0",
                            rates[who.name] if seen == 0 else None, 0)
    report.section("On an idle host", table(["tracer", "context switches/s", "system calls/s", "endpoints seen"], rows),
                   f"{args.idle:g} s each. If endpoints were seen meanwhile, the host was not idle.")
