# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Endpoints whose last event was lost, and those that are open at the end. The witnesses are ss, the test's own
processes, and the kernel's list of links."""

import json
import os
import signal
import subprocess
import sys
import time

from fixture import TIMEOUT, Failure, check_identity, closes, same, true
from test_record import Folder
from unprivileged import sets_of

HOLDER = [sys.executable, "-c", """
import socket, sys
count, kept = int(sys.argv[1]), int(sys.argv[2])
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen(128)
pairs = []
for _ in range(count):
    c = socket.create_connection(l.getsockname()); pairs.append((c, l.accept()[0]))
print(l.getsockname()[1], flush=True); sys.stdin.readline()
for c, s in pairs[kept:]:
    c.close(); s.close()
print("closed", flush=True); sys.stdin.readline()
for c, s in pairs[:kept]:
    c.close()
print(*(s.fileno() for _, s in pairs[:kept]), flush=True); sys.stdin.readline()
"""]


class Holder:
    """A process that makes connections, closes all but `kept`, and then one end of those."""

    def __init__(self, cli, count, kept, enter=None):
        self.process = subprocess.Popen((enter or cli.enter)(*HOLDER, str(count), str(kept)), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def step(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self):
        self.process.communicate("\n", timeout=TIMEOUT)


def until(what, test):
    deadline = time.monotonic() + 20
    while not test():
        if time.monotonic() > deadline:
            raise Failure("in vain: " + what)
        time.sleep(0.02)


def sockets(cli, port):
    """The sockets of these connections that exist, minisocks excluded, as ss lists them."""
    lines = cli.inside("ss", "-Htna", "state", "connected", "exclude", "time-wait",
                       "( sport = :%d or dport = :%d )" % (port, port)).stdout.decode()
    return lines.count("\n")


def finish(process):
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT)
    return [json.loads(line) for line in out.splitlines()], err


def lose_events(cli, process, holder):
    """The connections are closed while the tracer stands still and its ring is too small."""
    process.send_signal(signal.SIGSTOP)
    same("closing", holder.step(), "closed")
    process.send_signal(signal.SIGCONT)


def test_what_is_gone_does_not_stay_open(cli, root):
    """Far more than a third of the events is lost; and a replay finds the same."""
    with Folder() as at:
        process = cli.start("json", "-q", "--netns", cli.netns, "--buffer", "256K", "--record", at("a"))
        holder = Holder(cli, 900, 0)
        lose_events(cli, process, holder)
        until("the end of all sockets", lambda: not sockets(cli, holder.port))
        objects, _ = finish(process)
        holder.end()
        last = objects[-1]
        check_identity(last)
        true("events lost in %r" % last, last["events_lost"]["ring_full"] * 3 > last["events"])
        same("open", (last["open"], last["unchecked"]), (0, 0))
        true("vanished in %r" % last, last["lost"]["vanished"] > 0)
        same("endings", [o for o in closes(objects) if o["ending"] == "open"], [])
        cookies = [o["cookie"] for o in closes(objects)]
        same("reported once", len(cookies), len(set(cookies)))
        replayed = cli.run("json", "--replay", at("a")).stdout
        same("replay", [json.loads(line) for line in replayed.splitlines()], objects)


def test_what_exists_stays_open(cli, root):
    """Of many connections, most of them closed unseen, those that exist are open at the end."""
    process = cli.start("json", "-q", "--netns", cli.netns, "--buffer", "256K")
    holder = Holder(cli, 900, 7)
    lose_events(cli, process, holder)
    until("the end of the closed sockets", lambda: sockets(cli, holder.port) == 14)
    objects, _ = finish(process)
    holder.end()
    check_identity(objects[-1])
    same("open", (objects[-1]["open"], objects[-1]["unchecked"]), (14, 0))


def test_after_losses_it_looks_while_it_runs(cli, root):
    """No need to wait for the end: a lost object reports the endpoints that are gone."""
    with Folder() as at:
        process = cli.start("json", "-q", "--netns", cli.netns, "--buffer", "256K", "--flush",
                            "-o", at("out"))
        holder = Holder(cli, 900, 0)
        lose_events(cli, process, holder)

        def told():
            with open(at("out")) as f:
                lost = [json.loads(line) for line in f if line.startswith('{"kind":"lost"')]
            return [o for o in lost if o["endpoints"]["vanished"]]

        until("a lost object with vanished endpoints", told)
        true("an upper bound in %r" % told()[-1], told()[-1]["maybe_missed"] is not None)
        finish(process)
        holder.end()


def test_a_fresh_leak_has_its_holder(cli, root):
    """The privileges are gone by then."""
    process = cli.start("json", "-q", "--netns", cli.netns)
    holder = Holder(cli, 3, 2)
    same("closing", holder.step(), "closed")
    fds = holder.step().split()
    same("capabilities", sets_of(process.pid)["CapEff"], 0)
    until("two leaked sockets", lambda: sockets(cli, holder.port) == 4)
    objects, _ = finish(process)
    leaks = {o["local_port"]: o for o in closes(objects) if o["ending"] == "open"}
    leaked = [o for o in closes(objects) if o["ending"] == "open" and o["local_port"] == holder.port]
    same("leaks", len(leaked), 2)
    same("holders", sorted((h["pid"], h["fd"], h["comm"]) for o in leaked for h in o["holders"]),
         sorted((holder.process.pid, int(fd), "python3") for fd in fds))
    same("orphans", [o["holders"] for p, o in leaks.items() if p != holder.port], [None, None])
    holder.end()


def test_a_namespace_that_comes_later_is_unchecked(cli, root):
    later = "%s-later" % cli.netns
    with Folder() as at:
        process = cli.start("json", "-q", "-o", at("out"))
        subprocess.run(["ip", "netns", "add", later], check=True)
        try:
            subprocess.run(["ip", "-n", later, "link", "set", "lo", "up"], check=True)
            holder = Holder(cli, 2, 2, enter=lambda *command: ["ip", "netns", "exec", later, *command])
            finish(process)
            holder.step()
            holder.step()
            holder.end()
        finally:
            subprocess.run(["ip", "netns", "del", later], check=False)
        with open(at("out")) as f:
            last = json.loads(f.readlines()[-1])
        check_identity(last)
        true("4 unchecked, and open, in %r" % last, last["unchecked"] >= 4 and last["open"] >= 4)


def links(cli):
    return cli.inside("ip", "-o", "link").stdout.decode()


def test_a_namespace_is_not_kept_alive(cli, root):
    """The end of a link is gone when the namespace of its other end is."""
    names = ["%s-%s" % (cli.netns, way) for way in ("name", "process")]
    for i, name in enumerate(names):
        subprocess.run(["ip", "netns", "add", name], check=True)
        cli.inside("ip", "link", "add", "diag%d" % i, "type", "veth", "peer", "name", "eth9", "netns", name)
    inside = subprocess.Popen(["ip", "netns", "exec", names[1], "cat"], stdin=subprocess.PIPE)
    until("a process inside", lambda: os.readlink("/proc/%d/ns/net" % inside.pid) !=
          os.readlink("/proc/self/ns/net"))
    subprocess.run(["ip", "netns", "del", names[1]], check=True)    # the process is left
    process = cli.start("json", "-q", "-o", "/dev/null")    # the whole host may be talkative
    true("both are there", "diag0" in links(cli) and "diag1" in links(cli))
    subprocess.run(["ip", "netns", "del", names[0]], check=True)
    until("the end of the named one", lambda: "diag0" not in links(cli))
    true("the other is there", "diag1" in links(cli))
    inside.communicate()
    until("the end of the process's", lambda: "diag1" not in links(cli))
    finish(process)
