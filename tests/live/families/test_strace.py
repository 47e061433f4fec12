# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs some cases of workload under the tool and under strace, and compares the calls that both saw.

strace names every socket by its inode, so it sees each close() and shutdown() on a connection, in
whichever process and on whichever descriptor.
"""

import errno
import json
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..")]

import fixtures
from assertions import Skip

CASES = ("close-peer-later", "dup", "fork-child-last", "scm-passed", "close-in-recv",
         "shut-rdwr-twice", "shut-ended", "shut-fails")
LIMIT_S = 60

# 4711  shutdown(12<socket:[98765]>, SHUT_WR) = -1 ENOTCONN (Transport endpoint ...)
# 4711  close(12<socket:[98765]> <unfinished ...>
# 4711  <... close resumed>)              = 0
CALL = re.compile(r"(\d+) +(close|shutdown)\((\d+)<socket:\[(\d+)\]>(?:, ([^) ]+)[^)<]*)?(.*)")
RESUMED = re.compile(r"(\d+) +<\.\.\. (close|shutdown) resumed>(.*)")
RESULT = re.compile(r"\) += (-?\d+)(?: ([A-Z]+))?")


def _result(text):
    match = RESULT.search(text)
    if not match:
        return None
    return -getattr(errno, match[2]) if match[2] else int(match[1])


def read_strace(text):
    """inode -> [call, tid, fd, how, ret] in order of entry"""
    calls, pending = {}, {}
    for line in text.splitlines():
        resumed, call = RESUMED.match(line), CALL.match(line)
        if resumed and resumed[1] in pending:
            pending.pop(resumed[1])[4] = _result(resumed[3])
        elif call:
            tid, name, fd, inode, how, rest = call.groups()
            how = how if how and how.startswith("SHUT_") else None
            seen = [name, int(tid), int(fd), how, _result(rest)]
            if seen[4] is None:
                pending[tid] = seen
            calls.setdefault(int(inode), []).append(seen)
    return calls


def run(case, options, folder):
    """workload's truth, the tool's stories by name, strace's calls by inode"""
    story, trace = os.path.join(folder, "tool.json"), os.path.join(folder, "strace.txt")
    with fixtures.Namespace() as ns:
        command = [options.tool, "json", "--netns", ns.name, "-o", story, "--calls", "tracepoint",
                   "--", *ns.command("strace", "-f", "-q", "-y", "-e", "trace=close,shutdown",
                                     "-e", "signal=none", "-o", trace, options.workload, case)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S,
                              stdin=subprocess.DEVNULL, check=False)
    if done.returncode == 77 and "workload: " in done.stderr:
        raise Skip(done.stderr.strip().splitlines()[-1])
    if done.returncode:
        raise fixtures.Broken(f"status {done.returncode}: {done.stderr.strip()}")
    truth = [said for said in map(json.loads, done.stdout.splitlines()) if said["side"] != "case"]
    with open(story, encoding="utf-8") as f:
        stories = [said for said in map(json.loads, f) if said["kind"] == "close"]
    with open(trace, encoding="utf-8") as f:
        return truth, stories, read_strace(f.read())


def check(truth, stories, traced, report):
    told = {(story["local_port"], story["peer_port"]): story for story in stories}
    for end in truth:
        story = told.get((end["local_port"], end["peer_port"]))
        if story is None:
            report.fail(f"not told: {end['side']}")
            continue
        # Without ret: no call of its own on this socket, but what it was in when it let go.
        said = [[c["call"], c["tid"], c["fd"], c["how"], c["ret"]] for c in story["calls"]
                if c["ret"] is not None]
        seen = traced.get(end["inode"], [])
        report.true(f"{end['side']}: calls in strace", seen, "none")
        report.same(f"{end['side']}: calls", said, seen)


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES)


def test_strace(case, options, report):
    if not shutil.which("strace"):
        raise Skip("needs strace")
    check(*run(case, options, options.folder), report)
