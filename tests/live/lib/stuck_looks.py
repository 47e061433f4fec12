# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Makes sockets hang and looks at them with `tcpclose stuck`, for the families stuck, stuck-without-bpf and ports.

The witnesses are the workload, /proc/net/tcp, ss and /proc/PID/fd.
"""

import json
import os
import socket
import subprocess
import sys

import fixtures
from assertions import Failure, Skip, same

HERE = os.path.dirname(os.path.abspath(__file__))
WORKLOAD = os.path.join(HERE, "..", "families", "stuck_workload.py")
SS_WORD = {"FIN_WAIT1": "FIN-WAIT-1", "FIN_WAIT2": "FIN-WAIT-2", "CLOSING": "CLOSING",
           "CLOSE_WAIT": "CLOSE-WAIT", "LAST_ACK": "LAST-ACK", "ESTABLISHED": "ESTAB"}
ALL_STATES = "fin-wait-1,fin-wait-2,closing,close-wait,last-ack,established"
PROC_STATE = {1: "ESTABLISHED", 4: "FIN_WAIT1", 5: "FIN_WAIT2", 8: "CLOSE_WAIT", 9: "LAST_ACK", 11: "CLOSING"}


class StuckWorkload:
    """A workload under way; its end is the end of its standard input."""

    def __init__(self, ns, *words, user=()):
        self.child = subprocess.Popen(ns.command(*user, sys.executable, "-B", WORKLOAD, *words),
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        if not line:
            raise fixtures.Broken(f"workload {words} said nothing")
        self.wants = json.loads(line)
        if isinstance(self.wants, str):
            self.__exit__()
            raise Skip(self.wants)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(fixtures.WAIT_S)
        self.child.stdout.close()


def tool(options, *words):
    return subprocess.run([options.tool, "stuck", *words], capture_output=True, text=True,
                          timeout=fixtures.TOOL_S, check=False, stdin=subprocess.DEVNULL)


def look(options, *words):
    done = tool(options, "-j", *words)
    same(f"status ({done.stderr})", done.returncode, 0)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    same("first line", lines[0]["kind"], "meta")
    same("last line", lines[-1]["kind"], "summary")
    found, end = lines[1:-1], lines[-1]
    same("told", end["told"], len(found))
    same("balance", end["seen"], end["told"] + end["filtered"] + end["open"] + end["lost"]["table_full"])
    return found, end


def key(o):
    return o["local_addr"], o["local_port"], o["peer_addr"], o["peer_port"]


def proc_net_tcp(ns):
    """(local addr, port, peer addr, port) -> state, of all that hangs."""
    states = {}
    for path, family in (("/proc/net/tcp", socket.AF_INET), ("/proc/net/tcp6", socket.AF_INET6)):
        for line in ns.read(path).splitlines()[1:]:
            words = line.split()
            names = []
            for name in words[1:3]:
                addr, port = name.split(":")
                raw = b"".join(bytes.fromhex(addr[i:i + 8])[::-1] for i in range(0, len(addr), 8))
                names += [socket.inet_ntop(family, raw), int(port, 16)]
            if int(words[3], 16) in PROC_STATE:
                states[tuple(names)] = PROC_STATE[int(words[3], 16)]
    return states


def ss_states(ns):
    text = subprocess.run(ns.command("ss", "-tanH"), check=True, capture_output=True, text=True).stdout
    back = {word: state for state, word in SS_WORD.items()}
    states = {}
    for line in text.splitlines():
        state, _, _, local, peer = line.split()[:5]
        if state in back:
            names = []
            for name in (local, peer):
                addr, port = name.rsplit(":", 1)
                names += [addr.strip("[]").split("%")[0], int(port)]
            states[tuple(names)] = back[state]
    return states


def proc_fds(folder, number):
    """The descriptors that are the same socket as this one."""
    link = os.readlink(f"{folder}/{number}")
    return sorted(int(fd) for fd in os.listdir(folder) if os.readlink(f"{folder}/{fd}") == link)


def read_text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def check_holders(k, o, want):
    fds = {}
    for holder in o["holders"]:
        fds.setdefault(str(holder["pid"]), []).append(holder["fd"])
    same(f"holders of {k}", fds, want["fds"])
    for pid, numbers in want["fds"].items():
        thread = f"/proc/{pid}/task/{want.get('tid', pid)}"
        same(f"{thread}/fd", proc_fds(f"{thread}/fd", numbers[0]), numbers)
        names = {(h["comm"], h["process"], h["cmdline"]) for h in o["holders"] if str(h["pid"]) == pid}
        same("comm, process, cmdline", names, {(read_text(f"{thread}/comm").rstrip("\n"),
                                                read_text(f"/proc/{pid}/comm").rstrip("\n"),
                                                read_text(f"{thread}/cmdline").rstrip("\0").replace("\0", " "))})


def check_found(ns, found, wants):
    by_key = {key(o): o for o in found}
    states = {k: o["state"] for k, o in by_key.items()}
    wanted = {want["state"] for want in wants} & {"ESTABLISHED"} | set(PROC_STATE.values()) - {"ESTABLISHED"}
    for witness, theirs in (("/proc/net/tcp", proc_net_tcp(ns)), ("ss", ss_states(ns))):
        same(f"states, by {witness}", states, {k: state for k, state in theirs.items() if state in wanted})
    for want in wants:
        k = (*want["local"], *want["peer"])
        o = by_key.get(k)
        if o is None:
            raise Failure(f"{k} was not found among {sorted(by_key)}")
        for name in ("state", "advice", "eof_read"):
            same(f"{name} of {k}", o[name], want[name])
        if "unread" in want:
            same(f"unread of {k}", o["unread"], want["unread"])
        same(f"orphan of {k}", o["orphan"], want.get("orphan", False))
        same(f"substate of {k}", o["substate"], "FIN_WAIT2" if want.get("minisock") else None)
        same(f"netns of {k}", o["netns"], ns.inode)
        check_holders(k, o, want)
