#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line as a user meets it: words, errors, exit statuses, filters, interrupts, loss.

One line per test. Exit status: 0 all passed, 1 some failed. Without root the tests that trace are skipped.
"""

import argparse
import os
import sys

sys.dont_write_bytecode = True

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))

import cases_caps
import cases_doctor
import cases_cgroup
import cases_document
import cases_filter
import cases_flood
import cases_hostile
import cases_record
import cases_run
import cases_stack
import cases_usage
import cases_views
from bench import Bench, Failure, Skip
from blind import TRIES, Blind


def outcome(test, name, bench, blind):
    """None if it passed, else the Failure or Skip."""
    for _ in range(TRIES):
        blind.clear()
        try:
            return test(bench)
        except Skip as why:
            return why
        except Failure as why:
            failure = why
            if not blind.excuses(name, failure):
                break
    return failure


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tool", default="build/tcpclose")
    parser.add_argument("--only", help="tests whose name has this in it")
    options = parser.parse_args()
    tests = cases_document.TESTS + cases_usage.TESTS + cases_run.TESTS + cases_filter.TESTS + \
        cases_record.TESTS + cases_views.TESTS + cases_hostile.TESTS + \
        cases_caps.TESTS + cases_doctor.TESTS + cases_cgroup.TESTS + cases_stack.TESTS + \
        cases_flood.TESTS
    passed = failed = skipped = 0
    with Bench(os.path.abspath(options.tool)) as bench, Blind() as blind:
        for test in tests:
            name = test.__name__.replace("_", "-")
            if options.only and options.only not in name:
                continue
            why = outcome(test, name, bench, blind)
            if why is None:
                passed += 1
                print("ok", name, flush=True)
            elif isinstance(why, Skip):
                skipped += 1
                print("ok", name, "# SKIP", why, flush=True)
            else:
                failed += 1
                print("not ok %s: %s" % (name, why), flush=True)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


sys.exit(main())
