# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--fail-on: which closes make a run fail, what it prints of them, and which exit status wins."""

import json
import os
import signal
import sys

from fixture import TRAFFIC, one_line, same, true
from test_record import Folder
from test_record_history import reboot

SAMPLE = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "sample.rec")

# The client says its port, ends the connection in that way, and exits with that status.
CLIENT = """
import os, socket, struct, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept()
if sys.argv[1] == "reset": c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
if sys.argv[1] == "unread": s.send(b"x"); c.recv(1, socket.MSG_PEEK)
print(c.getsockname()[1], file=sys.stderr, flush=True)
if sys.argv[1] == "exit": os._exit(int(sys.argv[2]))
c.close()
s.close()
os._exit(int(sys.argv[2]))
"""

VIEWS = ("trace", "json", "timeline", "who", "hist", "events", "report")


def client(cli, how, status="0"):
    return cli.enter(sys.executable, "-c", CLIENT, how, status)


def judge(cli, words, how, *args, status="0", view="json"):
    """The exit status, and what is on stderr but the port that the client said."""
    done = cli.run(view, "--netns", cli.netns, "--fail-on", words, *args, "--", *client(cli, how, status))
    port, lines = None, []
    for line in done.stderr.splitlines():
        if line.isdigit():
            port = line
        elif line != "tcpclose: ready" and " reported, " not in line:
            lines.append(line)
    true("the client's port in %r" % done.stderr, port)
    return done.returncode, port, lines


def test_a_match_is_printed_and_exits_4(cli, root):
    for args in ((), ("-q",)):
        status, port, lines = judge(cli, "reset-sent", "reset", *args)
        same("exit status", status, 4)
        same("the first line", lines[0], "tcpclose: --fail-on matches 1 close:")
        true("a header in %r" % lines, lines[1].startswith("PID"))
        same("lines", len(lines), 3)
        true("%s, linger-zero in %r" % (port, lines), ":" + port in lines[2] and "linger-zero" in lines[2])


def test_every_kind_of_word_matches(cli, root):
    for words, how, want in (("reset", "reset", 4), ("linger-zero", "reset", 4), ("close", "reset", 4),
                             ("timeout,unread-data", "unread", 4), ("exit", "exit", 4),
                             ("timeout,aborted,failed", "reset", 0), ("exit", "close", 0), ("clean", "close", 4)):
        same("%s of %s" % (words, how), judge(cli, words, how)[0], want)


def test_only_what_passes_the_filters_is_judged(cli, root):
    for args, want in ((("-c", "!python*"), 0), (("-c", "python*"), 4), (("-4",), 4), (("-6",), 0),
                       (("--ending", "four-way"), 0), (("--slow", "1h"), 0)):
        same("with %r" % (args,), judge(cli, "reset", "reset", *args)[0], want)


def test_the_commands_failure_comes_first(cli, root):
    status, _, lines = judge(cli, "reset", "reset", status="7")
    same("exit status", status, 7)
    true("still printed: %r" % lines, "matches 2 closes" in lines[0])
    same("without a match", judge(cli, "timeout", "reset", status="7")[0], 7)


def test_open_matches_only_if_it_is_listed(cli, root):
    script = ("import socket,os;l=socket.socket();l.bind(('127.0.0.1',0));l.listen();"
              "c=socket.create_connection(l.getsockname());s,_=l.accept();"
              "c.shutdown(socket.SHUT_WR);os.fork() or __import__('time').sleep(1.5)")
    for words, want in (("shutdown,clean,reset", 0), ("open", 4)):
        done = cli.run("-q", "--netns", cli.netns, "--drain", "200ms", "--fail-on", words, "--",
                       *cli.enter(sys.executable, "-c", script))
        same(words, done.returncode, want)


def test_never_open_is_judged_without_all(cli, root):
    script = "import socket;socket.socket().connect_ex(('127.0.0.1',9))"
    for words, want in (("never-open", 4), ("refused", 4), ("reset,close", 0)):
        done = cli.run("json", "--netns", cli.netns, "--fail-on", words, "--",
                       *cli.enter(sys.executable, "-c", script))
        same(words, done.returncode, want)
        true("it is not shown", '"kind":"close"' not in done.stdout)


def test_every_view_and_source_judges(cli, root):
    with Folder() as at:
        for view in VIEWS:
            same(view, judge(cli, "reset", "reset", "-o", at("out"), view=view)[0], 4)
        same("record", judge(cli, "reset", "reset", "-o", at("rec"), view="record")[0], 4)
        for view in VIEWS:
            for words, want in (("linger-zero", 4), ("unread-data", 0)):
                done = cli.run(view, "--replay", at("rec"), "--fail-on", words)
                same("%s replayed, %s" % (view, words), done.returncode, want)
        done = cli.run("json", "--replay", at("rec"), "--fail-on", "reset-received", "-n", "1", "-q")
        ending = json.loads(next(line for line in done.stdout.splitlines() if '"close"' in line))["ending"]
        same("after -n nothing is judged", done.returncode, 4 if ending == "reset-received" else 0)


def test_all_runs_of_a_recording_are_judged(cli):
    """A recorder that was restarted after a reboot: the close with unread data is in the first of the two runs."""
    with open(SAMPLE, "rb") as f:
        run = f.read()
    with Folder() as at:
        with open(at("two"), "wb") as f:
            f.write(run + reboot(run, "another-boot", 86400))
        alone, both = (cli.run("json", "--replay", path, "--fail-on", "unread-data", "-q")
                       for path in (SAMPLE, at("two")))
    same("exit status", both.returncode, 4)
    head, titles, line = alone.stderr.splitlines()
    same("of one run", head, "tcpclose: --fail-on matches 1 close:")
    same("of two", both.stderr.splitlines(), ["tcpclose: --fail-on matches 2 closes:", titles, line, line])


def test_losses_without_a_match_exit_3(cli, root):
    """A reader that stands still while a small ring runs over."""
    for words, want in (("timeout", 3), ("clean", 4)):
        process = cli.start("json", "--netns", cli.netns, "--buffer", "64K", "-q", "--fail-on", words)
        process.send_signal(signal.SIGSTOP)
        cli.inside(*TRAFFIC, "200")
        process.send_signal(signal.SIGCONT)
        cli.inside(*TRAFFIC, "1")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        true("lost in %r" % out[-400:], json.loads(out.splitlines()[-1])["events_lost"]["ring_full"] > 0)
        same(words + ": exit status", process.returncode, want)
        true("stderr %r" % err[-200:], ("events were lost, and --fail-on" in err) == (want == 3))


def test_views_without_stories_refuse_it(cli):
    for view in ("stuck", "doctor"):
        one_line(view, cli.run(view, "--fail-on", "reset"), 64, "--fail-on does not apply to " + view)
    one_line("no word", cli.run("--fail-on", "unread"), 64, "word 'unread'", "unread-data")
