#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The live page under churn: connections that end in three ways, by processes with ever new names.

Meanwhile the page is read again and again: its sums lie between those of /metrics before and after, it stays below
1 MiB, and the tool does not grow. At the end the sums are those of the program that made the connections.

usage: churn.py [--seconds S] [--tool PATH], as root. Exit status: 0, 1, 77 not permitted.
"""

import argparse
import json
import os
import re
import select
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.dirname(HERE), os.path.join(os.path.dirname(HERE), "cli")]

from assertions import Failure, same, true  # noqa: E402
from fixture import CliFixture, TIMEOUT  # noqa: E402
from scrape import Serve, total  # noqa: E402

PAGE_MAX = 1 << 20
GROWTH_KIB = 2048       # from the moment on when the tables are full
NAMES = 1100            # the table of processes has 1024 rows
LOST = ("tcpclose_lost_events_total",)
WORKER = r"""
import ctypes, itertools, json, select, socket, struct, sys
prctl = ctypes.CDLL(None).prctl
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen(16)
done = {"clean": 0, "reset": 0, "names": 0}
rate, names = float(sys.argv[1]), int(sys.argv[2])
for i in itertools.count():
    if i % 4 == 0:
        done["names"] += 1
        prctl(15, b"churn%d" % done["names"], 0, 0, 0)
        if done["names"] == names:
            print("named", flush=True)
        if select.select([sys.stdin], [], [], 4 / rate)[0]:
            break
    c = socket.socket(); c.connect(l.getsockname()); s, _ = l.accept()
    if i % 3 == 0:
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif i % 3 == 1:
        s.send(b"x"); c.recv(1, socket.MSG_PEEK)
    c.close(); s.close()
    done["clean" if i % 3 == 2 else "reset"] += 1
print(json.dumps(done))
"""


def resident_kib(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))


def sums(page):
    """The sockets of each class, as the page has them."""
    rows = re.findall(r"</svg>(\w+)<td><a href=\"#\w+\">([\d,]+)</a>", page)
    return {name: int(number.replace(",", "")) for name, number in rows}


class Churn:
    """A server, and a program that makes connections at about that rate."""

    def __init__(self, cli, rate):
        self.cli, self.rate = cli, rate

    def __enter__(self):
        self.serve = Serve(self.cli)
        self.worker = subprocess.Popen(self.cli.enter(sys.executable, "-c", WORKER, str(self.rate), str(NAMES)),
                                       text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_):
        if self.worker.poll() is None:
            self.worker.kill()
            self.worker.communicate()
        self.serve.stop()

    def look(self):
        """Reads the page between two scrapes. Returns its size and the memory of the tool in KiB."""
        before = self.serve.samples()
        text = self.serve.get("/").body.decode()
        after = self.serve.samples()
        closes = sum(sums(text).values())
        true("sockets on the page: %d" % closes,
             total(before, "tcpclose_closes_total") <= closes <= total(after, "tcpclose_closes_total"))
        true("%d bytes" % len(text), len(text) <= PAGE_MAX)
        true("the page is whole", text.endswith("</html>\n"))
        return len(text), resident_kib(self.serve.process.pid)

    def has_all_names(self):
        """Has the program had more names than the table has rows?"""
        return bool(select.select([self.worker.stdout], [], [], 0)[0]) and self.worker.stdout.readline() == "named\n"

    def end(self):
        """What the program says it did is on the page."""
        out, _ = self.worker.communicate("", timeout=TIMEOUT)
        made = json.loads(out)
        both = 2 * (made["clean"] + made["reset"])
        samples = self.serve.wait_for(lambda s: total(s, "tcpclose_closes_total") >= both, "all closes")
        same("lost events", total(samples, *LOST), 0)
        text = self.serve.get("/").body.decode()
        same("sockets", sums(text), {"clean": 2 * made["clean"], "reset": 2 * made["reset"]})
        return made


def run(cli, seconds, rate, say, pause=0):
    """Looks until the time is over and the table of processes is full, with that pause in between. Returns what was
    made, the largest page, and the growth in KiB after the table was full."""
    with Churn(cli, rate) as churn:
        begun, full, largest, last = time.monotonic(), None, 0, 0
        while time.monotonic() < begun + seconds or full is None:
            named = full is None and churn.has_all_names()
            size, kib = churn.look()
            largest = max(largest, size)
            if named:
                full = kib
            time.sleep(pause)
            if time.monotonic() > last + seconds / 20:
                say("%d s: page %d bytes, tool %d KiB" % (time.monotonic() - begun, size, kib))
                last = time.monotonic()
        made = churn.end()
        true("%d names" % made["names"], made["names"] > NAMES)
        growth = kib - full
        true("the tool grew by %d KiB" % growth, growth <= GROWTH_KIB)
        return made, largest, growth


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=int, default=3600, metavar="S")
    parser.add_argument("--rate", type=int, default=2000, metavar="N", help="connections per second")
    parser.add_argument("--tool", default=os.path.join(ROOT, "build/tcpclose"), metavar="PATH")
    options = parser.parse_args()
    if os.geteuid():
        print("churn.py: needs root", file=sys.stderr)
        return 77
    with CliFixture(os.path.abspath(options.tool)) as cli:
        try:
            made, largest, growth = run(cli, options.seconds, options.rate, lambda text: print(text, flush=True), 1)
        except Failure as e:
            print("not ok churn: %s" % e)
            return 1
    print("ok churn: %d connections, %d names, page at most %d bytes, the tool grew by %d KiB" %
          (made["clean"] + made["reset"], made["names"], largest, growth))
    return 0


if __name__ == "__main__":
    sys.exit(main())
