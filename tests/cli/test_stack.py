# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""User stacks of who ended a connection, against the program's own word of where its functions are and return to."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys

from assertions import Skip
from fixture import closes, same, true
from test_record import Folder
from unprivileged import User

HERE = os.path.dirname(os.path.abspath(__file__))
CLOSE = {"close", "__close", "__GI___close", "__libc_close"}
OTHER = 65533       # a user who is neither root nor nobody
WALK = re.compile(r"callers may be left out")


class StackWorkload:
    """stack_workload.c at work under the tool, from its first word to what the tool says of it."""

    def __init__(self, cli, mode, *args, path=None, tool=None, enter=()):
        self.cli, self.mode, self.args = cli, mode, args
        self.tool = tool or [cli.tool]
        self.command = [*cli.enter(*enter, path or os.path.join(os.path.dirname(cli.tool), "stack_workload")), mode]

    def __enter__(self):
        ready, tell = os.pipe()
        self.tracer = subprocess.Popen([*self.tool, "json", "--stack", "--netns", self.cli.netns, "-q", *self.args,
                                        "--ready-fd", str(tell)], pass_fds=[tell], text=True,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(tell)
        if os.read(ready, 1) != b"\0":
            true("not ready: " + self.tracer.communicate()[1], False)
        os.close(ready)
        self.process = subprocess.Popen(self.command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.truth, self.returns = {}, []
        if self.mode != "exit":
            words = self.process.stdout.readline().split()
            self.truth = {words[i]: int(words[i + 1], 16) for i in range(0, len(words), 2)}
            self.returns = [int(word, 16) for word in self.process.stdout.readline().split()]
        return self

    def go(self):
        """Lets it end its connection, and then itself; the trigger and what is missing, of its end of it."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        lines = []
        while self.mode not in ("exit", "gone", "exec") and len(closes(map(json.loads, lines))) < 2:
            lines.append(self.tracer.stdout.readline())     # it is told: the stack has been read
            true("the tool ended: %r" % lines, lines[-1])
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.stop()
        self.said = "".join(lines) + self.tracer.stdout.read()
        errors = self.tracer.stderr.read()
        self.tracer.wait(timeout=20)
        same("exit status, " + errors, self.tracer.returncode, 0)
        told = closes(map(json.loads, self.said.splitlines()))
        first = min(told, key=lambda o: o["start"])
        return first["trigger"], [m for m in first["missing"] if m.startswith("stack")]

    def stop(self):
        """unshare --fork waits for the tool, and ignores the signal."""
        with open("/proc/%d/task/%d/children" % (self.tracer.pid, self.tracer.pid)) as f:
            children = f.read().split()
        os.kill(int(children[0]) if children else self.tracer.pid, signal.SIGINT)

    def __exit__(self, *_):
        for process in (self.process, self.tracer):
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe and not pipe.closed:
                    pipe.close()

    def check(self, trigger, *inner):
        """The frames of the workload: names, bounds, and the addresses that the program said."""
        names = [*inner, {"pool_release"}, {"handler"}, {"main"}]
        stack = trigger["stack"]
        true("frames %r" % stack, stack and len(stack) >= len(names))
        for frame, want in zip(stack, names):
            true("%r is none of %r in %r" % (frame["symbol"], want, stack), frame["symbol"] in want)
        for frame in stack:
            if frame["symbol"] in self.truth:
                same("where %s begins" % frame["symbol"], int(frame["address"], 16) - frame["offset"],
                     self.truth[frame["symbol"]])
        same("return addresses", [int(f["address"], 16) for f in stack[len(inner) + 1:len(names)]], self.returns)


def test_the_caller_of_close_is_put_back(cli, root):
    """In libc's wrappers for one thread and for several, and in that of shutdown()."""
    for mode, call in (("close", CLOSE), ("threads", CLOSE), ("shutdown", {"shutdown", "__shutdown"})):
        with StackWorkload(cli, mode) as workload:
            trigger, missing = workload.go()
            inner = [call, {"end_by_shutdown"}] if mode == "shutdown" and \
                trigger["stack"][1]["symbol"] == "end_by_shutdown" else [call]
            workload.check(trigger, *inner)
            same("missing", missing, [])


def test_a_stack_is_replayed(cli, root):
    with Folder() as at:
        with StackWorkload(cli, "close", "--record", at("a")) as workload:
            trigger, _ = workload.go()
            workload.check(trigger, CLOSE)
            done = cli.run("json", "--replay", at("a"))
            same("json", done.stdout, workload.said)
        done = cli.run("--replay", at("a"), "--stack")
        lines = done.stdout.splitlines()
        want = r" {8}pool_release\+0x[0-9a-f]+ \(stack_workload\) stack_workload\.c:\d+$"
        true(done.stdout, re.match(want, lines[3]))
        same("wide", max(map(len, lines)) <= 80, True)
        done = cli.run("--replay", at("a"))
        same("without --stack", done.stdout.count("pool_release"), 0)


def test_a_stripped_program_has_offsets(cli, root):
    with Folder() as at:
        program = os.path.join(os.path.dirname(cli.tool), "stack_workload")
        subprocess.run(["strip", "-o", at("stack_workload"), program], check=True)
        with StackWorkload(cli, "close", path=at("stack_workload")) as workload:
            trigger, missing = workload.go()
            stack = trigger["stack"]
            true("libc's own name in %r" % stack[0], stack[0]["symbol"] in CLOSE)
            same("names", [f["symbol"] for f in stack[1:4]], [None] * 3)
            same("module", {f["module"] for f in stack[1:4]}, {at("stack_workload")})
            same("return addresses", [int(f["address"], 16) for f in stack[2:4]], workload.returns)
            apart = [int(f["address"], 16) - f["module_offset"] for f in stack[1:4]]
            same("offsets", apart, apart[:1] * 3)
            same("missing", missing, [])


def test_code_that_is_in_no_file_is_unresolved(cli, root):
    if os.uname().machine != "x86_64":
        raise Skip("the code is that of x86-64")
    with StackWorkload(cli, "jit") as workload:
        trigger, _ = workload.go()
        frame = trigger["stack"][1]
        same("the frame", (frame["symbol"], frame["module"], frame["offset"]), (None, None, None))
        workload.check({"stack": [f for f in trigger["stack"] if f["symbol"] != "end_by_code"]}, CLOSE, {None})


def test_a_process_in_another_mount_namespace(cli, root):
    """What is at its path here is another program, of other names."""
    with Folder() as at:
        shutil.copy("/bin/true", at("server"))
        script = 'mount --bind "$1" "$2" && exec "$2" close'
        built = os.path.join(os.path.dirname(cli.tool), "stack_workload")
        workload = StackWorkload(cli, "close")
        workload.command = cli.enter("unshare", "-m", "sh", "-c", script, "sh", built, at("server"))
        with workload:
            trigger, missing = workload.go()
            workload.check(trigger, CLOSE)
            same("missing", missing, [])


def test_a_program_that_was_replaced_since(cli, root):
    """By rename, as packages are installed: the old file is still what is mapped."""
    built = os.path.join(os.path.dirname(cli.tool), "stack_workload")
    with Folder() as at:
        for capable in (True, False):
            shutil.copy(built, at("stack_workload"))
            # without these capabilities the file is only to be had by its name
            tool = None if capable else ["setpriv", "--bounding-set=-sys_admin,-checkpoint_restore",
                                         "--inh-caps=-sys_admin,-checkpoint_restore", cli.tool]
            with StackWorkload(cli, "close", path=at("stack_workload"), tool=tool) as workload:
                shutil.copy("/bin/true", at("other"))
                os.rename(at("other"), at("stack_workload"))
                trigger, missing = workload.go()
                if capable:
                    workload.check(trigger, CLOSE)
                else:
                    same("names", {f["symbol"] for f in trigger["stack"][1:4]}, {None})
                    same("missing", ["offsets alone" in m for m in missing], [True])
            shutil.copy(built, at("new"))
            os.rename(at("new"), at("stack_workload"))
            with StackWorkload(cli, "close", path=at("stack_workload"), tool=tool) as workload:
                workload.check(workload.go()[0], CLOSE)


def check_addresses_alone(workload, why):
    """The trigger is known, its frames are the program's return addresses without names, and `why` is the reason."""
    trigger, missing = workload.go()
    same("trigger", (trigger["call"], trigger["pid"]), ("close", workload.process.pid))
    same("names", {(f["symbol"], f["module"]) for f in trigger["stack"]}, {(None, None)})
    same("the address that it returns to", int(trigger["stack"][1]["address"], 16), workload.returns[0])
    true("%r" % missing, len(missing) == 1 and why in missing[0] and "addresses alone" in missing[0])


def test_a_process_that_may_not_be_examined_has_not_ended(cli, root):
    """A tracer of one user, a process of another; what /proc says to that user is the witness. With hidepid the process
    is not even to be seen."""
    hide = ["unshare", "-m", "sh", "-c", 'mount -t proc -o hidepid=2 proc /proc && exec "$@"', "sh"]
    for hidden in (False, True):
        with User(cli) as user:
            tool = user.line(("bpf", "perfmon"))
            look = tool[:-1] + ["ls"]
            if hidden:
                tool, look = [*hide, *tool], [*hide, *look]
            workload = StackWorkload(cli, "close", tool=tool, enter=(
                "setpriv", "--reuid", str(OTHER), "--regid", str(OTHER), "--clear-groups"), path=user.add(
                    "stack_workload"))
            with workload:
                refused = subprocess.run([*look, "/proc/%d/map_files" % workload.process.pid], capture_output=True,
                                         text=True)
                said = "No such file" if hidden else "Permission denied"
                true("ls: %r" % refused.stderr, said in refused.stderr)
                check_addresses_alone(workload, "not permitted")


def test_a_mapped_file_that_may_not_be_opened(cli, root):
    """The map may be read, the program's file may not: it is another user's, in a folder of its own."""
    drop = "-all,+bpf,+perfmon,+sys_ptrace"
    with Folder() as at:
        os.chmod(at("."), 0o755)
        os.mkdir(at("closed"))
        tool = shutil.copy(cli.tool, at("tool"))
        path = shutil.copy(os.path.join(os.path.dirname(cli.tool), "stack_workload"), at("closed/stack_workload"))
        os.chmod(at("closed"), 0o700)
        user = ["setpriv", "--reuid", str(OTHER), "--regid", str(OTHER), "--clear-groups", "--inh-caps", drop,
                "--ambient-caps", drop]
        with StackWorkload(cli, "close", path=path, tool=[*user, tool]) as workload:
            trigger, missing = workload.go()
            stack = trigger["stack"]
            true("libc's own name in %r" % stack[0], stack[0]["symbol"] in CLOSE)
            same("frames", {(f["symbol"], f["module"]) for f in stack[1:4]}, {(None, path)})
            true("%r" % missing, len(missing) == 1 and "not permitted to open a file" in missing[0])


def test_in_another_pid_namespace_numbers_mean_other_processes(cli, root):
    """The workload's number is free there, or somebody else's; with the host's /proc it is its own."""
    unshare = ["unshare", "--pid", "--fork", "--mount"]
    with StackWorkload(cli, "close", tool=[*unshare, "--mount-proc", cli.tool]) as workload:
        check_addresses_alone(workload, "in another pid namespace")
    with StackWorkload(cli, "close", tool=[*unshare, cli.tool]) as workload:
        trigger, missing = workload.go()
        workload.check(trigger, CLOSE)
        same("missing", missing, [])


def test_what_is_gone_is_not_guessed(cli, root):
    """A process that ends, or is another program, before its map can be read: right names, or none and why."""
    with StackWorkload(cli, "exit") as workload:
        trigger, missing = workload.go()
        same("exit", (trigger["call"], trigger["stack"]), ("exit", None))
        true("%r" % missing, len(missing) == 1 and "was ending" in missing[0])
    for mode in ("gone", "exec"):
        for _ in range(5):
            with StackWorkload(cli, mode) as workload:
                trigger, missing = workload.go()
                if any("addresses alone" in m for m in missing):
                    same("names", {f["symbol"] for f in trigger["stack"]}, {None})
                    same("modules", {f["module"] for f in trigger["stack"]}, {None})
                    same("return address", int(trigger["stack"][1]["address"], 16), workload.returns[0])
                elif any("offsets alone" in m for m in missing):
                    here = [f for f in trigger["stack"] if "stack_workload" in f["module"]]
                    same("names", {f["symbol"] for f in here}, {None})
                else:
                    workload.check(trigger, CLOSE)


def test_code_without_frame_pointers_is_told_of(cli, root):
    """Debian's python has none: what calls close() is named, and that there may be more is said."""
    script = ("import socket,time;l=socket.socket();l.bind(('127.0.0.1',0));l.listen();"
              "c=socket.create_connection(l.getsockname());s,_=l.accept();c.close();time.sleep(.3);s.close()")
    done = cli.run("json", "--stack", "--netns", cli.netns, "--",
                     *cli.enter("/usr/bin/python3", "-c", script))
    told = closes([json.loads(line) for line in done.stdout.splitlines() if line[0] == "{"])
    same("stories", len(told), 2)
    for o in told:
        stack = o["trigger"]["stack"]
        true("libc's close in %r" % stack, stack[0]["symbol"] in CLOSE)
        true("the caller in %r" % stack, "python" in os.path.basename(stack[1]["module"]) or
             "_socket" in stack[1]["module"])
        true("%r" % o["missing"], any(WALK.search(m) for m in o["missing"]))


def test_without_the_option_nothing_is_missing(cli, root):
    told = closes(cli.trace())
    same("stacks", {json.dumps(o["trigger"]["stack"]) for o in told}, {"null"})
    same("missing", [m for o in told for m in o["missing"] if "stack" in m], [])


def test_a_go_server_shows_its_frames(cli, root):
    if not shutil.which("go"):
        raise Skip("no Go here: apt install golang-go")
    with Folder() as at:
        shutil.copy(os.path.join(HERE, "http_server.go"), at("http_server.go"))
        subprocess.run(["go", "build", "-o", at("http"), at("http_server.go")], check=True, cwd=at("."),
                       env={**os.environ, "GOCACHE": at("cache"), "GO111MODULE": "off", "HOME": at(".")})
        tracer = cli.start("json", "--stack", "--netns", cli.netns, "-q", "-c", "http", "-n", "1")
        server = subprocess.Popen(cli.enter(at("http")), text=True, stdout=subprocess.PIPE)
        try:
            port = server.stdout.readline().strip()
            said = cli.inside(sys.executable, "-c", "import urllib.request as u;print(u.urlopen('http://127.0.0.1:%s'"
                                ").read())" % port).stdout
            true("%r" % said, b"hello" in said)
            told = closes(map(json.loads, tracer.communicate(timeout=20)[0].splitlines()))
        finally:
            server.kill()
            server.communicate()
        names = [f["symbol"] for f in told[0]["trigger"]["stack"]]
        for want in ("internal/poll.(*FD).Close", "net.(*conn).Close", "net/http.(*conn).close",
                     "net/http.(*conn).serve", "runtime.goexit.abi0"):
            true("%s in %r" % (want, names), want in names)
        same("missing", [m for m in told[0]["missing"] if "stack" in m], [])
