# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The corpus of each fuzzing harness, and some thousand inputs made of it (driver.c). make fuzz looks for new ones."""

import glob
import os
import subprocess

from assertions import same

HERE = os.path.dirname(os.path.abspath(__file__))
INPUTS = 20000


def pytest_generate_tests(metafunc):
    sources = sorted(glob.glob(os.path.join(HERE, "fuzz_*.c")))
    metafunc.parametrize("harness", [os.path.basename(source).removesuffix(".c") for source in sources])


def test_fuzz(harness, options):
    corpus = os.path.join(HERE, harness.removeprefix("fuzz_") + ".corpus")
    done = subprocess.run([os.path.join(options.build, harness), str(INPUTS), corpus], capture_output=True, text=True,
                          check=False, errors="replace")
    same(f"exit status\n{done.stdout}{done.stderr}", done.returncode, 0)
