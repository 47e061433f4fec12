# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The views timeline, who and hist: what programs did, by their own word, is what the views say."""

import csv
import io
import json
import os
import re
import sys

from fixture import TRAFFIC, same, true
from test_record import Folder

# Ends so many connections in each way, from the client's side, and says where. The server answers at once,
# but for those that it holds.
PLAN = """
import ctypes, os, socket, struct, sys, time
def pair():
    c = socket.create_connection(l.getsockname()); s, _ = l.accept(); return c, s
def name(text):
    ctypes.CDLL(None).prctl(15, text.encode(), 0, 0, 0)
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
name("client")
def end(how, hold=0):
    c, s = pair()
    told, tell = os.pipe()
    pid = os.fork()
    if not pid:
        name("server"); c.close(); l.close(); os.write(tell, b"1")
        try: s.recv(1)
        except ConnectionResetError: pass
        time.sleep(hold); s.close(); os._exit(0)
    s.close(); os.read(told, 1); os.close(told); os.close(tell); how(c); c.close(); os.waitpid(pid, 0)
for _ in range(5): end(lambda c: None)
for _ in range(3): end(lambda c: c.shutdown(socket.SHUT_WR))
for _ in range(2): end(lambda c: c.shutdown(socket.SHUT_RDWR))
for _ in range(4): end(lambda c: c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)))
for _ in range(6): end(lambda c: None, 0.1)
"""


def who(cli, *args, script=PLAN):
    """The rows of who --csv around that script, by name."""
    done = cli.run("who", "--csv", "--netns", cli.netns, *args, "--",
                     *cli.enter(sys.executable, "-c", script))
    same("exit status of who: " + done.stderr, done.returncode, 0)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    return {row["comm"]: row for row in rows if row["total"] == "yes"}


def figures(row, *columns):
    return {c: int(row[c] or -1) for c in columns}


def test_who_counts_what_the_program_did(cli, root):
    rows = who(cli)
    true("rows %r" % sorted(rows), {"client", "server"} <= set(rows))
    same("client", figures(rows["client"], "closes", "close", "shutdown_wr", "shutdown_rdwr", "clean", "reset",
                           "reset_sent", "reset_received", "local", "peer"),
         {"closes": 20, "close": 15, "shutdown_wr": 3, "shutdown_rdwr": 2, "clean": 16, "reset": 4,
          "reset_sent": 4, "reset_received": 0, "local": 20, "peer": 0})
    same("server", figures(rows["server"], "closes", "reset", "reset_sent", "reset_received", "local", "peer"),
         {"closes": 20, "reset": 4, "reset_sent": 0, "reset_received": 4, "local": 0, "peer": 20})


def test_a_row_by_peer_has_the_peer_and_its_count(cli, root):
    """In CSV, where one of two columns of the same name would hide the other one."""
    done = cli.run("who", "--csv", "--by", "peer", "--netns", cli.netns, "--", *cli.enter(sys.executable, "-c", PLAN))
    header, row, *more = list(csv.reader(io.StringIO(done.stdout)))
    same("names", len(set(header)), len(header))
    row = dict(zip(header, row))
    same("the row of the only peer", (row["peer_addr"], row["closes"], row["peer"], more),
         ("127.0.0.1", "40", "20", []))


def test_who_measures_who_waits_for_whom(cli, root):
    """Six of 16 goodbyes waited 100 ms for the server: of the client a peer_hold, of the server an app_hold."""
    rows = who(cli)
    for name, column in (("client", "peer_hold"), ("server", "app_hold")):
        row = figures(rows[name], column + "_p50_ns", column + "_p99_ns", column + "_max_ns")
        longest, usual = row[column + "_max_ns"], row[column + "_p50_ns"]
        true("%s of %s: at most %d ns" % (column, name, longest), longest >= 100e6 * 0.5)
        true("%s of %s: p50 %d of at most %d" % (column, name, usual, longest), usual <= longest)
        other = "app_hold_p50_ns" if column == "peer_hold" else "peer_hold_p50_ns"
        same("%s has no %s" % (name, other), rows[name][other], "")


def test_intervals_add_up_to_the_whole(cli, root):
    script = "import subprocess,sys,time\nfor _ in range(4):\n" \
             "  subprocess.run([sys.executable] + %r + ['3'])\n  time.sleep(.4)" % TRAFFIC[1:]
    for view in ("who", "hist"):
        done = cli.run(view, "0.3", "-j", "--netns", cli.netns, "--",
                         *cli.enter(sys.executable, "-c", script))
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        same(view + ": first and last", (objects[0]["kind"], objects[-1]["kind"]), ("meta", "summary"))
        key = "closes" if view == "who" else "count"
        rows = [o for o in objects if o["kind"] == view and o.get("phase", "total") == "total"]
        parts = [o for o in rows if not o["total"]]
        true("%s: %d intervals" % (view, len(parts)), len({o["time"] for o in parts}) >= 3)
        whole = sum(o[key] for o in rows if o["total"])
        same(view + ": in all", whole, 24)
        true("%s: intervals tell %d" % (view, sum(o[key] for o in parts)),
             sum(o[key] for o in parts) <= whole)


def test_a_program_is_named_while_it_is_there(cli, root):
    """--by exe: the program that /proc/PID/exe names soon after the first event, or none if it has gone by then."""
    script = ("import os,socket,time;l=socket.socket();l.bind(('127.0.0.1',0));l.listen()\n"
              "c=socket.create_connection(l.getsockname());s,_=l.accept();r,w=os.pipe();p=os.fork()\n"
              "if not p: l.close();c.close();os.write(w,b'1');s.recv(1);s.close();os._exit(0)\n"
              "s.close();os.read(r,1);c.close();os.waitpid(p,0);time.sleep(1.5)")
    done = cli.run("who", "-j", "--by", "exe", "--netns", cli.netns, "--",
                     *cli.enter(sys.executable, "-c", script))
    rows = {o["exe"]: o["closes"] for o in map(json.loads, done.stdout.splitlines()) if o["kind"] == "who"}
    program = os.path.realpath(sys.executable)
    true("who is there, who is gone: %r" % rows, rows in ({program: 1, None: 1}, {program: 2}))


def test_hist_counts_every_close_once(cli, root):
    done = cli.run("hist", "-j", "--netns", cli.netns, "--", *cli.enter(*TRAFFIC, "10", "0.05"))
    phases = {o["phase"]: o for o in map(json.loads, done.stdout.splitlines()) if o["kind"] == "hist"}
    same("closes with a total", phases["total"]["count"], 20)
    hold = phases["app_hold"]
    same("closes with an app_hold", hold["count"], 10)
    same("in its bins", sum(b["count"] for b in hold["bins"]), 10)
    for b in hold["bins"]:
        true("a bin from %(from_ns)d to %(to_ns)d" % b, 10e6 <= b["from_ns"] < b["to_ns"])
    true("p50 %d of 50 ms" % hold["p50_ns"], hold["p50_ns"] >= 25e6)


def test_both_ends_are_one_picture(cli, root):
    """... that shows the numbers that the view json tells, each FIN once."""
    with Folder() as at:
        done = cli.run("timeline", "--record", at("a"), "--netns", cli.netns, "--",
                         *cli.enter(*TRAFFIC, "3", "0.05"))
        same("exit status", done.returncode, 0)
        pictures = done.stdout.split("\n\n")
        same("pictures", len(pictures), 3)
        told = [json.loads(line) for line in cli.run("json", "--replay", at("a")).stdout.splitlines()]
        told = [o for o in told if o["kind"] == "close"]
        for picture in pictures:
            same("FINs in\n" + picture, len(re.findall(r"[13] FIN", picture)), 2)
            same("calls in\n" + picture, len(re.findall(r" close\(\d+\)", picture)), 2)
            true("blames nobody:\n" + picture, "held the connection open for" in picture)
            for line in picture.splitlines():
                true("more than 80 columns: " + line, len(line) <= 80)
            fins = set(re.findall(r"seq (\d+) ack (\d+)", picture))
            ours = [o for o in told if {(str(w["seq"]), str(w["ack"])) for w in o["waves"]
                                        if w["flag"] == "FIN"} <= fins]
            same("stories of\n" + picture, len(ours), 2)


def test_each_replays_as_it_was_live(cli, root):
    for args in (["timeline"], ["who"], ["who", "0.2"], ["hist"], ["who", "--by", "peer", "-j"]):
        with Folder() as at:
            live = cli.run(*args, "--record", at("a"), "--netns", cli.netns, "--",
                             *cli.enter(sys.executable, "-c", PLAN))
            same("live", live.returncode, 0)
            again = cli.run(*args, "--replay", at("a"))
            same("exit status of the replay", again.returncode, 0)
            same("replay of %r" % args, again.stdout, live.stdout)


def test_a_twin_that_does_not_come_is_not_waited_for(cli, root):
    """The server's FIN never comes; the client's story is told when the kernel forgets it: alone, at once."""
    script = ("import socket,time;l=socket.socket();l.bind(('127.0.0.1',0));l.listen()\n"
              "open('/proc/sys/net/ipv4/tcp_fin_timeout','w').write('1')\n"
              "c=socket.create_connection(l.getsockname());s,_=l.accept();c.close();time.sleep(6);s.close()")
    done = cli.run("timeline", "--netns", cli.netns, "--",
                     *cli.enter(sys.executable, "-c", script))
    same("exit status", done.returncode, 0)
    pictures = done.stdout.split("\n\n")
    same("pictures of\n" + done.stdout, len(pictures), 2)
    true("the first is of the client alone:\n" + pictures[0], "(CLOSE_WAIT)" in pictures[0])


def test_ascii_is_ascii(cli, root):
    with Folder() as at:
        same("recording", cli.run("record", "-o", at("a"), "--netns", cli.netns, "--",
                                    *cli.enter(*TRAFFIC, "2")).returncode, 0)
        for view in ("timeline", "hist"):
            for locale, args, plain in (("C.UTF-8", [], False), ("C.UTF-8", ["--ascii"], True),
                                        ("C", [], True)):
                done = cli.run(view, *args, "--replay", at("a"),
                                 env=dict(os.environ, LC_ALL=locale))
                same("%s %r in %s is plain" % (view, args, locale), done.stdout.isascii(), plain)


def test_every_view_explains_itself(cli):
    done = cli.run("--help")
    views = re.findall(r"^  ([a-z]+) +\S", done.stdout.split(" Views:\n")[1].split("\n\n")[0], re.M)
    true("views %r" % views, {"trace", "timeline", "who", "hist", "stuck"} <= set(views))
    for view in views:
        done = cli.run(view, "--help")
        same(view + " --help", (done.returncode, done.stderr), (0, ""))
        true(view + " says for what", done.stdout.startswith("Usage: tcpclose " + view))
        examples = done.stdout.split("\nExamples:\n")[1].splitlines()
        same("examples of " + view, len(examples), 2)
