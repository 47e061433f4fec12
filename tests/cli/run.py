#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The command line as a user meets it: words, errors, exit statuses, filters, interrupts, loss.

One line per test. Exit status: 0 all passed, 1 some failed. Without root the tests that trace are skipped.
"""

import argparse
import os
import sys

sys.dont_write_bytecode = True

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live", "lib"))

import test_caps
import test_doctor
import test_cgroup
import test_docgen
import test_filter
import test_overload
import test_hostile_names
import test_record
import test_run
import test_stack
import test_usage_error
import test_views
from fixture import CliFixture, Failure, Skip
from sandbox_gaps import TRIES, SandboxGaps


def outcome(test, name, cli, gaps):
    """None if it passed, else the Failure or Skip."""
    for _ in range(TRIES):
        gaps.clear()
        try:
            return test(cli)
        except Skip as why:
            return why
        except Failure as why:
            failure = why
            if not gaps.excuses(name, failure):
                break
    return failure


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tool", default="build/tcpclose")
    parser.add_argument("--only", help="tests whose name has this in it")
    options = parser.parse_args()
    tests = test_docgen.TESTS + test_usage_error.TESTS + test_run.TESTS + test_filter.TESTS + \
        test_record.TESTS + test_views.TESTS + test_hostile_names.TESTS + \
        test_caps.TESTS + test_doctor.TESTS + test_cgroup.TESTS + test_stack.TESTS + \
        test_overload.TESTS
    passed = failed = skipped = 0
    with CliFixture(os.path.abspath(options.tool)) as cli, SandboxGaps() as gaps:
        for test in tests:
            name = test.__name__.replace("_", "-")
            if options.only and options.only not in name:
                continue
            why = outcome(test, name, cli, gaps)
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
