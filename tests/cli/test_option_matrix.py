# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Every option with every view and every source: accepted, or refused with a message that helps.

What is expected is written here, from the table of views and sources of the specification, not taken from the tool;
the tool only names its options. What is accepted must do more than parse: a replay runs to its end. On the live host,
where each run would attach, the tool gets only four descriptors and fails after the command line was accepted;
test_on_the_live_host runs what combines, as root.
"""

import concurrent.futures
import itertools
import os
import re
import shlex
import subprocess
import tempfile

import pytest

from fixture import TIMEOUT, TRAFFIC, same, true

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "tools", "sample.rec")
SAMPLE_EVENTS = 30      # few, because some 600 runs replay them

PRINTED = {"trace", "json", "timeline", "connections", "who", "hist", "top", "report", "otlp"}
SERVE = {"serve"}
STORIES = PRINTED | SERVE
TRACING = STORIES | {"events", "record"}
STUCK = {"stuck"}
DOCTOR = {"doctor"}
STREAM = {"stream"}
JSON = {"json", "connections", "who", "hist", "stuck", "doctor", "stream"}
EVERY = TRACING | STUCK | DOCTOR | STREAM

# The sources, and the words that choose them. doctor examines the live host; stuck finds in a recording what was there
# at its start.
SOURCES = {"live": "", "command": "-- true", "replay": "--replay ../a.rec", "stdin": "--replay -"}
LIVE, REPLAYED, ANY = {"live", "command"}, {"replay", "stdin"}, set(SOURCES)

# name: (the option as it is given, the views that use it, the sources that it applies to)
TABLE = {
    "pid": ("-p 1", STORIES | STUCK, ANY),
    "comm": ("-c x", STORIES | STUCK, ANY),
    "uid": ("-u 0", STORIES | STUCK, ANY),
    "local-port": ("-L 1-80", TRACING | STUCK, ANY),
    "remote-port": ("-D 1", TRACING | STUCK, ANY),
    "port": ("-P '!22'", TRACING | STUCK, ANY),
    "addr": ("-a ::1/64", TRACING | STUCK, ANY),
    "ipv4": ("-4", TRACING | STUCK, ANY),
    "ipv6": ("-6", TRACING | STUCK, ANY),
    "netns": ("--netns 4026531840", TRACING | STUCK, ANY),
    "cgroup": ("--cgroup /x", STORIES | STUCK, ANY),
    "container": ("--container abcd", STORIES | STUCK, ANY),
    "slow": ("--slow 1s", STORIES, ANY),
    "data-lost": ("--data-lost", STORIES, ANY),
    "call": ("--call close", STORIES, ANY),
    "ending": ("--ending open", STORIES, ANY),
    "class": ("--class clean", STORIES, ANY),
    "initiator": ("--initiator peer", STORIES, ANY),
    "all": ("--all", TRACING, ANY),
    "json": ("-j", JSON, ANY),
    "fields": ("--fields schema", JSON, ANY),
    "output": ("-o x", EVERY - SERVE, ANY),
    "times": ("-T", {"trace", "connections", "stuck"}, ANY),
    "wide": ("-w", {"trace", "timeline", "connections", "who", "stuck", "doctor"}, ANY),
    "color": ("--color never", EVERY, ANY),
    "stack": ("--stack", {"trace", "json", "record"}, ANY),
    "inlined": ("--inlined", {"trace", "json", "record"}, LIVE),     # who, hist, top: with --by stack, below
    "flush": ("--flush", TRACING - SERVE, ANY),
    "quiet": ("-q", EVERY, ANY),
    "verbose": ("-v", EVERY, ANY),
    "by": ("--by comm,peer", {"who", "hist", "top"}, ANY),
    "sort": ("--sort reset_sent", {"who", "top"}, ANY),
    "top": ("--top 3", {"who", "top"}, ANY),
    "batch": ("-b", {"top"}, ANY),
    "interval": ("--interval 1h", {"top"}, ANY),
    "tab": ("--tab open", {"top"}, ANY),
    "csv": ("--csv", {"who"}, ANY),
    "folded": ("--folded", {"who"}, ANY),
    "phase": ("--phase total,age", {"hist"}, ANY),
    "ascii": ("--ascii", {"timeline", "hist", "top"}, ANY),
    "follow": ("--follow", TRACING, REPLAYED),
    "no-follow": ("--no-follow", TRACING, REPLAYED),
    "since": ("--since 00:00", TRACING, REPLAYED),
    "until": ("--until 2038-01-01T00:00:00Z", TRACING, REPLAYED),
    "record": ("--record y", STORIES | {"events"}, ANY),
    "rotate": ("--rotate 64K", TRACING, ANY),
    "keep": ("--keep 1", TRACING, ANY),
    "host": ("--host a", TRACING, LIVE),
    "cmdline": ("--cmdline", TRACING, LIVE),
    "redact": ("--redact", {"record"}, ANY),
    "redact-key": ("--redact-key k", {"record"}, ANY),
    "duration": ("-d 10ms", TRACING | STUCK, ANY),
    "count": ("-n 1", TRACING - SERVE | STUCK, ANY),
    "strict": ("--strict", TRACING | STUCK, ANY),
    "fail-on": ("--fail-on timeout", TRACING, ANY),
    "tree": ("--tree", TRACING, {"command"}),
    "drain": ("--drain 0", TRACING, ANY),
    "ready-fd": ("--ready-fd 1", TRACING | STUCK, ANY),
    "calls": ("--calls inline", TRACING | DOCTOR, ANY),
    "btf": ("--btf /dev/null", EVERY - STREAM, LIVE),
    "buffer": ("--buffer 1M", TRACING | DOCTOR, ANY),
    "max-open": ("--max-open 9", TRACING | STUCK, ANY),
    "listen": ("--listen 127.0.0.1:0", SERVE, LIVE),
    "textfile": ("--textfile m", SERVE, ANY),
    "by-comm": ("--by-comm", SERVE, ANY),
    "page": ("--page", SERVE, LIVE),
    "fleet-key": ("--fleet-key k", SERVE | {"otlp"}, ANY),
    "to": ("--to http://127.0.0.1:9", {"otlp"}, ANY),
    "spool": ("--spool d", {"otlp"}, ANY),
    "spool-max": ("--spool-max 4M", {"otlp"}, ANY),
    "walk-every": ("--walk-every 9", STORIES | {"events"}, LIVE),
    "max-rate": ("--max-rate 9", STORIES | {"events"}, LIVE),
    "nats-creds": ("--nats-creds c", STREAM, ANY),
    "nats-ca": ("--nats-ca c", STREAM, ANY),
    "nats-cert": ("--nats-cert c", STREAM, ANY),
    "nats-key": ("--nats-key c", STREAM, ANY),
    "max-age": ("--max-age 1h", STREAM, ANY),
    "max-bytes": ("--max-bytes 1G", STREAM, ANY),
    "replicas": ("--replicas 3", STREAM, ANY),
    "partitions": ("--partitions 4", STREAM, ANY),
    "state": ("--state close-wait", STUCK, ANY),
    "older-than": ("--older-than 1m", STUCK, ANY),
    "watch": ("--watch 1", STUCK, LIVE),
    "fail": ("--fail", STUCK, ANY),
    "no-bpf": ("--no-bpf", STUCK, LIVE),
}

# Options that need another one, unless the view has it by itself. --follow needs an end, so that the test has one.
WITH = {"rotate": "--record y", "keep": "--record y", "cmdline": "--record y", "redact-key": "--redact",
        "nats-key": "--nats-cert c",
        "follow": "-d 10ms", "to": "-L 1", "spool": "--to http://127.0.0.1:9 -L 1",
        "spool-max": "--to http://127.0.0.1:9 -L 1",
        "max-rate": "--record nats://127.0.0.1:9/", "walk-every": "--record nats://127.0.0.1:9/"}
ENDS = {"replay": {0, 4}, "stdin": {0, 4}, "live": {0, 1, 66, 69, 77}, "command": {0, 1, 66, 69, 77}}
HELPS = re.compile(r"only to|requires|with --replay|without --replay|see tcpclose [a-z]+ --help|mutually exclusive")

ONE_SOURCE = DOCTOR | STREAM     # they have no recording and no command
OF_INIT = {"max-age", "max-bytes", "replicas", "partitions"}

# Options that hide the others, or that need what the host of the test may lack.
ALONE = {"stack", "inlined", "btf", "no-bpf", "fail-on", "fail", "older-than", "state", "csv", "tree", "quiet",
         "record", "rotate", "keep", "cmdline", "redact", "redact-key", "output", "count", "duration", "watch",
         "drain", "ready-fd", "netns", "follow", "textfile", "fleet-key", "to", "spool", "spool-max", "max-rate",
         "walk-every", "folded"}


def is_accepted(name, view, source):
    _, views, sources = TABLE[name]
    if view == "stuck" and name in ("duration", "count"):   # only --watch looks more than once
        return source in LIVE
    return view in views and source in sources and (view not in ONE_SOURCE or source == "live")


def output_of(view, source):
    """What the view must have."""
    if view == "serve":
        return "--textfile m" if source in REPLAYED else "--listen 127.0.0.1:0"
    return "-o x" if view in ("record", "otlp") else "info nats://127.0.0.1:1/" if view == "stream" else ""


def words_of(name, view, source):
    """The command line behind the name of the program, as a shell reads it."""
    given = TABLE[name][0]
    more = WITH.get(name, "")
    if more.startswith("--record") and view not in STORIES | {"events"}:
        more = ""
    if name in ("to", "spool", "spool-max") and view != "otlp":
        more = ""
    if view == "stuck" and name in ("duration", "count") and source in LIVE:
        more = "--watch 1"
    if name == "fields" and view in JSON - {"json"}:
        more = "-j"
    own = {"record": ("output",), "otlp": ("output", "to", "spool", "spool-max"), "serve": ("textfile",)}
    output = output_of(view, source) if name not in own.get(view, ()) else ""
    if name in OF_INIT:
        output = output.replace("info", "init")
    return f"{view} {output} {more} {given} {SOURCES[source]}"


@pytest.fixture(scope="module")
def play(cli):
    """Runs command lines, one after the other, and returns the exit status and the messages of each."""
    def run(lines):
        script = ["echo 0123456789abcdef >k"]
        for source, words in lines:
            limit = "ulimit -n 4; " if source in LIVE else ""   # enough to load the program
            script.append("[ -e x ] || [ -e y ] && rm -f x y\n"
                          f"said=$( {{ {limit}exec {shlex.quote(cli.tool)} {words}; }} 2>&1 >out <../a.rec )\n"
                          f"echo \"$? $said\"; echo ::end")
        with tempfile.TemporaryDirectory(dir=folder) as place:
            done = subprocess.run(["sh"], input="\n".join(script), capture_output=True, text=True, check=True,
                                  cwd=place, timeout=TIMEOUT)
        said = done.stdout.split("\n::end\n")[:-1]
        return [(int(one.partition(" ")[0]), one.partition(" ")[2]) for one in said]

    def run_in_two(lines):
        half = len(lines) // 2
        return [end for ends in pool.map(run, (lines[:half], lines[half:])) for end in ends]

    with tempfile.TemporaryDirectory(prefix="tcpclose-test-") as folder, \
            concurrent.futures.ThreadPoolExecutor(2) as pool:
        made = cli.run("record", "--replay", SAMPLE, "-n", str(SAMPLE_EVENTS), "-q", "-o", f"{folder}/a.rec")
        same("exit status of record", (made.returncode, made.stderr), (0, ""))
        yield run_in_two


def check_one(name, view, source, status, said):
    what = "tcpclose " + words_of(name, view, source) + ": " + said
    if is_accepted(name, view, source):
        ends = ENDS[source] | ({1} if name == "fail" else set())
        true("accepted, but ends with %d: %s" % (status, what), status in ends)
        return
    same("exit status of " + what, status, 64)
    same("lines of " + what, said.count("\n"), 0)
    named = ["--" + name]
    if view in ONE_SOURCE and source != "live":
        named.append("--replay" if source in REPLAYED else "-- COMMAND")
    if name == "redact-key":
        named.append("--redact ")
    if name == "nats-key":
        named.append("--nats-cert ")
    true("names the option: " + what, any(word in said for word in named))
    true("names the view, or what is required: " + what, view in said or "requires" in said)
    true("helps: " + what, HELPS.search(said))


@pytest.mark.parametrize("name", TABLE)
def test_option(name, play, root):
    """As root, whom nothing but the four descriptors stops. In make test there is unit/cli/test_option_table.c."""
    combinations = list(itertools.product(sorted(EVERY), SOURCES))
    ends = play([(source, words_of(name, view, source)) for view, source in combinations])
    same("runs", len(ends), len(combinations))
    for (view, source), (status, said) in zip(combinations, ends):
        check_one(name, view, source, status, said)


def test_each_source_without_an_option(play):
    lines = [(source, "%s %s %s" % (view, output_of(view, source), SOURCES[source]))
             for view, source in itertools.product(sorted(EVERY), SOURCES)]
    for (source, words), (status, said) in zip(lines, play(lines)):
        if words.split()[0] in ONE_SOURCE and source != "live":
            same("exit status of " + words, status, 64)
            true(said, re.search(r"(--replay|-- COMMAND) does not apply to (doctor|stream)", said)
                 and HELPS.search(said))
        else:
            true("%d: %s: %s" % (status, words, said), status in ENDS[source])


@pytest.mark.parametrize("view", ["who", "hist", "top"])
def test_inlined_functions_of_sums(view, play):
    words = view + " --inlined --by stack,comm"
    ends = play([(source, f"{words} {SOURCES[source]}") for source in SOURCES])
    for source, (status, said) in zip(SOURCES, ends):
        true("%d: %s, %s: %s" % (status, words, source, said), status in (ENDS[source] if source in LIVE else {64}))
    same("without", play([("live", view + " --inlined --by comm")]),
         [(64, "tcpclose: --inlined requires --by stack in " + view)])


def test_the_table_has_every_option_and_every_view(cli):
    options = set(re.findall(r"^\*.*--([a-z0-9-]+)\*", cli.run("--document", "options").stdout, re.M))
    same("options", options, set(TABLE) | {"replay", "help", "version"})
    same("views", set(re.findall(r"^\*([a-z]+)\*$", cli.run("--document", "views").stdout, re.M)), EVERY)


@pytest.mark.parametrize("view", sorted(TRACING | STUCK))
def test_on_the_live_host(view, cli, root, options):
    """All options of the view that combine, live and around a command."""
    given = [TABLE[name][0] for name in TABLE if name not in ALONE and is_accepted(name, view, "command")]
    args = shlex.split(" ".join(given)) + ["--netns", cli.netns]
    if view in ("record", "otlp"):
        args += ["-o", os.path.join(options.folder, "a.rec")]
    end = ["--watch", "0.1", "-d", "0.2"] if view == "stuck" else ["-d", "0.2"]
    for more in (end, ["--", *cli.enter(*TRAFFIC, "1")]):
        done = cli.run(view, *args, *more)
        same("exit status of %s %s: %s" % (view, " ".join(args + more), done.stderr), done.returncode, 0)
