# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tracers that are compared: how to start each, and how to read closes from its output.

A reader takes an iterator of output lines and yields (local port, peer port, pid) for each end of a
connection that is reported. pid is the reported process, or None.
"""
import os
import re
import shutil

from .load import CHURN_PORT
from .subject import READY_LINE, Subject

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CLOSE = re.compile(rb'^\{"kind":"close".*?"local_port":(\d+).*?"peer_port":(\d+).*?'
                   rb'"trigger":(?:null|\{.*?"pid":(\d+|null))')


def read_json(lines):
    for line in lines:
        found = CLOSE.match(line)
        if found:
            pid = found.group(3)
            yield int(found.group(1)), int(found.group(2)), int(pid) if pid and pid != b"null" else None


def read_tcplife(lines):
    """PID COMM LADDR LPORT RADDR RPORT TX_KB RX_KB MS"""
    for line in lines:
        words = line.split()
        if len(words) == 9 and words[3].isdigit():
            yield int(words[3]), int(words[5]), int(words[0])


def read_tcpstates(lines):
    """SKADDR PID COMM LADDR LPORT RADDR RPORT OLDSTATE -> NEWSTATE MS: a change to CLOSE is an
    end."""
    for line in lines:
        words = line.split()
        if len(words) == 11 and words[9] == b"CLOSE":
            yield int(words[4]), int(words[6]), int(words[1])


def read_script(lines):
    """PID COMM LPORT RPORT AGE_US"""
    for line in lines:
        words = line.split()
        if len(words) == 5 and words[4].isdigit():
            yield int(words[2]), int(words[3]), int(words[0]) or None


class Account:
    """Compares the output of one tracer during a churn with the output of the load.

    first_port is that of the first server; each of the others has the next one.
    """

    def __init__(self, made, first_port=CHURN_PORT):
        self.servers, self.clients, self.first_port = made["servers"], made["clients"], first_port
        self.made = 2 * made["connections"]
        self.told = self.right = self.lines = 0

    def closer_of(self, local, peer):
        """Return the process that closed that end, or None if the end is not one of the load."""
        for pids, port in ((self.servers, local), (self.clients, peer)):
            if self.first_port <= port < self.first_port + len(pids):
                return pids[port - self.first_port]
        return None

    def read(self, reader, lines):
        for local, peer, pid in reader(self._count(lines)):
            closer = self.closer_of(local, peer)
            if closer is not None:
                self.told += 1
                self.right += pid == closer

    def read_strace(self, lines):
        """Count the close calls: strace shows no ports, but one process closes each end with one
        call."""
        known = {str(pid).encode() for pid in self.servers + self.clients}
        for line in self._count(lines):
            words = line.split(None, 1)
            if len(words) == 2 and words[0] in known and words[1].startswith((b"close(", b"<... close")) and \
                    b"unfinished" not in words[1]:
                self.told += 1
                self.right += 1

    def _count(self, lines):
        for line in lines:
            self.lines += 1
            yield line


def tool(args, view, calls, *more):
    words = [args.tool, view, "--strict", "--calls", calls, *more]
    return Subject(" ".join(["tcpclose", view, "--calls", calls, *more]), words, READY_LINE,
                   read_json if view == "json" else None)


def tools(args):
    return [tool(args, "json", calls) for calls in args.calls.split(",")]


def peers(args):
    if args.no_peers:
        return []
    found = [Subject(name, [shutil.which(name) or "/usr/sbin/" + name], reader=reader)
             for name, reader in (("tcpstates", read_tcpstates), ("tcplife", read_tcplife),
                                  ("tcpstates-bpfcc", read_tcpstates), ("tcplife-bpfcc", read_tcplife))]
    found.append(Subject("bpftrace tools/bench/peer.bt",
                         [shutil.which("bpftrace") or "/usr/bin/bpftrace", os.path.join(HERE, "peer.bt")],
                         reader=read_script))
    return found


def strace(args):
    """Return strace, which starts the load and with -o writes a line per call, or None with
    --no-peers."""
    if args.no_peers:
        return None
    return Subject("strace -f -e close,shutdown",
                   [shutil.which("strace") or "/usr/bin/strace", "-f", "-qq", "-e", "trace=close,shutdown"])
