# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Terminals for tests: tmux, which shows what a user sees, and a bare one, which has the bytes."""

import contextlib
import fcntl
import os
import pty
import select
import shlex
import shutil
import signal
import struct
import subprocess
import termios
import time

from assertions import Failure, Skip

TIMEOUT = 20


class Tmux:
    """A program in a terminal of that size. After it ends, its status is the last line of the screen."""

    count = 0

    def __init__(self, columns, rows, command, env=None):
        if not shutil.which("tmux"):
            raise Skip("needs tmux")
        Tmux.count += 1
        self.tmux = ["tmux", "-L", f"tcpclose-{os.getpid()}-{Tmux.count}", "-f", "/dev/null"]
        words = " ".join(shlex.quote(word) for word in command)
        given = " ".join(shlex.quote(f"{k}={v}") for k, v in {"LC_ALL": "C.UTF-8", **(env or {})}.items())
        self.do("new-session", "-d", "-x", str(columns), "-y", str(rows),
                f"env {given} {words}; echo status=$?; exec cat")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """A hang-up would not do: the SIGCONT that comes with it makes a leak sanitizer at its work wait for ever."""
        done = subprocess.run([*self.tmux, "list-panes", "-a", "-F", "#{pane_pid}"], capture_output=True, text=True,
                              check=False)
        for session in map(int, done.stdout.split()):
            self.kill_session(session)
        subprocess.run([*self.tmux, "kill-server"], capture_output=True, check=False)

    @staticmethod
    def kill_session(session):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(ProcessLookupError):
                if os.getsid(int(pid)) == session:
                    os.kill(int(pid), signal.SIGKILL)

    def do(self, *words):
        done = subprocess.run([*self.tmux, *words], capture_output=True, text=True, timeout=TIMEOUT)
        if done.returncode:
            raise Failure(f"tmux {words}: {done.stderr}")
        return done.stdout

    def press(self, *keys):
        """Keys by the names of tmux: Enter, Escape, Up, F6; one call is one burst."""
        self.do("send-keys", *keys)

    def type(self, text):
        self.do("send-keys", "-l", text)

    def resize(self, columns, rows):
        self.do("resize-window", "-x", str(columns), "-y", str(rows))

    def lines(self, *options):
        return self.do("capture-pane", "-p", *options).split("\n")[:-1]

    def until(self, what, condition):
        """The lines of the first screen for which the condition holds."""
        end = time.monotonic() + TIMEOUT
        while True:
            lines = self.lines()
            if condition(lines):
                return lines
            if time.monotonic() > end:
                raise Failure(f"the screen never has {what}:\n" + "\n".join(lines))
            time.sleep(0.01)

    def until_has(self, *words):
        return self.until(f"{words}", lambda lines: all(any(word in line for line in lines) for word in words))

    def until_status(self, status):
        return self.until_has(f"status={status}")


class Pty:
    """A program in a terminal that only collects its bytes."""

    def __init__(self, columns, rows, command, env=None, term="xterm-256color"):
        self.bytes = b""
        self.status = None
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.environ.update({"TERM": term, "LC_ALL": "C.UTF-8", **(env or {})})
            os.execvp(command[0], command)
        self.resize(columns, rows)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self.fd, keys)

    def hang_up(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def read(self, seconds):
        """Read until nothing comes for that time, but not for longer than a second more. False at the end."""
        end = time.monotonic() + 1
        try:
            while select.select([self.fd], [], [], seconds)[0] and time.monotonic() < end:
                more = os.read(self.fd, 65536)
                if not more:
                    return False
                self.bytes += more
        except OSError:     # EIO: the program has ended
            return False
        return True

    def until(self, what, words, start=0):
        """Read until these bytes come, behind the first `start` bytes."""
        end = time.monotonic() + TIMEOUT
        while words not in self.bytes[start:]:
            if not self.read(0.02) and words not in self.bytes[start:] or time.monotonic() > end:
                raise Failure(f"never came: {what}: {self.bytes[-2000:]!r}")

    def wait(self, seconds=TIMEOUT):
        """Read to the end; the exit status, negative for a signal."""
        end = time.monotonic() + seconds
        while True:
            if self.fd >= 0:
                self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
            if time.monotonic() > end:
                raise Failure(f"the program does not end; the last bytes are {self.bytes[-2000:]!r}")
            time.sleep(0.01)
