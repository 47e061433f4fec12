# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--fail-on around real test suites: of pytest, of make and of go test. Each suite has a test that leaks a descriptor,
one that closes with unread data, and one that does neither. All of them pass by their own word: only --fail-on fails.
"""

import os
import shutil
import sys
import tempfile

import pytest

from assertions import Skip
from fixture import HERE, same, true

SUITES = os.path.join(HERE, "suites")
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

# suite: (its folder, what runs one test of it, that test by what it does, what the suite prints when it passes)
RUNS = {
    "pytest": ("pytest", PYTEST, {"clean": "clean.py", "leak": "leak.py", "unread": "unread.py"}, "1 passed"),
    "make": ("make", ["make", "-s", "PYTHON=" + sys.executable],
             {"clean": "clean-client", "leak": "leak", "unread": "unread"}, "passed"),
    "go": ("go", ["go", "test", "-count=1", "-run"], {"clean": "TestClean", "leak": "TestLeak", "unread": "TestUnread"},
           "ok"),
}

# what it does: (the exit status, the words of the line that is printed)
ENDS = {"clean": (0, []), "leak": (4, ["exit"]), "unread": (4, ["reset", "unread-data"])}


@pytest.fixture(scope="module")
def cache():
    """What go test has compiled, for all runs."""
    with tempfile.TemporaryDirectory(prefix="tcpclose-test-") as folder:
        yield folder


def run(cli, suite, which, folder, *more):
    """The suite around which the tool runs, and the port of its client. The folder is for what both write."""
    place, runner, names, word = RUNS[suite]
    if not shutil.which(runner[0]):
        raise Skip(f"needs {runner[0]}")
    said = os.path.join(folder, "port")
    env = dict(os.environ, PORT_FILE=said, PYTHONDONTWRITEBYTECODE="1", GOCACHE=folder, GOPROXY="off", CGO_ENABLED="0")
    done = cli.run("--tree", "--netns", cli.netns, "--fail-on", "exit,unread-data,signal", *more,
                   "--", *cli.enter(*runner, names[which]), env=env, cwd=os.path.join(SUITES, place))
    true("the suite passes by its own word: " + done.stdout + done.stderr, word in done.stdout)
    with open(said, encoding="ascii") as port:
        return done, port.read()


@pytest.mark.parametrize("suite", RUNS)
def test_suite(suite, cli, root, cache):
    for which, (status, words) in ENDS.items():
        done, port = run(cli, suite, which, cache)
        what = "%s, %s: %s%s" % (suite, which, done.stdout, done.stderr)
        same("exit status of " + what, done.returncode, status)
        lines = [line for line in done.stderr.splitlines() if "127.0.0.1" in line]
        same("lines of " + what, len(lines), 1 if words else 0)
        for line in lines:
            true("the client's port %s is in %s" % (port, what), line.split()[2] == "127.0.0.1:" + port)
            true("%r are in %s" % (words, what), all(word in line for word in words))


def test_a_filter_selects_the_program_of_the_suite(cli, root, cache):
    """As in the manual: -c '*.test' judges what go test runs, and not go itself; another name judges nothing."""
    for name, status in (("*.test", 4), ("go", 0)):
        done, _ = run(cli, "go", "leak", cache, "-q", "-c", name)
        same("exit status with -c %s: %s" % (name, done.stderr), done.returncode, status)
