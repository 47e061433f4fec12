# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--replay nats://: a stream shows the same as the recordings that it was cut from.

The frames come from a file (frame_source.c), so the order and the times of the broker are known. The witness is the
replay of the files, which tests/cli/test_hosts.py and the live families check.
"""

import functools
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "cli")]

from fixture import TIMEOUT, same, true  # noqa: E402
from frames import SECOND, in_order, segments, write_frames  # noqa: E402
from two_hosts import recorded  # noqa: E402

VIEWS = ("trace", "trace -w", "trace -T", "json", "timeline", "events", "who", "who --by host", "who -j", "who --csv",
         "hist", "hist --by host", "who 1", "connections", "connections -j", "connections -w", "report",
         "serve --textfile -")
CONNECTIONS = 40


class Stream:
    """The copy of the tool that reads frames from a file."""

    def __init__(self, options):
        self.tool = os.path.join(options.build, "replay_frames")

    def command(self, path, *args):
        return [self.tool, *args, "--replay", "nats://file/" + path]

    def run(self, path, *args):
        return subprocess.run(self.command(path, *args, "--no-follow"), capture_output=True, text=True,
                              timeout=TIMEOUT, stdin=subprocess.DEVNULL)


@functools.lru_cache(maxsize=None)
def recordings(cli):
    """The recordings of two hosts, made once for all tests."""
    folder = tempfile.mkdtemp(prefix="tcpclose-fleet-")
    with recorded(cli, lambda name: os.path.join(folder, name), CONNECTIONS) as (paths, _):
        kept = [shutil.copy(path, path + ".kept") for path in paths]
    return kept


def without_counts(text):
    """The counts of the segments, which files do not have."""
    return re.sub(r',"stream":\{[^}]*\}\}', "", text)


def show_files(cli, paths, view, *args):
    done = cli.run(*view.split(), *(word for path in paths for word in ("--replay", path)), "-q", *args)
    same("files, %s: %s" % (view, done.stderr), done.returncode, 0)
    return done.stdout


def show_stream(stream, path, view, *args):
    done = stream.run(path, *view.split(), "-q", *args)
    same("stream, %s: %s" % (view, done.stderr), done.returncode, 0)
    return without_counts(done.stdout)


def same_lines(what, got, want):
    """Shows the first difference alone."""
    for number, (a, b) in enumerate(itertools.zip_longest(got.splitlines(), want.splitlines()), 1):
        same(f"{what}, line {number}", a, b)
    same(what + ": bytes", len(got), len(want))


def check_views(cli, stream, paths, frames, views=VIEWS):
    for view in views:
        same_lines(view, show_stream(stream, frames, view), show_files(cli, paths, view))


def check_lines(cli, stream, paths, frames, views):
    """The same lines, in any order."""
    for view in views:
        got, want = (sorted(text.splitlines(True)) for text in (show_stream(stream, frames, view),
                                                               show_files(cli, paths, view)))
        same_lines(view, "".join(got), "".join(want))


def test_every_view_shows_what_the_files_show(cli, root, options):
    paths, stream, frames = recordings(cli), Stream(options), os.path.join(options.folder, "frames")
    write_frames(frames, in_order(*map(segments, paths)))
    true("segments", sum(1 for path in paths for _ in segments(path)) > 4)
    check_views(cli, stream, paths, frames)
    true("the lines", len(show_stream(stream, frames, "json").splitlines()) > 2 * CONNECTIONS)


def test_partitions_are_merged(cli, root, options):
    """What is at nearly the same time may be in another order, if it is in another partition."""
    paths, stream, frames = recordings(cli), Stream(options), os.path.join(options.folder, "frames")
    write_frames(frames, in_order(*(segments(path, 4) for path in paths)))
    check_lines(cli, stream, paths, frames, ("trace -w", "json", "events", "connections -j"))
    check_views(cli, stream, paths, frames, ("who --by host", "who -j", "hist", "serve --textfile -"))


def shuffled(cut, seed):
    """As they may come: each up to 29 s later than it was sent, and some of them twice."""
    rand, late = random.Random(seed), []
    for one in cut:
        for _ in range(rand.choice((1, 1, 2))):
            copy = type(one)(**vars(one))
            copy.broker_ns += rand.randrange(29 * SECOND)
            late.append(copy)
    return in_order(late)


def test_any_order_within_30_s_shows_the_same(cli, root, options):
    paths, stream, frames = recordings(cli), Stream(options), os.path.join(options.folder, "frames")
    for seed in range(5):
        write_frames(frames, shuffled(in_order(*map(segments, paths)), seed))
        check_views(cli, stream, paths, frames, ("json", "events", "connections -j"))
