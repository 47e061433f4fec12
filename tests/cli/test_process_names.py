# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Threads with names of their own: the name of the process is reported beside the thread's.

The witness is /proc, read by the program that closes (named_threads.py).
"""

import json
import os
import subprocess
import sys

from fixture import HERE, closes, same, true
from test_record import Folder

NAMED_THREADS = [sys.executable, os.path.join(HERE, "named_threads.py")]
MODES = ("auto", "tracepoint", "inline")


def record(cli, path, *words, mode="auto", more=()):
    """Records the program; what it printed."""
    done = cli.run("record", "-o", path, "--netns", cli.netns, "--calls", mode, "-q", *more, "--",
                   *cli.enter(*NAMED_THREADS, *words))
    same("recorded", (done.returncode, done.stderr), (0, ""))
    return {o["port"]: o for o in map(json.loads, done.stdout.splitlines())}


def replay(cli, path, *args):
    done = cli.run("json", "--replay", path, *args)
    same("replayed", (done.returncode, done.stderr), (0, ""))
    return closes(map(json.loads, done.stdout.splitlines()))


def names(o):
    return {key: o[key] for key in ("pid", "tid", "comm", "process")}


def check_names(stories, said):
    """Each client's end in the trigger and in every call, each server's end in its twin."""
    for story in stories:
        port = story["local_port"]
        if port not in said:
            port = story["peer_port"]
            same(f"twin {port}", {k: story["twin"][k] for k in ("pid", "comm", "process")},
                 {k: said[port][k] for k in ("pid", "comm", "process")})
        want = {key: said[port][key] for key in ("pid", "tid", "comm", "process")}
        same(f"trigger {port}", names(story["trigger"]), want)
        for call in story["calls"]:
            same(f"call {port}", names(call), want)


def test_a_process_is_not_named_after_its_threads(cli, root):
    for mode in MODES:
        with Folder() as at:
            said = record(cli, at("a"), "each", mode=mode)
            same("closes", [(o["process"], o["comm"]) for o in said.values()],
                 [("shop", "shop"), ("shop", "shop"), ("shop", "order-worker-1"), ("shop", "order-worker-2"),
                  ("shop-renamed", "order-worker-3"), ("shop-renamed", "shop"), ("shop-renamed", "late-worker")])
            stories = replay(cli, at("a"))
            same(f"{mode}: stories", len(stories), 2 * len(said))
            check_names(stories, said)
            for name, count in (("shop", 5), ("shop-renamed", 3), ("order-worker-2", 1), ("order", 0)):
                same(f"-c {name}", len(replay(cli, at("a"), "-c", name)), 2 * count)


def group(cli, path, by):
    done = cli.run("who", "--replay", path, "--by", by, "--csv", "-q")
    same("who", (done.returncode, done.stderr), (0, ""))
    rows = [line.split(",") for line in done.stdout.splitlines()]
    return {row[3]: int(row[rows[0].index("closes")]) for row in rows[1:]}


def test_who_has_a_row_per_process_or_per_thread(cli, root):
    with Folder() as at:
        record(cli, at("a"), "each")
        same("by comm", group(cli, at("a"), "comm"), {'"shop"': 8, '"shop-renamed"': 6})
        same("by thread", group(cli, at("a"), "thread"),
             {'"shop"': 6, '"order-worker-1"': 2, '"order-worker-2"': 2, '"order-worker-3"': 2, '"late-worker"': 2})


def test_a_live_run_says_what_its_replay_says(cli, root):
    with Folder() as at:
        done = cli.run("json", "--record", at("a"), "--netns", cli.netns, "-o", at("live"), "--",
                       *cli.enter(*NAMED_THREADS, "each"))
        same("exit status", done.returncode, 0)
        with open(at("live"), encoding="utf-8") as f:
            same("replay", cli.run("json", "--replay", at("a")).stdout, f.read())


def test_each_file_of_a_rotated_recording_has_the_name(cli, root):
    with Folder() as at:
        said = record(cli, at("a"), "many", "3000", more=("--rotate", "64K", "--keep", "9"))
        files = sorted(os.listdir(at(".")))
        true(f"several files: {files}", len(files) > 2)
        for name in files:
            stories = replay(cli, at(name))
            # at the edge of a file a call or the twin's may be in the other file
            whole = [s for s in stories if s["trigger"] and s["twin"] and s["twin"]["pid"]]
            true(f"{len(whole)} stories in {name}", len(whole) > 10)
            check_names(whole, said)
            same(f"{name}: names", {c["process"] for s in stories for c in s["calls"]}, {"shop"})


def test_a_holder_found_at_the_start_has_the_name(cli, root):
    """The first thread has exited, so the walk over the files finds only the other one."""
    program = subprocess.Popen(cli.enter(*NAMED_THREADS, "hold"), text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        said = json.loads(program.stdout.readline())
        done = cli.run("json", "--netns", cli.netns, "-d", "0.1", "-q")
        same("traced", (done.returncode, done.stderr), (0, ""))
        stories = closes(map(json.loads, done.stdout.splitlines()))
        same("ports", sorted(o["local_port"] for o in stories), sorted([said["port"], said["peer_port"]]))
        for o in stories:
            same("holders", [[h[key] for key in ("pid", "comm", "process")] for h in o["holders"]],
                 [[said["pid"], said["comm"], said["process"]]])
    finally:
        program.communicate()


def test_a_name_does_not_overtake_events(cli, root):
    """With many sockets the latest events wait in a queue (endpoint_table.c) when the next name comes."""
    with Folder() as at:
        said = record(cli, at("a"), "crowd")
        same("closes", len(said), 30)
        stories = [o for o in replay(cli, at("a")) if {o["local_port"], o["peer_port"]} & said.keys()]
        same("stories", len(stories), 60)
        check_names(stories, said)


def test_a_recording_with_names_becomes_a_story(cli, root):
    built = os.path.dirname(cli.tool)
    with Folder() as at:
        record(cli, at("a"), "each")
        with open(at("a.story"), "w", encoding="utf-8") as f:
            subprocess.run([built + "/story_from_recording", at("a")], stdout=f, check=True)
        subprocess.run([built + "/story_test", "--update", at("a.story")], check=True, capture_output=True)
        with open(at("a.story"), encoding="utf-8") as f:
            told = closes(json.loads(line) for line in f if line.startswith('{"kind":"close"'))
        same("names", [[names(c) for c in o["calls"]] for o in told],
             [[names(c) for c in o["calls"]] for o in replay(cli, at("a"))])
