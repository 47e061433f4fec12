# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What pytest must know to run all tests: options, fixtures, the order of the families, and the closing line.

The families that also run in the guests of tools/matrix, where there is no pytest, do not import it; nor does
anything but this file. A test asks for what it needs by the names of its arguments, which are the fixtures below.
"""

import argparse
import collections
import os
import shutil
import sys
import tempfile

import pytest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path[:0] = [HERE, os.path.join(HERE, "live/lib")]
os.environ["PATH"] += ":/usr/sbin:/sbin"
os.environ.pop("TCPCLOSE_OPTS", None)   # it would change what every test runs

import runner  # noqa: E402
from assertions import Skip  # noqa: E402
from sandbox_gaps import SandboxGaps  # noqa: E402

# In this order: what is quickest to say that something is wrong comes first, what takes a minute comes last.
FAMILIES = ["checkers", "unit", "stories", "fuzz", "deploy", "cli", "fleet", "strace", "twins", "connections",
            "two-clocks", "reuse", "reports", "openings", "live", "inline", "stuck", "stuck-without-bpf", "ports",
            "preexisting", "pages", "manual", "packages", "poor-hosts", "bench", "soak"]
# A build with the sanitizers has nothing to say about texts, scripts and benchmarks; and the kernel side is the same in
# it: the families that look at that alone are left out.
NOT_SANITIZED = {"checkers", "deploy", "pages", "manual", "packages", "poor-hosts", "bench",
                 "strace", "two-clocks", "reuse", "openings", "inline", "ports", "preexisting"}
# ... nor about what waits for a clock: the same code runs in other tests.
NOT_SANITIZED_FILES = {"test_cluster", "test_fail_on_suites", "test_follow", "test_otlp_delivery", "test_overload",
                       "test_roles", "test_serve", "test_serve_prometheus", "test_start_under_load"}
# Two of these tests can run at once: none of them looks at what the whole host does.
BESIDE = {"checkers", "unit", "stories", "fuzz", "deploy", "cli", "fleet", "pages", "manual", "packages"}
SKIPS_LISTED = 10           # of one reason
OUTCOMES = ("passed", "failed", "skipped")


def pytest_addoption(parser):
    group = parser.getgroup("tcpclose")
    group.addoption("--build", default=os.path.join(ROOT, "build"), metavar="DIR", help="the build that is tested")
    group.addoption("--sanitized", action="store_true",
                    help="the build has the sanitizers: times and memory mean nothing")
    group.addoption("--round", choices=("beside", "alone"),
                    help="only the tests beside which another can run, or only the others")
    group.addoption("--workload", metavar="PATH", help="default: that of the build")
    group.addoption("--only", action="append", default=[], metavar="NAME",
                    help="the tests of this name, family, or family/name; * and ? stand for any; repeatable")


def pytest_configure(config):
    config.option.build = os.path.abspath(config.option.build)
    config.option.workload = config.option.workload or os.path.join(config.option.build, "workload")
    config.pluginmanager.register(Figures(), "figures")


def why_without_root_tests():
    return runner.why_not_traced() or runner.why_not()


def pytest_report_header():
    """What the host lacks, in one line, before hundreds of tests are skipped for it."""
    reason = why_without_root_tests()
    return f"host: the tests that trace are skipped: {reason}" if reason else None


def name_of(item):
    return item.callspec.id if hasattr(item, "callspec") else runner.plain_name(item.name)


def family_of(item):
    """The folder, or where a folder has several families the file, or where a file has several the function."""
    folder = os.path.relpath(item.path, HERE).split(os.sep)[0]
    if folder not in ("live", "tools"):
        return folder
    family = runner.plain_name(item.path.stem)
    return runner.plain_name(item.originalname) if family == "cases" else family


def pytest_collection_modifyitems(config, items):
    chosen, others = [], []
    for item in items:
        name, family = name_of(item), family_of(item)
        item.user_properties.append(("family", family))
        for marker in ("root", "timed", "builds", "long", "browser"):
            if marker in item.fixturenames:
                item.add_marker(marker)
        wanted = runner.is_chosen(config.option.only, name, family, f"{family}/{name}")
        if config.option.sanitized and ("timed" in item.fixturenames or family in NOT_SANITIZED or
                                        item.path.stem in NOT_SANITIZED_FILES):
            wanted = False
        beside = family in BESIDE and "timed" not in item.fixturenames
        if config.option.round and beside != (config.option.round == "beside"):
            wanted = False
        (chosen if wanted else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = sorted(chosen, key=lambda item: FAMILIES.index(family_of(item)))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    try:
        runner.attempt(name_of(pyfuncitem), pyfuncitem.obj, arguments, pyfuncitem.funcargs.get("gaps"))
    except Skip as why:
        pytest.skip(str(why))
    return True


@pytest.fixture(scope="session")
def gaps():
    """What the host may hide from the tool: a test that fails in such a moment is run once more."""
    with SandboxGaps() as watched:
        yield watched


@pytest.fixture(scope="session")
def root(gaps):
    """For tests that need root and the programs that watch the network."""
    reason = why_without_root_tests()
    if reason:
        pytest.skip(reason)
    runner.raise_file_limit()


@pytest.fixture
def timed():
    """For tests that look at how long something takes."""


@pytest.fixture(scope="session")
def builds():
    """For tests that build the tool, for half a minute or so."""


@pytest.fixture(scope="session")
def long():
    """For tests that make check leaves out: of a target of their own."""


@pytest.fixture(scope="session")
def all_options(pytestconfig):
    build = pytestconfig.option.build
    return argparse.Namespace(build=build, tool=os.path.join(build, "tcpclose"),
                              workload=os.path.abspath(pytestconfig.option.workload),
                              sanitized=pytestconfig.option.sanitized)


@pytest.fixture
def options(all_options):
    """Where everything is, and a folder of the test's own."""
    folder = tempfile.mkdtemp(prefix="tcpclose-test-")
    yield argparse.Namespace(folder=folder, **vars(all_options))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def report():
    """A Report; runner.attempt() puts a fresh one in its place for each try."""


@pytest.fixture(scope="session")
def cli(all_options):
    """The tool, and a network namespace to run it in."""
    import fixture
    with fixture.CliFixture(all_options.tool, why_without_root_tests() is None) as made:
        yield made


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a network."""
    from browser import Browser
    try:
        started = Browser()
    except Skip as why:
        pytest.skip(str(why))
    with started:
        yield started


@pytest.fixture(scope="module")
def batches(request, all_options, root):
    """The Batches of each test function of test_cases.py, with the cases that were chosen."""
    chosen = collections.defaultdict(list)
    for item in request.session.items:
        if "batches" in item.fixturenames:
            chosen[item.originalname].append(item.callspec.id)
    started, pool = request.module.start_batches(chosen, all_options)
    yield started
    pool.shutdown(wait=True, cancel_futures=True)


class Figures:
    """Counts what passes, by family, and prints it at the end."""

    def __init__(self):
        self.counts = collections.defaultdict(collections.Counter)      # family -> outcome -> number; and "seconds"
        self.notes = []     # what a test printed as "# ...", though it passed
        self.skips = collections.defaultdict(list)      # reason -> tests

    def pytest_runtest_logreport(self, report):
        counts = self.counts[dict(report.user_properties)["family"]]
        counts["seconds"] += report.duration
        if report.when == "call" or report.outcome != "passed":
            counts[report.outcome] += 1
        if report.outcome == "skipped":
            self.skips[report.longrepr[2].removeprefix("Skipped: ")].append(report.nodeid)
        elif report.when == "call" and report.outcome == "passed":
            self.notes += [line for line in report.capstdout.splitlines() if line.startswith("#")]

    def pytest_collectreport(self, report):
        """A file that cannot be read is a failure too."""
        if report.failed:
            self.counts[""]["failed"] += 1

    def skip_lines(self):
        """A line for each skipped test, or for all with the same reason if they are many."""
        for reason, tests in self.skips.items():
            if len(tests) > SKIPS_LISTED:
                tests = [f"{len(tests)} tests, from {tests[0]} to {tests[-1]}"]
            yield from (f"ok {test} # SKIP {reason}" for test in tests)

    def pytest_terminal_summary(self, terminalreporter):
        if not self.counts:
            return
        terminalreporter.section("notes")
        for line in [*self.skip_lines(), *self.notes]:
            terminalreporter.line(line)
        terminalreporter.section("families")
        for family, counts in sorted(self.counts.items(), key=lambda row: (FAMILIES + [""]).index(row[0])):
            line = runner.closing_line(*(counts[word] for word in OUTCOMES))
            terminalreporter.line(f"{family or 'collection':12} {line}, {counts['seconds']:.1f} s")

    def pytest_unconfigure(self, config):
        """The very last line."""
        if not config.option.collectonly and not hasattr(config, "workerinput"):
            print(runner.closing_line(*(sum(c[word] for c in self.counts.values()) for word in OUTCOMES)))
