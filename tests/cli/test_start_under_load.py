# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A start while connections end as fast as they can: what ended before all hooks were attached is not lost."""

import contextlib
import json
import signal
import subprocess
import time

from fixture import TIMEOUT, TRAFFIC, check_identity, closes, same, true
from test_overload import stop
from test_record import Folder, is_sanitized

STARTS = 8
CHURNS = 4           # 1 with the sanitizers, which are too slow for more
CONNECTIONS = 300    # to see while the tool runs


@contextlib.contextmanager
def churning(cli):
    """Processes that connect and close in the namespace, as fast as they can."""
    churn = [subprocess.Popen(cli.enter(*TRAFFIC, "10000000"), stderr=subprocess.DEVNULL)
             for _ in range(1 if is_sanitized(cli) else CHURNS)]
    try:
        wait_for_connections(cli, CONNECTIONS)
        yield
    finally:
        for process in churn:
            process.kill()
            process.wait()


def count_connections(cli):
    """The number of connect() calls that succeeded in the namespace, as the kernel counts them."""
    names, values = [line.split() for line in cli.inside("cat", "/proc/net/snmp").stdout.decode().splitlines()
                     if line.startswith("Tcp:")]
    return int(values[names.index("ActiveOpens")])


def wait_for_connections(cli, more):
    until, limit = count_connections(cli) + more, time.monotonic() + TIMEOUT
    while count_connections(cli) < until:
        true("connections are made", time.monotonic() < limit)


def run_once(cli, *options):
    """Start, see some connections, stop: the exit status, the objects, and how many connections there were at least."""
    with Folder() as at:
        process = cli.start("json", "-q", "--strict", "--netns", cli.netns, "-o", at("out"), *options)
        before = count_connections(cli)
        wait_for_connections(cli, CONNECTIONS)
        made = count_connections(cli) - before
        status, _, err = stop(process)
        with open(at("out")) as f:
            objects = [json.loads(line) for line in f]
    check_identity(objects[-1])
    return status, objects, made, err


def test_starts_under_load(cli, root):
    with churning(cli):
        for start in range(STARTS):
            status, objects, made, err = run_once(cli, "--buffer", "256M")
            summary = objects[-1]
            same("lost by start %d" % start, (summary["lost"], summary["events_lost"]),
                 ({"table_full": 0, "end_missed": 0, "vanished": 0},
                  {"ring_full": 0, "calls_full": 0, "malformed": 0}))
            same("exit status of start %d, %r" % (start, err), status, 0)
            # the last connections may be open, each at both ends
            told = len(closes(objects))
            true("%d ends of %d connections" % (told, made), told >= 2 * (made - CHURNS))


def test_a_socket_found_at_the_start_is_told_under_load(cli, root):
    port = cli.take_port()
    half_closed = subprocess.Popen(cli.enter(*TRAFFIC, "1", str(TIMEOUT), str(port), str(cli.take_port())))
    try:
        with churning(cli):
            wait_for_state(cli, port, "close-wait")
            _, objects, _, _ = run_once(cli, "--buffer", "256M")
    finally:
        half_closed.kill()
        half_closed.wait()
    found = [o for o in closes(objects) if port in (o["local_port"], o["peer_port"])]
    true("found in %r" % objects[-1], found)
    same("endings", {o["ending"] for o in found}, {"open"})


def wait_for_state(cli, port, state):
    limit = time.monotonic() + TIMEOUT
    while not cli.inside("ss", "-Htn", "state", state, "sport = :%d" % port).stdout:
        true("a socket in %s" % state, time.monotonic() < limit)


def test_a_real_loss_is_counted(cli, root):
    """The tool stands still after its start, and its ring is small."""
    with Folder() as at, churning(cli):
        process = cli.start("json", "-q", "--strict", "--netns", cli.netns, "--buffer", "256K", "-o", at("out"))
        process.send_signal(signal.SIGSTOP)
        wait_for_connections(cli, 10 * CONNECTIONS)
        process.send_signal(signal.SIGCONT)
        status = stop(process)[0]
        with open(at("out")) as f:
            summary = json.loads(f.readlines()[-1])
    check_identity(summary)
    same("exit status", status, 3)
    true("lost in %r" % summary, summary["events_lost"]["ring_full"] > 0)
