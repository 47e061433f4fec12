# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Recordings keep executables, command lines and names of namespaces: --by exe works on a replay.

The witness is the program that closes: it reads /proc/self/exe and /proc/self/cmdline by itself.
"""

import json
import os
import shutil
import subprocess
import sys
import zlib

import annotations
from fixture import same, true
from test_record import Folder
from test_record_history import wait_for

PROGRAM = """
import json, os, socket, sys, time
l = socket.create_server(("127.0.0.1", 0)); pairs = []
for _ in range(3):
    c = socket.create_connection(l.getsockname()); pairs.append((c, l.accept()[0]))
said = {"pid": os.getpid(), "exe": os.readlink("/proc/self/exe"),
        "cmdline": open("/proc/self/cmdline").read(), "netns": os.stat("/proc/self/ns/net").st_ino}
print(json.dumps(said), flush=True)
for c, s in pairs[:-1]:
    c.close(); s.recv(1); s.close()
sys.stdin.readline()     # the last pair is closed by the exit
"""


class Growth:
    """Waits until a recorder has written what it has seen: so it has looked at the programs of these events."""

    def __init__(self, path):
        self.path, self.size = path, os.stat(path).st_size

    def wait(self):
        wait_for("%s grows" % self.path, lambda: os.stat(self.path).st_size > self.size)
        self.size = os.stat(self.path).st_size


def run_program(cli, exe, *more):
    """A program that has closed two pairs and waits; and what it said of itself."""
    program = subprocess.Popen(cli.enter(exe, "-c", PROGRAM, *more), text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    return program, json.loads(program.stdout.readline())


def run_to_its_end(cli, recording, exe, *more):
    """The same, and the exit, once the recorder has seen the program; what it said of itself."""
    growth = Growth(recording)
    program, said = run_program(cli, exe, *more)
    growth.wait()
    end_program(program)
    return said


def end_program(program):
    program.communicate("\n", timeout=20)


def count_by_exe(cli, *args, **more):
    done = cli.run("who", "--by", "exe", "-j", *args, **more)
    same("who: %s" % done.stderr, done.returncode, 0)
    rows = [o for o in map(json.loads, done.stdout.splitlines()) if o["kind"] == "who"]
    return {o["exe"]: o["closes"] for o in rows}, done.stderr


def stop(recorder):
    recorder.terminate()
    out, err = recorder.communicate(timeout=20)
    same("exit status, %r" % err, recorder.returncode, 0)
    return out


def python_at(path):
    return shutil.copy(os.path.realpath("/usr/bin/python3"), path)


def test_the_executable_is_recorded(cli, root):
    """Two programs of the same name; each closes two connections by itself and one by its exit."""
    with Folder() as at:
        for folder in ("x", "y"):
            os.mkdir(at(folder))
        paths = [python_at(at("%s/python3" % folder)) for folder in ("x", "y")]
        recorder = cli.start("who", "--by", "exe", "-j", "--record", at("a"), "--netns", cli.netns, "-q")
        said = []
        for path in paths:
            said.append(run_to_its_end(cli, at("a"), path))
        live = stop(recorder)
        same("what they say", [o["exe"] for o in said], paths)
        shutil.rmtree(at("x"))  # a replay does not look
        counts, err = count_by_exe(cli, "--replay", at("a"), "-q")
        same("replay", (counts, err), ({path: 6 for path in paths}, ""))
        same("live", live, cli.run("who", "--by", "exe", "-j", "--replay", at("a"), "-q").stdout)
        texts = annotations.read(at("a"))
        same("recorded once", sorted((key, text.decode()) for kind, key, _, text in texts if kind == "exe" and
                                     key in [o["pid"] for o in said]),
             sorted((o["pid"], o["exe"]) for o in said))
        true("no command lines: %r" % texts, not [t for t in texts if t[0] == "cmdline"])
        same("name of the namespace", {(key, text.decode()) for kind, key, _, text in texts if kind == "netns"},
             {(said[0]["netns"], cli.netns)})
        cli.run("record", "--replay", at("a"), "-o", at("copy"), "-q")
        same("copy", count_by_exe(cli, "--replay", at("copy"))[0], counts)


# Closes a pair, executes another program of the same name, which closes a pair, and leaves the exit to close one each.
EXECUTES = """
import os, socket, sys, time
l = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.close(); s.recv(1); s.close()
c = socket.create_connection(l.getsockname()); s, _ = l.accept()
print(os.getpid(), os.readlink("/proc/self/exe"), flush=True)
sys.stdin.readline()
if sys.argv[1:]:
    os.execv(sys.argv[1], [sys.argv[1], "-c", sys.argv[2]])
"""


def test_a_program_that_executes_another_is_not_taken_for_it(cli, root):
    """The process id and the name stay. The execve() closes a pair of the old program."""
    with Folder() as at:
        for folder in ("x", "y"):
            os.mkdir(at(folder))
        old, new = [python_at(at("%s/python3" % folder)) for folder in ("x", "y")]
        recorder = cli.start("record", "-o", at("a"), "--netns", cli.netns, "-q")
        said = []
        growth = Growth(at("a"))
        program = subprocess.Popen(cli.enter(old, "-c", EXECUTES, new, EXECUTES), text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2):
            said.append(program.stdout.readline().split())
            growth.wait()
            program.stdin.write("\n")
            program.stdin.flush()
        program.communicate(timeout=20)
        stop(recorder)
        same("what it says", said, [[said[0][0], old], [said[0][0], new]])
        same("replay", count_by_exe(cli, "--replay", at("a"), "-q")[0], {old: 4, new: 4})


def test_the_command_line_is_recorded_on_demand(cli, root):
    with Folder() as at:
        recorder = cli.start("record", "-o", at("a"), "--cmdline", "--netns", cli.netns, "-q")
        said = run_to_its_end(cli, at("a"), sys.executable, "--password", "a b")
        stop(recorder)
        true("it has the words", said["cmdline"].endswith("\0--password\0a b\0"))
        same("recorded", [text.decode() for kind, key, _, text in annotations.read(at("a"))
                          if kind == "cmdline" and key == said["pid"]], [said["cmdline"]])


# Holds a connection that its client has closed.
HOLDER = """
import json, os, socket, sys
l = socket.create_server(("127.0.0.1", 0)); c = socket.create_connection(l.getsockname()); s, _ = l.accept()
c.close(); s.recv(1)
print(json.dumps({"pid": os.getpid(), "cmdline": open("/proc/self/cmdline").read()}), flush=True)
sys.stdin.readline()
"""


def test_stuck_has_the_command_line_on_a_replay(cli, root):
    """... if it was recorded: the words that the holder reads about itself."""
    for args in (["--cmdline"], []):
        with Folder() as at, subprocess.Popen(cli.enter(sys.executable, "-c", HOLDER, "a b", "c"), text=True,
                                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            said = json.loads(program.stdout.readline())
            done = cli.run("record", "-o", at("a"), *args, "--netns", cli.netns, "-q", "--", "true")
            same("exit status", (done.returncode, done.stderr), (0, ""))
            end_program(program)
            done = cli.run("stuck", "-j", "--replay", at("a"))
            holders = [h for line in done.stdout.splitlines() for h in json.loads(line).get("holders", [])]
            want = said["cmdline"].removesuffix("\0").replace("\0", " ") if args else None
            same("command line", [h["cmdline"] for h in holders if h["pid"] == said["pid"]], [want])
            if args:
                text = cli.run("stuck", "-q", "--replay", at("a")).stdout
                true("the words in " + text, "  %s -c " % sys.executable in text)


def test_each_file_has_the_executables(cli, root):
    with Folder() as at:
        recorder = cli.start("record", "-o", at("a"), "--rotate", "64K", "--keep", "9", "--netns", cli.netns, "-q")
        many = ("import socket\nl = socket.create_server(('127.0.0.1', 0))\n"
                "for _ in range(4000):\n c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.close();"
                " s.recv(1); s.close()")
        cli.inside(sys.executable, "-c", many)
        stop(recorder)
        files = os.listdir(at("."))
        true("files %r" % files, len(files) > 2)
        for name in files:
            counts, _ = count_by_exe(cli, "--replay", at(name))
            # at the edge of a file the call may be in the other file
            unknown = counts.pop(None, 0)
            same(name, list(counts), [os.path.realpath(sys.executable)])
            true("%s: %d unknown" % (name, unknown), unknown <= 4)


def test_an_old_recording_has_no_executables(cli, root):
    """Its header has no line "exe", and its records no such texts: a replay says so at the start."""
    with Folder() as at:
        cli.run("record", "-o", at("a"), "--netns", cli.netns, "-q", "--",
                *cli.enter(sys.executable, "-c", PROGRAM))
        with open(at("a"), "rb") as f:
            data = f.read()
        head = zlib.decompressobj(31)
        text = head.decompress(data)
        true("the header has it", b"\nexe proc\n" in text)
        packed = zlib.compressobj(wbits=31)
        with open(at("old"), "wb") as f:
            f.write(packed.compress(text.replace(b"\nexe proc\n", b"\n")) + packed.flush() + head.unused_data)
        _, err = count_by_exe(cli, "--replay", at("old"))
        true(err, err.startswith("tcpclose: --by exe: '%s' has no executables" % at("old")))
        done = cli.run("who", "--replay", at("old"))
        true(done.stderr, "executables" not in done.stderr)


IN_NAMESPACE = """
import os, subprocess, sys, time
tool, netns, decoy, pid = sys.argv[1:5]
with open("/proc/sys/kernel/ns_last_pid", "w") as f:
    f.write(str(int(pid) - 1))
child = subprocess.Popen([decoy, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
tracer = subprocess.Popen([tool, "who", "--by", "exe", "-j", "--netns", netns])
sys.stdin.readline(); tracer.terminate(); tracer.wait(); child.kill()
"""


def test_process_ids_of_another_namespace_are_not_looked_up(cli, root):
    """There, another program has the number and the name of the process that closes."""
    with Folder() as at:
        os.mkdir(at("decoy"))
        program, said = run_program(cli, python_at(at("python3")))
        tracer = subprocess.Popen(["unshare", "-p", "-f", "--mount-proc", sys.executable, "-c", IN_NAMESPACE,
                                   cli.tool, str(said["netns"]), python_at(at("decoy/python3")), str(said["pid"])],
                                  text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        same("the number of the decoy", int(tracer.stdout.readline()), said["pid"])
        err = ""
        while not err.endswith("ready\n"):
            err += tracer.stderr.readline()
        end_program(program)
        out, _ = tracer.communicate("\n", timeout=20)
        rows = [o for o in map(json.loads, out.splitlines()) if o["kind"] == "who"]
        same("by executable", {o["exe"]: o["closes"] for o in rows}, {None: 2})
        true(err, "process ids of another pid namespace" in err)
