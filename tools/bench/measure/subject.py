# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A tracer under measurement: start it, wait until it is ready, read its costs, stop it."""
import contextlib
import glob
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

STATS = "/proc/sys/kernel/bpf_stats_enabled"
READY_LINE = b"tcpclose: ready"
START_LIMIT_S, STOP_LIMIT_S = 20, 30
LOST = 3  # exit status of --strict
QUIET_S = 8
WHY = re.compile("fatal|unable|failed to|error|cannot|not permitted", re.I)


def say(text):
    print(f"bench: {text}", file=sys.stderr)


class Absent(Exception):
    """This tracer cannot be measured here. The text is the reason."""


class Subject:
    """The command of a tracer. ready_line on stderr means that it is attached. The peers print no
    such line: see attached().

    reader parses its output: see peers.py.
    """

    def __init__(self, name, argv, ready_line=None, reader=None):
        self.name, self.argv, self.ready_line, self.reader = name, argv, ready_line, reader

    def check(self):
        if not os.access(self.argv[0], os.X_OK):
            raise Absent("not built" if self.ready_line else "not installed: tools/deps bench")


class Run:
    """One run of a tracer, whose output goes to stdout."""

    def __init__(self, subject, stdout=subprocess.DEVNULL):
        self.name, self.ready_line = subject.name, subject.ready_line
        subject.check()
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
        self.ready_ms = (self.ready_at - started) * 1e3
        self.rss_kib, self.buffer_kib = self.read_memory()
        self.start_cpu_us = self.read_cpu_us()

    def _wait_ready(self):
        """Wait until the tracer is ready. A peer is ready when attached() becomes true and stays
        true."""
        end = time.monotonic() + START_LIMIT_S
        self.ready_at = None
        while time.monotonic() < end:
            if self._pump(0.002):
                self._refuse()
            now = time.monotonic()
            if self.ready_line:
                if self.ready_line in self.text():
                    self.ready_at = now
                    return
            elif not self.attached():
                self.ready_at = None
            else:
                self.ready_at = self.ready_at or now
                if now - self.ready_at > 0.2:
                    return
        raise Absent(f"not ready within {START_LIMIT_S} s")

    def _refuse(self):
        lines = self.text().decode(errors="replace").strip().splitlines()
        telling = [line for line in lines if WHY.search(line)] or lines or ["no reason given"]
        raise Absent("does not start: " + telling[0][:200])

    def _pump(self, wait_s):
        """Copy stderr to the log. Return True if the process has closed it."""
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

    def _names_of_descriptors(self):
        folder = f"/proc/{self.process.pid}/fd"
        try:
            for fd in os.listdir(folder):
                with contextlib.suppress(OSError):
                    yield os.readlink(f"{folder}/{fd}")
        except OSError:
            return

    def attached(self):
        """Return True if the process has attached BPF programs and is waiting for events."""
        names = list(self._names_of_descriptors())
        if not any("bpf_link" in n or "perf_event" in n for n in names):
            return False
        with open(f"/proc/{self.process.pid}/wchan") as f:
            return "poll" in f.read()

    def read_memory(self):
        """Return the resident memory in KiB: its own, and that of buffers and maps shared with the
        kernel."""
        own = shared = 0
        is_shared = False
        with open(f"/proc/{self.process.pid}/smaps") as f:
            for line in f:
                if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
                    is_shared = "anon_inode:" in line
                elif line.startswith("Rss:"):
                    if is_shared:
                        shared += int(line.split()[1])
                    else:
                        own += int(line.split()[1])
        return own, shared

    def read_status(self, key):
        """Return a number from /proc/PID/status."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(rf"^{key}:\s+(\d+)", f.read(), re.M).group(1))

    def read_cpu_us(self):
        """Return the CPU time so far, user and system."""
        with open(f"/proc/{self.process.pid}/schedstat") as f:
            return int(f.read().split()[0]) / 1e3

    def end_start_up(self):
        """Count the CPU time until now, of its children too, as that of its start."""
        pid = self.process.pid
        self.start_cpu_us = sum(cpu_us_of_tasks(each) for each in [pid, *descendants(pid)])

    def stop(self):
        """Send SIGINT and wait for the end. Sets status and cpu_us, the CPU time since it was
        ready."""
        pid = self.process.pid
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
        end = time.monotonic() + STOP_LIMIT_S
        while not self._pump(0.05):
            if time.monotonic() > end:
                self.process.kill()
                break
        if self.process.returncode is not None:     # it ended by itself and was already reaped
            self.status = self.process.returncode
            self.process.stderr.close()
            return
        _, status, usage = os.wait4(pid, 0)
        self.process.returncode = self.status = os.waitstatus_to_exitcode(status)
        self.cpu_us = (usage.ru_utime + usage.ru_stime) * 1e6 - self.start_cpu_us
        self.process.stderr.close()

    def program_ids(self):
        """Return the ids of its BPF programs, from its descriptors for the programs or their
        links."""
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
        """Return True if it lost any event. Call this after stop()."""
        return self.status == LOST if self.ready_line else self.lost_on_stderr() > 0

    def lost_on_stderr(self):
        """Return the number of events that a peer lost because its perf buffer was full."""
        return sum(int(n) for n in re.findall(rb"[Ll]ost (\d+) (?:events|samples)", self.text()))


def descendants(pid):
    """Yield the children of a process and theirs. Not every kernel has /proc/PID/task/TID/children."""
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError), open(path) as f:
            words = f.read().rpartition(")")[2].split()
            if int(words[1]) != pid:
                continue
            child = int(path.split("/")[2])
            yield child
            yield from descendants(child)


def cpu_us_of_tasks(pid):
    """Return the CPU time of the threads of a process, user and system."""
    total = 0
    for name in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with contextlib.suppress(OSError), open(name) as f:
            total += int(f.read().split()[0]) / 1e3
    return total


def read_summary(path):
    """Return the summary at the end of a JSON output, or {} if there is none."""
    with open(path, "rb") as f:
        f.seek(max(0, os.path.getsize(path) - 65536))
        lines = f.read().splitlines()
    for line in reversed(lines):
        with contextlib.suppress(ValueError):
            item = json.loads(line)
            if item.get("kind") == "summary":
                return item
    return {}


@contextlib.contextmanager
def bpf_stats():
    """Enable the kernel's run time statistics of BPF programs within the context."""
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
    """Return {id: (name, run time in ns, number of runs)} of the loaded programs."""
    done = subprocess.run(["bpftool", "prog", "show", "-j"], stdout=subprocess.PIPE, check=True,
                          env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"))
    return {p["id"]: (p.get("name", "?"), p.get("run_time_ns", 0), p.get("run_cnt", 0))
            for p in json.loads(done.stdout)}


def cpu_times():
    with open("/proc/stat") as f:
        ticks = [int(word) for word in f.readline().split()[1:]]
    return sum(ticks), ticks[3] + ticks[4]


class Quiet:
    """The limit and the statistics of the waits for a quiet machine."""

    limit_s, waits, busy = QUIET_S, 0, 0


def wait_quiet(threshold=0.03):
    """Wait until the machine is idle. After a run, for example, the kernel still removes its
    network namespace."""
    end = time.monotonic() + Quiet.limit_s
    total, idle = cpu_times()
    Quiet.waits += 1
    while time.monotonic() < end:
        time.sleep(0.1)
        now_total, now_idle = cpu_times()
        if now_total > total and (now_idle - idle) / (now_total - total) > 1 - threshold:
            return True
        total, idle = now_total, now_idle
    Quiet.busy += 1
    return False
