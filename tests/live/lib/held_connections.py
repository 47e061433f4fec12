# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Connections that this very process makes and holds, in a namespace of its choice, and the tool beside it."""

import contextlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import fixtures
import netns
import timing

READY_S = 20 if timing.SLOW == 1 else 120


def inside(ns):
    """Sockets made in here belong to that namespace, and go on belonging to it."""
    return netns.inside(ns.name)


def pair(ns, addr="127.0.0.1"):
    """A connection within the namespace: (client, server)."""
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    with inside(ns), socket.socket(family) as listener:
        listener.bind((addr, 0))
        listener.listen(64)
        client = socket.socket(family)
        client.connect(listener.getsockname())
        return client, listener.accept()[0]


def states(ns):
    """(local port, peer port) -> the state in the words of /proc/net/tcp and tcp6."""
    found = {}
    for path in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in ns.read(path).splitlines()[1:]:
            words = line.split()
            ports = [int(word.rpartition(":")[2], 16) for word in words[1:3]]
            found[tuple(ports)] = int(words[3], 16)
    return found


def ports(sock):
    return sock.getsockname()[1], sock.getpeername()[1]


def await_state(ns, names, *numbers):
    fixtures.wait_for(f"state {numbers} of {names}", lambda: states(ns).get(names) in numbers)


def holders(inode):
    """(pid, descriptor) of everybody who has it open, says /proc."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            for fd in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    if os.readlink(f"/proc/{pid}/fd/{fd}") == f"socket:[{inode}]":
                        found.add((int(pid), int(fd)))
    return found


class Tool:
    """`tcpclose json`, from "ready" to the interrupt."""

    view = ("json",)

    def __init__(self, path):
        self.path = path
        self.folder = tempfile.mkdtemp(prefix="tcpclose-test-")
        self.output = os.path.join(self.folder, "out.json")
        self.child = None
        self.said = ""

    def start(self, *options, wait=True, preexec_fn=None):
        self.child = subprocess.Popen([self.path, *self.view, "-o", self.output, *options], text=True,
                                      stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=preexec_fn)
        if wait:
            self.await_ready()

    def await_ready(self):
        os.set_blocking(self.child.stderr.fileno(), False)
        poll = select.poll()    # the descriptor may be beyond what select() takes
        poll.register(self.child.stderr, select.POLLIN)
        end = time.monotonic() + READY_S
        while "tcpclose: ready" not in self.said:
            if time.monotonic() > end or self.child.poll() is not None:
                raise fixtures.Broken(f"the tool does not get ready: {self.said}")
            if poll.poll(1000):
                self.said += self.child.stderr.read() or ""
        os.set_blocking(self.child.stderr.fileno(), True)

    def lines(self, having=""):
        """Those with that text in them: to read all of them costs time, where there are many."""
        with open(self.output, encoding="utf-8") as f:
            return [json.loads(line) for line in f if line.endswith("\n") and having in line]

    def closes_all(self, having=""):
        return [o for o in self.lines(having) if o["kind"] == "close"]

    def closes(self, having=""):
        return {(o["netns"], o["local_port"], o["peer_port"]): o for o in self.closes_all(having)}

    def await_story(self, ns, names):
        """Of that endpoint, once it is told."""
        key = (ns.inode, *names)
        own = f'"local_port":{names[0]},'
        fixtures.wait_for(f"story of {names}", lambda: key in self.closes(own), 2 * fixtures.WAIT_S)
        return self.closes(own)[key]

    def finish(self):
        """All lines; a story told twice is an error."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
        self.said += self.child.communicate(timeout=20)[1]
        lines = self.lines()
        shutil.rmtree(self.folder)
        told = [(o["netns"], o["cookie"], o["local_addr"], o["local_port"], o["peer_addr"],
                 o["peer_port"]) for o in lines if o["kind"] == "close"]
        if len(told) != len(set(told)):
            raise fixtures.Broken(f"told twice: {sorted(t for t in told if told.count(t) > 1)}")
        return lines

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child and self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def peak_kib(pid):
    """What it had resident at most."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmHWM:\s+(\d+) kB", f.read())[1])
