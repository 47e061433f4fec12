#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs every case of workload under the tool, and compares what the tool says with the truth, the
capture, the kernel's counters and ss.

Under pytest the cases run in batches, twice: with the tracepoints of system calls (test_live), and without any hook on
calls (test_inline). As a program it prints one line per case, and has options for a closer look. Exit status: 0 all
passed, 1 some failed, 64 usage, 77 nothing could be run.
"""

import argparse
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import batch
import expect
import fixtures
from assertions import SHOWN, Failure, Report, Skip
from runner import finish, is_chosen, why_not
from sandbox_gaps import TRIES, SandboxGaps

ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
NEEDED = ("ip", "tcpdump", "ss", "stdbuf", "bash")
JOBS = 3        # batches at a time under pytest: they wait more than they work


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", action="append", metavar="CASE", help="a case, or a pattern; repeatable")
    parser.add_argument("--repeat", type=int, metavar="N", default=1,
                        help="all of it N times, for what happens only sometimes")
    parser.add_argument("--jobs", type=int, metavar="N", default=1,
                        help="N cases (or batches) at a time, each in its own namespace (default 1)")
    parser.add_argument("--batch", action="store_true", help="several cases at a time under one tool")
    parser.add_argument("--tool-option", action="append", metavar="WORD", default=[],
                        help="one more option for the tool; repeatable")
    parser.add_argument("--keep", action="store_true", help="leave the files of every case")
    parser.add_argument("--tool", metavar="PATH", default=os.path.join(ROOT, "build/tcpclose"))
    parser.add_argument("--workload", metavar="PATH", default=os.path.join(ROOT, "build/workload"))
    parser.add_argument("--calls", metavar="MODE", default="tracepoint")
    parser.add_argument("--no-tool", action="store_true",
                        help="check only workload's truth against the witnesses")
    parser.add_argument("--tshark", action="store_true",
                        help="have tshark read the captures too, and compare")
    options = parser.parse_args()
    options.tool = None if options.no_tool else os.path.abspath(options.tool)
    options.workload = os.path.abspath(options.workload)
    return options


def all_cases(workload):
    """name -> arguments for workload, options for the tool"""
    text = subprocess.run([workload, "--list"], check=True, capture_output=True,
                          text=True).stdout
    cases = {}
    for line in text.splitlines():
        name, *words = line.split()
        asked = list(itertools.takewhile(lambda word: word.startswith("--"), words))
        cases[name] = [name], asked
    cases["demo"] = ["demo", "--truth"], []
    return cases


def compare_evidence(evidence, options):
    report = Report()
    expect.check_observers(evidence, report)
    if options.tool:
        expect.check_tool(evidence, options.calls, report)
    return report


def failure_lines(failures, evidence):
    yield from (f"#   {line}" for line in failures[:SHOWN])
    if len(failures) > SHOWN:
        yield f"#   ... and {len(failures) - SHOWN} more"
    if evidence and evidence.tool_stderr:
        yield from (f"#   stderr: {line}" for line in evidence.tool_stderr.strip().splitlines()[-4:])


def try_case(find, options):
    """find() gives the evidence, or says why there is none. A word, what more there is to say, the failures, the
    evidence."""
    evidence = None
    try:
        evidence = find()
        report = compare_evidence(evidence, options)
    except Skip as e:
        return "skipped", str(e), [], evidence
    except (fixtures.Broken, subprocess.SubprocessError, OSError, ValueError) as e:
        return "failed", "", [f"{type(e).__name__}: {e}"], evidence
    word = "failed" if report.failures else "passed"
    return word, f"{report.checks} checks", report.failures, evidence


def tell(name, outcome, began, options, folder):
    """The outcome in a line; returns its word."""
    word, rest, failures, evidence = outcome
    took = f"{time.monotonic() - began:.1f} s"
    if failures:
        lines = [f"not ok {name} ({took}): {failures[0].splitlines()[0]}", *failure_lines(failures, evidence)]
    elif word == "skipped":
        lines = [f"ok {name} # SKIP {rest}"]
    else:
        lines = [f"ok {name} ({took}, {rest})"]
    if options.keep:
        lines.append(f"#   {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write("".join(line + "\n" for line in lines))     # at once: others may be telling theirs
    sys.stdout.flush()
    return word


def new_folder(name):
    return tempfile.mkdtemp(prefix=f"tcpclose-{name}-")


def run_case(name, case, options, gaps):
    folder, began = new_folder(name), time.monotonic()
    for _ in range(TRIES):
        gaps.clear()
        outcome = try_case(lambda: fixtures.run(case, options, folder), options)
        failures = outcome[2]
        if not failures or not gaps.excuses(name, failures[0].splitlines()[0]):
            break
    return tell(name, outcome, began, options, folder)


def give(found):
    """The evidence of a batch's case, or why there is none."""
    if isinstance(found, Exception):
        raise found
    return found


def run_batch(names, cases, options):
    folders, began = [new_folder(name) for name in names], time.monotonic()
    try:
        found = batch.run([cases[name] for name in names], options, folders)
    except (fixtures.Broken, subprocess.SubprocessError, OSError) as e:
        found = [e] * len(names)

    def outcome(i):
        first = try_case(lambda: give(found[i]), options)
        return try_alone(names[i], cases[names[i]], first, options) if first[0] == "failed" else first
    return [tell(name, outcome(i), began, options, folders[i]) for i, name in enumerate(names)]


def try_alone(name, case, first, options):
    """An emulated machine stands still at times, and then with all cases of a batch. Alone it counts."""
    print(f"# {name} failed among others, and is tried alone: {first[2][0].splitlines()[0]}", flush=True)
    folder = new_folder(name)
    try:
        return try_case(lambda: fixtures.run(case, options, folder), options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_all(names, cases, options):
    """The words of all cases. What a host hides can only be told of one case at a time."""
    if options.batch:
        with ThreadPoolExecutor(options.jobs) as pool:
            done = pool.map(lambda some: run_batch(some, cases, options), batch.batches(names, cases))
            return [word for words in done for word in words]
    if options.jobs == 1:
        with SandboxGaps() as gaps:
            return [run_case(name, cases[name], options, gaps) for name in names]
    with ThreadPoolExecutor(options.jobs) as pool:
        return list(pool.map(lambda name: run_case(name, cases[name], options, SandboxGaps()), names))


class Batches:
    """Some cases under pytest: in a pool of threads a batch each. A case that fails in its batch is tried alone, after
    all batches of the pool are over, and that counts."""

    def __init__(self, names, options, pool):
        self.cases, self.options, self.found, self.pool = all_cases(options.workload), options, {}, pool
        for some in batch.batches(names, self.cases):
            folders = [new_folder(name) for name in some]
            found = self.pool.submit(self._run, some, folders)
            self.found.update({name: (found, nr, folders[nr]) for nr, name in enumerate(some)})

    def _run(self, names, folders):
        """A list of outcomes (try_case); what stands in the way of all of them is the outcome of each."""
        try:
            found = batch.run([self.cases[name] for name in names], self.options, folders)
        except (fixtures.Broken, subprocess.SubprocessError, OSError) as e:
            found = [e] * len(names)
        return [try_case(lambda one=one: give(one), self.options) for one in found]

    def _first(self, name):
        found, nr, folder = self.found.pop(name)
        outcome = found.result()[nr]
        shutil.rmtree(folder, ignore_errors=True)
        return outcome

    def check(self, name, gaps):
        """Raises a Failure or a Skip. Whoever asks again after a Failure has the case tried again, alone."""
        outcome = self._first(name) if name in self.found else None
        if not outcome or outcome[0] == "failed":
            if outcome:
                print(f"# {name} failed among others, and is tried alone: {outcome[2][0].splitlines()[0]}")
            self.pool.shutdown(wait=True)
            gaps.clear()
            folder = new_folder(name)
            outcome = try_case(lambda: fixtures.run(self.cases[name], self.options, folder), self.options)
            shutil.rmtree(folder, ignore_errors=True)
        word, rest, failures, evidence = outcome
        if word == "skipped":
            raise Skip(rest)
        if failures:
            raise Failure("\n".join(failure_lines(failures, evidence)))


MODES = {"test_live": {"calls": "tracepoint", "tshark": True}, "test_inline": {"calls": "inline", "tshark": False}}


def start_batches(chosen, options):
    """Those of all modes, and the pool that they run in; chosen: function -> cases."""
    pool = ThreadPoolExecutor(JOBS)
    return {function: Batches(chosen[function], argparse.Namespace(tool_option=[], **mode, **vars(options)), pool)
            for function, mode in MODES.items()}, pool


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        workload = metafunc.config.getoption("workload")
        metafunc.parametrize("case", list(all_cases(workload)) if os.access(workload, os.X_OK) else [])


def test_live(case, batches, gaps):
    batches["test_live"].check(case, gaps)


def test_inline(case, batches, gaps):
    batches["test_inline"].check(case, gaps)


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))   # so that namespaces are deleted
    reason = why_not(NEEDED + ("tshark",) * options.tshark)
    if reason:
        print(f"# SKIP all: {reason}")
        return finish(["skipped"])
    for path in filter(None, (options.workload, options.tool)):
        if not os.access(path, os.X_OK):
            print(f"test_cases.py: no program {path!r}: build it first", file=sys.stderr)
            return 64
    cases = all_cases(options.workload)
    names = [name for name in cases if is_chosen(options.only, name)]
    if not names:
        print(f"test_cases.py: no such case: want {', '.join(cases)}", file=sys.stderr)
        return 64
    return finish(run_all(names * options.repeat, cases, options))


if __name__ == "__main__":
    sys.exit(main())
