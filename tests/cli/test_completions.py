# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The completions, each in its own shell: what the shell offers for a line that is being typed."""

import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time

from assertions import Skip
from fixture import TIMEOUT, Failure, same, true

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# The line so far, and the only word that may follow: views, options, words of options, items of lists, files.
LINES = [
    ("eve", "events"),
    ("json --max", "--max-open"),
    ("--calls in", "inline"),
    ("who --by cg", "cgroup"),
    ("who --sort app_hold_p9", "app_hold_p99"),
    ("hist --phase last", "last_ack_wait"),
    ("--class timeo", "timeout"),
    ("--initiator unk", "unknown"),
    ("--fail-on unread", "unread-data"),
    ("--color alw", "always"),
    ("--ending thr", "three-way"),
    ("--ending four-way,thr", "four-way,three-way"),
    ("who json --cs", "--csv"),
    ("json --fields time,peer_add", "time,peer_addr"),
    ("--replay READ", "README.md"),
]

# Of these lines nothing may follow: the view has no such option, or the option is hidden.
NOTHING = ["hist --cs", "events --pi", "doctor --repl", "--docum", "record --tim"]


def built(cli, name):
    path = os.path.join(os.path.dirname(cli.tool), "completions", name)
    true(name + " is built", os.path.exists(path))
    return path


def need(program):
    if not shutil.which(program):
        raise Skip(f"needs {program}")


def offered_by_bash(cli, line):
    """What bash has in COMPREPLY for the last word, called as bash calls it; complete -p names the function."""
    script = ('source "$1"; shift; compopt() { :; }; [[ $(complete -p tcpclose) =~ -F\\ ([a-z_]+) ]] || exit 1; '
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "${BASH_REMATCH[1]}"; printf "%s\\n" "${COMPREPLY[@]}"')
    words = [word for word in re.split(r" |(=)", line) if word]
    done = subprocess.run(["bash", "-c", script, "bash", built(cli, "tcpclose.bash"), "tcpclose", *words],
                          capture_output=True, text=True, check=False, cwd=ROOT)
    same("bash's complaints", (done.returncode, done.stderr), (0, ""))
    return done.stdout.split()


def offered_by_fish(cli, line):
    script = "source $argv[1]; complete -C \"tcpclose $argv[2]\""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(["fish", "--no-config", "-c", script, built(cli, "tcpclose.fish"), line], cwd=ROOT,
                              capture_output=True, text=True, check=False, env={**os.environ, "HOME": home})
    same("fish's complaints", done.stderr, "")
    return [row.split("\t")[0] for row in done.stdout.splitlines()]


class Zsh:
    """An interactive zsh: types a line and the tabulator, and says what the line has become."""

    def __init__(self, cli):
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.chdir(ROOT)
            os.execvpe("zsh", ["zsh", "-f", "-i"], {"PATH": os.environ["PATH"], "TERM": "dumb", "HOME": "/nonexistent"})
        self.seen = b""
        self.write("fpath=(%s $fpath); autoload -Uz compinit; compinit -u -D; unsetopt beep\n"
                   % os.path.dirname(built(cli, "_tcpclose")))
        self.write("say() { print -r -- \"<<$BUFFER>>\"; BUFFER=''; }; zle -N say; bindkey '^T' say\n")
        self.write("print -r -- '<<'up'>>'\n")
        self.await_line("up")

    def write(self, text):
        os.write(self.terminal, text.encode())

    def await_line(self, want=None):
        """The next <<line>>, or the first that is that one."""
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            found = re.search(rb"<<([^<>$]*)>>", self.seen)
            if found:
                self.seen = self.seen[found.end():]
                line = found[1].decode()
                if want in (None, line):
                    return line
                continue
            if select.select([self.terminal], [], [], 1)[0]:
                self.seen += os.read(self.terminal, 4096)
        raise Failure("zsh says nothing: %r" % self.seen[-500:])

    def complete(self, line):
        self.write("tcpclose " + line + "\t\x14")
        return self.await_line().removeprefix("tcpclose ")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def test_bash(cli):
    for line, word in LINES:
        same(line, offered_by_bash(cli, line), [word])
    for line in NOTHING:
        same(line, offered_by_bash(cli, line), [])
    same("after =", offered_by_bash(cli, "--ending=thr"), ["three-way"])
    same("excluded", offered_by_bash(cli, "--ending open,!thr"), ["open,!three-way"])
    true("a command", "true" in offered_by_bash(cli, "json -- tru"))
    true("a user", "root" in offered_by_bash(cli, "-u roo"))


def test_bash_installed(cli):
    """An interactive bash finds what make install put there, and complete -p shows it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["make", "-s", "install", "DESTDIR=" + folder, "PREFIX=/usr",
                        "B=" + os.path.dirname(cli.tool)], cwd=ROOT, check=True, capture_output=True)
        share = os.path.join(folder, "usr/share")
        path = os.path.join(share, "bash-completion/completions/tcpclose")
        done = subprocess.run(["bash", "--norc", "-i", "-c", "source %s; complete -p tcpclose" % path],
                              capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        same("complete -p", done.stdout, "complete -F _tcpclose tcpclose\n")
        for name in ("zsh/site-functions/_tcpclose", "fish/vendor_completions.d/tcpclose.fish"):
            true(name, os.path.exists(os.path.join(share, name)))


def test_fish(cli):
    need("fish")
    for line, word in LINES:
        same(line, offered_by_fish(cli, line), [word])
    for line in NOTHING:
        same(line, offered_by_fish(cli, line), [])
    same("after =", offered_by_fish(cli, "--ending=thr"), ["--ending=three-way"])
    same("excluded", offered_by_fish(cli, "--ending open,!thr"), ["open,!three-way"])
    true("a command", "true" in offered_by_fish(cli, "json -- tru"))
    true("a file of the command", "README.md" in offered_by_fish(cli, "json -- ls -l READ"))
    true("a user", "root" in offered_by_fish(cli, "-u roo"))


def test_zsh(cli):
    need("zsh")
    with Zsh(cli) as zsh:
        for line, word in LINES:
            same(line, zsh.complete(line).rstrip(" ,="), " ".join([*line.split()[:-1], word]))
        for line in NOTHING:
            same(line, zsh.complete(line), line)
        same("with a colon", zsh.complete("who --by comm,peer\\:p").rstrip(" ,"), "who --by comm,peer:port")
        same("after =", zsh.complete("--ending=thr").rstrip(" ,="), "--ending=three-way")
        same("excluded in quotes", zsh.complete("--ending 'open,!thr").rstrip(" ,="), "--ending 'open,!three-way")
        same("excluded", zsh.complete("--ending open,\\!thr").rstrip(" ,="), "--ending open,\\!three-way")
        same("a file of the command", zsh.complete("json -- ls -l READ").rstrip(), "json -- ls -l README.md")


def test_they_are_sound_scripts(cli):
    for program, *args, name in (("shellcheck", "tcpclose.bash"), ("zsh", "-n", "_tcpclose"),
                                 ("fish", "-n", "tcpclose.fish")):
        need(program)
        done = subprocess.run([program, *args, built(cli, name)], capture_output=True, text=True, check=False)
        same("%s of %s" % (program, name), (done.returncode, done.stdout + done.stderr), (0, ""))
