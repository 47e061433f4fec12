# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Bad days: crowds, floods, readers that stand still, neighbours. Memory stays bounded, every loss is counted
by its cause, and what comes afterwards is right again."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

from fixture import HERE, TIMEOUT, TRAFFIC, Failure, check_identity, closes, same, true
from test_record import Folder, is_sanitized

CROWD = [sys.executable, os.path.join(HERE, "crowd.py")]
CONNECTIONS = 50000
# resident KiB per endpoint that is open: what a story and its place in the table take
ENDPOINT_KIB = 1.5
BASE_KIB = 45 * 1024    # with a ring of 8M at most; a larger one is mapped twice
STANDSTILL_S = 5


def peak_kib(process):
    with open("/proc/%d/status" % process.pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmHWM:"))


def check_memory(cli, process, limit_kib):
    peak = peak_kib(process)
    if not is_sanitized(cli):
        true("%d KiB at most, want %d" % (peak, limit_kib), peak <= limit_kib)
    if os.environ.get("SHOW"):
        print("# %d KiB" % peak)
    return peak


def open_crowd(cli, connections):
    crowd = subprocess.Popen(cli.enter(*CROWD, str(connections)), text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if crowd.stdout.readline() != "%d\n" % connections:
        raise Failure("no crowd")
    return crowd


def close_crowd(crowd):
    crowd.communicate("\n", timeout=TIMEOUT)
    same("crowd", crowd.returncode, 0)


def stop(process):
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT)
    return process.returncode, out, err


def come_after(cli, port):
    """One connection when all is over, that can be told from the rest; a port serves once."""
    cli.inside(*TRAFFIC, "1", "0", str(port), str(port + 1000))
    time.sleep(0.5)


def check_after(objects, port):
    last = [o for o in closes(objects) if port in (o["local_port"], o["peer_port"])]
    same("afterwards", [o["partial"] for o in last], [False, False])
    same("afterwards", {o["class"] for o in last}, {"clean"})


def churn_until(cli, then):
    """Connections as fast as they go, in the namespace, until then() returns."""
    churn = [subprocess.Popen(cli.enter(*TRAFFIC, "1000000"), stderr=subprocess.DEVNULL)
             for _ in range(2)]
    try:
        return then()
    finally:
        for process in churn:
            process.kill()
            process.wait()


def test_a_crowd_of_endpoints(cli, root):
    """A hundred thousand at once: all told, in bounded memory."""
    count = CONNECTIONS // 10 if is_sanitized(cli) else CONNECTIONS
    with Folder() as at:
        process = cli.start("json", "-q", "--netns", cli.netns, "-o", at("out"),
                              "--buffer", "64M")
        crowd = open_crowd(cli, count)
        check_memory(cli, process, BASE_KIB + 2 * 65536 + 2 * count * ENDPOINT_KIB)
        close_crowd(crowd)
        come_after(cli, 4100)
        same("exit status", stop(process)[0], 0)
        endings = {}
        with open(at("out")) as f:
            for line in f:
                o = json.loads(line)
                if o["kind"] == "close":
                    endings[o["class"]] = endings.get(o["class"], 0) + 1
        check_identity(o)
        same("lost", (o["lost"], o["events_lost"]["ring_full"]),
             ({"table_full": 0, "end_missed": 0, "vanished": 0}, 0))
        same("told by class", endings, {"clean": 2 * count + 2})


def test_a_crowd_that_has_no_room(cli, root):
    with Folder() as at:
        process = cli.start("json", "-q", "--netns", cli.netns, "--max-open", "1000", "-o",
                              at("out"), "--buffer", "16M")
        crowd = open_crowd(cli, 5000)
        check_memory(cli, process, BASE_KIB + 2 * 16384)
        close_crowd(crowd)
        come_after(cli, 4101)
        same("exit status", stop(process)[0], 0)
        with open(at("out")) as f:
            objects = [json.loads(line) for line in f]
        check_identity(objects[-1])
        # an endpoint that had no room and acts again has a story, without its beginning
        same("seen", objects[-1]["seen"] - objects[-1]["filtered"], 2 * 5000 + 2)
        true("told in %r" % objects[-1], objects[-1]["told"] >= 9000)
        cookies = [o["cookie"] for o in closes(objects)]
        same("told once", len(set(cookies)), len(cookies))
        check_after(objects, 4101)


def test_a_reader_that_stands_still(cli, root):
    process = cli.start("json", "-q", "--netns", cli.netns, "--buffer", "256K")

    def stand_still():
        time.sleep(0.5)
        process.send_signal(signal.SIGSTOP)
        time.sleep(STANDSTILL_S)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.5)

    reader = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.PIPE)
    process.stdout.close()
    process.stdout = None
    out = []
    thread = threading.Thread(target=lambda: out.append(reader.stdout.read()))
    thread.start()
    churn_until(cli, stand_still)
    time.sleep(0.5)
    come_after(cli, 4102)
    check_memory(cli, process, BASE_KIB)
    same("exit status", stop(process)[0], 0)
    thread.join()
    reader.wait()
    objects = [json.loads(line) for line in out[0].splitlines()]
    check_identity(objects[-1])
    true("lost in %r" % objects[-1], objects[-1]["events_lost"]["ring_full"] > 0)
    true("a lost object", any(o["kind"] == "lost" for o in objects))
    check_after(objects, 4102)


def test_a_reader_that_falls_behind(cli, root):
    """Nothing is lost, but all is late: no story ends before what belongs to it has been read."""
    with Folder() as at:
        process = cli.start("json", "-q", "--netns", cli.netns, "--buffer", "64M", "-o",
                              at("out"))
        process.send_signal(signal.SIGSTOP)
        cli.inside(*TRAFFIC, "5000")
        time.sleep(1)
        process.send_signal(signal.SIGCONT)
        time.sleep(1)
        same("exit status", stop(process)[0], 0)
        with open(at("out")) as f:
            objects = [json.loads(line) for line in f]
        same("lost", objects[-1]["events_lost"]["ring_full"], 0)
        told = closes(objects)
        same("stories", len(told), 10000)
        same("whose call has returned", sum(o["trigger"]["ret"] == 0 for o in told), 10000)
        same("missing", [o["missing"] for o in told if o["missing"]], [])


def test_an_output_that_blocks(cli, root):
    """Nobody reads the pipe for a while."""
    process = cli.start("json", "-q", "--netns", cli.netns, "--buffer", "256K")
    churn_until(cli, lambda: time.sleep(STANDSTILL_S - 2))
    check_memory(cli, process, BASE_KIB)
    lines = []
    thread = threading.Thread(target=lambda: lines.extend(process.stdout))
    thread.start()
    time.sleep(1)
    come_after(cli, 4103)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=TIMEOUT)
    thread.join()
    objects = [json.loads(line) for line in lines]
    same("exit status", process.returncode, 0)
    check_identity(objects[-1])
    true("lost in %r" % objects[-1], objects[-1]["events_lost"]["ring_full"] > 0)
    check_after(objects, 4103)


def test_two_at_once(cli, root):
    """Each tells the same, and the death of one is nothing to the other."""
    first = cli.start("json", "-q", "--netns", cli.netns)
    second = cli.start("json", "-q", "--netns", cli.netns)
    third = cli.start("json", "-q", "--netns", cli.netns)
    cli.inside(*TRAFFIC, "20")
    third.kill()
    third.communicate(timeout=TIMEOUT)
    cli.inside(*TRAFFIC, "20")
    told = []
    for process in (first, second):
        status, out, _ = stop(process)
        same("exit status", status, 0)
        objects = [json.loads(line) for line in out.splitlines()]
        check_identity(objects[-1])
        same("lost", sum(objects[-1]["events_lost"].values()), 0)
        told.append(sorted((o["cookie"], o["ending"], o["initiator"], o["trigger"]["call"],
                            o["trigger"]["fd"], o["partial"]) for o in closes(objects)))
    same("stories", len(told[0]), 80)
    same("what both told", told[0], told[1])
