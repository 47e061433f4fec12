# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Executables of processes that end before the tool polls its ring again: their first event wakes it."""

import os
import shutil
import signal
import subprocess
import sys

from fixture import TIMEOUT, TRAFFIC, same, true
from test_record import Folder
from test_record_names import count_by_exe, stop

PROCESSES = 40

SERVER = """
import socket, sys
l = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=100)
print("ready", flush=True)
while True:
    s, _ = l.accept()
    s.recv(1)
    s.close()
"""

# It lives for 6 ms after its close(): less than a third of the interval in which the ring is polled.
SHORT_LIFE = ("exec 3<>/dev/tcp/127.0.0.1/$0 4<>/dev/tcp/127.0.0.1/$0; exec 3>&-; read -t 0.006 -u 4; true")


def end(process):
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=TIMEOUT)


def test_the_executable_of_a_short_life(cli, root, timed):
    """While other connections keep the tool polling, most short lives are long enough."""
    bash, port = shutil.which("bash"), cli.take_port()
    with Folder() as at:
        server = subprocess.Popen(cli.enter(sys.executable, "-c", SERVER, str(port)), stdout=subprocess.PIPE, text=True)
        same("server", server.stdout.readline(), "ready\n")
        others = subprocess.Popen(cli.enter(*TRAFFIC, "1000000", "0.001"), stderr=subprocess.DEVNULL)
        try:
            recorder = cli.start("record", "-q", "-o", at("a"), "--netns", cli.netns)
            for _ in range(PROCESSES):
                cli.inside(bash, "-c", SHORT_LIFE, str(port))
            stop(recorder)
        finally:
            end(others)
            end(server)
        closes, _ = count_by_exe(cli, "-D", str(port), "--replay", at("a"))
    same("closes of %r" % closes, sum(closes.values()), 2 * PROCESSES)
    known = closes.get(os.path.realpath(bash), 0)
    true("of %d closes the executable is known for %d" % (2 * PROCESSES, known), known >= 2 * PROCESSES * 3 / 4)
