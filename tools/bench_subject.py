# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A tracer under measurement: started, waited for, asked what it costs, stopped. Used by tools/bench."""
import contextlib
import json
import os
import re
import select
import signal
import subprocess
import tempfile
import time

STATS = "/proc/sys/kernel/bpf_stats_enabled"
READY_LINE = b"tcpclose: ready"
START_LIMIT_S, STOP_LIMIT_S = 20, 30


class Absent(Exception):
    """This tracer cannot be measured here; the text says why."""


class Subject:
    """What to run. By ready_line we know that it is attached; the peers say nothing: see attached()."""

    def __init__(self, name, argv, ready_line=None):
        self.name, self.argv, self.ready_line = name, argv, ready_line


class Run:
    """One life of a tracer. stdout is where its output goes."""

    def __init__(self, subject, stdout=subprocess.DEVNULL):
        self.name, self.ready_line = subject.name, subject.ready_line
        if not os.access(subject.argv[0], os.X_OK):
            raise Absent("not built" if self.ready_line else "not installed")
        self.log = tempfile.TemporaryFile()
        self.cpu_us = self.start_cpu_us = 0
        started = time.monotonic()
        self.process = subprocess.Popen(subject.argv, stdin=subprocess.DEVNULL, stdout=stdout,
                                        stderr=subprocess.PIPE)
        try:
            self._wait_ready()
        except Absent:
            self.stop()
            raise
        self.ready_ms = (time.monotonic() - started) * 1e3
        self.rss = self.read_rss()
        self.start_cpu_us = self.read_cpu_us()

    def _wait_ready(self):
        end = time.monotonic() + START_LIMIT_S
        stable = 0
        while time.monotonic() < end:
            if self._pump(0.002 if self.ready_line else 0.05):
                self._refuse()
            if self.ready_line:
                if self.ready_line in self.text():
                    return
            elif self.attached():
                stable += 1
                if stable == 4:
                    return
        raise Absent(f"not ready within {START_LIMIT_S} s")

    def _refuse(self):
        lines = self.text().decode(errors="replace").strip().splitlines()
        raise Absent("does not start: " + (lines[-1] if lines else "no word why"))

    def _pump(self, wait_s):
        """Moves what is on stderr to the log. True if the process has closed it."""
        fd = self.process.stderr.fileno()
        while select.select([fd], [], [], wait_s)[0]:
            chunk = os.read(fd, 65536)
            if not chunk:
                return True
            self.log.write(chunk)
            wait_s = 0
        return False

    def text(self):
        self.log.seek(0)
        text = self.log.read()
        self.log.seek(0, os.SEEK_END)
        return text

    def attached(self):
        """libbpf-tools wait in epoll once all is attached, and hold the links."""
        folder = f"/proc/{self.process.pid}/fd"
        names = []
        for fd in os.listdir(folder):
            try:
                names.append(os.readlink(f"{folder}/{fd}"))
            except OSError:
                pass
        return any("bpf_link" in n for n in names) and any("eventpoll" in n for n in names)

    def read_rss(self):
        """VmRSS and its parts, in KiB."""
        with open(f"/proc/{self.process.pid}/status") as f:
            found = re.findall(r"^(VmRSS|RssAnon|RssFile|RssShmem):\s+(\d+) kB", f.read(), re.M)
        return {key: int(value) for key, value in found}

    def read_cpu_us(self):
        """Time on a processor so far, user and system."""
        with open(f"/proc/{self.process.pid}/schedstat") as f:
            return int(f.read().split()[0]) / 1e3

    def stop(self):
        """Ctrl-C, then its end. Sets status and cpu_us, the CPU time spent since it was ready."""
        pid = self.process.pid
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        end = time.monotonic() + STOP_LIMIT_S
        while not self._pump(0.05):
            if time.monotonic() > end:
                self.process.kill()
                break
        _, status, usage = os.wait4(pid, 0)
        self.process.returncode = self.status = os.waitstatus_to_exitcode(status)
        self.cpu_us = (usage.ru_utime + usage.ru_stime) * 1e6 - self.start_cpu_us
        self.process.stderr.close()

    def program_ids(self):
        """Of its own BPF programs, by the descriptors that it holds of them or of their links."""
        folder = f"/proc/{self.process.pid}/fdinfo"
        ids = set()
        for fd in os.listdir(folder):
            try:
                with open(f"{folder}/{fd}") as f:
                    ids.update(int(n) for n in re.findall(r"^prog_id:\s+(\d+)", f.read(), re.M))
            except OSError:
                pass
        return ids

    def lost(self):
        """Did it lose any event? Ask after stop()."""
        return self.status == 3 if self.ready_line else self.lost_on_stderr() > 0

    def lost_on_stderr(self):
        """What libbpf-tools say of a full perf buffer."""
        return sum(int(n) for n in re.findall(rb"[Ll]ost (\d+) events on CPU", self.text()))


def read_summary(path):
    """Of the last object of a JSON output: how many endpoints were told, how many events were lost."""
    with open(path, "rb") as f:
        f.seek(max(0, os.path.getsize(path) - 65536))
        lines = f.read().splitlines()
    for line in reversed(lines):
        try:
            item = json.loads(line)
        except ValueError:
            continue
        if item.get("kind") == "summary":
            return item["told"], sum(item.get("events_lost", item["lost"]).values())
    return None, None


@contextlib.contextmanager
def bpf_stats():
    """The kernel counts what programs cost, meanwhile."""
    with open(STATS) as f:
        old = f.read()
    try:
        with open(STATS, "w") as f:
            f.write("1\n")
        yield
    finally:
        with open(STATS, "w") as f:
            f.write(old)


def bpf_programs():
    """Of each loaded program: name, ns run, times run."""
    done = subprocess.run(["bpftool", "prog", "show", "-j"], stdout=subprocess.PIPE, check=True,
                          env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"))
    return {p["id"]: (p.get("name", "?"), p.get("run_time_ns", 0), p.get("run_cnt", 0))
            for p in json.loads(done.stdout)}


def cpu_times():
    with open("/proc/stat") as f:
        ticks = [int(word) for word in f.readline().split()[1:]]
    return sum(ticks), ticks[3] + ticks[4]


def wait_quiet(limit_s=8, busy=0.03):
    """Until the machine has nothing to do: the last namespace is still being taken down, for one."""
    end = time.monotonic() + limit_s
    total, idle = cpu_times()
    while time.monotonic() < end:
        time.sleep(0.1)
        now_total, now_idle = cpu_times()
        if now_total > total and (now_idle - idle) / (now_total - total) > 1 - busy:
            return True
        total, idle = now_total, now_idle
    return False
