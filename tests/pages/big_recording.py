#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The page of 5,000,000 events: at most 1 MiB, in the time of a replay with the view trace plus one second.

usage: big_recording.py [--build DIR]. Each is measured three times, in turns, and the fastest run counts: the CPU time
of the process, since others may use the machine. Exit status: 0, 1.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EVENTS = 5000000
PAGE_MAX = 1 << 20
MORE_S = 1.0
ROUNDS = 3


def measure(tool, view, recording, output):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([tool, view, "-q", "--replay", recording, "-o", output], check=True, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), metavar="DIR")
    build = parser.parse_args().build
    tool = os.path.join(build, "tcpclose")
    with tempfile.TemporaryDirectory(prefix="tcpclose-page-") as folder:
        recording, page = os.path.join(folder, "big.rec"), os.path.join(folder, "big.html")
        subprocess.run([os.path.join(build, "bench_replay"), "generate", "-o", recording, "-n", str(EVENTS)],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        times = {"trace": [], "report": []}
        for _ in range(ROUNDS):
            for view, of_view in times.items():
                of_view.append(measure(tool, view, recording, page))
        size = os.path.getsize(page)
    trace, report = min(times["trace"]), min(times["report"])
    good = size <= PAGE_MAX and report <= trace + MORE_S
    print("%s page: %d events, %d bytes; trace %.2f s, report %.2f s of CPU time" %
          ("ok" if good else "not ok", EVENTS, size, trace, report))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
