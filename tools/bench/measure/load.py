# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The loads: programs of the build that print one JSON object."""
import json
import os
import subprocess

from . import subject

CHURN_PORT = 20000  # port of the first server of bench_churn


def program(args, name):
    return os.path.join(args.build, name)


def run(args, name, *words, prefix=(), **more):
    """Run a program of the build. Return the object that it printed."""
    done = subprocess.run([*prefix, program(args, name), *words], stdout=subprocess.PIPE, check=True, **more)
    return json.loads(done.stdout)


def churn_words(args, rate=0):
    return ["churn", "-p", str(args.pairs), "-s", str(args.seconds), "-r", str(rate)]


def churn(args, rate=0, prefix=()):
    subject.wait_quiet()
    return run(args, "bench_churn", *churn_words(args, rate), prefix=prefix)
