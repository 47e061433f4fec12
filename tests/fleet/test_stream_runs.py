# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs, gaps and the present end of a stream: what is lost is counted, a restart is another run, and a reader that
follows is not more than 3 s behind."""

import json
import os
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

from frames import (CAUGHT_UP, SECOND, disguised, frame, header_lines, heartbeat, in_order, segments,  # noqa: E402
                    value, write_frames)
from stream_fixture import CONNECTIONS, Reader, Stream, recordings, same, show_files, true  # noqa: E402

BOOT = "99999999-2222-4333-8444-555555555555"
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def summary(text):
    return json.loads(text.splitlines()[-1])


def kinds(text, kind):
    return [one for one in map(json.loads, text.splitlines()) if one["kind"] == kind]


def test_a_gap_is_counted_and_makes_strict_fail(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    cut = in_order(*map(segments, paths))
    missing = [one for one in cut if one.host == "client"][2:4]
    write_frames(stream.path, [one for one in cut if one not in missing])
    text = stream.show("json")
    counts = summary(text)["stream"]
    same("lost", (counts["lost"], counts["late"], counts["segments"]), (2, 0, len(cut) - 2))
    same("lines about it", kinds(text, "lost")[-1]["stream"]["lost"], 2)
    ends = [sum(one["host"] == "server" for one in kinds(said, "close"))
            for said in (text, show_files(cli, paths, "json"))]
    same("stories of the host that is whole", *ends)
    same("--strict", stream.run("json", "--strict", "-q").returncode, 3)
    true("the message", "2 lost" in stream.run("trace").stderr)


def test_what_comes_after_30_s_is_late(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    cut = in_order(*map(segments, paths))
    late = [one for one in cut if one.host == "client"][2]
    after = disguised(paths[1], os.path.join(options.folder, "later"), "other", BOOT)
    more = list(segments(after))
    for one in more:
        one.broker_ns += 62 * SECOND    # they show that time has passed
    late.broker_ns += 70 * SECOND
    write_frames(stream.path, in_order(cut, more))
    counts = summary(stream.show("json"))["stream"]
    same("counts", (counts["lost"], counts["late"]), (1, 1))


def test_heartbeats_show_that_the_last_segments_are_missing(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    cut = list(segments(paths[0]))
    beat = heartbeat(paths[0], cut[-2].broker_ns, sequence=len(cut))
    write_frames(stream.path, [*cut[:-2], beat])
    same("lost", summary(stream.show("json"))["stream"]["lost"], 2)


def test_another_run_of_a_host_follows(cli, root, options):
    """Whether the first one ended or was killed: the second one counts on."""
    paths, stream = recordings(cli), Stream(options)
    first = list(segments(paths[0]))
    second = list(segments(paths[0], run="f" * 32))
    for one in second:
        one.broker_ns += 100 * SECOND
    for cut in (first, first[:-1]):
        write_frames(stream.path, in_order(cut, second))
        text = stream.show("json")
        same("no segment is refused", sum(summary(text)["stream"]["refused"].values()), 0)
        true("stories: %d" % len(kinds(text, "close")), len(kinds(text, "close")) > CONNECTIONS * 3 // 2)
        same("one host", len(kinds(text, "meta")), 1)
        true("a restart is reported", "restarts of the recorder: 1" in stream.run("trace").stderr)


def test_two_runs_at_once_are_not_merged(cli, root, options):
    """The one that was seen first is kept; the other one is refused, and reported once."""
    paths, stream = recordings(cli), Stream(options)
    first, second = list(segments(paths[0], events=10)), list(segments(paths[0], run="f" * 32, events=10))
    for number, (a, b) in enumerate(zip(first, second)):
        a.broker_ns += 7 * number * SECOND
        b.broker_ns = a.broker_ns + SECOND
    write_frames(stream.path, in_order(first, second[:-1]))
    done = stream.run("json")
    same("stories", len(kinds(done.stdout, "close")), len(kinds(show_files(cli, paths[:1], "json"), "close")))
    true("refused", summary(done.stdout)["stream"]["refused"]["second_run"] > 2)
    same("messages", sum("second_run" in line for line in done.stderr.splitlines()), 1)


def moved_to_now(path, target):
    """The recording, with a wall clock by which it ends now."""
    cut = list(segments(path))
    return disguised(path, target, value(header_lines(path), "host"), None, time.time_ns() - cut[-1].broker_ns)


def test_it_follows_and_is_less_than_3_s_behind(cli, root, options, timed):
    paths, stream = recordings(cli), Stream(options)
    path = moved_to_now(paths[0], os.path.join(options.folder, "now"))
    cut = list(segments(path))
    write_frames(stream.path, cut[:2], caught_up=True)
    with Reader(stream, "json", "-q") as reader, open(stream.path, "ab", buffering=0) as f:
        reader.read_until(lambda text: '"kind":"meta"' in text)
        for one in cut[2:]:
            f.write(one.frame())
        sent = time.monotonic()
        reader.read_until(lambda text: text.count('"kind":"close"') == CONNECTIONS)
        true("seconds: %.2f" % (time.monotonic() - sent), time.monotonic() - sent < 3)
        status, out, err = reader.stop()
    same("after an interrupt: %s" % err, (status, summary(out)["kind"]), (0, "summary"))


def test_a_host_with_a_gap_does_not_hold_up_another(cli, root, options, timed):
    paths, stream = recordings(cli), Stream(options)
    now = [moved_to_now(path, os.path.join(options.folder, name)) for path, name in zip(paths, ("a", "b"))]
    broken, whole = list(segments(now[0])), list(segments(now[1]))
    write_frames(stream.path, [])
    with Reader(stream, "json", "-q") as reader, open(stream.path, "ab", buffering=0) as f:
        for one in in_order([*broken[:1], *broken[2:]], whole):
            f.write(one.frame())
        sent = time.monotonic()
        reader.read_until(lambda text: text.count('"host":"server","boot_id"') >= CONNECTIONS)
        true("seconds: %.2f" % (time.monotonic() - sent), time.monotonic() - sent < 3)
        status, out, err = reader.stop()
    same("exit status: %s" % err, status, 0)


def test_hosts_appear_while_it_follows(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    write_frames(stream.path, segments(paths[0]))
    with Reader(stream, "connections", "-j", "-q", "-n", str(CONNECTIONS)) as reader:
        with open(stream.path, "ab", buffering=0) as f:
            reader.read_until(lambda text: '"kind":"meta"' in text)
            for one in segments(paths[1]):
                f.write(one.frame())
        reader.read_until(lambda text: text.count('"kind":"connection"') == CONNECTIONS)
        reader.process.wait(20)
        joined = kinds(reader.out.decode(), "connection")
    same("joined", [one["one_sided"] for one in joined], [None] * CONNECTIONS)


def test_a_range_of_time(cli, root, options):
    """--since and --until select as they do in files."""
    paths, stream = recordings(cli), Stream(options)
    write_frames(stream.path, in_order(*map(segments, paths)))
    times = sorted(one["time"] for one in kinds(stream.show("json"), "close"))
    args = ("--since", times[20], "--until", times[50])
    got, want = stream.show("json", *args), show_files(cli, paths, "json", *args)
    same("stories", kinds(got, "close"), kinds(want, "close"))
    same("their number", len(kinds(got, "close")), 31)
    same("-10m is before now", kinds(stream.show("json", "--since", "-10m"), "close"),
         kinds(stream.show("json"), "close"))
    same("-n", len(kinds(stream.show("json", "-n", "7"), "close")), 7)


def test_an_empty_stream(cli, root, options):
    stream = Stream(options)
    write_frames(stream.path, [])
    same("json", [one["kind"] for one in map(json.loads, stream.show("json").splitlines())][-1:], ["summary"])
    true("the head of trace", stream.show("trace").startswith("PID"))
    with open(stream.path, "wb") as f:
        f.write(frame(CAUGHT_UP))


def test_stuck_shows_the_last_walk_of_each_host(cli, options):
    """As the recording does; and a second host that has the same."""
    sample, stream = os.path.join(ROOT, "tools", "sample.rec"), Stream(options)
    other = disguised(sample, os.path.join(options.folder, "other"), "other", BOOT)
    write_frames(stream.path, in_order(segments(sample), segments(other)))
    want = cli.run("stuck", "-q", "--replay", sample).stdout
    got = stream.run("stuck", "-q").stdout
    hosts = {name: text.partition("\n")[2] for name, text in
             ((part.partition(":")[0], part) for part in ("\n" + got).split("\nhost ")[1:])}
    name = value(header_lines(sample), "host") or value(header_lines(sample), "hostname")
    same("hosts", sorted(hosts), sorted([name, "other"]))
    true("sockets", "CLOSE_WAIT" in want)
    for host, text in hosts.items():
        same("lines of " + host, text.strip().splitlines(), want.strip().splitlines())
    found = [json.loads(line) for line in stream.run("stuck", "-j", "-q").stdout.splitlines()]
    alone = [json.loads(line) for line in cli.run("stuck", "-j", "-q", "--replay", sample).stdout.splitlines()]
    for host in hosts:
        mine = [{k: v for k, v in one.items() if k != "host"} for one in found
                if one["kind"] != "meta" and one["host"] == host]
        same("objects of " + host, mine, [one for one in alone if one["kind"] != "meta"])
    same("--fail", stream.run("stuck", "--fail", "-q").returncode, 1)
