# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A hostile publisher: whatever it sends in its own name, the stories of the other hosts are the same, none is missing
or late, the memory is bounded, and what is refused is counted by cause."""

import gzip
import json
import os
import random
import resource
import subprocess
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

from frames import (SECOND, Segment, disguised, frame, header_lines, heartbeat, in_order, make_segment,  # noqa: E402
                    segments, value, write_frames)
from frames import CONFIG, HEARTBEAT  # noqa: E402
from stream_fixture import Stream, recordings, same, show_files, true  # noqa: E402

BOOT = "99999999-2222-4333-8444-555555555555"
RUN = "0123456789abcdef" * 2


def stories(text, hosts=("client", "server")):
    """The lines of these hosts, without the last one, which counts all."""
    return [line for line in text.splitlines() if json.loads(line).get("host") in hosts]


def summary(text):
    return json.loads(text.splitlines()[-1])


def play(stream, honest, hostile, *args):
    """The output of both, with what is hostile among the rest."""
    write_frames(stream.path, in_order(honest, hostile))
    return stream.show("json", *args)


def check_unharmed(cli, stream, paths, hostile, honest=None):
    """The others' lines are as without it. Returns the counts of segments."""
    honest = honest or in_order(*map(segments, paths))
    text = play(stream, honest, hostile)
    same("lines of the others", stories(text), stories(show_files(cli, paths, "json")))
    return summary(text)["stream"]


def evil(data, sequence=0, at_ns=0, partition=0):
    return Segment("evil", RUN, partition, sequence, at_ns, data)


def middle_ns(paths):
    cut = in_order(*map(segments, paths))
    return cut[len(cut) // 2].broker_ns


def header_of_evil(paths):
    return ["host evil" if line.startswith("host ") else line for line in header_lines(paths[0])]


def test_what_is_no_segment_is_refused(cli, root, options):
    paths, stream, rand = recordings(cli), Stream(options), random.Random(1)
    at_ns, lines = middle_ns(paths), header_of_evil(paths)
    good = make_segment(lines, RUN, 0, 0, [])
    newer = make_segment(["schema 99" if line.startswith("schema") else line for line in lines], RUN, 0, 1, [])
    forged = make_segment(header_lines(paths[0]), RUN, 0, 2, [])
    hostile = [evil(b"", at_ns=at_ns), evil(rand.randbytes(1000), at_ns=at_ns), evil(good[:-9], at_ns=at_ns),
               evil(gzip.compress(b"hello\n"), at_ns=at_ns), evil(newer, at_ns=at_ns), evil(forged, at_ns=at_ns),
               evil(rand.randbytes(300 << 10), at_ns=at_ns), evil(good, partition=3, at_ns=at_ns),
               evil(make_segment(lines, RUN, 0, 2**60, []), at_ns=at_ns),
               evil(make_segment(lines, "not a run", 0, 0, []), at_ns=at_ns),
               evil(good + rand.randbytes(500), at_ns=at_ns)]
    counts = check_unharmed(cli, stream, paths, hostile)
    same("refused", counts["refused"], {"forged_host": 1, "damaged": 7, "other_schema": 1, "too_large": 1,
                                        "other_partition": 1, "second_run": 0, "too_many": 0, "heartbeat": 0})
    done = stream.run("json")
    for word in ("forged_host", "damaged", "other_schema", "too_large", "other_partition"):
        same("messages about " + word, sum("'evil'" in line and word in line for line in done.stderr.splitlines()), 1)
    same("--strict", stream.run("json", "--strict", "-q").returncode, 3)


def test_times_that_are_made_up_delay_nobody(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    own_boot = value(header_lines(paths[0]), "boot_id")
    for fast_ns, boot_id in ((86400 * SECOND, BOOT), (-86400 * SECOND, BOOT), (2**62, BOOT), (3600 * SECOND, own_boot),
                             (-2**62, own_boot)):
        path = disguised(paths[0], os.path.join(options.folder, "evil"), "evil", boot_id, fast_ns)
        hostile = list(segments(path))
        for one in hostile:
            one.broker_ns = middle_ns(paths)
        check_unharmed(cli, stream, paths, hostile)


def test_the_clock_of_a_fast_host_is_reported(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    path = disguised(paths[0], os.path.join(options.folder, "evil"), "evil", BOOT, 3600 * SECOND)
    write_frames(stream.path, in_order(segments(paths[0]), segments(path, delay_ns=-3600 * SECOND)))
    said = [line for line in stream.run("json").stderr.splitlines() if "'evil'" in line]
    true("its clock: %r" % said, len(said) == 1 and "ahead" in said[0])
    same("stories", len(stories(stream.show("json"), ["evil"])), len(stories(stream.show("json"), ["client"])))


def test_the_run_of_another_host_is_not_taken(cli, root, options):
    """Its segments under the name of evil, with its run and numbers: neither repeats nor gaps of the true ones."""
    paths, stream = recordings(cli), Stream(options)
    true_run = next(segments(paths[0])).run
    path = disguised(paths[0], os.path.join(options.folder, "evil"), "evil")
    hostile = [type(one)(**vars(one)) for one in segments(path, run=true_run)]
    for one in hostile:
        one.broker_ns -= 10**8
    counts = check_unharmed(cli, stream, paths, hostile)
    same("counts", (counts["lost"], counts["late"], counts["repeated"]), (0, 0, 0))


def test_heartbeats_that_are_garbage_or_of_another_host(cli, root, options):
    paths, stream = recordings(cli), Stream(options)
    beats = [frame(HEARTBEAT, data, "evil", broker_ns=1) for data in
             (b"", b"tcpclose heartbeat\n", os.urandom(2000), b"tcpclose heartbeat\n" + b"address 1\n" * 100000)]
    beats += [frame(CONFIG, data) for data in (b"", b"tcpclose config\npartitions 3\n", os.urandom(100))]
    taken = heartbeat(paths[0], 1, RUN)
    beats.append(frame(HEARTBEAT, taken[96:], "evil", broker_ns=1))
    honest = in_order(*map(segments, paths))
    write_frames(stream.path, [*beats, *honest])
    text = stream.show("json")
    same("lines", stories(text), stories(show_files(cli, paths, "json")))
    same("refused", summary(text)["stream"]["refused"]["heartbeat"], 5)


def peak_mib(command):
    """The memory that the command used at most."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    script = "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, " \
             "stderr=subprocess.DEVNULL).returncode; " \
             "print(r, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=True)
    status, kib = map(int, done.stdout.split())
    same("exit status", status, 0)
    return kib / 1024 if before >= 0 else 0


def test_a_flood_takes_bounded_memory(cli, root, options):
    if options.sanitized:
        return
    paths, stream, rand = recordings(cli), Stream(options), random.Random(2)
    lines, at_ns, junk = header_of_evil(paths), middle_ns(paths), rand.randbytes(200 << 10)
    bomb = gzip.compress(b"R" + bytes(65000), 9) * 2000
    hostile = [evil(make_segment(lines, RUN, 0, 2 * i + 2, []) + junk, at_ns=at_ns) for i in range(400)]
    hostile += [evil(make_segment(lines, "%032x" % i, 0, 0, []) + bomb[:150000], at_ns=at_ns) for i in range(3)]
    counts = check_unharmed(cli, stream, paths, hostile)
    true("refused: %r" % counts, counts["refused"]["too_many"] > 200)
    peak = peak_mib(stream.command("json", "-q", "--no-follow"))
    true("MiB at most: %.0f" % peak, peak < 100)
