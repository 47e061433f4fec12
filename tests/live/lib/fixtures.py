# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A network namespace for each case, with the witnesses in it: tcpdump, ss and the SNMP counters.

Nothing here judges. Evidence is what all of them, workload and the tool said; expect.py compares.
"""

import contextlib
import dataclasses
import itertools
import json
import os
import select
import signal
import socket
import subprocess
import time

import netns
import timing
import observers
from assertions import Skip

MARK = b"tcpclose-capture-ends-here"
WAIT_S = 5 if timing.SLOW == 1 else 30          # for a witness to get ready or to finish; an error, not a delay
LATE_S = 1          # for the last words of ss, which may never come
TOOL_S = 60 if timing.SLOW == 1 else 120         # for the tool and the workload together

_serial = itertools.count(1)


class Broken(Exception):
    """The laboratory, not the tool, failed: nothing can be said."""


@dataclasses.dataclass
class Evidence:
    netns: int                  # inode number
    truth: list                 # workload's endpoints
    counters_want: dict         # deltas that workload expects
    counters: dict              # deltas that the kernel counted
    packets: list               # observers.Packet
    destroyed: set              # (local addr, local port, peer addr, peer port) of ss -E
    tool_status: int | None     # None: no tool was run
    tool_lines: list            # lines of its JSON, as text
    tool_stderr: str
    others: int = 0             # stories that it told besides, of other cases


def wait_for(what, condition, limit_s=WAIT_S):
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise Broken(f"no {what} within {limit_s} s")
        time.sleep(0.01)


class Namespace:
    def __init__(self):
        self.name = f"tcpclose-test-{os.getpid()}-{next(_serial)}"
        self.children = []

    def __enter__(self):
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        try:
            subprocess.run(["ip", "-n", self.name, "link", "set", "lo", "up"], check=True)
            self.inode = os.stat(f"/run/netns/{self.name}").st_ino
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in self.children:
            if child.poll() is None:
                child.kill()
                child.wait()
        subprocess.run(["ip", "netns", "del", self.name], check=False)

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *words]

    def read(self, path):
        return netns.read(self.name, path)

    def start(self, *words, **kwargs):
        # `ip netns exec` becomes the program, so the signal goes to the right process.
        child = subprocess.Popen(self.command(*words), **{"stdin": subprocess.DEVNULL, **kwargs})
        self.children.append(child)
        return child


class Capture:
    """tcpdump on every device. It is over when a datagram sent after the workload has arrived in the file."""

    def __init__(self, ns, path, tshark=False):
        self.ns, self.path, self.tshark = ns, path, tshark
        # The ring has a slot of the snap length for each packet: only headers, or it is soon full.
        self.child = ns.start("tcpdump", "-i", "any", "-U", "--immediate-mode", "-B", "16384",
                              "-s", "128", "--time-stamp-precision=nano", "-w", path,
                              stderr=subprocess.PIPE)
        said = b""
        while b"listening on" not in said:
            if not select.select([self.child.stderr], [], [], WAIT_S)[0]:
                raise Broken("tcpdump does not listen")
            part = os.read(self.child.stderr.fileno(), 4096)
            if not part:
                raise Broken(f"tcpdump: {said.decode(errors='replace')}")
            said += part

    def finish(self):
        with netns.inside(self.ns.name), socket.socket(type=socket.SOCK_DGRAM) as sock:
            sock.sendto(MARK, ("127.0.0.1", 9))
        wait_for("end mark in the capture", self._marked)
        self.child.send_signal(signal.SIGINT)
        said = self.child.communicate(timeout=WAIT_S)[1].decode(errors="replace")
        if "\n0 packets dropped by kernel" not in said:
            raise Broken(f"the capture has gaps: {said}")
        packets = observers.read_capture(self.path)
        if self.tshark:
            self._compare(packets, observers.read_with_tshark(self.path))
        return packets

    @staticmethod
    def _compare(ours, theirs):
        for a, b in itertools.zip_longest(ours, theirs):
            if a != b:
                raise Broken(f"the capture: we read {a}, tshark {b}")

    def _marked(self):
        with open(self.path, "rb") as f:
            f.seek(max(0, os.path.getsize(self.path) - 4096))
            return MARK in f.read()


class Destroyed:
    """ss -E: every TCP socket that the kernel destroyed.

    The kernel tells it from a work queue and drops it when the listener's buffer is full, so the
    list may come late and may have gaps; and a socket that ended through tcp_disconnect()
    (SO_LINGER of 0 s) has lost its names by then. Who is on it was destroyed, who is not may have
    been too.
    """

    def __init__(self, ns, path):
        self.path = path
        with open(path, "wb") as out:
            self.child = ns.start("stdbuf", "-oL", "ss", "-tinE", stdout=out,
                                  stderr=subprocess.DEVNULL)
        wait_for("ss -E", lambda: observers.diag_listens(ns.read("/proc/net/netlink")))

    def finish(self, wanted):
        try:
            wait_for("last words of ss -E", lambda: wanted <= self._read(), LATE_S)
        except Broken:
            pass    # gaps are no proof of anything
        self.child.terminate()
        self.child.wait(WAIT_S)
        return self._read()

    def _read(self):
        with open(self.path, encoding="ascii", errors="replace") as f:
            return observers.read_ss(f.read())


def _counters(ns):
    return observers.read_counters(ns.read("/proc/net/snmp") + ns.read("/proc/net/netstat"))


def _truth(text):
    endpoints, want = [], {}
    for line in text.splitlines():
        said = json.loads(line)
        if said["side"] != "case":
            endpoints.append(said)
            continue
        for name, delta in said["counters"].items():
            want[name] = want.get(name, 0) + delta
    return endpoints, want


class ObservedNamespace:
    """A namespace with its witnesses, in which one workload (workload's arguments) is done."""

    def __init__(self, workload, options, folder):
        self.folder, self.options, self.workload, self.stack = folder, options, workload, contextlib.ExitStack()

    def __enter__(self):
        with self.stack:
            self.ns = self.stack.enter_context(Namespace())
            self.capture = Capture(self.ns, self.path("wire.pcap"), self.options.tshark)
            self.destroyed = Destroyed(self.ns, self.path("ss.txt"))
            self.before = _counters(self.ns)
            self.stack = self.stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self):
        return self.ns.command(self.options.workload, *self.workload)

    def evidence(self, said, status, tool):
        """said: workload's stdout and stderr; status: of workload, or of the tool where it ran around it; tool: the
        lines of its output and its own exit status."""
        after = _counters(self.ns)
        for name, text in zip(("truth.json", "stderr.txt"), said):
            with open(self.path(name), "w", encoding="utf-8") as f:
                f.write(text)
        if status == 77 and "workload: " in said[1]:
            raise Skip(said[1].strip().splitlines()[-1])
        if not said[0]:
            raise Broken(f"status {status}, no truth from workload; stderr: {said[1]}")
        truth, want = _truth(said[0])
        names = {(t["local_addr"], t["local_port"], t["peer_addr"], t["peer_port"]) for t in truth}
        return Evidence(
            netns=self.ns.inode, truth=truth, counters_want=want,
            counters={name: after[name] - self.before.get(name, 0) for name in after},
            packets=self.capture.finish(), destroyed=self.destroyed.finish(names),
            tool_status=tool[1], tool_lines=tool[0], tool_stderr=said[1])


def tool_command(options, story, asked, namespaces):
    """The tool in front of a command; asked: options that a case wants."""
    where = [word for ns in namespaces for word in ("--netns", ns.name)]
    return [options.tool, "json", *where, "-o", story, "--calls", options.calls, *options.tool_option,
            *asked, "--"]


def call(command, limit_s=TOOL_S):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=limit_s,
                              stdin=subprocess.DEVNULL, check=False)
    except subprocess.TimeoutExpired as e:
        raise Broken(f"not over after {limit_s} s: {e.stderr!r}") from e


def read_lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return f.read().splitlines()


def run(case, options, folder):
    """Does one case (workload's arguments, the tool's options) with the tool around it, or without a
    tool if options.tool is None."""
    workload, asked = case
    with ObservedNamespace(workload, options, folder) as observed:
        story = observed.path("tool.json")
        command = observed.command()
        if options.tool:
            command = tool_command(options, story, asked, [observed.ns]) + command
        done = call(command)
        tool = read_lines(story), done.returncode
        return observed.evidence((done.stdout, done.stderr), done.returncode,
                              tool if options.tool else ([], None))
