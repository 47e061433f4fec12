# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The view top: its tables are those of who, trace and json on the same recording, and of a live host."""

import csv
import io
import json
import os
import subprocess
import sys

from fixture import same, true

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "tools", "sample.rec")

# Leaves a close half way: the peer of a connection closes, and this end does not until a line is written to it.
HALF_CLOSED = """
import socket, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept()
c.close(); s.recv(1); print(s.getsockname()[1], flush=True); sys.stdin.readline()
"""


def show(cli, *args):
    done = cli.run(*args, "-q", "--replay", SAMPLE)
    same("exit status and messages of " + " ".join(args), (done.returncode, done.stderr), (0, ""))
    return done.stdout


def closes(cli):
    """The closes of the recording that ended, and those that did not, by the word of json."""
    told = [o for o in map(json.loads, show(cli, "json").splitlines()) if o["kind"] == "close"]
    return [o for o in told if o["ending"] != "open"], [o for o in told if o["ending"] == "open"]


def screens(out):
    """The screens of top, each as the lines of its header and of its table, without the heading."""
    return [(lines[:3], lines[4:]) for lines in (one.splitlines() for one in out.split("\n\n"))]


def test_the_processes_are_those_of_who(cli):
    rows = {row["comm"]: row for row in csv.DictReader(io.StringIO(show(cli, "who", "--csv")))}
    (header, table), = screens(show(cli, "top"))
    true(f"the header {header}", header[0].endswith(f": {sum(int(r['closes']) for r in rows.values())} closes, "
                                                    f"{sum(int(r['open']) for r in rows.values())} open, 0 lost"))
    shown = {line.split()[0]: line.split()[1:] for line in table}
    same("processes", set(shown), {name or "-" for name in rows})
    for name, row in rows.items():
        numbers = [row[column] for column in ("closes", "open", "reset_sent", "reset_received", "timeout")]
        line = shown[name or "-"]
        same(f"counts of {name}", [line[0], *line[2:6]], ["." if n == "0" else n for n in numbers])


def test_the_order_is_that_of_who(cli):
    for column in ("closes", "reset_received", "app_hold_p99", "open"):
        rows = list(csv.DictReader(io.StringIO(show(cli, "who", "--csv", "--sort", column, "--top", "5"))))
        (_, table), = screens(show(cli, "top", "--sort", column, "--top", "5"))
        same("order by " + column, [line.split()[0] for line in table], [row["comm"] or "-" for row in rows])


def test_the_slowest_are_those_of_json(cli):
    ended, _ = closes(cli)
    times = sorted((o["phase_ns"]["total"] for o in ended), reverse=True)
    (_, table), = screens(show(cli, "top", "--tab", "slowest"))
    same("times", [line.split()[-1] for line in table], [f"{(ns + 5000) // 10000 / 100:.2f}" for ns in times])
    trace = [line for line in show(cli, "trace").splitlines()[1:] if " open " not in line]
    same("lines, as trace has them", set(table), set(trace))


def test_the_open_closes_are_those_of_json(cli):
    _, still = closes(cli)
    (_, table), = screens(show(cli, "top", "--tab", "open"))
    ports = [int(line.split()[2].rpartition(":")[2]) for line in table]
    same("ports", sorted(ports), sorted(o["local_port"] for o in still))
    waits = {"peer_hold": "peer-fin", "app_hold": "our-close"}
    same("waits", sorted(line.split()[5] for line in table), sorted(waits[o["cut"]["phase"]] for o in still))


def test_every_interval_has_a_screen(cli):
    shown = screens(show(cli, "top", "--interval", "1"))
    same("screens", len(shown), 4)
    same("as top -b", show(cli, "top", "-b", "1"), show(cli, "top", "1"))
    same("as top 1", show(cli, "top", "1"), show(cli, "top", "--interval", "1"))
    same("the last one has the table of the only one", [line.split()[:2] for line in shown[-1][1]],
         [line.split()[:2] for line in screens(show(cli, "top"))[0][1]])
    same("screens of -n 2", screens(show(cli, "top", "--interval", "1", "-n", "2")), shown[:2])
    for header, table in shown:
        same("closes of the rows", sum(int(line.split()[1].replace(".", "0")) for line in table),
             int(header[0].split(": ")[1].split()[0]))


def test_errors_name_the_value(cli):
    for args, parts in ((["--interval", "0"], ["bad interval '0'", "want seconds from 0.1 on"]),
                        (["--tab", "opne"], ["unknown table 'opne'", "open"]),
                        (["5", "6"], ["one interval too many, '6'"])):
        done = cli.run("top", *args, "--replay", SAMPLE)
        same(f"exit status of {args}", done.returncode, 64)
        true(f"{parts} in {done.stderr}", all(part in done.stderr for part in parts))


def test_a_close_in_progress_is_shown_live(cli, root):
    program = subprocess.Popen(cli.enter(sys.executable, "-c", HALF_CLOSED), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    with program:
        port = program.stdout.readline().strip()
        done = cli.run("top", "-q", "--interval", "0.2", "-n", "2", "--tab", "open", "--netns", cli.netns)
        program.communicate("\n")
    same("exit status and messages", (done.returncode, done.stderr), (0, ""))
    rows = [line for line in done.stdout.splitlines() if f":{port} " in line and "our-close" in line]
    same("screens with the close: " + done.stdout, len(rows), 2)
