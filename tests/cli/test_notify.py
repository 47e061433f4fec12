# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A service manager learns when the tool is ready, that it is alive, and that it stops. The test is the manager."""

import os
import select
import signal
import socket
import sys

from fixture import same, true

WATCHDOG_S = 0.6


class Manager:
    def __init__(self, folder):
        self.path = os.path.join(folder, "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)

    def environment(self, **more):
        return {**os.environ, "NOTIFY_SOCKET": self.path, **more}

    def next(self, within_s=20):
        """The next datagram, or None."""
        if not select.select([self.socket], [], [], within_s)[0]:
            return None
        return self.socket.recv(100).decode()


def test_a_service_manager_is_notified(cli, options, root):
    manager = Manager(options.folder)
    env = manager.environment(WATCHDOG_USEC=str(int(WATCHDOG_S * 1e6)))
    process = cli.start("record", "-o", os.path.join(options.folder, "a"), "--netns", cli.netns, "-q", env=env)
    same("first", manager.next(), "READY=1")
    for i in range(3):
        same(f"sign of life {i}, before the manager gives up", manager.next(WATCHDOG_S), "WATCHDOG=1")
    os.kill(process.pid, signal.SIGSTOP)
    while manager.next(0):
        pass
    same("a process that hangs gives no sign of life", manager.next(WATCHDOG_S), None)
    os.kill(process.pid, signal.SIGCONT)
    same("it goes on", manager.next(), "WATCHDOG=1")
    process.send_signal(signal.SIGTERM)
    last = manager.next()
    while last == "WATCHDOG=1":
        last = manager.next()
    same("last", last, "STOPPING=1")
    process.communicate(timeout=20)
    same("exit status", process.returncode, 0)
    same("nothing comes after it", manager.next(0), None)


def test_without_a_watchdog_it_sleeps(cli, options, root):
    manager = Manager(options.folder)
    process = cli.start("trace", "--netns", cli.netns, "-q", env=manager.environment())
    same("first", manager.next(), "READY=1")
    same("then nothing", manager.next(1), None)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    same("last", manager.next(), "STOPPING=1")


def test_the_command_has_no_service_manager(cli, options, root):
    manager = Manager(options.folder)
    done = cli.run("trace", "-q", "-L", "1", "--", sys.executable, "-c",
                   "import os; print([k for k in os.environ if k.startswith(('NOTIFY', 'WATCHDOG'))])",
                   env=manager.environment(WATCHDOG_USEC="60000000"))
    same("the command's environment", (done.returncode, done.stdout.splitlines()[-1]), (0, "[]"))
    same("datagrams", [manager.next() for _ in range(3)], ["READY=1", "WATCHDOG=1", "STOPPING=1"])
    same("no more", manager.next(0), None)


def test_a_manager_that_is_not_there_is_reported(cli, root):
    done = cli.run("trace", "-d", "0.1", "-q", "--netns", cli.netns,
                   env={**os.environ, "NOTIFY_SOCKET": "/nonexistent/notify"})
    same("exit status", done.returncode, 0)
    true(f"it is said: {done.stderr}",
         "cannot report READY=1 to the service manager: No such file or directory" in done.stderr)
