# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Lines of source text, demangled names and inlined functions in stacks, against addr2line, c++filt and the source."""

import collections
import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess

from fixture import closes, same, true
from test_record import Folder

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "inlined_workload.cc")
SERVE = "_ZN3net5serveERNS_4PoolIiEEi"
POOL = "_ZN3net4PoolIiEclEiPKc"
CALLS = ["finish", "release", "operator", "serve", "main"]
PHYSICAL = ["net::Pool<int>::operator()(int, char const*)", "net::serve(net::Pool<int>&, int)", "main"]
FLAGS = ["-O2", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls", "-fno-exceptions"]
GCC, CLANG = ["gcc", "-x", "c++"], ["clang", "-x", "c++"]

# name: the compiler and its flags. Debug information of DWARF 4 and 5, of lines alone, compressed, and none
BUILDS = {"gcc5": [*GCC, "-gdwarf-5"], "gcc4": [*GCC, "-gdwarf-4"], "gcc1": [*GCC, "-g1"],
          "gccz": [*GCC, "-g", "-gz=zlib"], "gcc0": [*GCC, "-g0"],
          "clang5": [*CLANG, "-gdwarf-5"], "clang4": [*CLANG, "-gdwarf-4"],
          "clang1": [*CLANG, "-gline-tables-only"],
          "split": [*GCC, "-g", "-gsplit-dwarf"]}   # the line table is in the program, the functions are in a .dwo
SEPARATE = ["link", "id", "wrong"]      # copies of gcc5, whose debug information is in another file


def line_of(word):
    """The line of the source that says so at its end."""
    with open(SOURCE) as f:
        found = [n for n, line in enumerate(f, 1) if line.rstrip().endswith("// " + word)]
    same("lines of " + word, len(found), 1)
    return found[0]


def build(path, flags):
    subprocess.run([*flags, *FLAGS, "-o", path, SOURCE], check=True)


def separate(path, debug, link=False):
    """Moves the debug information to another file. What is written into the program says where, and by which id."""
    os.makedirs(os.path.dirname(debug), exist_ok=True)
    subprocess.run(["objcopy", "--only-keep-debug", path, debug], check=True)
    subprocess.run(["strip", path], check=True)
    if link:
        subprocess.run(["objcopy", "--add-gnu-debuglink=" + debug, path], check=True)


def build_id(path):
    said = subprocess.run(["readelf", "-n", path], capture_output=True, text=True, check=True).stdout
    return re.search(r"Build ID: ([0-9a-f]+)", said).group(1)


def addr2line(path, addresses):
    """For each address the (function, file, line) of each function there, the innermost first."""
    said = subprocess.run(["addr2line", "-a", "-i", "-f", "-C", "-e", path, *map(hex, addresses)], capture_output=True,
                          text=True, check=True).stdout.splitlines()
    found = []
    while said:
        line = said.pop(0)
        if line.startswith("0x"):
            found.append([])
        else:
            file, _, number = said.pop(0).split(" ")[0].rpartition(":")
            found[-1].append((line, os.path.realpath(file), int(number)))
    return found


class Programs:
    """The builds of the workload, all at work under several tracers."""

    def __init__(self, cli, at):
        self.cli, self.at = cli, at
        self.symbols, self.pids, self.processes, self.tracers, self.sums = {}, {}, [], [], []
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: build(at(name), BUILDS[name]), BUILDS))
        for name in SEPARATE:
            shutil.copy(at("gcc5"), at(name))
        for name in [*BUILDS, *SEPARATE]:
            said = subprocess.run(["nm", at(name)], capture_output=True, text=True, check=True).stdout
            self.symbols[name] = {w[2]: int(w[0], 16) for w in map(str.split, said.splitlines()) if len(w) == 3}
        separate(at("link"), at(".debug/link.debug"), link=True)
        separate(at("wrong"), at(".debug/wrong.debug"), link=True)
        subprocess.run(["objcopy", "--only-keep-debug", at("gcc4"), at(".debug/wrong.debug")], check=True)
        self.id = build_id(at("id"))
        separate(at("id"), at("root/.build-id/%s/%s.debug" % (self.id[:2], self.id[2:])))

    def start_tracer(self, *words):
        ready, tell = os.pipe()
        tracer = subprocess.Popen([self.cli.tool, *words, "--netns", self.cli.netns, "-q", "--ready-fd", str(tell)],
                                  pass_fds=[tell], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        os.close(tell)
        (self.sums if words[0] == "who" else self.tracers).append(tracer)
        same("ready", os.read(ready, 1), b"\0")
        os.close(ready)

    def start(self, name):
        command = [self.at(name)]
        if name == "id":    # what is in /usr/lib/debug there is not what is there here
            script = 'mount --bind "$1" /usr/lib/debug && exec "$2"'
            command = ["unshare", "-m", "sh", "-c", script, "sh", self.at("root"), self.at(name)]
        process = subprocess.Popen(self.cli.enter(*command), stdin=subprocess.PIPE)
        self.processes.append(process)
        self.pids[process.pid] = name

    def finish(self):
        """The stack of each build's close, and what is missing, of each tracer; and the sums."""
        told = []
        for tracer in self.tracers:
            ends = []
            while len(ends) < 2 * len(self.processes):
                line = tracer.stdout.readline()
                true("the tool ended", line)
                ends += closes([json.loads(line)])
            ends.sort(key=lambda o: o["start"], reverse=True)
            told.append({self.pids[o["trigger"]["pid"]]: (o["trigger"]["stack"], o["missing"]) for o in ends})
        for process in self.processes:
            process.communicate(timeout=20)
        for tracer in self.tracers:
            tracer.send_signal(signal.SIGINT)
            same("errors", tracer.communicate(timeout=20)[1], "")
        for tracer in self.sums:
            tracer.send_signal(signal.SIGINT)
            told.append(tracer.communicate(timeout=20)[0])
        return told

    def close(self):
        for process in self.processes + self.tracers + self.sums:
            if process.poll() is None:
                process.kill()
                process.communicate()


def place_of(frame):
    return frame["file"] and os.path.realpath(frame["file"]), frame["line"]


def check_build(programs, name, plain, inlined):
    """The frames of the workload, which begin behind that of close()."""
    frames, symbols = plain[1:4], programs.symbols[name]
    same(name + ": raw symbols", [f["raw_symbol"].split(".")[0] for f in frames], [POOL, SERVE, "main"])
    same(name + ": symbols", [f["symbol"].split(" [")[0] for f in frames], PHYSICAL)
    same(name + ": inlined", [f["inlined"] for f in plain], [False] * len(plain))
    truth = addr2line(programs.at("gcc5" if name in SEPARATE else name),
                      [symbols[f["raw_symbol"]] + f["offset"] - 1 for f in frames])
    same(name + ": lines", [place_of(f) for f in frames], [places[0][1:] for places in truth])
    same(name + ": of the source", [f["line"] for f in frames], [line_of(word) for word in ("finish", "serve", "main")])
    frames, places = inlined[1:6], [place for places in truth for place in places]
    same(name + ": inlined functions", [f["inlined"] for f in frames], [True, True, False, False, False])
    same(name + ": places", [place_of(f) for f in frames], [place[1:] for place in places])
    if name != "clang1":    # it has no linkage names, and addr2line does without them what it can
        same(name + ": names", [f["symbol"].split("(")[0] for f in frames],
             [place[0].split("(")[0] for place in places])
    same(name + ": calls of the source", [f["line"] for f in frames], [line_of(word) for word in CALLS])
    same(name + ": the frame's address", len({f["address"] for f in frames[:3]}), 1)
    same(name + ": offsets", [f["offset"] is None for f in frames], [True, True, False, False, False])
    said = subprocess.run(["c++filt", "--no-verbose", *[f["raw_symbol"] for f in frames]], capture_output=True,
                          text=True, check=True).stdout
    same(name + ": c++filt", [f["symbol"] for f in frames], said.splitlines())


def check_split(name, plain, inlined):
    """Inlined functions are not looked for in a .dwo."""
    source = os.path.realpath(SOURCE)
    same(name + ": lines", [place_of(f) for f in plain[1:4]],
         [(source, line_of(word)) for word in ("finish", "serve", "main")])
    same(name + ": no inlined functions", inlined, plain)


def check_without_lines(name, stack, symbols):
    frames = stack[1:4]
    same(name + ": symbols", [f["raw_symbol"] and f["raw_symbol"].split(".")[0] for f in frames], symbols)
    same(name + ": lines", {(f["file"], f["line"], f["inlined"]) for f in frames}, {(None, None, False)})


def check_folded(text, stacks):
    """who --folded has the functions that json has: a line for each build's close, which ends one end."""
    want = collections.Counter()
    for name, (stack, _) in stacks.items():
        want[";".join([name, *(f["symbol"] or "[unknown]" for f in reversed(stack))])] += 1
    lines = collections.Counter()
    for line in text.splitlines():
        frames, _, count = line.rpartition(" ")
        lines[frames] += int(count)
    same("folded", {frames: lines[frames] for frames in want}, dict(want))


def test_lines_names_and_inlined_functions(cli, root):
    with Folder() as at:
        programs = Programs(cli, at)
        try:
            programs.start_tracer("json", "--stack")
            programs.start_tracer("json", "--inlined", "--record", at("a.rec"))
            programs.start_tracer("who", "--folded", "--inlined")
            for name in [*BUILDS, *SEPARATE]:
                programs.start(name)
            plain, inlined, folded = programs.finish()
        finally:
            programs.close()
        for name in [*BUILDS, *SEPARATE]:
            if name in ("gcc0", "wrong"):
                want = [POOL, SERVE, "main"] if name == "gcc0" else [None] * 3
                check_without_lines(name, plain[name][0], want)
                check_without_lines(name, inlined[name][0], want)
            elif name == "split":
                check_split(name, plain[name][0], inlined[name][0])
            else:
                check_build(programs, name, plain[name][0], inlined[name][0])
            same(name + ": missing", [m for m in plain[name][1] + inlined[name][1] if "debug information" in m], [])
        check_folded(folded, {name: inlined[name] for name in BUILDS if name != "gcc0"})
        check_replay(cli, at("a.rec"))


def check_replay(cli, recording):
    """A recording has what its recorder saw; a frame in 80 columns ends with its line."""
    done = cli.run("--replay", recording, "--stack", "-c", "gcc5")
    lines = done.stdout.splitlines()
    true(done.stdout, max(map(len, lines)) <= 80)
    at = next(n for n, line in enumerate(lines) if "finish(int)" in line)
    name = os.path.basename(SOURCE)
    same("inlined", lines[at:at + 2], [
        "        net::Pool<int>::finish(int) (inlined) %s:%d" % (name, line_of("finish")),
        "        release (inlined) %s:%d" % (name, line_of("release"))])
    true(lines[at + 2], re.match(r" {8}net::Pool<int>::operator.*\+0x[0-9a-f]+ \(gcc5\) %s:%d$" %
                                 (re.escape(name), line_of("operator")), lines[at + 2]))
    told = closes(map(json.loads, cli.run("json", "--replay", recording, "-c", "gcc5").stdout.splitlines()))
    stacks = [o["trigger"]["stack"] for o in told if o["trigger"] and o["trigger"]["stack"]]
    same("inlined functions", [f["raw_symbol"] for f in stacks[0] if f["inlined"]][:1], ["_ZN3net4PoolIiE6finishEi"])
