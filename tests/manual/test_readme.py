#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The sample recording: the pictures of the README, and make tour. None of this needs a privilege.

    tests/manual/test_readme.py --update [TOOL]     prints the pictures anew

A picture is a block of the README that begins with "$ tcpclose". What the sample must show is known from what made it:
the scenes of tests/live/cases/demo.c, and what tools/sample does beside them.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path += [os.path.join(ROOT, "tests", "cli"), os.path.join(ROOT, "tests")]
import read_recording  # noqa: E402
from assertions import Skip, true  # noqa: E402

README = os.path.join(ROOT, "README.md")
SAMPLE = "tools/sample.rec"
PICTURE = re.compile(r"^```\n\$ (tcpclose .*)\n((?:(?!```).*\n)*)```$", re.M)
MAX_BYTES = 100 * 1024
NOBODY = "65534"
AS_NOBODY = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--bounding-set", "-all"]
# process -> ending, of the active closer and of the other end
ENDINGS = {
    "fetch": "three-way", "browser": "four-way", "backup": "four-way", "storage": "four-way", "panel": "four-way",
    "reports": "four-way", "cron": "four-way", "mail": "four-way", "player": "reset-sent", "media": "reset-received",
    "import": "four-way", "ledger": "four-way", "api": "four-way", "cache": "four-way", "probe": "never-open",
    "billing": "open",
}
HOLDS_MS = {"browser": 20, "storage": 200, "reports": 300, "mail": 50, "ledger": 30, "cache": 80}


def run(tool, *args):
    """The tool at the top of the tree; the same text whatever the terminal, the language and the zone."""
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "TCPCLOSE_OPTS")}
    env.update(LC_ALL="C", TZ="UTC", NO_COLOR="1")
    done = subprocess.run([tool, *args], capture_output=True, text=True, check=False, cwd=ROOT, env=env)
    if done.returncode:
        raise ValueError(f"tcpclose {shlex.join(args)}: exit status {done.returncode}: {done.stderr}")
    return done.stdout


def draw(tool, command):
    return run(tool, *shlex.split(command)[1:])


def read_readme():
    with open(README, encoding="utf-8") as f:
        return f.read()


def update(tool):
    text = PICTURE.sub(lambda picture: f"```\n$ {picture[1]}\n{draw(tool, picture[1])}```", read_readme())
    with open(README, "w", encoding="utf-8") as f:
        f.write(text)


def test_the_picture_of_top_is_drawn_from_the_sample(options):
    if not shutil.which("tmux"):
        raise Skip("needs tmux")
    picture = os.path.join(ROOT, "tools", "picture-top")
    drawn = subprocess.run([picture, options.tool], capture_output=True, check=True).stdout
    with open(os.path.join(ROOT, "tools", "pictures", "top.svg"), "rb") as f:
        picture = f.read()
    true("tools/picture-top > tools/pictures/top.svg draws it anew", picture == drawn)
    true(f"{len(picture)} bytes", len(picture) < MAX_BYTES)
    true("the README shows it", "](tools/pictures/top.svg)" in read_readme())


def objects(options, *view, sample=SAMPLE):
    return [json.loads(line) for line in run(options.tool, *view, "--replay", sample).splitlines()]


def process_of(story):
    """The process whose call ended it, or which called close() later, or which holds it."""
    tasks = [story["trigger"], *story["calls"], *(story["holders"] or [])]
    return next((task["process"] for task in tasks if task), None)


def test_the_readme_prints_the_sample(options, report):
    pictures = PICTURE.findall(read_readme())
    report.true(f"{len(pictures)} pictures: one of trace, timeline and stuck each", len(pictures) >= 3)
    for command, picture in pictures:
        report.true(f"{command}: replays the sample", f"--replay {SAMPLE}" in command)
        report.same(f"{command} (tests/manual/test_readme.py --update)", picture, draw(options.tool, command))


def check_scenes(closes, report):
    endings = {}
    for story in closes:
        endings.setdefault(process_of(story), set()).add(story["ending"])
    for process, ending in ENDINGS.items():
        report.same(process, endings.get(process), {ending})
    report.same("web", endings.get("web"), {"three-way", "four-way"})
    for story in closes:
        hold = HOLDS_MS.get(process_of(story))
        if hold:
            report.true(f"{process_of(story)} holds for {hold} ms", story["phase_ns"]["app_hold"] >= hold * 10**6,
                        story["phase_ns"]["app_hold"])


def check_who_did_it(closes, report):
    by = {process_of(story): story for story in closes}
    for process, call, field, value in (("cron", "exit", "exit_code", 3), ("backup", "shutdown", "how", "SHUT_WR"),
                                        ("api", "close", "comm", "workload-close")):
        trigger = by[process]["trigger"]
        report.same(process, (trigger["call"], trigger[field]), (call, value))
    report.same("player leaves unread", by["player"]["data_lost"]["unread"], 10)
    report.same("import leaves unread", by["import"]["data_lost"]["unread"], 1000)
    report.same("probe", (by["probe"]["reason"], by["probe"]["class"]), ("refused", "failed"))


def check_programs(options, report, sample):
    """It has executables and command lines, and those say nothing of the machine that made it."""
    rows = objects(options, "who", "-j", "--by", "comm,exe", sample=sample)
    programs = {row["comm"]: row["exe"] for row in rows if row["kind"] == "who"}
    report.same("executables", {exe for exe in programs.values() if exe}, {"/srv/demo"})
    report.same("of processes that lived on", (programs["panel"], programs["storage"]), ("/srv/demo", "/srv/demo"))
    content = read_recording.content(os.path.join(ROOT, sample))
    for words in (b"/srv/demo\0demo\0", b"/usr/bin/python3\0/srv/billing.py\0"):
        report.true(f"the command line {words}", words in content)
    paths = {path for path in re.findall(rb"/[a-z][a-z0-9./]*", content) if len(path) > 4}
    report.same("paths", {path for path in paths if not path.startswith((b"/srv/", b"/usr/bin/python3"))}, set())


def check_stuck(stuck, report):
    waiting = [o for o in stuck if o["state"] == "CLOSE_WAIT"]
    report.same("states", sorted(o["state"] for o in stuck), ["CLOSE_WAIT"] * 3 + ["FIN_WAIT2"] * 3)
    report.same("holders", {h["comm"] for o in waiting for h in o["holders"]}, {"billing"})
    report.same("read to the end", sorted(o["eof_read"] for o in waiting), [False, True, True])
    report.same("unread", sorted(o["unread"] for o in waiting), [0, 0, len("invoice\n")])


def check_sample(options, report, sample):
    lines = objects(options, "json", "--all", sample=sample)
    closes = [o for o in lines if o["kind"] == "close"]
    report.true("bytes", os.path.getsize(os.path.join(ROOT, sample)) < MAX_BYTES)
    report.same("lost", sum(lines[-1]["lost"].values()) + sum(lines[-1]["events_lost"].values()), 0)
    report.same("the machine's name", lines[0]["hostname"], "sample")
    check_scenes(closes, report)
    check_who_did_it(closes, report)
    check_programs(options, report, sample)
    check_stuck([o for o in objects(options, "stuck", "-j", sample=sample) if o["kind"] == "stuck"], report)


def test_the_sample_shows_what_was_done(options, report):
    check_sample(options, report, SAMPLE)


def test_the_sample_can_be_made_anew(options, report, root):
    sample = os.path.join(options.folder, "sample.rec")
    done = subprocess.run([os.path.join(ROOT, "tools/sample"), "--build", options.build, sample], capture_output=True,
                          text=True, check=False)
    report.same(f"exit status: {done.stderr}", done.returncode, 0)
    check_sample(options, report, sample)


def may_become_nobody():
    return os.geteuid() == 0 and subprocess.run([*AS_NOBODY, "true"], capture_output=True, check=False).returncode == 0


def test_the_tour_needs_no_privilege(options, report):
    """As an ordinary user, who may run this build or not: so with a copy of it."""
    tool = os.path.join(options.folder, "tcpclose")
    subprocess.run(["cp", options.tool, tool], check=True)
    os.chmod(options.folder, 0o755)
    command = [os.path.join(ROOT, "tools/tour"), tool]
    if may_become_nobody():
        command = [*AS_NOBODY, *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env=dict(os.environ, LC_ALL="C.UTF-8", COLUMNS="200", CLICOLOR_FORCE="1"))
    report.same("exit status, stderr", (done.returncode, done.stderr), (0, ""))
    lines = done.stdout.splitlines()
    report.true("plain text", done.stdout.isascii() and "\033" not in done.stdout)
    report.true("80 columns", max(map(len, lines), default=0) <= 80)
    headings = [line.partition(":")[0] for line in lines if re.match(r"[A-Z]+: ", line)]
    report.same("views", headings, ["TRACE", "TIMELINE", "TIMELINE", "WHO", "HIST", "STUCK"])
    shown = re.findall(r"^\$ (tcpclose .*)\n((?:.*\n)*?)(?=\n[A-Z]+: |\nNext: )", done.stdout, re.M)
    report.same("commands", len(shown), len(headings))
    for command_line, output in shown:
        report.same(command_line, output, draw(options.tool, command_line))


def test_the_tour_stops_at_a_failure(options, report):
    """A tool that cannot replay the sample fails the tour."""
    done = subprocess.run([os.path.join(ROOT, "tools/tour"), "/bin/false"], capture_output=True, check=False)
    report.same("exit status", done.returncode, 1)


if __name__ == "__main__":
    if sys.argv[1:2] != ["--update"] or len(sys.argv) > 3:
        sys.exit("usage: tests/manual/test_readme.py --update [TOOL]")
    update(os.path.abspath(sys.argv[2] if len(sys.argv) == 3 else os.path.join(ROOT, "build/tcpclose")))
