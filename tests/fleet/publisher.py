# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""build/fleet_ship, a recorder without a tracer, and what must be in the stream after it."""

import collections
import json
import os
import signal
import subprocess
import threading

from assertions import Failure, same, true
from nats_server import wait_until

ENV = {name: value for name, value in os.environ.items() if not name.startswith("NATS_")}


class Publisher:
    """Puts shipments until finish(). counts: the latest that it printed."""

    def __init__(self, build, url, host="web", env=None, **settings):
        words = ["%s=%s" % (name.replace("_", "-"), value) for name, value in settings.items()]
        self.process = subprocess.Popen([os.path.join(build, "fleet_ship"), url, host, *words], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**ENV, **(env or {})})
        self.counts = collections.defaultdict(int)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            try:
                self.counts = json.loads(line)
            except json.JSONDecodeError:
                pass        # killed in the middle of a line

    def wait_for(self, what, condition, seconds=20):
        """Waits until its counts fulfil the condition."""
        def holds():
            if self.process.poll() is not None and not self.counts:
                raise Failure("the publisher ended: " + self.process.stderr.read())
            return condition(self.counts)

        try:
            wait_until(what, holds, seconds)
        except AssertionError as e:
            raise Failure("%s: %r" % (e, dict(self.counts))) from e

    def finish(self):
        """It puts nothing more, and waits until all has arrived. Returns its last counts."""
        self.process.stdin.close()
        self.process.wait(60)
        self.thread.join()
        same("exit status: " + self.process.stderr.read(), self.process.returncode, 0)
        return self.counts

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.thread.join()
        self.process.stdin.close()


def numbers_of(messages):
    """RUN -> the numbers of its shipments, in the order of the stream."""
    runs = collections.defaultdict(list)
    for message in messages:
        _, run, number = message.data.split(b"\n", 1)[0].decode().split()
        runs[run].append(int(number))
    return runs


def check_stream(messages, counts):
    """Everything that was put is there once, except what was counted as dropped or rejected. One run."""
    runs = numbers_of(messages)
    same("runs", len(runs), 1)
    numbers = next(iter(runs.values()))
    same("nothing is there twice", len(numbers), len(set(numbers)))
    same("message ids", len({m.id() for m in messages}), len(messages))
    same("waiting", counts["waiting"], 0)
    same("put = stored + dropped + rejected", counts["put"], len(numbers) + counts["dropped"] + counts["rejected"])
    same("taken", counts["taken"], len(numbers))
    true("numbers", set(numbers) <= set(range(counts["put"])))
    if not counts["dropped"] and not counts["failed"]:
        same("the order", numbers, sorted(numbers))
