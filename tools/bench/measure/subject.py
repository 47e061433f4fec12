# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A tracer under measurement: started, waited for, asked what it costs, stopped."""
import contextlib
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
    """This tracer cannot be measured here; the text says why."""


class Subject:
    """What to run. By ready_line we know that it is attached; the peers say nothing: see attached().

    reader: of its output, see peers.py.
    """

    def __init__(self, name, argv, ready_line=None, reader=None):
        self.name, self.argv, self.ready_line, self.reader = name, argv, ready_line, reader

    def check(self):
        if not os.access(self.argv[0], os.X_OK):
            raise Absent("not built" if self.ready_line else "not installed: tools/deps bench")


class Run:
    """One life of a tracer. stdout is where its output goes."""

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
        """The peers count as ready when they first seem so, and go on seeming so."""
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
        telling = [line for line in lines if WHY.search(line)] or lines or ["no word why"]
        raise Absent("does not start: " + telling[0][:200])

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

    def _names_of_descriptors(self):
        folder = f"/proc/{self.process.pid}/fd"
        try:
            for fd in os.listdir(folder):
                with contextlib.suppress(OSError):
                    yield os.readlink(f"{folder}/{fd}")
        except OSError:
            return

    def attached(self):
        """It holds BPF programs that are attached, and sleeps until an event comes."""
        names = list(self._names_of_descriptors())
        if not any("bpf_link" in n or "perf_event" in n for n in names):
            return False
        with open(f"/proc/{self.process.pid}/wchan") as f:
            return "poll" in f.read()

    def read_memory(self):
        """Resident, in KiB: what is its own, and what is buffers and maps shared with the kernel."""
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
        """A number of /proc/PID/status."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(rf"^{key}:\s+(\d+)", f.read(), re.M).group(1))

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
        if self.process.returncode is not None:     # it ended by itself, and has been waited for
            self.status = self.process.returncode
            self.process.stderr.close()
            return
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
        return self.status == LOST if self.ready_line else self.lost_on_stderr() > 0

    def lost_on_stderr(self):
        """What the peers say of a full perf buffer."""
        return sum(int(n) for n in re.findall(rb"[Ll]ost (\d+) (?:events|samples)", self.text()))


def read_summary(path):
    """The last object of a JSON output; {} if there is none."""
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


class Quiet:
    """How the waits for a quiet machine went."""

    limit_s, waits, busy = QUIET_S, 0, 0


def wait_quiet(threshold=0.03):
    """Until the machine has nothing to do: the last namespace is still being taken down, for one."""
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
