# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tests stand on: a network namespace of their own, and ways to run the tool in it."""

import itertools
import json
import os
import subprocess
import sys

from assertions import Failure, same, true  # noqa: F401

HERE = os.path.dirname(os.path.abspath(__file__))

TRAFFIC = [sys.executable, os.path.join(HERE, "traffic.py")]
TIMEOUT = 60


class CliFixture:
    def __init__(self, tool, with_netns=True):
        """with_netns: only then there is a namespace, which takes root."""
        self.tool = tool
        self.with_netns = with_netns
        self.netns = "tcpclose-cli-%d" % os.getpid()
        self.free_ports = itertools.count(7001)
        self.started = []

    def __enter__(self):
        if self.with_netns:
            subprocess.run(["ip", "netns", "add", self.netns], check=True)
            self.inside("ip", "link", "set", "lo", "up")
        return self

    def __exit__(self, *_):
        if self.with_netns:
            subprocess.run(["ip", "netns", "del", self.netns], check=False)

    def enter(self, *command):
        """A command line that runs in the namespace."""
        return ["ip", "netns", "exec", self.netns, *command]

    def inside(self, *command):
        done = subprocess.run(self.enter(*command), capture_output=True)
        if done.returncode:
            raise Failure("%r exits with %d: %s" % (command, done.returncode, done.stderr.decode()))
        return done

    def take_port(self):
        """A port that no other test uses, nor the kernel's choice: a test that is run once more meets no TIME_WAIT."""
        return next(self.free_ports)

    def run(self, *args, **more):
        """The tool, to its end: a CompletedProcess with text output."""
        return subprocess.run([self.tool, *args], capture_output=True, text=True, timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL, **more)

    def start(self, *args, **more):
        """The tool, attached and ready, as a Popen with pipes."""
        ready, tell = os.pipe()
        process = subprocess.Popen([self.tool, *args, "--ready-fd", str(tell)], text=True,
                                   stdin=subprocess.DEVNULL, stdout=more.pop("stdout", subprocess.PIPE),
                                   stderr=subprocess.PIPE, pass_fds=[tell], **more)
        os.close(tell)
        self.started.append(process)
        first = os.read(ready, 1)
        os.close(ready)
        if first != b"\0":
            raise Failure("not ready: %s" % process.communicate()[1])
        return process

    def kill_started(self):
        """After each test: one that fails leaves its tool behind."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.started.clear()

    def trace(self, *args, traffic=("1",)):
        """The JSON objects of a run around some traffic in the namespace."""
        done = self.run("json", "--netns", self.netns, *args, "--", *self.enter(*TRAFFIC, *traffic))
        same("exit status", (done.returncode, done.stderr), (0, "tcpclose: ready\n"))
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def closes(objects):
    return [o for o in objects if o["kind"] == "close"]


def check_identity(summary):
    lost = sum(summary["lost"].values()) + summary.get("sampled_out", 0)
    same("seen", summary["seen"],
         summary["told"] + summary["filtered"] + summary["open"] + lost)


def one_line(what, done, status, *words):
    """It ended with that status and one line on stderr that has these words."""
    same(what + ": exit status", done.returncode, status)
    same(what + ": lines on stderr %r" % done.stderr, done.stderr.count("\n"), 1)
    for word in words:
        true("%s: %r is not in %r" % (what, word, done.stderr), word in done.stderr)
