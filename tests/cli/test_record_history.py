# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Recordings do not lose history: restarts, kills, a second recorder, rotation, retention, a full disk.

The witness is the program that closes: it prints the ports of its connections, and the wall clock.
"""

import collections
import gzip
import json
import os
import signal
import subprocess
import sys
import time
import zlib

from fixture import closes, one_line, same, true
from test_record import Folder
from two_hosts import TwoHosts

# Closes a connection per line of input, and prints its client's port and the seconds since 1970.
CLOSER = """
import socket, sys, time
l = socket.create_server(("127.0.0.1", 0))
for line in sys.stdin:
    c = socket.create_connection(l.getsockname()); s, peer = l.accept()
    c.close(); s.recv(1); s.close()
    print(peer[1], time.time(), flush=True)
"""


class Closer:
    """A program in the namespace that closes connections when told to."""

    def __init__(self, cli):
        self.process = subprocess.Popen(cli.enter(sys.executable, "-c", CLOSER), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ports, self.times = [], []

    def close(self, count=1):
        """Closes so many; the ports of the clients."""
        ports = []
        for _ in range(count):
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            port, seconds = self.process.stdout.readline().split()
            ports.append(int(port))
            self.times.append(float(seconds))
        self.ports += ports
        return ports

    def times_of(self, ports):
        """When these were closed, in order, without the ports that were used more than once."""
        times = collections.defaultdict(list)
        for port, seconds in zip(self.ports, self.times):
            times[port].append(seconds)
        return sorted(times[port][0] for port in ports if len(times[port]) == 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=20)


def start(cli, path, *args):
    return cli.start("record", "-o", path, "--netns", cli.netns, "-q", *args)


def stop(recorder, how=signal.SIGINT):
    recorder.send_signal(how)
    err = recorder.communicate(timeout=20)[1]
    same("exit status, %r" % err, recorder.returncode, 0 if how == signal.SIGINT else -how)


def wait_for(what, condition):
    deadline = time.monotonic() + 20
    while not condition():
        true(what, time.monotonic() < deadline)
        time.sleep(0.01)


def client_ports(cli, path, status=0, *args):
    """The ports of the clients in a recording, in order, and what the replay printed on stderr."""
    done = cli.run("json", "--replay", path, *args)
    same("replay: %s" % done.stderr, done.returncode, status)
    stories = closes(map(json.loads, done.stdout.splitlines()))
    return [o["local_port"] for o in stories if o["initiator"] == "local"], done.stderr


def read(path):
    with open(path, "rb") as f:
        return f.read()


def test_a_restart_keeps_what_was_recorded(cli, root):
    """The same command twice: all stories of both runs are there, in one file, and in its copy."""
    with Folder() as at, Closer(cli) as closer:
        for _ in range(2):
            recorder = start(cli, at("ends.rec"), "--rotate", "100M", "--keep", "9")
            closer.close(5)
            stop(recorder)
        same("files", os.listdir(at(".")), ["ends.rec"])
        ports, err = client_ports(cli, at("ends.rec"))
        same("stories", ports, closer.ports)
        true(err, "restarts of the recorder: 1" in err and "killed" not in err)
        same("copied", cli.run("record", "--replay", at("ends.rec"), "-o", at("copy")).returncode, 0)
        same("copy", client_ports(cli, at("copy"))[0], closer.ports)
        done = cli.run("json", "--replay", at("ends.rec"), "-n", "12", "-q")
        same("-n 12", len(closes(map(json.loads, done.stdout.splitlines()))), 12)
        same("zcat", gzip.decompress(read(at("ends.rec")))[:19], b"tcpclose recording\n")


def test_a_killed_recorder_continues_where_it_was(cli, root):
    with Folder() as at, Closer(cli) as closer:
        recorder = start(cli, at("a"))
        size = os.stat(at("a")).st_size
        before = closer.close(5)
        wait_for("the first stories are written", lambda: os.stat(at("a")).st_size > size)
        wait_for("all stories are written", lambda: before == client_ports(cli, at("a"))[0])
        closer.close(1)  # this one may be lost
        stop(recorder, signal.SIGKILL)
        was = read(at("a"))
        one_line("killed", cli.run("--replay", at("a"), "-q"), 66, "end is missing at offset %d" % len(was))
        recorder = start(cli, at("a"))
        after = closer.close(5)
        stop(recorder)
        same("the bytes of the first run", read(at("a"))[:len(was)], was)
        ports, err = client_ports(cli, at("a"))
        same("stories", [p for p in ports if p in before + after], before + after)
        true(err, "killed: 1" in err)


def test_a_recorder_that_is_killed_again_and_again_loses_nothing(cli, root):
    with Folder() as at, Closer(cli) as closer:
        for _ in range(4):
            stop(start(cli, at("a"), "--rotate", "1M", "--keep", "1"), signal.SIGKILL)
        recorder = start(cli, at("a"), "--rotate", "1M", "--keep", "1")
        closer.close(3)
        stop(recorder)
        same("files", os.listdir(at(".")), ["a"])
        same("stories", client_ports(cli, at("a"))[0], closer.ports)


def test_a_file_that_is_no_recording_is_refused(cli, root):
    with Folder() as at:
        for name, data in (("notes", b"hello\n"), ("gz", gzip.compress(b"hello\n"))):
            with open(at(name), "wb") as f:
                f.write(data)
            for args in (["record", "-o"], ["json", "--record"]):
                done = cli.run(*args, at(name), "-q", "--rotate", "64K", "--", "true")
                one_line(name, done, 66, "'%s'" % at(name), "not a tcpclose recording",
                         "choose another file")
            same(name, read(at(name)), data)
        same("files", sorted(os.listdir(at("."))), ["gz", "notes"])


def test_a_recording_has_one_recorder(cli, root):
    with Folder() as at, Closer(cli) as closer:
        recorder = start(cli, at("a"))
        closer.close(2)
        one_line("second", cli.run("record", "-o", at("a"), "-q", "--", "true"), 66,
                 "'%s'" % at("a"), "another recorder", "choose another file")
        closer.close(2)
        stop(recorder)
        same("stories", client_ports(cli, at("a")), (closer.ports, ""))


def test_a_recording_is_viewed_while_it_is_written(cli, root):
    """It ends before its end, but nothing is wrong with it. A copy of the same bytes is cut short."""
    with Folder() as at, Closer(cli) as closer:
        recorder = start(cli, at("a"))
        true("nothing to see yet", client_ports(cli, at("a"))[0] == [])
        ports = closer.close(3)
        wait_for("they are written", lambda: client_ports(cli, at("a"))[0] == ports)
        done = cli.run("--replay", at("a"))
        same("exit status", done.returncode, 0)
        true(done.stderr, "'%s' is still being written" % at("a") in done.stderr)
        with open(at("copy"), "wb") as f:
            f.write(read(at("a"))[:-5])
        one_line("copy", cli.run("--replay", at("copy"), "-q"), 66, "cut short at offset")
        with open(at("a"), "rb") as f:
            done = subprocess.run([cli.tool, "--replay", "-"], stdin=f, capture_output=True, text=True,
                                  timeout=20)
        same("standard input: %s" % done.stderr, done.returncode, 0)
        stop(recorder)
        same("complete", client_ports(cli, at("a")), (ports, ""))


def test_a_file_is_full_after_a_time(cli, root):
    """Each piece has the stories of its time, and says so: the clock is that of the program."""
    with Folder() as at, Closer(cli) as closer:
        recorder = start(cli, at("a"), "--rotate", "1s", "--rotate", "100M", "--keep", "999")
        while not os.path.exists(at("a.3")):
            closer.close()
            time.sleep(0.0005)  # few enough that most ports are used once
            true("the third rotation", len(closer.ports) < 200000)
        stop(recorder)
        names = ["a.%d" % i for i in range(99, 0, -1) if os.path.exists(at("a.%d" % i))] + ["a"]
        seen, dated, sizes = 0, 0, []
        for name in names:
            ports = client_ports(cli, at(name))[0]
            seen += len(ports)
            sizes.append(len(ports))
            if not ports:
                continue  # it ended at once, or the program did not run in its time
            done = cli.run("hist", "-j", "--replay", at(name), "-q")
            found = [o for o in map(json.loads, done.stdout.splitlines()) if "total" in o]
            if not found and len(ports) < 20:
                continue  # its stories began in the piece before, so no phase of them is known
            begin, end = seconds(found[0]["start"]), seconds(found[0]["time"])
            at_s = closer.times_of(ports)
            if not at_s:
                continue  # each of its ports was used in another piece too
            dated += 1
            true("%s: %r to %r, closes from %r to %r" % (name, begin, end, at_s[0], at_s[-1]),
                 begin <= at_s[0] + 0.05 and at_s[-1] <= end + 0.05)
            true("%s lasts %r s" % (name, end - begin), end - begin < 2.5 and (name == "a" or end - begin > 0.9))
        true("%d pieces are dated, of these numbers of stories: %r" % (dated, sizes), dated >= 2)
        true("%d of %d stories" % (seen, len(closer.ports)), seen >= len(closer.ports) - len(names))


def seconds(text):
    """Seconds since 1970 of an RFC 3339 time."""
    whole, fraction = text.rstrip("Z").split(".")
    return time.mktime(time.strptime(whole + " UTC", "%Y-%m-%dT%H:%M:%S %Z")) - time.timezone + float("0." + fraction)


def test_a_busy_hosts_piece_reports_its_own_interval(cli, root):
    """By size: much faster than the marks that come once per second."""
    with Folder() as at, Closer(cli) as closer:
        recorder = start(cli, at("a"), "--rotate", "64K", "--keep", "99")
        while not os.path.exists(at("a.3")):
            closer.close(100)
        stop(recorder)
        for name in ("a.2", "a.1"):
            at_s = closer.times_of(client_ports(cli, at(name))[0])
            done = cli.run("who", "-j", "--replay", at(name), "-q")
            row = [o for o in map(json.loads, done.stdout.splitlines()) if "total" in o][0]
            lasted, want = seconds(row["time"]) - seconds(row["start"]), at_s[-1] - at_s[0]
            true("%s: %r s, closes within %r s" % (name, lasted, want), abs(lasted - want) < 0.1 + want / 5)


def test_only_pieces_of_the_recording_are_removed(cli, root):
    with Folder() as at, Closer(cli) as closer:
        for name in ("a.1", "a.2", "a.4"):
            stop(start(cli, at(name)))
        for name, data in (("a.3", "notes\n"), ("a.old", "notes\n"), ("b.1", "notes\n")):
            with open(at(name), "w", encoding="utf-8") as f:
                f.write(data)
        day = time.time() - 86400
        for name in ("a.2", "a.3", "a.4", "a.old"):
            os.utime(at(name), (day, day))
        recorder = start(cli, at("a"), "--keep", "23h")
        closer.close(1)
        stop(recorder)
        same("files", sorted(os.listdir(at("."))), ["a", "a.1", "a.3", "a.old", "b.1"])
        recorder = start(cli, at("a"), "--rotate", "64K", "--keep", "2")
        while os.stat(at("a.2")).st_size < 64 << 10 if os.path.exists(at("a.2")) else True:
            closer.close(100)
        stop(recorder)
        left = sorted(os.listdir(at(".")))
        same("files", [n for n in left if not n.startswith("a.") or n in ("a.3", "a.old")],
             ["a", "a.3", "a.old", "b.1"])
        same("pieces: %r" % left, len(left), 6)
        for name in ("a.3", "a.old", "b.1"):
            same(name, read(at(name)), b"notes\n")


def test_a_full_disk_keeps_what_was_written(cli, root):
    """The second run finds no room: what the first one wrote is there, byte for byte."""
    with Folder() as at:
        os.mkdir(at("disk"))
        record = "%s record -o %s --netns %s -q" % (cli.tool, at("disk/r"), cli.netns)
        traffic = " ".join(cli.enter(sys.executable, os.path.join(os.path.dirname(__file__), "traffic.py")))
        script = ("mount -t tmpfs -o size=32k none {disk} && {record} -- {traffic} 5 && cp {disk}/r {at}/first;"
                  "dd if=/dev/zero of={disk}/fill bs=4k 2>/dev/null; {record} -- {traffic} 400; s=$?;"
                  "cp {disk}/r {at}/second; exit $s").format(disk=at("disk"), at=at("."), record=record,
                                                           traffic=traffic)
        done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=60)
        same("exit status", done.returncode, 1)
        true(done.stderr, "cannot write '%s': No space left" % at("disk/r") in done.stderr)
        first = read(at("first"))
        same("the first run", read(at("second"))[:len(first)], first)
        ports = client_ports(cli, at("first"))[0]
        done = cli.run("json", "--replay", at("second"), "-q")
        stories = closes(map(json.loads, done.stdout.splitlines()))
        same("stories", [o["local_port"] for o in stories if o["initiator"] == "local"][:5], ports)


def reboot(data, boot_id, boots_later_s):
    """The recording as if it came from a later boot: only its header differs."""
    head = zlib.decompressobj(31)
    lines = head.decompress(data).decode().splitlines()
    for i, line in enumerate(lines):
        key, _, value = line.partition(" ")
        if key == "boot_id":
            lines[i] = "boot_id " + boot_id
        if key == "boot_to_wall_ns":
            lines[i] = "boot_to_wall_ns %d" % (int(value) + boots_later_s * 10**9)
    return gzip.compress(("\n".join(lines) + "\n").encode()) + head.unused_data


def test_a_recording_goes_on_after_a_reboot(cli, root):
    """The clock since boot begins again: the stories are those of each run alone, and so are their times."""
    with Folder() as at, Closer(cli) as closer:
        for name in ("a", "b"):
            recorder = start(cli, at(name))
            closer.close(3)
            stop(recorder)
        first, second = read(at("a")), reboot(read(at("b")), "another-boot", 86400)
        for name, data in (("b", second), ("joined", first + second), ("back", second + reboot(first, "third", -5))):
            with open(at(name), "wb") as f:
                f.write(data)
        alone = [stories(cli, at(name)) for name in ("a", "b")]
        joined = stories(cli, at("joined"))
        same("stories", joined, alone[0] + alone[1])
        same("clock set back", [o["local_port"] for o in stories(cli, at("back"))],
             [o["local_port"] for o in alone[1] + alone[0]])
        cli.run("record", "--replay", at("joined"), "-o", at("copy"), "-q")
        same("copy", stories(cli, at("copy")), joined)


def connections(cli, path):
    done = cli.run("connections", "-j", "--replay", path, "-q")
    ends = [o["client"] for o in map(json.loads, done.stdout.splitlines()) if o["kind"] == "connection"]
    return [(end["local_port"], end["time"], end["trigger"]["cgroup"]) for end in ends]


def test_what_a_view_kept_has_the_cgroups_of_its_run(cli, root):
    """The other ends are in no recording: connections waits for them, and the run is over before the wait is."""
    with Folder() as at, TwoHosts(cli) as hosts:
        for name in ("a", "b"):
            recorder = hosts.start_recorder("client", at(name))
            hosts.traffic(3)
            stop(recorder)
        first, second = read(at("a")), reboot(read(at("b")), "another-boot", 86400)
        for name, data in (("b", second), ("joined", first + second)):
            with open(at(name), "wb") as f:
                f.write(data)
        alone = connections(cli, at("a")) + connections(cli, at("b"))
        same("connections", len(alone), 6)
        true("cgroups: %r" % alone, all(cgroup for _, _, cgroup in alone))
        same("joined", connections(cli, at("joined")), alone)


def stories(cli, path):
    done = cli.run("json", "--replay", path, "-q")
    same("replay: %s" % done.stderr, done.returncode, 0)
    return closes(map(json.loads, done.stdout.splitlines()))
