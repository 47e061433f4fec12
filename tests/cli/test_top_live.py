# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The full screen of the view top on a live host: what a program does is on the screen, whatever the terminal does."""

import os
import re
import subprocess
import sys

from fixture import same, true
from terminal import Pty, Tmux

# Does what it is told, a line at a time, and answers when it is done.
PROGRAM = r"""
import ctypes, socket, struct, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen(64); kept = []
def pair():
    c = socket.create_connection(l.getsockname())
    return c, l.accept()[0]
for line in sys.stdin:
    word, _, value = line.rstrip("\n").partition(" ")
    answer = "done"
    if word == "close":
        for _ in range(int(value)):
            c, s = pair(); c.close(); s.recv(1); s.close()
    if word == "half":
        c, s = pair(); c.close(); s.recv(1); kept.append(s); answer = str(c.fileno() and s.getpeername()[1])
    if word == "reset":
        c, s = pair(); c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()
        kept.append(s)
    if word == "name":
        ctypes.CDLL(None).prctl(15, value.encode().decode("unicode_escape").encode("latin1"), 0, 0, 0)
    print(answer, flush=True)
"""
HEADER = 3
HEADING = 1


class Program:
    def __init__(self, cli):
        self.process = subprocess.Popen(cli.enter(sys.executable, "-c", PROGRAM), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def do(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def top(cli, *args):
    return [cli.tool, "top", "-q", "--interval", "0.1", "--netns", cli.netns, *args]


def first_words(lines):
    return [line.split()[0] for line in lines[HEADER + HEADING:-1] if line.strip()]


def until_closes(term, count):
    return term.until(f"{count} closes", lambda lines: f": {count} close" in lines[0])


def begin(term):
    return term.until("a refresh", lambda lines: "F1 help" in lines[-1] and ": 0 closes" in lines[0])


def test_what_a_program_does_is_on_the_screen(cli, root):
    with Program(cli) as program, Tmux(100, 24, top(cli)) as term:
        begin(term)
        program.do("name first")
        program.do("close 3")
        lines = until_closes(term, 6)
        row = [line.split() for line in lines if line.startswith("first ")]
        same("closes of the program", [line[1] for line in row], ["6"])
        program.do("reset 1")
        # no call of the other end ended it: no process is named for that
        term.until("both ends of a reset", lambda lines: any(
            re.match(r"first +7 +\S+ +\. +1 +\. ", line) for line in lines) and any(
            re.match(r"- +1 +\S+ +\. +\. +1 ", line) for line in lines))
        port = program.do("half 1")
        term.press("3")
        term.until("the half-closed socket", lambda lines: any(f":{port} " in line and "our-close" in line
                                                               for line in lines))
        term.press("Enter")
        term.until_has("CLOSE_WAIT", "still open")
        term.press("Escape", "4")
        lines = term.until("the stuck socket", lambda lines: any(f":{port} " in line and "forgot-close" in line
                                                                 for line in lines))
        pid = program.process.pid
        same("its pid", [line.split()[0] for line in lines if f":{port} " in line and "forgot" in line], [str(pid)])
        term.press("1", "z")
        until_closes(term, 0)
        term.press("Home")
        check_pause_and_order(program, term)
        term.press("q")
        term.until_status(0)


def check_pause_and_order(program, term):
    program.do("name aaa")
    program.do("close 2")
    until_closes(term, 4)
    for key in ("Space", "p", "Z"):
        term.press(key)
        lines = term.until_has("PAUSED")
        frozen = lines[0]
        term.press("F1")
        term.until_has("Esc back")
        term.press("Escape")
        same("the time stands still", term.until_has("F1 help")[0], frozen)
        term.press(key)
        term.until("no pause", lambda lines, at=frozen[:12]: "PAUSED" not in lines[0] and lines[0][:12] != at)
    term.press("F")
    term.until_has("F follows")
    program.do("name bbb")
    program.do("close 5")
    same("order", first_words(until_closes(term, 14))[:2], ["bbb", "aaa"])
    term.until("the cursor on its row", lambda _: any(
        re.match(r"(\x1b\[[0-9;]*m)*aaa", line) and "7m" in line for line in term.lines("-e")))
    term.press("T")
    term.until_has("sort:app_hold_p99")
    term.press("b", "Home", "Down", "Down", "Enter")
    term.until_has("PID ", "counted from now on", ": 0 closes")
    program.do("close 1")
    same("pid and name", first_words(until_closes(term, 2))[0], str(program.process.pid))
    term.press("b", "Home", "Down", "Down", "Down", "Enter")
    term.until_has("EXE ", ": 0 closes")
    program.do("close 1")
    term.until_has(os.path.realpath(sys.executable)[:40])
    term.press("z")
    until_closes(term, 0)
    term.press("+")
    term.until_has("every 200 ms")
    term.press("-", "-", "g")
    term.until_has("by:exe")
    term.press("t")
    term.until_has("by:cgroup", "sort:name")


def test_the_output_of_a_command_comes_after_the_screen(cli, root):
    command = cli.enter("sh", "-c", "echo out; echo err >&2; cat; exit 7")
    with Tmux(80, 24, [cli.tool, "top", "--interval", "0.1", "--", *command]) as term:
        lines = term.until_has(" END ")
        true(f"nothing else on the screen: {lines}", not {"out", "err"} & set(lines))
        term.press("q")
        lines = term.until_status(7)
        shown = [line for line in lines if line and "reported, " not in line]
        same("messages and output", shown, ["tcpclose: ready", "out", "err", "status=7"])


def test_it_stops_and_goes_on(cli, root):
    with Program(cli) as program, Tmux(80, 24, ["bash", "--norc", "-i"]) as term:
        term.type(" ".join(top(cli)) + "\n")
        begin(term)
        term.press("C-z")
        term.until_has("Stopped")
        program.do("close 1")
        term.type("echo in the $((1 + 1))nd shell\n")
        term.until_has("in the 2nd shell")
        term.type("fg\n")
        until_closes(term, 2)
        term.resize(60, 15)
        term.until("15 lines", lambda lines: len(lines) == 15 and "F1 help" in lines[-1])
        term.press("q")
        term.until_has("Stopped")       # the shell's own screen is back


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(word) for word in f.read().split()]


def check_stopped(program, term):
    """A terminal that takes nothing does not stop the counting."""
    term.press(b"\x13")     # Ctrl-S
    program.do("close 500")
    before = len(term.bytes)
    term.press(b"\x11")
    term.until("all closes", b"1000", before)
    true("no loss", b"LOST" not in term.bytes)


def check_hostile_name(program, term):
    program.do(r"name \x1b]0;X\x07\xff\x9b")
    program.do("close 1")
    term.until("the name, escaped", rb"\x1b]0;X\x07")
    term.press(b"j\r")
    term.until("the row", b"closes of ")
    term.press(b"\r")
    term.until("the ladder", b"ESTABLISHED")
    start = len(term.bytes)
    term.press(b"qq")
    term.until("the table", b"F1", start)
    for hostile in (b"\x1b]0;", b"\x07", b"\xff", b"\x9bm"):
        true(f"{hostile} does not reach the terminal", hostile not in term.bytes)


def check_resizing(program, term):
    for i in range(60):
        term.resize(40 + i * 13 % 261, 10 + i * 7 % 91)
        if i % 10 == 0:
            program.do("close 1")
        term.read(0.005)
    term.resize(1, 1)
    term.read(0.02)
    start = len(term.bytes)
    term.resize(300, 100)
    term.until("all of it", b"F10", start)


def test_what_a_terminal_may_do(cli, root):
    with Program(cli) as program, Pty(80, 24, top(cli)) as term:
        term.until("a screen", b"F1")
        check_stopped(program, term)
        check_hostile_name(program, term)
        check_resizing(program, term)
        walkers = children_of(term.pid)
        same("processes that walk", len(walkers), 1)
        term.hang_up()
        same("exit status", term.wait(), 0)
        true("no process is left", not os.path.exists(f"/proc/{walkers[0]}"))


def test_a_refresh_without_news_costs_few_bytes(cli, root):
    refreshes = 20
    with Pty(80, 24, top(cli, "-n", str(refreshes))) as term:
        term.until("a screen", b"F1")
        term.read(0.05)
        first = len(term.bytes)
        same("exit status", term.wait(), 0)
        later = term.bytes[first:].split(b"\x1b[?1049l")[0]
        true(f"{len(later)} bytes for {refreshes} refreshes", len(later) < refreshes * 150)
        true("nothing is cleared", b"\x1b[2J" not in later and b"\x1b[H\x1b[J" not in later)
