# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The options of a replay of a stream: their meaning, their errors, and what they exclude."""

import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli")]

from fixture import one_line, same  # noqa: E402
from frames import write_frames  # noqa: E402
from stream_fixture import Reader, Stream  # noqa: E402

URL = "nats://127.0.0.1:1/"


def test_partitions(cli, options):
    for bad in ("x", "64", "3-1", "0-", "-1", "0,,1", "1 ", "0-64", "", "," * 300):
        one_line("bad: %r" % bad, cli.run("--replay", URL, "--partitions", bad), 64, "bad partitions",
                 "want numbers from 0 to 63")
    one_line("a file", cli.run("--replay", "x.rec", "--partitions", "0"), 64, "--partitions does not apply")
    one_line("live", cli.run("--partitions", "0"), 64, "--partitions does not apply")
    stream = Stream(options)
    write_frames(stream.path, [])
    for good in ("0", "0-3", "0,2,5-7", "63", "0-63"):
        same(good, stream.run("json", "-q", "--partitions", good).returncode, 0)


def test_partitions_in_the_environment_are_for_streams(cli, options):
    stream, env = Stream(options), dict(os.environ, TCPCLOSE_OPTS="--partitions 3")
    write_frames(stream.path, [])
    sample = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "sample.rec")
    same("a file", cli.run("json", "-q", "--replay", sample, env=env).returncode, 0)


def test_a_stream_is_the_only_source(cli):
    for others in (("--replay", "a"), ("--replay", "nats://127.0.0.1:2/")):
        one_line("two", cli.run("--replay", URL, *others), 64, "want no other --replay")
    one_line("a command", cli.run("--replay", URL, "--", "true"), 64, "--replay")
    one_line("stuck", cli.run("doctor", "--replay", URL), 64, "--replay")


def test_it_follows_unless_told_otherwise(cli, options):
    stream = Stream(options)
    write_frames(stream.path, [])
    with Reader(stream, "json", "-q", "-d", "200ms") as reader:
        same("-d ends it", reader.process.wait(20), 0)
    with Reader(stream, "trace", "-q") as reader:
        reader.read_until(lambda text: "PID" in text)
        same("it goes on", reader.process.poll(), None)
        same("an interrupt ends it", reader.stop()[0], 0)
    same("--no-follow", stream.run("json", "-q").returncode, 0)
