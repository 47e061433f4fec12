#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line as a user meets it: words, errors, exit statuses, filters, interrupts, loss.

One line per test. Exit status: 0 all passed, 1 some failed. Without root the tests that trace are skipped.
"""

import argparse
import os
import sys

sys.dont_write_bytecode = True

import cases_filter
import cases_run
import cases_usage
from bench import Bench, Failure, Skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tool", default="build/tcpclose")
    parser.add_argument("--only", help="tests whose name has this in it")
    options = parser.parse_args()
    tests = cases_usage.TESTS + cases_run.TESTS + cases_filter.TESTS
    passed = failed = skipped = 0
    with Bench(os.path.abspath(options.tool)) as bench:
        for test in tests:
            name = test.__name__.replace("_", "-")
            if options.only and options.only not in name:
                continue
            try:
                test(bench)
                passed += 1
                print("ok", name, flush=True)
            except Skip as why:
                skipped += 1
                print("ok", name, "# SKIP", why, flush=True)
            except Failure as why:
                failed += 1
                print("not ok %s: %s" % (name, why), flush=True)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


sys.exit(main())
