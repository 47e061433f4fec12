# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--replay nats://: a stream shows the same as the recordings that it was cut from.

The frames come from a file (frame_source.c), so the order and the times of the broker are known. The witness is the
replay of the files, which tests/cli/test_hosts.py and the live families check.
"""

import os
import random
import socket
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

from frames import SECOND, in_order, segments, write_frames  # noqa: E402
from stream_fixture import (CONNECTIONS, Reader, Stream, check_lines, check_views, recordings, same,  # noqa: E402
                            show_files, true)

VIEWS = ("trace", "trace -w", "trace -T", "json", "timeline", "events", "who", "who --by host", "who -j", "who --csv",
         "hist", "hist --by host", "who 1", "connections", "connections -j", "connections -w", "report",
         "serve --textfile -")


def test_every_view_shows_what_the_files_show(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    write_frames(stream.path, in_order(*map(segments, paths)))
    true("segments", sum(1 for path in paths for _ in segments(path)) > 8)
    check_views(cli, stream, paths, VIEWS)
    true("the lines", len(stream.show("json").splitlines()) > 2 * CONNECTIONS)


def test_partitions_are_merged(cli, root, options):
    """What is at nearly the same time may be in another order, if it is in another partition."""
    paths, stream = recordings(cli), Stream(options)
    write_frames(stream.path, in_order(*(segments(path, 4) for path in paths)))
    check_lines(cli, stream, paths, ("trace -w", "json", "events", "connections -j"))
    check_views(cli, stream, paths, ("who --by host", "who -j", "hist", "serve --textfile -"))


def test_readers_share_the_partitions(cli, root, options):
    """Together they show all connections, each of them with both of its ends."""
    paths, stream = recordings(cli), Stream(options)
    write_frames(stream.path, in_order(*(segments(path, 4) for path in paths)))
    every = set(show_files(cli, paths, "connections").splitlines()[1:])
    shares = [stream.show("connections", "--partitions", share).splitlines()[1:] for share in ("0-1", "2,3")]
    true("shares: %r" % [len(share) for share in shares], all(shares))
    same("together", set(shares[0] + shares[1]) ^ every, set())


def shuffled(cut, seed):
    """As they may come: each up to 25 s later than it was sent (segments of a quiet host span seconds), some twice."""
    rand, late = random.Random(seed), []
    for one in cut:
        for _ in range(rand.choice((1, 1, 2))):
            copy = type(one)(**vars(one))
            copy.broker_ns += rand.randrange(25 * SECOND)
            late.append(copy)
    return in_order(late)


def test_any_order_within_30_s_shows_the_same(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    for seed in range(5):
        write_frames(stream.path, shuffled(in_order(*map(segments, paths)), seed))
        check_views(cli, stream, paths, ("json", "events", "connections -j"))


def test_a_slice_of_the_stream_is_a_recording(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    slice_ = os.path.join(options.folder, "slice")
    write_frames(stream.path, in_order(*map(segments, paths)))
    true("no output", stream.show("record", "-o", slice_) == "")
    for view in ("json", "connections -j", "who -j"):
        true(view, show_files(cli, [slice_], view) == show_files(cli, paths, view))


def test_serve_answers_about_a_stream(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    write_frames(stream.path, in_order(*map(segments, paths)))
    address = os.path.join(options.folder, "http")
    with Reader(stream, "serve", "--listen", "unix:" + address, "--page") as reader:
        def ask(path):
            try:
                with socket.socket(socket.AF_UNIX) as s:
                    s.settimeout(5)
                    s.connect(address)
                    s.sendall(b"GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" % path.encode())
                    return b"".join(iter(lambda: s.recv(1 << 16), b"")).decode()
            except OSError:
                return ""

        def counts(text):
            return sorted(line for line in text.splitlines() if line.startswith("tcpclose_closes_total{"))

        until = time.monotonic() + 30
        want = counts(stream.show("serve --textfile -"))
        while counts(ask("/metrics")) != want and time.monotonic() < until:
            time.sleep(0.05)
        same("closes", counts(ask("/metrics")), want)
        true("the page", "<html" in ask("/"))
        same("it ends", reader.stop()[0], 0)
