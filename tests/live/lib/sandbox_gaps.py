# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Blind spots of the host, not of the tool.

Some sandboxed kernels run no BPF program, and count none as missed, while a thread of process 1 (the sandbox's
own agent) is the current task: what a softirq that interrupts one of these does to a socket goes unseen. ftrace
does see it. Where a test fails, and ftrace has such a thing in the time of that test, the test says nothing
about the tool and is run once more, which is told.
"""

import contextlib
import os
import re
import subprocess
import tempfile

TRIES = 4
MOUNTED = "/sys/kernel/tracing"
# The tracepoints that the tool hooks, and of each what concerns a TCP socket. Not all kernels have all of them.
EVENTS = {"sock/inet_sock_set_state": "protocol == 6", "tcp/tcp_retransmit_skb": "", "tcp/tcp_send_reset": "",
          "tcp/tcp_receive_reset": "", "tcp/tcp_destroy_sock": "", "skb/kfree_skb": "rx_sk != 0"}
#  tokio-rt-worker-75      [000] ..s1.  8594.935737: inet_sock_set_state: family=AF_INET ...
LINE = re.compile(r"^\s*(.+)-(\d+)\s+\[\d+\]\s+\S\S[sh]\S*\s+[\d.]+: (\w+): ")


class SandboxGaps:
    """An ftrace instance that notes these events. Without tracefs it notes nothing, and nothing is excused."""

    def __init__(self):
        self.root = self.mount = self.path = None
        self.events = []

    def __enter__(self):
        if os.geteuid() != 0:
            return self
        self.root = MOUNTED
        if not os.path.isdir(os.path.join(MOUNTED, "instances")):
            self.root = self.mount = tempfile.mkdtemp()
            if subprocess.run(["mount", "-t", "tracefs", "none", self.mount]).returncode:
                return self
        self.path = os.path.join(self.root, "instances", f"tcpclose-{os.getpid()}")
        try:
            os.mkdir(self.path)
        except OSError:
            self.path = None
            return self
        for event in EVENTS:
            with contextlib.suppress(OSError):
                self._filter(event)
                self._write(f"events/{event}/enable", "1")
                self.events.append(event)
        return self

    def __exit__(self, *_):
        if self.path:
            for event in self.events:
                self._write(f"events/{event}/enable", "0")
            os.rmdir(self.path)
        if self.mount:
            subprocess.run(["umount", self.mount], check=False)
            os.rmdir(self.mount)

    def _write(self, name, text):
        with open(os.path.join(self.path, name), "w") as f:
            f.write(text)

    def _filter(self, event):
        """Only process 1 is watched, or a busy test would run the buffer over."""
        agent = "(" + " || ".join(f"common_pid == {tid}" for tid in os.listdir("/proc/1/task")) + ")"
        self._write(f"events/{event}/filter", " && ".join(part for part in (agent, EVENTS[event]) if part))

    def clear(self):
        """Forgets what was."""
        for event in self.events:
            self._filter(event)
        if self.path:
            self._write("trace", "")

    def hits(self):
        """What a softirq did to a TCP socket over a thread of process 1 since clear()."""
        if not self.path:
            return []
        agent = set(os.listdir("/proc/1/task"))
        with open(os.path.join(self.path, "trace"), errors="replace") as f:
            found = (LINE.match(line) for line in f)
            return sorted({f"{m[3]} over {m[1]}[{m[2]}]" for m in found if m and m[2] in agent})

    def excuses(self, name, why):
        """Did the host hide something? Then says so."""
        hits = self.hits()
        if hits:
            print(f"# {name}: {why}\n#   but in a softirq: {', '.join(hits)}, of process 1, where this kernel "
                  f"may run no BPF program: once more", flush=True)
        return bool(hits)
