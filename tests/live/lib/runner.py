# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs a family of live cases, each a function of the options and a report: one line each, then the figures."""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import fixtures
from sandbox_gaps import TRIES, SandboxGaps
from report import Report

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
NEEDED = ("ip", "tcpdump", "nft", "sysctl", "bash")


def _try(case, options):
    """The failures, and how many checks there were."""
    report = Report()
    options.folder = tempfile.mkdtemp(prefix="tcpclose-test-")
    try:
        case(options, report)
    except (fixtures.Broken, subprocess.SubprocessError, OSError, KeyError, TypeError, IndexError) as e:
        report.fail(f"{type(e).__name__}: {e}")
    finally:
        shutil.rmtree(options.folder, ignore_errors=True)
    return report


def _run(case, options, gaps):
    name = case.__name__.replace("_", "-")
    began = time.monotonic()
    for _ in range(TRIES):
        gaps.clear()
        report = _try(case, options)
        if not report.failures or not gaps.excuses(name, report.failures[0]):
            break
    took = f"{time.monotonic() - began:.1f} s"
    if not report.failures:
        print(f"ok {name} ({took}, {report.checks} checks)", flush=True)
        return True
    print(f"not ok {name} ({took})")
    for line in report.failures[:12]:
        print(f"#   {line}")
    sys.stdout.flush()
    return False


def run_family(doc, cases):
    parser = argparse.ArgumentParser(description=doc.split("\n\n")[0])
    parser.add_argument("--only", action="append", metavar="CASE", help="repeatable")
    parser.add_argument("--tool", metavar="PATH", default=os.path.join(ROOT, "build/tcpclose"))
    options = parser.parse_args()
    options.tool = os.path.abspath(options.tool)
    missing = [program for program in NEEDED if not shutil.which(program)]
    if os.geteuid() != 0 or missing:
        print(f"# SKIP all: needs root{', ' + ', '.join(missing) if missing else ''}")
        print(f"0 passed, 0 failed, {len(cases)} skipped")
        return 77
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    wanted = [c for c in cases if not options.only or c.__name__.replace("_", "-") in options.only]
    if not wanted:
        print(f"no such case: want {', '.join(c.__name__.replace('_', '-') for c in cases)}", file=sys.stderr)
        return 64
    with SandboxGaps() as gaps:
        passed = sum(_run(case, options, gaps) for case in wanted)
    print(f"{passed} passed, {len(wanted) - passed} failed, 0 skipped")
    return 0 if passed == len(wanted) else 1
