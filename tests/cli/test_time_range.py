# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--since and --until: which stories of a recording they select.

The witness is the program that closes: it prints the ports of its connections and the time between
them.
"""

import contextlib
import datetime
import json
import os
import subprocess
import sys

from fixture import check_identity, closes, one_line, same, true
from read_recording import rewrite
from test_record import Folder

# Three groups of connections, and the wall clock between them.
GROUPS = """
import socket, time
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
for group in "abc":
    for _ in range(3):
        c = socket.create_connection(l.getsockname()); s, _ = l.accept(); port = c.getsockname()[1]
        c.close(); s.recv(1); s.close(); print(group, port, flush=True)
    for _ in range(2):  # the close of another connection is seen to be over after these
        time.sleep(0.05); print("time", time.time_ns(), flush=True)
"""
VIEWS = ("trace", "json", "timeline", "who", "hist", "events", "record")


class Recorded:
    def __init__(self, path, groups, times):
        self.path, self.groups, self.times = path, groups, times


@contextlib.contextmanager
def recording(cli):
    with Folder() as at:
        done = cli.run("record", "-o", at("a"), "--netns", cli.netns, "-q", "--",
                       *cli.enter(sys.executable, "-c", GROUPS))
        same("recorded", (done.returncode, done.stderr), (0, ""))
        said = [line.split() for line in done.stdout.splitlines()]
        groups = {g: {int(port) for name, port in said if name == g} for g in "abc"}
        yield Recorded(at("a"), groups, [int(ns) for name, ns in said if name == "time"][::2])


def utc(ns):
    time = datetime.datetime.fromtimestamp(ns // 10**9, datetime.timezone.utc)
    return time.strftime("%Y-%m-%dT%H:%M:%S") + ".%09dZ" % (ns % 10**9)


def local(ns):
    return datetime.datetime.fromtimestamp(ns // 10**9).strftime("%H:%M:%S") + ".%09d" % (ns % 10**9)


def replay(cli, path, *args, view="json"):
    done = cli.run(view, "--replay", path, "-q", *args)
    same("replayed %r" % (args,), (done.returncode, done.stderr), (0, ""))
    return [json.loads(line) for line in done.stdout.splitlines()]


def clients(objects, groups):
    """The groups whose connections are told, and both ends of each."""
    stories = closes(objects)
    told = {s["local_port"] for s in stories} | {s["peer_port"] for s in stories}
    found = "".join(g for g, ports in groups.items() if ports <= told)
    same("ends of %s" % found, len(stories), 6 * len(found))
    check_identity(objects[-1])
    return found


def test_which_stories_are_selected(cli, root):
    with recording(cli) as r:
        first, second, _ = r.times
        for write in (utc, local):
            for args, want in (((), "abc"), (("--since", write(first)), "bc"), (("--until", write(first)), "a"),
                               (("--since", write(first), "--until", write(second)), "b"),
                               (("--since", write(second)), "c"), (("--until", write(second)), "ab")):
                same(repr(args), clients(replay(cli, r.path, *args), r.groups), want)
        for args, want in ((("--since", "-1h"), "abc"), (("--until", "-1h"), ""), (("--until", "-0s"), "abc"),
                           (("--since", "1970-01-01T00:00:00Z"), "abc"), (("--since", "2200-01-01T00:00:00Z"), "")):
            same(repr(args), clients(replay(cli, r.path, *args), r.groups), want)


def test_before_the_end_of_the_recording(cli, root):
    """The distance to the end is what the recording itself says of its last mark."""
    with recording(cli) as r:
        end = datetime.datetime.fromisoformat(replay(cli, r.path)[-1]["time"][:26] + "+00:00").timestamp()
        for ns, want in zip(r.times, ("bc", "c", "")):
            since = "-%.6fs" % (end - ns / 1e9)
            same(since, clients(replay(cli, r.path, "--since", since), r.groups), want)


def test_every_view(cli, root):
    with recording(cli) as r:
        between = ("--since", utc(r.times[0]), "--until", utc(r.times[1]))
        for view in ("trace", "timeline", "events"):
            out = cli.run(view, "--replay", r.path, *between).stdout
            for group, ports in r.groups.items():
                for port in ports:
                    same("%s: %s" % (view, group), ":%d " % port in out.replace("\n", " \n"), group == "b")
        who = replay(cli, r.path, "-j", *between, view="who")
        same("who", sum(o["closes"] for o in who if o["kind"] == "who"), 6)
        hist = replay(cli, r.path, "-j", "--phase", "total", *between, view="hist")
        same("hist", [o["count"] for o in hist if o["kind"] == "hist"], [6])
        done = cli.run("--replay", r.path, *between, "-L", str(min(r.groups["a"])), "--fail-on", "clean")
        same("--fail-on: not in the range", done.returncode, 0)
        done = cli.run("--replay", r.path, *between, "-L", str(min(r.groups["b"])), "--fail-on", "clean")
        same("--fail-on: in the range", done.returncode, 4)


# One connection is closed before the pause, one is half-closed before it, and one only opened.
PAUSE = """
import socket, time
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
def connect(): c = socket.create_connection(l.getsockname()); return c, l.accept()[0]
(a, b), (c, d), (e, f) = connect(), connect(), connect()
print(*(s.getsockname()[1] for s in (a, c, e)), flush=True)
a.close(); b.recv(1); b.close(); c.shutdown(socket.SHUT_WR); d.recv(1)
time.sleep(.1); print(time.clock_gettime_ns(time.CLOCK_BOOTTIME), time.time_ns()); time.sleep(.1)
d.close(); c.recv(1); c.close(); e.close(); f.recv(1); f.close()
"""
PAUSE_NS = 600 * 10**9


def lengthen(record, boot_ns):
    """The pause lasts PAUSE_NS longer. Each record begins with its time."""
    ns = int.from_bytes(record[:8], "little")
    return (ns + PAUSE_NS if ns > boot_ns else ns).to_bytes(8, "little") + record[8:]


def test_reading_starts_two_minutes_earlier(cli, root):
    with Folder() as at:
        done = cli.run("record", "-o", at("a"), "--netns", cli.netns, "-q", "--",
                       *cli.enter(sys.executable, "-c", PAUSE))
        same("recorded", (done.returncode, done.stderr), (0, ""))
        closed, half, opened, boot_ns, wall_ns = map(int, done.stdout.split())
        rewrite(at("a"), at("same"), lambda record: record)
        same("rewritten", cli.run("json", "--replay", at("same")).stdout, cli.run("json", "--replay", at("a")).stdout)
        rewrite(at("a"), at("b"), lambda record: lengthen(record, boot_ns))
        same("whole", {s["local_port"]: (s["partial"], s["age_ns"] is None) for s in closes(replay(cli, at("b")))
                       if s["opened"] == "connect"},
             {closed: (False, False), half: (False, False), opened: (False, False)})
        for after_s, partial in ((60, False), (119, False), (121, True), (590, True)):
            since = utc(wall_ns + after_s * 10**9)
            stories = {s["local_port"]: s for s in closes(replay(cli, at("b"), "--since", since))}
            true("%d s: not in the range" % after_s, closed not in stories)
            same("%d s: half-closed before" % after_s, stories[half]["partial"], partial)
            same("%d s: opened before" % after_s, (stories[opened]["partial"], stories[opened]["age_ns"] is None),
                 (False, partial))
        same("after the end", closes(replay(cli, at("b"), "--since", utc(wall_ns + 700 * 10**9))), [])


def test_from_a_pipe(cli, root):
    with recording(cli) as r, open(r.path, "rb") as f:
        data = f.read()
    for args, status in ((("--since", utc(r.times[1])), 0), (("--since", "-1h"), 66)):
        done = subprocess.run([cli.tool, "json", "--replay", "-", *args], input=data, capture_output=True,
                              timeout=20)
        same("standard input, %r: %r" % (args, done.stderr), done.returncode, status)
        if not status:
            same("from a pipe", clients([json.loads(line) for line in done.stdout.splitlines()], r.groups), "c")


def test_usage(cli):
    for view in VIEWS:
        more = ("-o", "/nonexistent/x") if view == "record" else ()
        one_line(view, cli.run(view, *more, "--since", "-10m"), 64, "--since does not apply to", "without --replay")
    one_line("bad", cli.run("--replay", "x", "--since", "yesterday"), 64, "bad time 'yesterday'", "-10m")
    one_line("empty", cli.run("--replay", "x", "--until", ""), 64, "bad time ''")
    for since, until in (("08:13", "08:12"), ("-5m", "-10m"), ("2026-11-22T08:12:32Z", "2026-11-22T08:12:31Z")):
        one_line("reversed", cli.run("--replay", "x", "--since", since, "--until", until), 64,
                 "--since is after --until")
    done = cli.run("--version", env={**os.environ, "TCPCLOSE_OPTS": "--since -10m"})
    same("TCPCLOSE_OPTS: it is left out", done.returncode, 0)
    true("no message", not done.stderr)
