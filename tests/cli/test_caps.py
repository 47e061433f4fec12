# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Privileges: what it takes to trace, what is given up once attached, what is told of the rest."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from fixture import TRAFFIC, Failure, closes, one_line, same, true
from unprivileged import NOBODY, User, mask, sets_of

TRACER = ("bpf", "perfmon")
SLEEP = "import time; print('up', flush=True); time.sleep(60)"


def given_up(what, sets, keep=0, root=False):
    """Nothing is left but keep, no exec brings any back, and root's bounding set is empty."""
    for name in ("CapPrm", "CapEff"):
        same("%s: %s" % (what, name), hex(sets[name]), hex(keep))
    same("%s: inheritable, ambient" % what, (sets["CapInh"], sets["CapAmb"]), (0, 0))
    same("%s: no_new_privs" % what, sets["NoNewPrivs"], 1)
    if root:
        same("%s: bounding" % what, sets["CapBnd"], 0)


def stop(process):
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    same("exit status, %r" % err, process.returncode, 0)
    return [json.loads(line) for line in out.splitlines()], err


def check_stories(what, objects, ports, calls):
    """Of traffic.py with these ports: the client's end says goodbye first, each end by a close()."""
    server, client = ports
    stories = {o["local_port"]: o for o in closes(objects)
               if {o["local_port"], o["peer_port"]} == {server, client}}
    same(what + ": ends", set(stories), {server, client})
    same(what + ": initiators", (stories[client]["initiator"], stories[server]["initiator"]),
         ("local", "peer"))
    for story in stories.values():
        same(what + ": class", story["class"], "clean")
        same(what + ": call", story["trigger"]["call"], "close")
        same(what + ": program", story["trigger"]["uid"], 0)
        same(what + ": return value", story["trigger"]["ret"], 0 if calls == "tracepoint" else None)
    same(what + ": pids", len({s["trigger"]["pid"] for s in stories.values()}), 1)


def trace_as_user(cli, user, caps, calls, ports):
    process = user.start(caps, "json", "--calls", calls)
    sets = sets_of(process.pid)
    cli.inside(*TRAFFIC, "1", "0.1", *map(str, ports))
    time.sleep(0.2)
    objects, err = stop(process)
    given_up(calls, sets)
    same(calls + ": hooks", objects[0]["hooks"]["calls"], calls)
    check_stories(calls, objects, ports, calls)
    return err


def test_a_user_with_two_capabilities_traces(cli, root):
    with User(cli) as user:
        err = trace_as_user(cli, user, TRACER, "inline", (4201, 5201))
        true("its own namespace alone: %r" % err, "network namespaces" in err and
             "CAP_SYS_PTRACE" in err)


def test_a_user_who_may_read_tracefs_watches_calls(cli, root):
    """By the tracepoints, whether tracefs is mounted, which is root's to read, or not."""
    mounted = os.path.isdir("/sys/kernel/tracing/events")
    caps = TRACER + ("dac_read_search",) + (() if mounted else ("sys_admin",))
    with User(cli) as user:
        trace_as_user(cli, user, caps, "tracepoint", (4202, 5202))


def test_without_tracefs_calls_are_told_inline(cli, root):
    """That is said; and who insists on tracepoints is told what they take."""
    with User(cli) as user:
        done = user.run(TRACER, "json", "--calls", "tracepoint", "-d", "0.1")
        one_line("tracepoint", done, 77, "CAP_DAC_READ_SEARCH", "--calls inline")
        done = user.run(TRACER, "json", "-d", "0.1", "-L", "1")
        same("auto", done.returncode, 0)
        how = json.loads(done.stdout.splitlines()[0])["hooks"]["calls"]
        told = "calls are not watched from entry to return" in done.stderr
        same("told when %s" % how, told, how == "inline")


def test_a_missing_capability_is_named(cli, root):
    with User(cli) as user:
        one_line("no perfmon", user.run(("bpf",)), 77, "CAP_PERFMON is missing", "sudo")
        one_line("no bpf", user.run(("perfmon",)), 77, "CAP_BPF is missing", "sudo")
        one_line("none", user.run(()), 77, "CAP_BPF and CAP_PERFMON", "--replay", "make tour")


def test_stuck_needs_no_capability(cli, root):
    """It names what it lacks, and what that hides."""
    with User(cli) as user:
        for caps, words in ((("bpf",), "CAP_PERFMON is missing"), (("perfmon",), "CAP_BPF is missing"),
                            ((), "CAP_BPF and CAP_PERFMON")):
            one_line("stuck with %r" % (caps,), user.run(caps, "stuck"), 0, words, "without BPF", "namespaces")
        other = user.run((), "stuck", "--netns", cli.netns)
        one_line("a namespace that may not be entered", other, 77, "CAP_BPF", "namespace")


def test_root_gives_up_everything(cli, root):
    process = cli.start("json", "--netns", cli.netns, "-q")
    sets = sets_of(process.pid)
    cli.inside(*TRAFFIC, "1", "0.1", "4203", "5203")
    time.sleep(0.2)
    objects, _ = stop(process)
    given_up("root", sets, root=True)
    check_stories("root", objects, (4203, 5203), objects[0]["hooks"]["calls"])


def test_the_command_keeps_what_the_user_has(cli, root):
    """Seen from within: its capabilities are those of the test; the tracer's, its parent's, are gone."""
    script = ("import os,sys; sys.path[:0] = [%r]; from unprivileged import sets_of; import json; "
              "print(json.dumps([sets_of('self'), sets_of(os.getppid())]))" %
              os.path.dirname(os.path.abspath(__file__)))
    done = cli.run("trace", "-q", "-L", "1", "--", sys.executable, "-c", script)
    same("exit status, %r" % done.stderr, done.returncode, 0)
    command, tracer = json.loads(done.stdout.splitlines()[-1])
    same("the command's", command, sets_of("self"))
    given_up("the tracer's", tracer, mask("kill"), root=True)
    done = cli.run("trace", "-q", "-L", "1", "--", "su", "-s", "/bin/sh", "nobody", "-c", "id -u")
    same("su in it", (done.returncode, done.stdout.splitlines()[-1]), (0, str(NOBODY)))


def test_a_signal_reaches_another_users_command(cli, root):
    process = subprocess.Popen([cli.tool, "trace", "-q", "-L", "1", "--", "setpriv", "--reuid",
                                str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                                sys.executable, "-c", SLEEP], stdout=subprocess.PIPE, text=True)
    line = ""
    while line != "up\n":
        line = process.stdout.readline()
        true("the command came up", line)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    same("exit status", process.returncode, 128 + signal.SIGTERM)


def test_a_rotation_goes_on_in_another_users_folder(cli, root):
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "a")
        process = cli.start("record", "-o", path, "--rotate", "64K", "--netns", cli.netns, "-q")
        sets = sets_of(process.pid)
        cli.inside(*TRAFFIC, "3000")
        stop(process)
        given_up("record", sets, mask("dac_override", "fowner", "sys_ptrace"), root=True)
        true("files %r" % os.listdir(folder), os.path.exists(path + ".1"))


def hang(cli, port):
    """A process of root's, in the namespace, that forgets to close the connection to this port."""
    script = ("import socket,time; l=socket.create_server(('127.0.0.1',%d));"
              "c=socket.create_connection(l.getsockname()); s,_=l.accept(); c.close();"
              "print('up', flush=True); time.sleep(60)" % port)
    holder = subprocess.Popen(cli.enter(sys.executable, "-c", script), stdout=subprocess.PIPE,
                              text=True)
    same("it is up", holder.stdout.readline(), "up\n")
    return holder


def test_a_user_finds_who_holds_what(cli, root):
    """In its own namespace, of whatever user; that others were not looked into is said."""
    holder = hang(cli, 4205)
    try:
        with User(cli) as user:
            done = subprocess.run(cli.enter(*user.line(TRACER, "stuck", "-j")), capture_output=True,
                                  text=True, timeout=60)
    finally:
        holder.kill()
        holder.wait()
    same("exit status", done.returncode, 0)
    found = [o for o in map(json.loads, done.stdout.splitlines()) if o["kind"] == "stuck"]
    waits = [o for o in found if o["state"] == "CLOSE_WAIT"]
    same("stuck sockets", [(o["local_port"], o["holders"][0]["pid"]) for o in waits], [(4205, holder.pid)])
    true("what is not seen: %r" % done.stderr, "may not be looked up" in done.stderr)


def test_what_is_looked_up_later_keeps_what_that_takes(cli, root):
    """The program of another user's process, which nobody without capabilities may look up."""
    process = cli.start("who", "--by", "exe", "-j", "--netns", cli.netns, "-q")
    sets = sets_of(process.pid)
    cli.inside("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                 sys.executable, "-c", "import socket,time; l=socket.create_server(('127.0.0.1',4206));"
                 "c=socket.create_connection(l.getsockname()); s,_=l.accept(); c.close(); s.close();"
                 "time.sleep(0.5)")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    given_up("who", sets, mask("sys_ptrace"), root=True)
    true("%r in %s%s" % (os.path.realpath(sys.executable), out, err),
         os.path.realpath(sys.executable) in out)


def test_stuck_keeps_what_a_walk_takes(cli, root):
    """The second look sees what began to hang after the first, in another namespace."""
    process = cli.start("stuck", "-j", "--watch", "0.5", "--netns", cli.netns, "-q")
    sets = sets_of(process.pid)
    holder = hang(cli, 4204)
    try:
        seen = None
        for line in process.stdout:
            seen = json.loads(line)
            if seen["kind"] == "stuck" and seen["state"] == "CLOSE_WAIT":
                break
        same("stuck sockets", (seen["local_port"], [h["pid"] for h in seen["holders"]]),
             (4204, [holder.pid]))
    finally:
        holder.kill()
        holder.wait()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    given_up("stuck", sets, mask("bpf", "sys_ptrace", "sys_admin", "dac_read_search"), root=True)


def test_stuck_without_bpf_keeps_what_it_takes(cli, root):
    """The second look enters another namespace and finds a holder of another user's."""
    process = cli.start("stuck", "--no-bpf", "-j", "--watch", "0.5", "--netns", cli.netns, "-q")
    sets = sets_of(process.pid)
    holder = hang(cli, 4207)
    try:
        seen = None
        for line in process.stdout:
            seen = json.loads(line)
            if seen["kind"] == "stuck" and seen["state"] == "CLOSE_WAIT":
                break
        same("stuck sockets", (seen["local_port"], [h["pid"] for h in seen["holders"]]), (4207, [holder.pid]))
    finally:
        holder.kill()
        holder.wait()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    given_up("stuck", sets, mask("net_admin", "sys_ptrace", "sys_admin", "dac_read_search"), root=True)


def test_capabilities_of_the_file_do(cli, root):
    """As setcap gives them; the command that it starts has none of them."""
    with User(cli) as user:
        done = subprocess.run(["setcap", "cap_bpf,cap_perfmon+ep", user.tool], capture_output=True,
                              text=True)
        if done.returncode:
            raise Failure("setcap: %s" % done.stderr)
        done = user.run((), "json", "-q", "-L", "1", "--calls", "inline", "--", "sh", "-c",
                        "cat /proc/self/status /proc/$PPID/status")
    same("exit status, %r" % done.stderr, done.returncode, 0)
    effective = re.findall(r"^CapEff:\s*(\w+)$", done.stdout, re.M)
    same("the command's and the tracer's", [int(e, 16) for e in effective], [0, 0])
