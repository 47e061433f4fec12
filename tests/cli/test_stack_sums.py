# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""who --by stack and --folded, against what the programs say: their chains of calls, and how many sockets they had."""

import collections
import contextlib
import csv
import io
import json
import os
import re
import subprocess
import sys

from fixture import same, true
from terminal import Tmux
from test_record import Folder
from test_stack import CLOSE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "tools", "sample.rec")
SHUTDOWN = {"shutdown", "__shutdown"}

# It resets a connection; the other end is released when the RST has arrived, by no call. Prints its sockets.
RESET = """
import select, socket, struct, time
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept()
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); s.close()
p = select.poll(); p.register(c, 0); p.poll()
print(2, flush=True)
time.sleep(1)   # a tool with sanitizers takes a while to read its map
"""


class Workload:
    """Programs at work: each closes a connection from main -> handler -> pool_release, and then its other end from
    main. The functions and return addresses that they print are the witness."""

    def __init__(self, cli, *modes):
        path = os.path.join(os.path.dirname(cli.tool), "stack_workload")
        self.processes = [subprocess.Popen(cli.enter(path, mode), text=True, stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE) for mode in modes]
        self.chains = {self.read_chain(p) for p in self.processes}
        self.ends = 2 * len(modes)

    @staticmethod
    def read_chain(process):
        """The functions of its calls, the outermost first: those that contain its return addresses."""
        words = process.stdout.readline().split()
        begins = {int(at, 16): name for name, at in zip(words[::2], words[1::2])}
        returns = [int(word, 16) for word in process.stdout.readline().split()]
        outer = [begins[max(b for b in begins if b < at)] for at in returns]
        return (*reversed(outer), "pool_release")

    def tell(self):
        for process in self.processes:
            process.stdin.write("\n")
            process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.stdin.close()
            process.wait(timeout=20)
            process.stdout.close()


def fold(text):
    """What flamegraph.pl makes of the lines: it takes one number off the end, and then looks for a second one."""
    counts = collections.Counter()
    for line in text.splitlines():
        stack, count = re.fullmatch(r"(.*)\s+?(\d+(?:\.\d*)?)", line).groups()
        same("a second count in %r" % line, re.fullmatch(r"(.*)\s+?(\d+(?:\.\d*)?)", stack), None)
        frames = tuple(stack.split(";"))
        true("frames of %r" % line, all(frames))
        counts[frames] += int(count)
    return counts


def split_frames(frames):
    """The frames before main, those from main on, and the innermost one."""
    at = frames.index("main")
    return frames[:at], frames[at:-1], frames[-1]


@contextlib.contextmanager
def traced(cli, modes, *args):
    """who around these workloads: its output, and the chain of the programs. They exist until it has ended."""
    tracer = cli.start("who", "--netns", cli.netns, "-q", "-n", str(2 * len(modes)), *args)
    with Workload(cli, *modes) as workload:
        workload.tell()
        out, err = tracer.communicate(timeout=20)
        same("exit status and messages", (tracer.returncode, err), (0, ""))
        same("chains", len(workload.chains), 1)
        yield out, next(iter(workload.chains))


def replay(cli, path, *args):
    done = cli.run("who", "--replay", path, *args)
    same("exit status of %r: %s" % (args, done.stderr), done.returncode, 0)
    return done.stdout


def total_rows(text):
    return [o for o in map(json.loads, text.splitlines()) if o["kind"] == "who"]


def check_workloads(counts, chain, closed, shut):
    """So many programs closed and shut down: each the first end from the chain, the other one from main."""
    found = collections.Counter()
    for frames, count in counts.items():
        before, calls, leaf = split_frames(frames)
        same("the first frame", before[0], "stack_workload")
        kind = "close" if leaf in CLOSE else "shutdown" if leaf in SHUTDOWN else leaf
        found[tuple(c for c in calls if c != "end_by_shutdown"), kind] += count
    same("stacks", found, collections.Counter({(chain, "close"): closed, (chain, "shutdown"): shut,
                                               (("main",), "close"): closed + shut}))


def test_processes_that_run_one_code_are_one_stack(cli, root):
    with Folder() as at:
        with traced(cli, ["close"] * 3 + ["shutdown"] * 2, "--folded", "--record", at("web"), "--host",
                    "web") as (out, chain):
            check_workloads(fold(out), chain, 3, 2)
            same("lines", len(out.splitlines()), 3)     # three processes are one, and two
        same("replayed", replay(cli, at("web"), "--folded", "-q"), out)
        same("of one call", sum(fold(replay(cli, at("web"), "--folded", "-q", "--call", "shutdown")).values()), 2)
        check_other_outputs(cli, at("web"), chain)
        check_redacted(cli, at)
        check_hosts(cli, at, chain)


def check_other_outputs(cli, path, chain):
    """Text, JSON and CSV have the same stacks and counts."""
    rows = total_rows(replay(cli, path, "-j", "--by", "stack"))
    same("closes by the chain", sorted(o["closes"] for o in rows), [2, 3, 5])
    for o in rows:
        same("what is missing", o["stack_missing"], [])
        same("order", o["stack"].index("main") > 0, True)
    for o in total_rows(replay(cli, path, "-j", "--by", "stack", "--fields", "closes,stack")):
        same("selected", set(o), {"kind", "closes", "stack"})
    table = csv.DictReader(io.StringIO(replay(cli, path, "--csv", "--by", "stack")))
    same("CSV", sorted((row["stack"], row["closes"]) for row in table),
         sorted((";".join(reversed(o["stack"])), str(o["closes"])) for o in rows))
    text = replay(cli, path, "--by", "stack")
    same("columns", max(map(len, text.splitlines())) <= 80, True)
    for row, want in (r" \d pool_release < %s " % " < ".join(reversed(chain[:-1])), 3), (r" \d main ", 5):
        found = [line for line in text.splitlines() if re.match(row, line)]
        true("%r in %s" % (row, text), found and re.search(r" %d " % want, found[0][38:]))
    wide = replay(cli, path, "--by", "stack", "-w")
    for o in rows:
        true("%r in %s" % (o["stack"], wide), re.search(r"^ +\d %s$" % re.escape(" < ".join(o["stack"])), wide, re.M))


def check_redacted(cli, at):
    """Pseudonyms, and no stacks, which is reported."""
    done = cli.run("record", "--replay", at("web"), "-o", at("b"), "--redact", "-q")
    same("redacted", (done.returncode, done.stderr), (0, ""))
    done = cli.run("who", "--folded", "--by", "pid,stack", "--replay", at("b"))
    true(done.stderr, "has no stacks: it was made without --stack" in done.stderr)
    counts = fold(done.stdout)
    same("reasons", ({frames[-1] for frames in counts}, sum(counts.values())), ({"[not recorded]"}, 10))
    same("no function", "pool_release" in done.stdout, False)


def test_each_end_without_a_stack_counts_for_its_reason(cli, root):
    """One process exits, one is reset, one end is never closed: the sum is what the programs had."""
    script = '"$1" exit </dev/null && exec "$2" -c "$3"'
    workload = os.path.join(os.path.dirname(cli.tool), "stack_workload")
    with Folder() as at:
        done = cli.run("who", "--folded", "--netns", cli.netns, "-o", at("folded"), "--",
                       *cli.enter("sh", "-c", script, "sh", workload, sys.executable, RESET))
        same("exit status: " + done.stderr, (done.returncode, done.stdout), (0, "2\n"))
        with open(at("folded")) as f:
            counts = fold(f.read())
    same("ends", sum(counts.values()), 2 + int(done.stdout))
    true(done.stderr, re.search(r"\b4 reported", done.stderr))
    python = os.path.basename(os.path.realpath(sys.executable))[:15]
    same("exit", counts["stack_workload", "[the process was ending]"], 2)
    same("no call: %r" % counts, sum(n for frames, n in counts.items() if frames[1:] == ("[no call]",)), 1)
    true("the reset: %r" % counts, any(frames[0] in (python, "python3") and frames[-1] in CLOSE for frames in counts))


def check_hosts(cli, at, chain):
    """The same code on two hosts is one stack, or one of each host."""
    with traced(cli, ["close", "close"], "--by", "stack", "--record", at("db"), "--host", "db"):
        pass
    both = ("--folded", "-q", "--replay", at("db"))
    check_workloads(fold(replay(cli, at("web"), *both)), chain, 5, 2)
    counts = fold(replay(cli, at("web"), *both, "--by", "host,stack"))
    for host, closed, shut in ("web", 3, 2), ("db", 2, 0):
        check_workloads({frames[1:]: count for frames, count in counts.items() if frames[0] == host}, chain, closed,
                        shut)
    same("lines", len(counts), 5)
    done = cli.run("who", "--by", "stack", "--replay", at("web"), "--replay", SAMPLE)
    true(done.stderr, "--by stack: the recording of host 'sample' has no stacks" in done.stderr)
    same("the other has", "host 'web'" in done.stderr, False)


def test_a_recording_without_stacks_says_so(cli):
    for args in (("--by", "comm,stack"), ("--folded",)):
        done = cli.run("who", *args, "--replay", SAMPLE)
        same("exit status", done.returncode, 0)
        true(done.stderr, "--by stack: '%s' has no stacks: it was made without --stack" % SAMPLE in done.stderr)
    told = int(re.search(r"(\d+) reported", done.stderr)[1])
    opened = sum(o["open"] for o in total_rows(replay(cli, SAMPLE, "-j")))
    same("folded", (sum(fold(done.stdout).values()), {frames[-1] for frames in fold(done.stdout)}),
         (told - opened, {"[not recorded]", "[no call]"}))


def test_top_says_that_there_are_no_stacks(cli):
    with Tmux(100, 60, [cli.tool, "top", "-q", "--replay", SAMPLE]) as term:
        term.until("the end of the recording", lambda lines: " END " in lines[0] and "F1 help" in lines[-1])
        term.press("b", "End", "Enter")
        term.until_has("the recording has no stacks")
        term.until_has("by:comm")
