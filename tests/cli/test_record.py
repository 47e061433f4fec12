# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Recordings on the real kernel: a replay says what the live run said, and bad files are told of."""

import gzip
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import zlib

from fixture import TRAFFIC, check_identity, closes, one_line, same, true

NOBODY = 65534
LIMIT = 64 << 20  # bytes of address space that a replay of anything must do with


class Folder:
    """A folder of its own for a test, open to all."""

    def __enter__(self):
        self.path = tempfile.mkdtemp()
        os.chmod(self.path, 0o755)
        return lambda name: os.path.join(self.path, name)

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def make(cli, path, count="5", *args):
    """Records some traffic; what the view json said of it meanwhile."""
    done = cli.run("json", "--record", path, "--netns", cli.netns, *args, "--",
                     *cli.enter(*TRAFFIC, count))
    same("recording", done.returncode, 0)
    return done.stdout


def test_a_replay_says_what_the_live_run_said(cli, root):
    with Folder() as at:
        live = make(cli, at("a"), "40")
        same("stories", len(closes(map(json.loads, live.splitlines()))), 80)
        done = cli.run("json", "--replay", at("a"))
        same("replayed", (done.returncode, done.stderr), (0, ""))
        same("what it said", done.stdout, live)
        with open(at("a"), "rb") as f:
            done = subprocess.run([cli.tool, "json", "--replay", "-"], input=f.read(),
                                  capture_output=True, timeout=20)
        same("from standard input", done.stdout.decode(), live)


def test_what_waits_for_time_is_replayed_in_time(cli, root):
    """Closes that only the clock settles, and one that is open at the end."""
    script = ("import socket,os,time;l=socket.socket();l.bind(('127.0.0.1',0));l.listen();"
              "p=[(socket.create_connection(l.getsockname()),l.accept()[0]) for _ in range(6)];"
              "p[0][0].shutdown(socket.SHUT_WR);p[1][0].close();time.sleep(.3);p[1][1].close();"
              "p[2][1].send(b'x');time.sleep(.1);p[2][0].close();p[3][0].close();p[3][1].send(b'x');"
              "time.sleep(1.2);p[4][0].close();p[4][1].close();os.fork() or time.sleep(1.5)")
    with Folder() as at:
        done = cli.run("json", "--record", at("a"), "--netns", cli.netns, "--drain", "0.3",
                         "--", *cli.enter("python3", "-c", script))
        same("live", done.returncode, 0)
        endings = {o["ending"] for o in closes(map(json.loads, done.stdout.splitlines()))}
        true("open among %r" % endings, {"open", "reset-sent"} <= endings)
        same("replay", cli.run("json", "--replay", at("a")).stdout, done.stdout)


# One connection waits half-closed, says so, and is closed when told to.
HALF_CLOSED = """
import socket, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.shutdown(socket.SHUT_WR)
s.recv(1); print(l.getsockname()[1], flush=True); sys.stdin.readline(); s.close(); c.close()
"""


def test_what_was_there_before_is_replayed_too(cli, root):
    """Sockets that a walk found: their stories, and the view stuck as it was then."""
    built = os.path.dirname(cli.tool)
    with Folder() as at:
        there = subprocess.Popen(cli.enter("python3", "-c", HALF_CLOSED), text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        port = there.stdout.readline().strip()
        process = cli.start("json", "--record", at("a"), "--netns", cli.netns, "-q")
        there.communicate("\n", timeout=20)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        live = process.communicate(timeout=20)[0]
        told = closes(map(json.loads, live.splitlines()))
        same("stories", sorted(o["states"][0] for o in told), ["CLOSE_WAIT", "FIN_WAIT2"])
        same("replay", cli.run("json", "--replay", at("a")).stdout, live)
        done = cli.run("stuck", "json", "--replay", at("a"))
        found = [json.loads(line) for line in done.stdout.splitlines()]
        found = [o for o in found if o["kind"] == "stuck"]
        same("stuck", sorted((o["state"], o["holders"][0]["comm"]) for o in found),
             [("CLOSE_WAIT", "python3"), ("FIN_WAIT2", "python3")])
        done = cli.run("stuck", "--replay", at("a"), "--fail", "-L", port)
        same("--fail", done.returncode, 1)
        true(done.stdout, "CLOSE_WAIT" in done.stdout)
        with open(at("a.story"), "w") as f:
            same("story", subprocess.run([built + "/story_from_recording", at("a")], stdout=f).returncode, 0)
        done = subprocess.run([built + "/story_test", "--update", at("a.story")],
                              capture_output=True, text=True)
        same("story_test: " + done.stdout, done.returncode, 0)


def test_losses_are_replayed_too(cli, root):
    with Folder() as at:
        process = cli.start("json", "--record", at("a"), "--netns", cli.netns, "--buffer",
                              "64K", "-q")
        process.send_signal(signal.SIGSTOP)
        cli.inside(*TRAFFIC, "200")
        process.send_signal(signal.SIGCONT)
        cli.inside(*TRAFFIC, "5")
        process.send_signal(signal.SIGINT)
        live = process.communicate(timeout=20)[0]
        true("lost events", json.loads(live.splitlines()[-1])["events_lost"]["ring_full"] > 0)
        done = cli.run("json", "--replay", at("a"), "--strict")
        same("replay", done.stdout, live)
        one_line("--strict", done, 3, "strict")


def test_every_view_replays_without_privilege(cli, root):
    with Folder() as at:
        make(cli, at("a"))
        os.chmod(at("a"), 0o644)
        tool = shutil.copy(cli.tool, at("tool"))
        for view, lines in (("trace", 11), ("json", 12), ("events", 40)):
            done = subprocess.run([tool, view, "--replay", at("a"), "-q"], capture_output=True,
                                  text=True, timeout=20, user=NOBODY, group=NOBODY,
                                  extra_groups=[])
            same(view, (done.returncode, done.stderr), (0, ""))
            true("%s: %d lines" % (view, done.stdout.count("\n")), done.stdout.count("\n") >= lines)
        done = cli.run("record", "--replay", at("a"), "-o", at("b"), "-q")
        same("copy", (done.returncode, done.stdout, done.stderr), (0, "", ""))
        same("the copy", cli.run("json", "--replay", at("b")).stdout,
             cli.run("json", "--replay", at("a")).stdout)


def test_filters_and_count_hold_in_a_replay(cli, root):
    with Folder() as at:
        make(cli, at("a"))
        done = cli.run("json", "--replay", at("a"), "--initiator", "peer")
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        same("stories", [o["initiator"] for o in closes(objects)], ["peer"] * 5)
        check_identity(objects[-1])
        done = cli.run("json", "--replay", at("a"), "-n", "3")
        same("-n 3", len(closes(map(json.loads, done.stdout.splitlines()))), 3)
        every = cli.run("events", "--replay", at("a")).stdout.splitlines()
        some = cli.run("events", "--replay", at("a"), "-n", "12").stdout.splitlines()
        same("events -n 12", some, every[:12])
        done = cli.run("record", "--replay", at("a"), "-n", "12", "-o", at("b"))
        same("record -n 12", done.returncode, 0)
        same("what it recorded", cli.run("events", "--replay", at("b")).stdout.splitlines(), every[:12])
        for view in ("trace", "who", "hist", "timeline"):
            same(view + " -n 3", cli.run(view, "--replay", at("a"), "-n", "3").returncode, 0)
        same("who -n 3", sum(json.loads(line)["closes"] for line in cli.run(
            "who", "-j", "--replay", at("a"), "-n", "3").stdout.splitlines() if '"kind":"who"' in line), 3)


def test_the_view_record_writes_a_recording(cli, root):
    with Folder() as at:
        done = cli.run("record", "-o", at("a"), "--netns", cli.netns, "--",
                         *cli.enter(*TRAFFIC, "3"))
        same("recorded", (done.returncode, done.stdout), (0, ""))
        true(done.stderr, "6 reported" in done.stderr)
        done = cli.run("--replay", at("a"))
        same("replayed", (done.returncode, len(done.stdout.splitlines())), (0, 7))
        with gzip.open(at("a")) as f:
            same("zcat", f.read(19), b"tcpclose recording\n")


def test_a_killed_recorder_leaves_what_it_wrote(cli, root):
    """What is older than a second is on the disk."""
    with Folder() as at:
        process = cli.start("json", "--record", at("a"), "--netns", cli.netns, "-q",
                              stdout=subprocess.PIPE)
        cli.inside(*TRAFFIC, "5")
        deadline = os.times().elapsed + 10
        size = 0
        while size < 6500 and os.times().elapsed < deadline:
            size = os.stat(at("a")).st_size
        process.kill()
        process.communicate(timeout=20)
        done = cli.run("json", "--replay", at("a"))
        one_line("replay", done, 66, repr(at("a")), "end is missing at offset %d" % size)
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        same("stories", len(closes(objects)), 10)
        check_identity(objects[-1])


def test_bad_files_are_told_of(cli, root):
    """Each with one line, status 66, in little memory, and what is readable."""
    with Folder() as at:
        make(cli, at("good"), "50")
        with open(at("good"), "rb") as f:
            good = f.read()
        bad = {
            "empty": (b"", "it is empty"),
            "foreign": (b"#!/bin/sh\necho hello\n" * 99, "not a tcpclose recording"),
            "gzip": (gzip.compress(b"hello"), "not a tcpclose recording"),
            "newer": (gzip.compress(b"tcpclose recording\nschema 7\ntool 9\n"), "schema 7"),
            "order": (gzip.compress(b"tcpclose recording\nschema 1\nbyte_order big\n"
                                    b"event_size 192\n"), "byte order"),
            "cut": (good[:-9], "cut short at offset %d" % (len(good) - 9)),
            "flipped": (good[:-6] + bytes([good[-6] ^ 16]) + good[-5:], "damaged at offset"),
            "twice": (good + good, "another recording begins at offset %d" % len(good)),
            "bomb": (good + gzip.compress(bytes(300 << 20), 1), "larger than the format allows"),
        }
        for name, (data, words) in bad.items():
            with open(at(name), "wb") as f:
                f.write(data)
            done = cli.run("trace", "--replay", at(name), "-q", preexec_fn=None if
                             is_sanitized(cli) else limit_memory)
            one_line(name, done, 66, "cannot replay '%s'" % at(name), words)
            if data[:4000] == good[:4000] and name not in ("cut", "flipped"):
                same(name + ": stories", len(done.stdout.splitlines()), 101)
        one_line("none", cli.run("--replay", at("none")), 66, "No such file")
        one_line("folder", cli.run("--replay", at(".")), 66, "Is a directory")
        one_line("itself", cli.run("json", "--replay", at("good"), "-o", at("good")), 66,
                 "overwritten")
        with open(at("good"), "rb") as f:
            same("it is still there", f.read(), good)
        done = subprocess.run("%s --replay - < /dev/zero" % cli.tool, shell=True,
                              capture_output=True, text=True, timeout=20)
        one_line("endless", done, 66, "not a tcpclose recording")


def test_an_unknown_kind_is_counted(cli, root):
    """An event that this tool knows nothing of stops nothing."""
    with Folder() as at:
        live = make(cli, at("a"))
        with open(at("a"), "rb") as f:
            data = f.read()
        head = zlib.decompressobj(31)
        head.decompress(data)
        rest = head.unused_data
        # src/record/delta.h: slot 0, word 22 differs, its highest byte, which is the kind: 14
        odd = gzip.compress(b"R" + bytes([0, 0, 0, 0x40, 0x17, 14]))
        with open(at("b"), "wb") as f:
            f.write(data[:-len(rest)] + odd + rest)
        done = cli.run("json", "--replay", at("b"))
        same("replay", (done.returncode, done.stderr), (0, ""))
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        same("malformed", objects[-1]["events_lost"]["malformed"], 1)
        same("stories", closes(objects), closes(map(json.loads, live.splitlines())))


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))


def is_sanitized(cli):
    return b"libasan" in subprocess.run(["ldd", cli.tool], capture_output=True).stdout


def test_a_full_disk_ends_the_recording(cli, root):
    with Folder() as at:
        os.mkdir(at("disk"))
        script = ("mount -t tmpfs -o size=16k none %s && %s record -o %s --netns %s -- %s; s=$?;"
                  "cp %s %s; exit $s" % (at("disk"), cli.tool, at("disk/r"), cli.netns,
                                         " ".join(cli.enter(*TRAFFIC, "400")), at("disk/r"),
                                         at("saved")))
        done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True,
                              text=True, timeout=60)
        same("exit status", done.returncode, 1)
        true(done.stderr, "cannot write '%s': No space left" % at("disk/r") in done.stderr)
        done = cli.run("json", "--replay", at("saved"))
        one_line("replay", done, 66, "end is missing at offset")
        check_identity(json.loads(done.stdout.splitlines()[-1]))


def test_full_files_are_rotated(cli, root):
    with Folder() as at:
        done = cli.run("record", "-o", at("a"), "--rotate", "64K", "--keep", "2", "--netns",
                         cli.netns, "-q", "--", *cli.enter(*TRAFFIC, "3000"))
        same("recorded", (done.returncode, done.stderr), (0, ""))
        same("files", sorted(os.listdir(at("."))), ["a", "a.1", "a.2"])
        told = 0
        joined = b""
        for name in ("a.2", "a.1", "a"):
            done = cli.run("json", "--replay", at(name))
            same(name, (done.returncode, done.stderr), (0, ""))
            told += json.loads(done.stdout.splitlines()[-1])["told"]
            with open(at(name), "rb") as f:
                joined += f.read()
        done = subprocess.run([cli.tool, "json", "--replay", "-"], input=joined,
                              capture_output=True, timeout=20)
        same("joined", (done.returncode, done.stderr), (0, b""))
        summary = json.loads(done.stdout.splitlines()[-1])
        check_identity(summary)
        true("told %d of %d" % (summary["told"], told), 1000 < summary["told"] <= told)


def test_a_recording_becomes_a_story(cli, root):
    """Its JSON is the replay's, but for the time of day."""
    built = os.path.dirname(cli.tool)
    with Folder() as at:
        make(cli, at("a"), "4")
        with open(at("a.story"), "w") as f:
            same("story", subprocess.run([built + "/story_from_recording", at("a")], stdout=f).returncode, 0)
        for flag in (["--update"], []):
            done = subprocess.run([built + "/story_test", *flag, at("a.story")],
                                  capture_output=True, text=True)
            same("story_test %r: %s" % (flag, done.stdout), done.returncode, 0)
        with open(at("a.story")) as f:
            told = [json.loads(line) for line in f if line.startswith('{"kind":"close"')]
        want = closes(map(json.loads, cli.run("json", "--replay", at("a")).stdout.splitlines()))
        for o in told + want:
            del o["start"], o["time"]
        same("stories", told, want)
