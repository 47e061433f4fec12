# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A stream in a file, the tool that reads it, and two recordings to make it of."""

import functools
import itertools
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "cli")]

from fixture import TIMEOUT, same, true  # noqa: E402
from two_hosts import recorded  # noqa: E402

CONNECTIONS = 40


class Stream:
    """The copy of the tool that reads frames from a file."""

    def __init__(self, options):
        self.tool = os.path.join(options.build, "replay_frames")
        self.path = os.path.join(options.folder, "frames")

    def command(self, *args):
        return [self.tool, *args, "--replay", "nats://file/" + self.path]

    def run(self, *args):
        end = [] if args[0] == "stuck" else ["--no-follow"]
        return subprocess.run(self.command(*args, *end), capture_output=True, text=True,
                              timeout=TIMEOUT, stdin=subprocess.DEVNULL)

    def show(self, view, *args, status=0):
        done = self.run(*view.split(), "-q", *args)
        same("stream, %s: %s" % (view, done.stderr), done.returncode, status)
        return done.stdout

    def objects(self, view="json", *args):
        return [json.loads(line) for line in self.show(view, *args).splitlines()]


class Reader:
    """The tool as it follows a stream, and what it has printed so far."""

    def __init__(self, stream, *args):
        self.process = subprocess.Popen(stream.command(*args), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL)
        self.out = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def read_until(self, is_enough):
        deadline = time.monotonic() + TIMEOUT
        while not is_enough(self.out.decode()):
            true("in time: %r" % self.out[-400:], time.monotonic() < deadline)
            if select.select([self.process.stdout], [], [], 1)[0]:
                more = os.read(self.process.stdout.fileno(), 1 << 16)
                true("more output", more)
                self.out += more

    def stop(self, sig=signal.SIGINT):
        """Exit status, all output, messages."""
        self.process.send_signal(sig)
        out, err = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, (self.out + out).decode(), err.decode()


@functools.lru_cache(maxsize=None)
def recordings(cli):
    """The recordings of two hosts, made once for all tests."""
    folder = tempfile.mkdtemp(prefix="tcpclose-fleet-")
    with recorded(cli, lambda name: os.path.join(folder, name), CONNECTIONS) as (paths, _):
        return [shutil.copy(path, path + ".kept") for path in paths]


def without_counts(text):
    """Leaves out the counts of the segments, which files do not have."""
    return re.sub(r',"stream":\{[^}]*\}\}', "", text)


def show_files(cli, paths, view, *args):
    done = cli.run(*view.split(), *(word for path in paths for word in ("--replay", path)), "-q", *args)
    same("files, %s: %s" % (view, done.stderr), done.returncode, 0)
    return done.stdout


def same_lines(what, got, want):
    """Shows the first difference alone."""
    for number, (a, b) in enumerate(itertools.zip_longest(got.splitlines(), want.splitlines()), 1):
        same(f"{what}, line {number}", a, b)
    same(what + ": bytes", len(got), len(want))


def check_views(cli, stream, paths, views):
    for view in views:
        same_lines(view, without_counts(stream.show(view)), show_files(cli, paths, view))


def check_lines(cli, stream, paths, views):
    """The same lines, in any order."""
    for view in views:
        got, want = without_counts(stream.show(view)), show_files(cli, paths, view)
        same_lines(view, *("".join(sorted(text.splitlines(True))) for text in (got, want)))
