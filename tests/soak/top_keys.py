#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Random keys and sizes for the full screen of the view top: it must neither crash nor stop to answer.

    tests/soak/top_keys.py --build build/san --seconds 600

Replays the sample and a recording of random endings, and traces this host if it may. Prints the seed, which repeats
the keys. Exit status 0 if every run ended with status 0 and no message of a sanitizer.
"""

import argparse
import contextlib
import os
import random
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "cli")]
sys.dont_write_bytecode = True

from assertions import Failure  # noqa: E402
from terminal import Pty  # noqa: E402

SAMPLE = os.path.join(ROOT, "tools", "sample.rec")
KEYS = [bytes([c]) for c in range(1, 127) if c not in (3, 17, 19, 26, 28)]     # not the signals, nor Ctrl-S
KEYS += [b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[5~", b"\x1b[6~", b"\x1bOH", b"\x1bOF", b"\x1b[Z",
         *(b"\x1b[%d~" % n for n in (15, 17, 18, 19, 20, 23, 24)), b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS",
         "ä€𝄞".encode(), b"\xff\xfe", b"\r", b"\r", b"\x1b", b"\t"]
QUITS = {b"q", b"\x1b[21~"}
KEYS_OF_A_RUN = 400
ENDS_S = 60                 # it takes the keys that were pressed before, slowly with the sanitizers


def views(tool, recordings, traces):
    for recording in recordings:
        yield [tool, "top", "--replay", recording]
        yield [tool, "top", "--replay", recording, "--interval", "0.5", "--tab", "slowest"]
        yield [tool, "top", "--replay", recording, "--by", "pid", "--ascii", "--top", "3"]
    if traces:
        yield [tool, "top", "--interval", "0.1"]


def burst(random_):
    """Some keys at once, as when a key is held down, or a text is pasted."""
    return random_.choice(KEYS) * random_.choice((1, 1, 1, 1, 20))


def press(term, random_, end):
    for _ in range(KEYS_OF_A_RUN):
        if time.monotonic() > end:
            return
        keys = burst(random_)
        if any(quit_ in keys for quit_ in QUITS):
            continue
        term.press(keys)
        if random_.random() < 0.1:
            term.resize(random_.choice((1, 39, 40, 80, 140, 300, random_.randint(1, 320))),
                        random_.choice((1, 9, 10, 24, 50, 100, random_.randint(1, 120))))
        if not term.read(random_.choice((0, 0, 0.002))):
            return


def leave(term):
    """Quit from wherever it is: Esc leaves what is typed, F10 ends. ncurses drops keys behind what is no text."""
    end = time.monotonic() + ENDS_S
    while True:
        with contextlib.suppress(OSError):
            term.press(b"\x1b")
            term.read(0.06)         # an Esc and a key at once are another key
            term.press(b"\x1b[21~")
        with contextlib.suppress(Failure):
            return term.wait(2)
        if time.monotonic() > end:
            return term.wait(0)


def run(command, random_, end, log):
    options = f"log_path={log}:abort_on_error=0:detect_leaks=1"
    env = {"ASAN_OPTIONS": options, "UBSAN_OPTIONS": f"print_stacktrace=1:log_path={log}"}
    with Pty(80, 24, command, env=env) as t:
        press(t, random_, end)
        status = leave(t)
    reports = [name for name in os.listdir(os.path.dirname(log)) if name.startswith(os.path.basename(log))]
    if status or reports:
        text = "".join(open(os.path.join(os.path.dirname(log), name), encoding="utf8").read() for name in reports)
        raise Failure(f"{' '.join(command)} ends with {status}: {text} {t.bytes[-2000:]!r}")
    return len(t.bytes)


def press_keys(tool, seconds, seed, recordings, traces):
    """Returns the numbers of runs and of bytes drawn."""
    random_, end, runs, drawn = random.Random(seed), time.monotonic() + seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            for command in views(tool, recordings, traces):
                drawn += run(command, random_, end, os.path.join(folder, "report"))
                runs += 1
    return runs, drawn


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        runs, drawn = press_keys(os.path.join(options.build, "tcpclose"), options.seconds, options.seed, [SAMPLE],
                                 os.geteuid() == 0)
    except Failure as why:
        print(why)
        return 1
    print(f"{runs} runs, {drawn} bytes drawn, no crash")
    return 0


if __name__ == "__main__":
    sys.exit(main())
