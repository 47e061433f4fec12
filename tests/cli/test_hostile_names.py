# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Processes and cgroups with names that nobody would choose: what is printed stays what it should be."""

import json
import os
import sys
import subprocess
import unicodedata

from fixture import TIMEOUT, closes, same, true
from test_record import Folder

# Takes the name, then closes a connection from both ends.
SCRIPT = """
import ctypes, os, socket, sys
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1]), 0, 0, 0)
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.close(); s.close()
"""

# as the kernel keeps it, what JSON must say
NAMES = [
    (b"\x1b[31m\n{", "\x1b[31m\n{"),
    (b"\xff\xfe\x80\xc0\xaf\xed\xa0\x80\xf5\x90\x80\x80\xe2\x82\xc3",
     "\\xff\\xfe\\x80\\xc0\\xaf\\xed\\xa0\\x80\\xf5\\x90\\x80\\x80\\xe2\\x82\\xc3"),
    (b'"\\"},{"a":"', '"\\"},{"a":"'),
    (b"\xe2\x80\xae\xd9\xa0drow\r\t", "\u202e\u0660drow\r\t"),  # right to left, and back to the line's start
    (b"</p><script/x=&", "</p><script/x=&"),
    (b" ", " "),
    (b"'$(reboot)'`id`", "'$(reboot)'`id`"),
    ("nämeäöüß".encode()[:15], "nämeäöüß"),
]
VIEWS = ("trace", "json", "events", "report")


def check_text(view, text):
    """Lines of printable characters that stay in their place."""
    for line in text.decode().splitlines():     # it is UTF-8
        odd = [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
        true("%s: %r in %r" % (view, odd, line), not odd)
        true("%s: more than 80 columns in %r" % (view, line), view != "trace" or len(line) <= 80)


def record(cli, path, name, *prefix):
    if os.path.exists(path):
        os.remove(path)     # or it would be continued
    # subprocess takes bytes as they are
    command = [cli.tool, "record", "-o", path, "--netns", cli.netns, "--",
               *prefix, *cli.enter(sys.executable, "-c", SCRIPT), name]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT)
    same("exit status, %r" % done.stderr, done.returncode, 0)
    check_text("stderr", done.stderr)


def replay(cli, path, view, *more):
    done = subprocess.run([cli.tool, view, "--replay", path, *more], capture_output=True,
                          timeout=TIMEOUT)
    same(view, done.returncode, 0)
    check_text("stderr", done.stderr)
    return done.stdout


def test_hostile_process_names(cli, root):
    with Folder() as at:
        for name, want in NAMES:
            record(cli, at("a"), name)
            for view in VIEWS:
                text = replay(cli, at("a"), view)
                if view != "json":
                    check_text(view, text)
                true("%s says nothing of %r" % (view, name), text.count(b"\n") >= 3)
            lines = replay(cli, at("a"), "json").decode().split("\n")
            told = closes(map(json.loads, lines[:-1]))
            same("comm", [o["trigger"]["comm"] for o in told], [want] * 2)
            same("calls", [c["comm"] for o in told for c in o["calls"]], [want] * 2)
            check_text("wide", replay(cli, at("a"), "trace", "-w"))
            # a list splits at commas, and a pattern has special characters
            pattern = b"".join(b"?" if c == b"," else b"\\" + c if c in b"*?[\\!" else c
                               for c in (name[i:i + 1] for i in range(len(name))))
            found = replay(cli, at("a"), "trace", "-c", pattern)
            same("-c %r" % name, found.count(b"\n"), 3)


def test_hostile_cgroup_names(cli, root):
    with Folder() as at:
        os.mkdir(at("cgroups"))
        subprocess.run(["mount", "-t", "cgroup2", "none", at("cgroups")], check=True)
        path = os.fsencode(at("cgroups")) + b"/tcpclose \"'\\{\x1b[31m\xff"
        try:
            os.mkdir(path)
            move = ("import os,sys;open(sys.argv[1],'w').write('0');"
                    "os.execvp(sys.argv[2],sys.argv[2:])")
            record(cli, at("a"), b"quiet", sys.executable, "-c", move, path + b"/cgroup.procs")
            for view in VIEWS:
                text = replay(cli, at("a"), view)
                true("%s says nothing" % view, text.count(b"\n") >= 3)
                if view != "json":
                    check_text(view, text)
            for line in replay(cli, at("a"), "json").splitlines():
                json.loads(line)
            os.rmdir(path)
        finally:
            subprocess.run(["umount", at("cgroups")], check=True)
