# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The full screen of the view top, in tmux: its tables are those of who, trace and stuck; every key does its work."""

import csv
import io
import json
import os
import re
import tempfile

from fixture import same, true
from terminal import Tmux
from two_hosts import on_another_machine

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "tools", "sample.rec")
HEADER = 3      # lines above the table
HEADING = 1
SIZES = ((80, 24), (40, 10), (140, 50))


def show(cli, *args):
    done = cli.run(*args, "-q", "--replay", SAMPLE)
    same("exit status and messages of " + " ".join(args), (done.returncode, done.stderr), (0, ""))
    return done.stdout


def who(cli, *args):
    return list(csv.DictReader(io.StringIO(show(cli, "who", "--csv", *args))))


def top(cli, *args, size=(80, 24), **more):
    return Tmux(*size, [cli.tool, "top", "-q", "--replay", SAMPLE, *args], **more)


def table(lines):
    """The rows of the table: below its heading, above the keys."""
    return [line for line in lines[HEADER + HEADING:-1] if line.strip()]


def first_words(lines):
    return [line.split()[0] for line in table(lines)]


def at_end(term):
    return term.until("the end of the recording", lambda lines: " END " in lines[0] and "F1 help" in lines[-1])


def test_screens_of_three_sizes_have_the_rows_of_who(cli):
    rows = who(cli)
    for columns, height in SIZES:
        with top(cli, size=(columns, height)) as term:
            lines = at_end(term)
            shown = table(lines)
            same(f"rows on {columns}x{height}", len(shown), min(len(rows), height - HEADER - HEADING - 1))
            for line, row in zip(shown, rows):
                numbers = [row[name] for name in ("closes", "open")]
                words = line.split()
                same(f"{row['comm']} on {columns}x{height}", [words[0], words[1], words[3]],
                     [row["comm"] or "-", *("." if n == "0" else n for n in numbers)])
            true(f"nothing is wider: {lines}", all(len(line) <= columns for line in lines))


def test_the_slowest_are_the_lines_of_trace(cli):
    trace = [line for line in show(cli, "trace").splitlines()[1:] if " open " not in line]
    by_time = sorted(trace, key=lambda line: -float(line.split()[-1]))
    with top(cli, "--tab", "slowest") as term:
        shown = table(at_end(term))
        same("lines", sorted(shown), sorted(trace))
        same("times", [line.split()[-1] for line in shown], [line.split()[-1] for line in by_time])
        term.resize(140, 50)
        wide = table(term.until("140 columns", lambda lines: len(lines) == 50 and "F1 help" in lines[-1]))
        same("the same words on 140 columns", [line.split() for line in wide], [line.split() for line in shown])
        term.resize(40, 10)
        small = table(term.until("10 lines", lambda lines: len(lines) == 10 and "F1 help" in lines[-1]))
        same("name, ending and time on 40 columns", [line.split()[::3] + line.split()[-1:] for line in small],
             [[w[1], w[-2], w[-1]] for w in (line.split() for line in shown[:len(small)])])


def test_stuck_sockets_are_those_of_stuck(cli):
    stuck = [o for o in map(json.loads, show(cli, "stuck", "-j").splitlines()) if o["kind"] == "stuck"]
    with top(cli) as term:
        at_end(term)
        term.press("4")
        lines = term.until_has("[4 stuck]", "WHY")
        same("peers and advice", [tuple(line.split()[-2:]) for line in table(lines)],
             [(f"{o['peer_addr']}:{o['peer_port']}", o["advice"]) for o in stuck])
        term.press("Enter")
        holder = stuck[0]["holders"][0]
        term.until_has(f"held by      {holder['pid']} {holder['comm']}, descriptor {holder['fd']}",
                       "the program read to the end and forgot to close()")


def test_enter_shows_the_closes_of_a_row_and_their_ladder(cli):
    ladder = show(cli, "timeline", "--ascii", "-c", "panel", "-c", "reports").splitlines()
    of_panel = [line for line in show(cli, "trace", "-c", "panel").splitlines()[1:] if " panel " in line]
    with top(cli, "--ascii", size=(80, 50)) as term:
        at_end(term)
        term.press("/")
        term.type("panel")
        term.press("Enter", "Enter")
        same("closes of panel", table(term.until_has("closes of panel"))[1:], of_panel)
        term.press("Enter")
        lines = term.until_has("four-way, begun by panel")
        same("ladder", [line for line in lines[HEADER:-1] if line.strip()], [line.rstrip() for line in ladder])
        term.press("Escape")
        term.until_has("closes of panel")
        term.press("Escape")
        term.until_has("F1 help")


def test_sorting_and_inversion(cli):
    with top(cli) as term:
        at_end(term)
        for keys, sort in ((["P"], "closes"), (["R"], "reset"), (["F6", "Home", *["Down"] * 12, "Enter"], "open"),
                           (["s", "Home", *["Down"] * 19, "Enter"], "app_hold_p99")):
            term.press(*keys)
            names = [row["comm"] or "-" for row in who(cli, "--sort", sort)]
            same(f"order by {sort}", first_words(term.until_has(f"sort:{sort}")), names)
        term.press("N")
        names = first_words(term.until_has("sort:name"))
        same("by name", names, sorted(names))
        term.press("I")
        same("inverted", first_words(term.until_has("sort:-name")), names[::-1])
        term.press("I", "<")
        term.until_has("sort:peer_hold_p99")
        term.press(">", ">")
        same("by closes again", first_words(term.until_has("sort:closes")), [r["comm"] or "-" for r in who(cli)])


def test_sorting_of_closes(cli):
    with top(cli, "--tab", "slowest") as term:
        shown = table(at_end(term))
        for key, column in (("N", 0), (">", 1)):
            term.press(key)
            name = "pid" if key == "N" else "comm"
            lines = table(term.until_has(f"sort:{name}"))
            same(f"by {name}", [line.split()[column] for line in lines],
                 sorted((line.split()[column] for line in shown), key=int if name == "pid" else str))
        term.press("<", "<")
        same("by time again", table(term.until_has("sort:time")), shown)
        term.press("R")
        term.until_has("this table has no such column")


def test_grouping_at_run_time_is_that_of_by(cli):
    with top(cli, size=(100, 60)) as term:
        at_end(term)
        for down, by in enumerate(("comm", "thread", "pid", "exe", "cgroup", "unit", "container", "port", "peer",
                                   "peer:port")):
            term.press("b", "Home", *["Down"] * down, "Enter")
            lines = term.until(f"by:{by}", lambda lines, by=by: f"by:{by} " in lines[-1] and " END " in lines[0])
            rows = who(cli, "--by", by)
            # the columns CLOSES, /s, OPEN, RST->, <-RST, T/O and two quantiles follow the name
            same(f"closes by {by}", [line.split()[-8] for line in table(lines)],
                 ["." if row["closes"] == "0" else row["closes"] for row in rows])
        term.press("F5")
        term.until_has("by:cgroup", "sort:name")
        term.press("t")     # in a recording: the next refresh
        term.until_has("this is the end of the recording")
        term.press("F5")
        term.until_has("by:peer:port", "sort:closes")


def test_filter_and_search(cli):
    with top(cli) as term:
        at_end(term)
        term.press("F4")
        term.type("RE")
        term.until_has("Filter: RE_")
        term.press("Enter")
        same("rows", first_words(term.until_has("filter:RE")), ["reports"])
        term.press("\\")
        term.press("C-u")
        term.type("api")
        term.press("BSpace", "Enter")
        same("rows", first_words(term.until_has("filter:ap ")), ["api"])
        term.press("f", "Escape")
        term.until_has("F4 filter ", "web")
        term.press("F4", "x", "x", "x", "Enter")
        term.until_has("no row contains the words of the filter")
        term.press("Escape", "F3")
        term.type("er")
        term.press("Enter")
        where = [current(term, "browser")]
        for key, name in (("n", "ledger"), ("n", "player"), ("N", "ledger"), ("N", "browser")):
            term.press(key)
            where.append(current(term, name))
        true(f"lines {where}", where[0] < where[1] < where[2] and where[3:] == where[1::-1])
        term.press("/", "C-u")
        term.type("nobody")
        term.press("Enter")
        term.until_has("not found")


def current(term, name):
    """The number of the line that is marked: that of the cursor, once it has this name."""
    def marked(lines):
        return [nr for nr, line in enumerate(lines) if name in line and
                re.search(r"[\[;]7m", re.match(r"(\x1b\[[0-9;]*m)*", line)[0])]

    end = term.until(name, lambda _: marked(term.lines("-e")))
    return marked(term.lines("-e"))[0] if end else None


def test_the_cursor_moves(cli):
    rows = [row["comm"] or "-" for row in who(cli)]
    with top(cli, size=(40, 10)) as term:
        at_end(term)
        page = 10 - HEADER - HEADING - 1
        at = 0
        for key, by in (("Down", 1), ("j", 1), ("Up", -1), ("k", -1), ("NPage", page), ("C-f", page), ("PPage", -page),
                        ("C-b", -page), ("G", 99), ("g", -99), ("End", 99), ("Home", -99), ("Up", -1)):
            term.press(key)
            at = max(0, min(len(rows) - 1, at + by))
            current(term, rows[at] if rows[at] != "-" else "- ")


def test_tabs(cli):
    with top(cli) as term:
        at_end(term)
        for key, name in (("Tab", "[2 slowest]"), ("Tab", "[3 open]"), ("BTab", "[2 slowest]"), ("4", "[4 stuck]"),
                          ("Tab", "[1 processes]"), ("3", "[3 open]"), ("2", "[2 slowest]"), ("1", "[1 processes]")):
            term.press(key)
            term.until_has(name)
        term.press("3", "Enter")
        term.until_has("open: it was not over when the run ended")


def test_help_lists_the_keys(cli):
    with top(cli) as term:
        at_end(term)
        for key in ("F1", "h", "?"):
            term.press(key)
            term.until_has("F6 s              sort by a column", "Esc back")
            term.press("End")
            term.until_has("last eight, each as high as its largest.")
            term.press("q")
            term.until_has("F1 help")
        term.press("C-l")
        term.until_has("web")


def test_steps_through_time_are_the_refreshes_of_batch_mode(cli):
    screens = show(cli, "top", "-b", "--interval", "1").split("\n\n")
    closes = [screen.split(": ")[1].split()[0] for screen in screens]
    with top(cli, "--interval", "1") as term:
        at_end(term)

        def at(step):
            return term.until(f"refresh {step}", lambda lines: f": {closes[step]} close" in lines[0] and
                              (" END " in lines[0]) == (step == len(closes) - 1))

        for key, step in (("T", -2), ("T", -3), ("t", -2), ("t", -1)):
            term.press(key)
            lines = at(len(closes) + step)
            same(f"rows after {key}", sorted(line.split()[:2] for line in table(lines)),
                 sorted(line.split()[:2] for line in screens[step].splitlines()[4:]))
        term.press("J")
        term.type(screens[0].split(".")[0])     # the time of day of the first refresh
        term.press("Enter")
        at(0)
        term.press("T")
        term.until_has("this is the start of the recording")
        term.press("J")
        term.type("+2")
        term.press("Enter")
        at(2)
        term.press("J", "-", "1", ".", "5", "s", "Enter")
        at(1)
        term.press("J", "x", "Enter")
        term.until_has("bad time")
        term.press("-")
        term.until_has("every 500 ms")
        term.press("+")
        term.until_has("every 1000 ms")
        term.press("J", "+", "1", "h", "Enter")
        at(len(closes) - 1)


def test_quit_and_exit_statuses(cli):
    for key in ("q", "F10", "C-c"):
        with top(cli) as term:
            at_end(term)
            term.press(key)
            term.until_status(0)
    done_by_count = ["--interval", "1", "-n", "1"]
    with top(cli, *done_by_count) as term:
        term.until_has("status=0")


def test_a_terminal_without_a_cursor_is_refused(cli):
    for name, why in (("dumb", "cannot move its cursor"), ("no-such-terminal", "is unknown here")):
        with top(cli, env={"TERM": name}) as term:
            lines = term.until_status(64)
            true(f"the message {lines}", f"'{name}' {why}" in " ".join(lines) and "-b" in " ".join(lines))


def test_colors(cli):
    with top(cli, env={"NO_COLOR": "1"}) as term:
        at_end(term)
        colors = [part for line in term.lines("-e") for part in line.split("\x1b[")[1:]
                  if part.split("m")[0][:1] in "34" and part.split("m")[0] not in ("39", "49")]
        same("colors with NO_COLOR", colors, [])
    with top(cli) as term:
        at_end(term)
        true("colors", any("\x1b[1m\x1b[36m" in line or "\x1b[1;36m" in line for line in term.lines("-e")))


def test_without_utf8_only_ascii_is_drawn(cli):
    with top(cli, env={"LC_ALL": "C"}, size=(100, 50)) as term:
        lines = at_end(term)
        true(f"{lines}", all(line.isascii() for line in lines))
        term.press("2", "Enter")
        lines = term.until_has("four-way, begun by")
        true(f"{lines}", all(line.isascii() for line in lines))


def test_messages_are_shown_after_the_screen(cli):
    with Tmux(80, 24, [cli.tool, "top", "--replay", SAMPLE]) as term:
        lines = at_end(term)
        true(f"no message on the screen: {lines}", not any("tcpclose:" in line for line in lines))
        term.press("T")
        term.until("the refresh before", lambda lines: " END " not in lines[0])
        term.press("t")
        at_end(term)
        term.press("q")
        lines = term.until_status(0)
        same(f"messages, once, although it was read twice: {lines}",
             sum("reported," in line for line in lines), 1)


def test_a_pipe_cannot_go_back(cli):
    command = ["sh", "-c", f"cat {SAMPLE} | {cli.tool} top -q --replay -"]
    with Tmux(80, 24, command) as term:
        at_end(term)
        term.press("b", "Down", "Enter")
        term.until_has("the run is over")
        term.press("q")
        term.until_status(0)


def test_several_recordings_step_too(cli):
    with tempfile.TemporaryDirectory() as folder:
        other = os.path.join(folder, "other")
        on_another_machine(SAMPLE, other, "11111111-2222-4333-8444-555555555555", 77 * 10**9)
        with Tmux(100, 40, [cli.tool, "top", "-q", "--replay", SAMPLE, "--replay", other]) as term:
            lines = at_end(term)
            twice = sum(int(row["closes"]) for row in who(cli)) * 2
            true(f"{twice} closes: {lines[0]}", f": {twice} closes" in lines[0])
            term.press("T")
            term.until("the refresh before", lambda lines: " END " not in lines[0] and "closes" in lines[0])
            term.press("4")
            term.until_has("of several hosts")
            term.press("t")
            at_end(term)
