# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--tree: the sockets of COMMAND and its descendants, and no others.

The witness is the command (tree_workload.py), which prints the ports of each of its sockets, while
another program (tree_bystander.py) closes connections all the time.
"""

import contextlib
import json
import os
import subprocess
import sys

from fixture import HERE, check_identity, closes, one_line, same, true
from test_record import Folder

BYSTANDER = [sys.executable, os.path.join(HERE, "tree_bystander.py")]
WORKLOAD = [sys.executable, os.path.join(HERE, "tree_workload.py")]
MODES = ("auto", "tracepoint", "inline")


@contextlib.contextmanager
def bystander(cli):
    """The port of a server outside the tree."""
    process = subprocess.Popen(cli.enter(*BYSTANDER), stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def messages(done):
    """Without those on bystanders whose end was missed: no socket of the tree may be."""
    return [line for line in done.stderr.splitlines() if not line.startswith("tcpclose: lost 0 events")]


def run(cli, port, *ways, args=("json",), **more):
    done = cli.run(*args, "--tree", "--netns", cli.netns, "-q", "--", *cli.enter(*WORKLOAD, port, *ways), **more)
    same("exit status, messages", (done.returncode, messages(done)), (0, []))
    return done.stdout.splitlines()


def sockets(lines):
    """The ports of the sockets that the command has printed."""
    return [tuple(map(int, line.split()[1:])) for line in lines if line.startswith("socket ")]


def ports(story):
    return story["local_port"], story["peer_port"]


def check(lines, what, count):
    """The stories are those of the sockets that the command has printed."""
    said = sorted(sockets(lines))
    objects = [json.loads(line) for line in lines if line.startswith("{")]
    same(f"{what}: sockets", len(said), count)
    same(f"{what}: stories", sorted(map(ports, closes(objects))), said)
    check_identity(objects[-1])
    return closes(objects)


def test_descendants_of_every_kind(cli, root):
    with bystander(cli) as port:
        ways = ("own", "fork", "execute", "execute_in_thread", "thread", "daemon", "killed")
        check(run(cli, port, *ways), "descendants", len(ways))


def test_ways_of_watching_calls(cli, root):
    ways = ("own", "fork", "execute", "daemon", "killed", "reset", "quit")
    with bystander(cli) as port:
        for mode in MODES:
            check(run(cli, port, *ways, args=("json", "--calls", mode)), mode, 9)


def test_accepted_sockets(cli, root):
    with bystander(cli) as port:
        for way, ending in (("reset", "reset-received"), ("quit", "three-way")):
            stories = check(run(cli, port, way), way, 2)
            accepted = [s for s in stories if s["opened"] == "accept"]
            same(way, [s["ending"] for s in accepted], [ending])


def test_connections_that_are_refused(cli, root):
    with bystander(cli) as port:
        stories = check(run(cli, port, "refused", "own", args=("json", "--all")), "refused", 2)
        same("endings", sorted(s["ending"] for s in stories), ["never-open", "three-way"])


def test_in_a_pid_namespace(cli, root):
    """The tool knows the command by another process id than the kernel side."""
    with bystander(cli) as port:
        done = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", cli.tool, "json", "--tree", "--netns",
                               cli.netns, "-q", "--", *cli.enter(*WORKLOAD, port, "own", "daemon", "killed")],
                              capture_output=True, text=True, timeout=60, check=True)
        same("messages", messages(done), [])
        check(done.stdout.splitlines(), "in a pid namespace", 3)


def test_an_inherited_socket(cli, root):
    with bystander(cli) as port:
        code = ("import socket, subprocess, sys; s = socket.create_connection(('127.0.0.1', %s)); "
                "s.sendall(b'close\\n'); s.set_inheritable(True); "
                "assert s.fileno() == 3; "
                "subprocess.Popen(sys.argv[1:], pass_fds=[3]); s.close()" % port)
        wrapped = cli.enter(sys.executable, "-c", code, cli.tool, "json", "--tree", "-q", "--",
                            *WORKLOAD, port, "inherited")
        done = subprocess.run(wrapped, capture_output=True, text=True, timeout=60, check=True)
        same("messages", messages(done), [])
        check(done.stdout.splitlines(), "inherited", 1)


def test_a_process_that_outlives_the_command(cli, root):
    """The run ends with the command, and with the closes that have begun by then."""
    with bystander(cli) as port:
        lines = run(cli, port, "own", "outlive", args=("json", "--drain", "5"))
        said = sockets(lines)
        told = sorted(map(ports, closes(json.loads(line) for line in lines if line.startswith("{"))))
        true(f"{told} in {said}", said[0] in told and set(told) <= set(said))


def test_every_view(cli, root):
    with bystander(cli) as port:
        for view in ("trace", "timeline", "events"):
            lines = run(cli, port, "own", "daemon", args=(view,))
            said = {mine for mine, _ in sockets(lines)}
            same(f"{view}: sockets", len(said), 2)
            text = "\n".join(line for line in lines if not line.startswith("socket "))
            for mine in said:
                true(f"{view}: :{mine} in {text}", f":{mine}" in text)
            if view == "timeline":
                continue
            for line in text.splitlines()[view == "trace":]:
                true(f"{view}: only the tree's: {line}", any(f":{mine} " in line for mine in said))
        who = run(cli, port, "own", "daemon", args=("who", "-j"))
        same("who", sum(json.loads(line).get("closes", 0) for line in who if line.startswith("{")
                        and json.loads(line)["kind"] == "who"), 2)


def test_a_recording_has_the_tree(cli, root):
    with Folder() as at, bystander(cli) as port:
        done = cli.run("record", "-o", at("a"), "--netns", cli.netns, "--tree", "-q", "--",
                       *cli.enter(*WORKLOAD, port, "own", "daemon", "quit"))
        same("recorded", (done.returncode, messages(done)), (0, []))
        replay = cli.run("json", "--replay", at("a"), "-q")
        same("replayed", (replay.returncode, messages(replay)), (0, []))
        check(done.stdout.splitlines() + replay.stdout.splitlines(), "replayed", 4)
        again = cli.run("json", "--replay", at("a"), "--record", at("b"), "-q")
        same("recorded again", again.stdout, replay.stdout)
        same("replayed again", cli.run("json", "--replay", at("b"), "-q").stdout, replay.stdout)


def test_fail_on_judges_the_tree_alone(cli, root):
    with bystander(cli) as port:
        for ways, status in ((("own",), 0), (("reset",), 4)):
            for _ in range(3):
                done = cli.run("--netns", cli.netns, "--tree", "--fail-on", "reset", "--",
                               *cli.enter(*WORKLOAD, port, *ways))
                if "lost 0 endpoints" in done.stderr:
                    break
            same(f"{ways}: {done.stderr}", done.returncode, status)


def test_it_needs_a_command(cli):
    one_line("no command", cli.run("--tree"), 64, "--tree requires -- COMMAND")
    one_line("replay", cli.run("--tree", "--replay", "x"), 64, "--tree does not apply to trace with --replay")
    one_line("stuck", cli.run("stuck", "--tree", "--", "true"), 64, "--tree does not apply to stuck")
    done = cli.run("--replay", "/nonexistent", env={**os.environ, "TCPCLOSE_OPTS": "--tree"})
    same("TCPCLOSE_OPTS: it is left out", done.returncode, 66)
