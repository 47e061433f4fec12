# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""From two recorders through a real stream to a reader: --replay nats://. The witnesses are the two programs, which
print the port of each connection, their process, and which side closes first."""

import json
import os
import sys
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli")]

from assertions import same, true  # noqa: E402
from fixture import closes, one_line  # noqa: E402
from stream_fixture import Reader  # noqa: E402
from two_hosts import NAMES, TwoHosts, stop  # noqa: E402

COUNT = 24


class Tool:
    """The tool itself, for Reader."""

    def __init__(self, cli, url):
        self.cli, self.url = cli, url

    def command(self, *args):
        return [self.cli.tool, *args, "--replay", self.url]


def objects(cli, url, *args):
    done = cli.run(*args, "--replay", url, "--no-follow", "-q")
    same("exit status: %s" % done.stderr, done.returncode, 0)
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_connections(found, said):
    """Each connection is there once, with both of its ends, and with who closed it first."""
    joined = [one for one in found if one["kind"] == "connection"]
    same("joined", [one["one_sided"] for one in joined], [None] * COUNT)
    for one in joined:
        port = one["client"]["local_port"]
        first = [name for name in NAMES if said[name][port]["first"]]
        same("closed first", ([one["initiator"]["side"]], one["initiator"]["host"], one["initiator"]["pid"]),
             (first, first[0], said[first[0]][port]["pid"]))
    same("ports", sorted(one["client"]["local_port"] for one in joined), sorted(said["client"]))


def test_both_ends_come_back_joined(one, cli, root, options):
    one.init(one.url, "--partitions", "4")
    with TwoHosts(cli) as hosts:
        recorders = [hosts.start_recorder(name, one.url) for name in NAMES]
        said = hosts.traffic(COUNT)
        for recorder in recorders:
            stop(recorder)
    check_connections(objects(cli, one.url, "connections", "-j"), said)
    shares = [[o for o in objects(cli, one.url, "connections", "-j", "--partitions", share)
               if o["kind"] == "connection"] for share in ("0,1", "2-3")]
    true("shares: %r" % [len(share) for share in shares], all(shares))
    same("together", sum(len(share) for share in shares), COUNT)
    stories = objects(cli, one.url, "json")
    same("hosts", [o["host"] for o in stories if o["kind"] == "meta"], list(NAMES))
    true("kernel and hooks", all(o["kernel"] and o["hooks"]["state"] != "none" for o in stories if o["kind"] == "meta"))
    same("stories", sorted(s["host"] for s in closes(stories)), ["client"] * COUNT + ["server"] * COUNT)
    counts = stories[-1]["stream"]
    same("lost", (counts["lost"], counts["late"], sum(counts["refused"].values())), (0, 0, 0))
    same("record", cli.run("record", "-q", "--replay", one.url, "--no-follow", "-o",
                           os.path.join(options.folder, "slice")).returncode, 0)
    again = cli.run("connections", "-j", "-q", "--replay", os.path.join(options.folder, "slice"))
    check_connections([json.loads(line) for line in again.stdout.splitlines()], said)


def test_a_reader_that_follows_joins_within_3_s(one, cli, root, timed):
    one.init(one.url)
    with Reader(Tool(cli, one.url), "connections", "-j", "-q", "-n", str(COUNT)) as reader:
        with TwoHosts(cli) as hosts:
            recorders = [hosts.start_recorder(name, one.url) for name in NAMES]
            said = hosts.traffic(COUNT)
            closed = time.monotonic()
            reader.read_until(lambda text: text.count('"kind":"connection"') == COUNT)
            behind = time.monotonic() - closed
            reader.process.wait(20)
            for recorder in recorders:
                stop(recorder)
        check_connections([json.loads(line) for line in reader.out.decode().splitlines()], said)
    true("seconds: %.2f" % behind, behind < 3)


def test_a_server_that_is_not_there(cli):
    done = cli.run("trace", "--replay", "nats://127.0.0.1:%d/" % cli.take_port(), "--no-follow")
    one_line("no server", done, 1, "cannot read", "nats://127.0.0.1")
