# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--follow: a recording is read while it is written, through rotation, and to the last byte.

The witness is the program that closes: it prints the ports of its connections.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time

from fixture import TIMEOUT, check_identity, closes, one_line, same, true
from test_record import Folder

# Closes that many connections, and prints their ports.
CLIENTS = """
import socket, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
for _ in range(int(sys.argv[1])):
    c = socket.create_connection(l.getsockname()); s, _ = l.accept(); print(c.getsockname()[1])
    c.close(); s.recv(1); s.close()
"""


def close_connections(cli, count):
    return [int(port) for port in cli.inside(sys.executable, "-c", CLIENTS, str(count)).stdout.split()]


class Follower:
    """The tool, reading a recording, and what it has printed so far."""

    def __init__(self, cli, path, *args, view="json", stdin=subprocess.DEVNULL):
        self.process = subprocess.Popen([cli.tool, *view.split(), "--replay", path, "--follow", *args],
                                        stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.out = b""

    def read_until(self, is_enough):
        """Reads until is_enough(text), or its end."""
        deadline = time.monotonic() + TIMEOUT
        while not is_enough(self.out.decode()):
            true("in time: %r" % self.out, time.monotonic() < deadline)
            if not select.select([self.process.stdout], [], [], 1)[0]:
                continue
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            if not more:
                return
            self.out += more

    def _position(self, path):
        """How far it has read the file; -1 if it has not opened it."""
        folder = "/proc/%d/fd" % self.process.pid
        for fd in os.listdir(folder):
            if os.path.exists(f"{folder}/{fd}") and os.path.samefile(f"{folder}/{fd}", path):
                with open(f"{folder}info/{fd}", encoding="ascii") as f:
                    return int(f.readline().split()[1])
        return -1

    def await_end_of(self, path):
        """Waits until it has read what the file has by now."""
        deadline, size = time.monotonic() + TIMEOUT, os.path.getsize(path)
        while self._position(path) < size:
            true("in time", time.monotonic() < deadline)
            time.sleep(0.01)

    def stop(self, sig=signal.SIGINT):
        """Its exit status, all of its output, and its messages."""
        if sig:
            self.process.send_signal(sig)
        out, err = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, (self.out + out).decode(), err.decode()

    def clients(self):
        """The ports of the clients that it has told of."""
        return sorted(s["local_port"] for s in closes(stories(self.out.decode())) if s["opened"] == "connect")


def stories(text):
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def has_stories(count):
    return lambda text: len(closes(stories(text))) >= count


class Recorder:
    def __init__(self, cli, path, *args):
        self.process = cli.start("record", "-o", path, "--netns", cli.netns, "-q", *args)

    def __enter__(self):
        return self

    def stop(self, sig=signal.SIGINT):
        self.process.send_signal(sig)
        self.process.communicate(timeout=TIMEOUT)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


def test_stories_appear_while_the_recorder_runs(cli, root):
    with Folder() as at, Recorder(cli, at("a")):
        follower = Follower(cli, at("a"))
        ports = []
        for _ in range(2):
            ports += close_connections(cli, 3)
            follower.read_until(has_stories(2 * len(ports)))
            same("ports", follower.clients(), sorted(ports))
        status, out, err = follower.stop()
        same("exit status, messages", (status, err), (0, ""))
        check_identity(stories(out)[-1])


def test_it_goes_on_when_the_recorder_is_started_again(cli, root):
    with Folder() as at:
        ports, follower = [], None
        for _ in range(2):
            with Recorder(cli, at("a")) as recorder:
                follower = follower or Follower(cli, at("a"))
                ports += close_connections(cli, 3)
                recorder.stop()
            follower.read_until(has_stories(2 * len(ports)))
        same("ports", follower.clients(), sorted(ports))
        status, _, err = follower.stop(signal.SIGTERM)
        same("exit status", status, 0)
        true(err, "restarts of the recorder: 1" in err)


def test_every_view(cli, root):
    with Folder() as at, Recorder(cli, at("a")):
        views = {view: Follower(cli, at("a"), view=view)
                 for view in ("trace", "json", "timeline", "events", "who", "hist", "who 0.2", "hist 0.2")}
        ports = close_connections(cli, 2)
        for view in ("trace", "json", "timeline", "events"):
            for port in ports:
                views[view].read_until(lambda text, port=port: f":{port} " in text.replace("\n", " ")
                                       or f'"local_port":{port},' in text)
        views["who 0.2"].read_until(lambda text: "python3" in text)
        views["hist 0.2"].read_until(lambda text: "total" in text)
        for view, follower in views.items():
            follower.await_end_of(at("a"))
            status, out, err = follower.stop()
            same(f"{view}: exit status", status, 0)
            true(f"{view}: a summary in {out} {err}", view.split()[0] in ("who", "hist", "json")
                 or "reported" in err)
            if view in ("who", "hist"):
                true(f"{view}: {out}", "python3" in out or "total" in out)


def test_through_rotation(cli, root):
    """The reader sleeps while several files are filled, so it finds them as FILE.3, FILE.2 ..."""
    with Folder() as at, Recorder(cli, at("a"), "--rotate", "64K", "--keep", "50"):
        follower = Follower(cli, at("a"))
        ports = close_connections(cli, 10)
        follower.read_until(has_stories(20))
        follower.process.send_signal(signal.SIGSTOP)
        while not os.path.exists(at("a.3")):
            ports += close_connections(cli, 500)
        follower.process.send_signal(signal.SIGCONT)
        ports += close_connections(cli, 10)
        follower.read_until(has_stories(2 * len(ports)))
        status, out, err = follower.stop()
        same("exit status, messages", (status, err), (0, ""))
        told = [s["local_port"] for s in closes(stories(out)) if s["opened"] == "connect"]
        same("ports", sorted(told), sorted(ports))


def test_files_that_were_removed_are_missed(cli, root):
    with Folder() as at, Recorder(cli, at("a"), "--rotate", "64K", "--keep", "1"):
        follower = Follower(cli, at("a"))
        close_connections(cli, 5)
        follower.read_until(has_stories(10))
        follower.process.send_signal(signal.SIGSTOP)
        first = os.stat(at("a")).st_ino
        seen = {first}
        while len(seen) < 5:
            close_connections(cli, 500)
            seen.add(os.stat(at("a")).st_ino)
        follower.process.send_signal(signal.SIGCONT)
        last = close_connections(cli, 5)
        follower.read_until(lambda text: all(f'"local_port":{port},' in text for port in last))
        status, _, err = follower.stop()
        same("exit status", status, 0)
        true(err, "at least one file was removed before it was read" in err)


def record_some(cli, path, count):
    with Recorder(cli, path):
        return close_connections(cli, count)


def test_a_part_of_a_member_is_waited_for(cli, root):
    with Folder() as at:
        ports = record_some(cli, at("whole"), 5)
        with open(at("whole"), "rb") as f:
            data = f.read()
        with open(at("a"), "wb", buffering=0) as f:
            follower = Follower(cli, at("a"))
            for i in range(0, len(data), 97):
                f.write(data[i:i + 97])
        follower.read_until(has_stories(10))
        same("ports", follower.clients(), sorted(ports))
        same("exit status, messages", follower.stop()[::2], (0, ""))


def test_a_killed_recorder_and_the_next(cli, root):
    """The last member of the old file is cut short. The next recorder moves the file away."""
    with Folder() as at:
        ports = record_some(cli, at("a"), 5)
        os.truncate(at("a"), os.path.getsize(at("a")) - 10)
        follower = Follower(cli, at("a"))
        with Recorder(cli, at("a")):
            more = close_connections(cli, 3)
            follower.read_until(lambda text: all(f'"local_port":{port},' in text for port in more))
        true("of the first", set(more) <= set(follower.clients()) <= set(ports + more))
        status, _, err = follower.stop()
        same("exit status", status, 0)
        true(err, "runs whose recorder was killed: 1" in err)


def test_when_it_ends(cli, root):
    with Folder() as at:
        ports = record_some(cli, at("a"), 5)
        done = cli.run("json", "--replay", at("a"))
        for args in ((), ("--no-follow",), ("--follow", "--no-follow")):
            same("not followed: %r" % (args,), cli.run("json", "--replay", at("a"), *args).stdout, done.stdout)
        for args, count in ((("-n", "4"), 4), (("-d", "0.5"), 2 * len(ports))):
            out = Follower(cli, at("a"), *args).stop(None)
            same("%r: exit status, messages" % (args,), out[::2], (0, ""))
            same("%r: stories" % (args,), len(closes(stories(out[1]))), count)
        out = Follower(cli, at("a"), "--until", "-3m").stop(None)
        same("--until has passed", (out[0], len(closes(stories(out[1]))), out[2]), (0, 0, ""))
        follower = Follower(cli, at("a"), "--since", "-1h")
        follower.read_until(has_stories(10))
        same("the last hour", follower.stop()[0], 0)
        with open(at("a")) as f:
            follower = Follower(cli, "-", stdin=f)
            follower.read_until(has_stories(10))
            same("standard input that is a file", follower.stop()[0], 0)
        follower = Follower(cli, at("a"))
        follower.read_until(has_stories(10))
        os.truncate(at("a"), 0)
        status, out, err = follower.stop(None)
        same("truncated: exit status", status, 66)
        true(err, "Stale file handle" in err)


def test_usage(cli):
    one_line("live", cli.run("--follow"), 64, "--follow does not apply to trace without --replay")
    one_line("live", cli.run("--no-follow"), 64, "--no-follow does not apply to trace without --replay")
    one_line("stuck", cli.run("stuck", "--follow", "--replay", "x"), 64, "--follow does not apply to stuck")
    one_line("missing", cli.run("--replay", "/nonexistent/a", "--follow"), 66, "No such file")
