# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The unit tests in C: one test here for each function there. A binary runs once, when its first test is asked for."""

import functools
import glob
import os
import re
import subprocess

from assertions import Failure, Skip, same

HERE = os.path.dirname(os.path.abspath(__file__))
DEFINED = re.compile(r"^static void test_(\w+)\(void \*\*", re.M)
RESULT = re.compile(r"^(ok|not ok) \d+ - (?:test_)?(\w+)(.*)")


def functions(source):
    with open(source, encoding="utf-8") as f:
        return DEFINED.findall(f.read())


def pytest_generate_tests(metafunc):
    tests = [(os.path.relpath(source, HERE).removesuffix(".c"), name)
             for source in sorted(glob.glob(os.path.join(HERE, "*/test_*.c"))) for name in functions(source)]
    metafunc.parametrize("binary, function", tests, ids=[name for _, name in tests])


@functools.lru_cache(maxsize=None)
def run(path):
    """Its exit status, test -> passed or not, and all that it printed."""
    done = subprocess.run([path], capture_output=True, text=True, check=False, errors="replace",
                          env=dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP"))
    results = [RESULT.match(line) for line in done.stdout.splitlines()]
    return done.returncode, {m[2]: m[1] for m in results if m}, done.stdout + done.stderr


def test_unit(binary, function, options):
    path = os.path.join(options.build, "unit", binary)
    if not os.path.exists(path):
        raise Skip("not built: needs cmocka")
    status, results, text = run(path)
    if results.get(function) != "ok":
        raise Failure(f"{results.get(function, 'not run')}, exit status {status}\n{text}")
    defined = functions(os.path.join(HERE, binary + ".c"))
    same("tests that the source does not define", set(results) - set(defined), set())
    same("exits with 0 as all tests pass", status == 0, "not ok" not in results.values())
