#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Soaks the tool in random endings: four namespaces, in each soak (see soak.h), and one tool over
all of them. Then every end of every connection must have its story, once, and right.

The endings are drawn from the seed: the same seed gives every worker the same ones in the same
order. Exit status: 0 passed, 1 failed, 64 usage, 77 could not be run.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, "tests/live/lib"), os.path.join(ROOT, "tests")]

import compare
import fixtures
from assertions import Failure
from runner import attempt, finish, why_not
from sandbox_gaps import SandboxGaps

NAMESPACES = 4
PORTS = "20000 20999"       # few enough to be used again and again
WARM_S = 10                 # after it the tool must not grow by more than
GROWTH_KIB = 1024
STRANGERS = 1000            # stories of other namespaces: so many, and the growth may be theirs
GRACE_S = 90                # soak ends itself before
SHOWN = 20


def parse_options(words):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=int, metavar="S", default=60)
    parser.add_argument("--seed", type=int, metavar="N", default=1)
    parser.add_argument("--rate", type=int, metavar="R", default=120,
                        help="connections per second and namespace")
    parser.add_argument("--calls", metavar="MODE", default="tracepoint")
    parser.add_argument("--capture", action="store_true", help="tcpdump in every namespace")
    parser.add_argument("--keep", action="store_true", help="leave the files")
    parser.add_argument("--any-memory", action="store_true",
                        help="do not judge it: a sanitizer's account is not the tool's")
    parser.add_argument("--tool", metavar="PATH", default=os.path.join(ROOT, "build/tcpclose"))
    parser.add_argument("--soak", metavar="PATH", default=os.path.join(ROOT, "build/soak"))
    options = parser.parse_args(words)
    options.tool = os.path.abspath(options.tool)
    options.soak = os.path.abspath(options.soak)
    return options


class Tool:
    def __init__(self, options, folder):
        self.output = os.path.join(folder, "tool.json")
        self.rss = []       # KiB, once a second
        ready, theirs = os.pipe()
        with open(os.path.join(folder, "tool.stderr"), "wb") as err:
            self.child = subprocess.Popen(
                [options.tool, "json", "-o", self.output, "--calls", options.calls, "--ready-fd",
                 str(theirs)], pass_fds=[theirs], stdin=subprocess.DEVNULL, stderr=err)
        os.close(theirs)
        with open(ready, "rb") as f:
            if f.read(1) != b"\0":
                self.child.wait()
                with open(err.name, encoding="utf-8") as said:
                    raise fixtures.Broken(f"the tool is not ready: {said.read().strip()}")

    def sample(self):
        with open(f"/proc/{self.child.pid}/status", encoding="utf-8") as f:
            words = [line.split() for line in f if line.startswith("VmRSS:")]
        if words:
            self.rss.append(int(words[0][1]))

    def finish(self):
        self.child.send_signal(signal.SIGINT)
        self.child.wait(fixtures.WAIT_S)
        with open(self.output, encoding="utf-8") as f:
            return f.read().splitlines()

    def kill(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()


class Soak:
    def __init__(self, ns, nr, options, folder):
        self.ns = ns
        self.truth = os.path.join(folder, f"truth-{nr}.json")
        subprocess.run(ns.command("sh", "-c", f"echo {PORTS} "
                                  ">/proc/sys/net/ipv4/ip_local_port_range"), check=True)
        self.capture = None
        if options.capture:
            self.capture = fixtures.Capture(ns, os.path.join(folder, f"lo-{nr}.pcap"))
        with open(self.truth, "ab") as out, open(f"{self.truth}.stderr", "wb") as err:
            self.child = ns.start(options.soak, "--seed", str(options.seed * NAMESPACES + nr),
                                  "--seconds", str(options.seconds), "--rate", str(options.rate),
                                  stdout=out, stderr=err)

    def finish(self):
        """Its lines of truth."""
        if self.capture:
            self.capture.child.send_signal(signal.SIGINT)
            self.capture.child.wait(fixtures.WAIT_S)
        if self.child.returncode:
            with open(f"{self.truth}.stderr", encoding="utf-8") as f:
                raise fixtures.Broken(f"soak ended with {self.child.returncode}: {f.read().strip()}")
        with open(self.truth, encoding="utf-8") as f:
            return f.read().splitlines()


def watch(tool, soaks, seconds):
    """Until all have ended; looks at the tool once a second."""
    end = time.monotonic() + seconds + GRACE_S
    while any(soak.child.poll() is None for soak in soaks):
        if time.monotonic() > end:
            raise fixtures.Broken(f"soak is not over {GRACE_S} s after its time")
        if tool.child.poll() is not None:
            raise fixtures.Broken(f"the tool ended by itself, status {tool.child.returncode}")
        tool.sample()
        time.sleep(1)
    tool.sample()


def soak_all(options, folder, spaces):
    """Returns the comparison and the tool."""
    tool = Tool(options, folder)
    try:
        soaks = [Soak(ns, nr, options, folder) for nr, ns in enumerate(spaces)]
        watch(tool, soaks, options.seconds)
        truths = compare.Truths()
        for soak in soaks:
            truths.add(soak.ns.inode, soak.finish())
        lines = tool.finish()
    finally:
        tool.kill()
    comparison = compare.Comparison(truths)
    meta = comparison.read(lines)
    attached = (meta.get("hooks") or {}).get("calls")
    if options.calls != "auto":
        comparison.same("meta", "hooks.calls", attached, [options.calls])
    comparison.check_all(attached)
    comparison.same("tool", "exit status", tool.child.returncode, [0])
    return comparison, tool


def check_growth(comparison, rss, options):
    """Returns the RSS when it was warm, and the most from then on.

    The tool remembers what others on the host do, too; if that is much, it proves nothing.
    """
    warm = rss[min(WARM_S, options.seconds // 2, len(rss) - 1):]
    if max(warm) - warm[0] > GROWTH_KIB and comparison.strangers > STRANGERS:
        print(f"# memory not judged: {comparison.strangers} stories were of other namespaces")
    elif max(warm) - warm[0] > GROWTH_KIB and not options.any_memory:
        comparison.fail(f"memory: RSS {warm[0]} KiB, later {max(warm)}, want at most {GROWTH_KIB} more")
    return warm[0], max(warm)


def nested(options, folder, spaces):
    if len(spaces) == NAMESPACES:
        return soak_all(options, folder, spaces)
    with fixtures.Namespace() as ns:
        return nested(options, folder, spaces + [ns])


def judge(options, comparison, tool):
    """A line with the figures, and a Failure if there are differences."""
    before, after = check_growth(comparison, tool.rss, options)
    figures = f"{options.seconds} s, {len(comparison.truths.ends)} endpoints, RSS {before} -> {after} KiB"
    print(f"# soak: {figures}")
    if not comparison.failures:
        return
    lines = [f"{figures}: {len(comparison.failures)} differences", *comparison.failures[:SHOWN]]
    if comparison.strangers:
        lines.append(f"{comparison.strangers} stories were of other namespaces: is the host busy?")
    lines += [f"{count} x {kind}" for kind, count in comparison.kinds.most_common()]
    raise Failure("\n".join(lines))


def soak(options):
    folder = tempfile.mkdtemp(prefix="tcpclose-soak-")
    try:
        judge(options, *nested(options, folder, []))
    finally:
        if options.keep:
            print(f"#   {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def test_soak(options, root):
    words = ["--tool", options.tool, "--soak", os.path.join(options.build, "soak")]
    if options.sanitized:       # memory then grows by the sanitizers' own account: only the stories are judged
        words += ["--seconds", "9", "--any-memory"]
    soak(parse_options(words))


def main():
    options = parse_options(None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))   # so that namespaces are deleted
    reason = why_not(("ip", "tcpdump") if options.capture else ("ip",))
    if reason:
        print(f"# SKIP soak: {reason}")
        return finish(["skipped"])
    for path in (options.soak, options.tool):
        if not os.access(path, os.X_OK):
            print(f"test_soak.py: no program {path!r}: build it first", file=sys.stderr)
            return 64
    with SandboxGaps() as gaps:
        try:
            attempt("soak", soak, {"options": options}, gaps)
        except (Failure, fixtures.Broken, subprocess.SubprocessError, OSError, ValueError, KeyError) as e:
            print(f"not ok soak: {type(e).__name__}: {e}")
            return finish(["failed"])
    print("ok soak")
    return finish(["passed"])


if __name__ == "__main__":
    sys.exit(main())
