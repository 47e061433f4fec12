# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What needs no kernel: help, version, and every way to be wrong."""

import os
import shutil
import subprocess
import tempfile

from fixture import one_line, same, true

# arguments, words that the one line must have
WRONG = [
    (["frob"], ["'frob'", "trace"]),
    (["trace", "json"], ["'json'"]),
    (["--frob"], ["'--frob'", "--help"]),
    (["-Z"], ["-Z", "--help"]),
    (["-L", "70000"], ["port '70000'", "1-65535"]),
    (["-L", "0"], ["port '0'"]),
    (["-D", "80,"], ["port"]),
    (["-P", "no-such-service"], ["port 'no-such-service'", "/etc/services"]),
    (["-P", "9000-8000"], ["port '9000-8000'", "empty"]),
    (["-L", ",".join(str(n) for n in range(1, 30))], ["16"]),
    (["-a", "1.2.3"], ["address '1.2.3'"]),
    (["-a", "10.0.0.0/33"], ["'10.0.0.0/33'"]),
    (["-a", "fe80::/129"], ["'fe80::/129'"]),
    (["-p", "0"], ["'0'"]),
    (["-p", "x"], ["'x'"]),
    (["-u", "no-such-user"], ["'no-such-user'"]),
    (["--netns", "no-such-netns"], ["'no-such-netns'"]),
    (["--ending", "fourway"], ["ending 'fourway'", "did you mean four-way?"]),
    (["--dration", "1"], ["'--dration'", "did you mean --duration?"]),
    (["--class", "dirty"], ["class 'dirty'", "reset"]),
    (["--initiator", "me"], ["initiator 'me'", "local"]),
    (["--call", "kill"], ["call 'kill'", "close"]),
    (["--slow", "fast"], ["'fast'"]),
    (["-d", "-1"], ["'-1'"]),
    (["-n", "0x"], ["'0x'"]),
    (["--buffer", "100K"], ["'100K'", "power of two"]),
    (["--buffer", "1K"], ["'1K'"]),
    (["--max-open", "0"], ["'0'"]),
    (["--color", "blue"], ["'blue'", "auto"]),
    (["--calls", "magic"], ["'magic'", "inline"]),
    (["--ready-fd", "x"], ["'x'"]),
    (["record"], ["record requires", "-o FILE"]),
    (["record", "-o", "x", "--record", "y"], ["record and --record", "mutually exclusive"]),
    (["json", "--record", "-"], ["--record -", "standard output"]),
    (["--replay", "x", "--", "true"], ["-- COMMAND does not apply", "--replay"]),
    (["--replay", ""], ["recording ''"]),
    (["stuck", "--record", "x"], ["--record does not apply to stuck"]),
    (["stuck", "--replay", "x", "--watch", "1"], ["--watch does not apply to stuck", "--replay"]),
    (["--rotate", "1M"], ["--rotate requires", "record"]),
    (["--keep", "2"], ["--keep requires", "record"]),
    (["record", "-o", "x", "--rotate", "1K"], ["'1K'", "64K", "1h"]),
    (["record", "-o", "x", "--rotate", "0.5s"], ["'0.5s'", "from 1s on"]),
    (["record", "-o", "x", "--keep", "1y"], ["'1y'", "24h"]),
    (["--cmdline"], ["--cmdline requires", "record"]),
    (["record", "-o", "x", "--replay", "y", "--cmdline"], ["--cmdline does not apply", "--replay"]),
    (["record", "-o", "x", "--rotate", "1M", "--keep", "0"], ["'0'", "1-9999"]),
    (["-p"], ["-p"]),
    (["--"], ["command"]),
    (["--fail"], ["--fail does not apply to trace", "stuck"]),
    (["stuck", "--flush"], ["--flush does not apply to stuck"]),
    (["json", "--watch", "1"], ["--watch does not apply to json", "stuck"]),
    (["--older-than", "5m"], ["--older-than does not apply to trace", "stuck"]),
    (["stuck", "--older-than", "5w"], ["'5w'", "5m"]),
    (["who", "5x"], ["interval '5x'", "500ms"]),
    (["stuck", "--watch", "0"], ["'0'"]),
    (["stuck", "--slow", "5"], ["--slow does not apply to stuck"]),
    (["stuck", "--buffer", "1M"], ["--buffer does not apply to stuck"]),
    (["stuck", "-n", "5"], ["--count requires --watch"]),
    (["stuck", "events"], ["'events'"]),
    (["doctor", "--cgroup", "/x"], ["--cgroup does not apply to doctor"]),
    (["doctor", "-p", "1"], ["--pid does not apply to doctor"]),
    (["doctor", "--", "true"], ["-- COMMAND does not apply to doctor"]),
    (["events", "-c", "x"], ["--comm does not apply to events"]),
    (["hist", "--csv"], ["--csv does not apply to hist", "who"]),
]


def test_usage_errors_quote_the_value(cli):
    for args, words in WRONG:
        done = cli.run(*args)
        one_line(" ".join(args), done, 64, "tcpclose: ", *words)
        same("stdout", done.stdout, "")


def test_a_hostile_word_is_quoted_harmlessly(cli):
    done = cli.run("\033[31m\nred")
    one_line("escape", done, 64)
    true("ESC in %r" % done.stderr, "\033" not in done.stderr)


def test_help_fits_and_ends_with_examples(cli):
    done = cli.run("--help")
    same("exit status", (done.returncode, done.stderr), (0, ""))
    true("examples", "Examples:" in done.stdout and "tcpclose --" in done.stdout)
    true("80 columns", max(map(len, done.stdout.splitlines())) <= 80)
    same("lines that end in blanks", [s for s in done.stdout.splitlines() if s != s.rstrip()], [])
    for view in ("trace", "json", "events", "stuck"):
        true(view, "  %s " % view in done.stdout)


def test_the_help_of_record_explains_what_shapes_a_recording(cli):
    text = cli.run("record", "--help").stdout
    manual = text.split("Options (", 1)[0]
    for words in ("--rotate SIZE|TIME", "--keep N|TIME", "--host NAME", "--cmdline ", "--redact ", "is continued"):
        true(words, words in manual)
    true("80 columns", max(map(len, text.splitlines())) <= 80)


def test_version_is_one_line(cli):
    done = cli.run("--version")
    same("exit status", done.returncode, 0)
    true(done.stdout, done.stdout.startswith("tcpclose ") and done.stdout.count("\n") == 1)


def in_env(text):
    return {"env": {**os.environ, "TCPCLOSE_OPTS": text}}


def test_the_variable_is_read_and_named(cli):
    for text in ("--frob", "'x"):
        one_line(text, cli.run("--version", **in_env(text)), 64, "TCPCLOSE_OPTS")
    same("with a good one", cli.run("--version", **in_env("-w --csv")).returncode, 0)


def test_the_variable_works_in_every_view(cli, root):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a")
        options = "--netns %s -d 300ms -w --csv --sort reset --ascii -T --older-than 1d" % cli.netns
        same("record", cli.run("record", "-o", path, **in_env(options)).returncode, 0)
        for view in ("trace", "json", "events", "timeline", "who", "hist", "stuck"):
            same(view + " live", cli.run(view, **in_env(options)).returncode, 0)
            same(view + " replayed", cli.run(view, "--replay", path, **in_env(options)).returncode, 0)
        true("who in CSV", cli.run("who", "--replay", path, **in_env(options)).stdout.startswith("start,time,total,"))


def test_the_variable_is_ignored_with_privileges_of_the_file(cli, root):
    """With capabilities or a set-id bit of its file, the tool obeys its caller's command line alone."""
    folder = tempfile.mkdtemp()
    try:
        os.chmod(folder, 0o755)
        for how in (["setcap", "cap_bpf,cap_perfmon=ep"], ["chmod", "u+s"], None):
            tool = os.path.join(folder, "tcpclose")
            shutil.copy(cli.tool, tool)
            if how:
                subprocess.run([*how, tool], check=True)
            done = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False,
                                  user=65534, group=65534, extra_groups=[], **in_env("--frob"))
            same("%r: %s" % (how, done.stderr), done.returncode, 0 if how else 64)
    finally:
        shutil.rmtree(folder)
