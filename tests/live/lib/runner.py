# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How one test is run: once more where the host hid something, with its differences as one Failure.

tests/conftest.py uses this under pytest. The guests of tools/matrix have no pytest: there run_module() runs the
tests of a module, which are its functions named test_*.
"""

import argparse
import fnmatch
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import fixtures
from assertions import Failure, Report, Skip
from sandbox_gaps import TRIES, SandboxGaps

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
BTF = "/sys/kernel/btf/vmlinux"
CAPS = {"CAP_NET_ADMIN": 12, "CAP_SYS_PTRACE": 19, "CAP_SYS_ADMIN": 21}      # include/uapi/linux/capability.h
NEEDED = ("ip", "ss", "tcpdump", "nft", "sysctl", "bash", "stdbuf")


def plain_name(name):
    """test_close_wait -> close-wait"""
    return name.removeprefix("test_").replace("_", "-")


def is_chosen(patterns, *names):
    """--only: a test is chosen by one of its names, or by a pattern with * and ? that fits one. Without patterns all
    tests are."""
    return not patterns or any(fnmatch.fnmatchcase(plain_name(name), plain_name(pattern))
                               for name in names for pattern in patterns)


def closing_line(passed, failed, skipped):
    return f"{passed} passed, {failed} failed, {skipped} skipped"


def why_not(needed=NEEDED):
    """Why nothing can be run here, or None."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [program for program in needed if not shutil.which(program)]
    return f"needs {', '.join(missing)}" if missing else None


def _missing_caps():
    with open("/proc/self/status", encoding="utf-8", errors="replace") as status:
        held = int(re.search(r"^CapEff:\s*(\w+)$", status.read(), re.M)[1], 16)
    return [name for name, bit in CAPS.items() if not held >> bit & 1]


def why_not_traced():
    """Why nothing can be traced here, by what the host says and not the tool; or None."""
    if os.geteuid() != 0:
        return "needs root"
    with open("/proc/self/uid_map", encoding="ascii") as uid_map:
        if uid_map.read().split() != ["0", "0", str(2**32 - 1)]:
            return "needs root outside of a user namespace"
    if _missing_caps():
        return f"needs {', '.join(_missing_caps())}, which this root does not have"
    return None if os.path.exists(BTF) else f"needs a kernel with BTF: there is no {BTF}"


def raise_file_limit():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _try(test, arguments):
    if "report" not in arguments:
        test(**arguments)
        return
    report = arguments["report"] = Report()
    try:
        test(**arguments)
    except (fixtures.Broken, subprocess.SubprocessError, OSError, LookupError, TypeError) as e:
        report.fail(f"{type(e).__name__}: {e}")
        report.raise_failures()
    report.raise_failures()


def _clean_up(arguments):
    """What a failed test leaves running would trace all that follows, and keep the threads that read from it."""
    for value in arguments.values():
        if hasattr(value, "kill_started"):
            value.kill_started()


def attempt(name, test, arguments, gaps=None):
    """Runs a test; what it raises is the outcome. gaps: what the host may hide, see sandbox_gaps.py."""
    for nr in range(TRIES):
        if gaps:
            gaps.clear()
        try:
            _try(test, dict(arguments))
            return
        except Skip:
            raise
        except Exception as e:
            lines = str(e).splitlines() or [type(e).__name__]
            if nr == TRIES - 1 or not gaps or not gaps.excuses(name, lines[0]):
                raise
        finally:
            _clean_up(arguments)


def _run(name, test, options, gaps):
    """A line for the outcome; returns its word."""
    began = time.monotonic()
    options.folder = tempfile.mkdtemp(prefix="tcpclose-test-")
    wanted = test.__code__.co_varnames[:test.__code__.co_argcount]
    try:
        attempt(name, test, {key: {"options": options}.get(key) for key in wanted}, gaps)
    except Skip as e:
        print(f"ok {name} # SKIP {e}", flush=True)
        return "skipped"
    except (Failure, fixtures.Broken, subprocess.SubprocessError, OSError, LookupError, TypeError, ValueError) as e:
        print(f"not ok {name} ({time.monotonic() - began:.1f} s)")
        print("\n".join(f"#   {line}" for line in str(e).splitlines() or [type(e).__name__]), flush=True)
        return "failed"
    finally:
        shutil.rmtree(options.folder, ignore_errors=True)
    print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return "passed"


def finish(words):
    """The closing line; returns the exit status."""
    print(closing_line(*(words.count(word) for word in ("passed", "failed", "skipped"))))
    if "failed" in words:
        return 1
    return 0 if "passed" in words else 77


def run_module(module):
    """Runs the tests of a module (its globals) by the words of the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=module["__doc__"].split("\n\n")[0])
    parser.add_argument("--only", action="append", metavar="NAME", help="a test, or a pattern; repeatable")
    parser.add_argument("--tool", metavar="PATH", default=os.path.join(ROOT, "build/tcpclose"))
    options = parser.parse_args()
    options.tool = os.path.abspath(options.tool)
    tests = {plain_name(name): test for name, test in module.items() if name.startswith("test_") and callable(test)}
    reason = why_not()
    if reason:
        print(f"# SKIP all: {reason}")
        return finish(["skipped"] * len(tests))
    raise_file_limit()
    wanted = [name for name in tests if is_chosen(options.only, name)]
    if not wanted:
        print(f"no such test: want {', '.join(tests)}", file=sys.stderr)
        return 64
    with SandboxGaps() as gaps:
        return finish([_run(name, tests[name], options, gaps) for name in wanted])
