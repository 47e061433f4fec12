# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Where a closer ran: its cgroup as /proc says it, what its path says, the filters, and all of it in a replay."""

import json
import os
import subprocess
import sys

from fixture import check_identity, closes, same, true
from test_record import Folder

ID = "0123456789abcdef" * 4
POD = "0a1b2c3d-1111-2222-3333-444455556666"
PLACES = [  # path, unit, container, pod
    ("/tcpclose-test.slice/web.service", "web.service", None, None),
    ("/tcpclose-test.slice/docker-%s.scope/inner" % ID, "docker-%s.scope" % ID, ID, None),
    ("/tcpclose-test.slice/kubepods/burstable/pod%s/%s" % (POD, ID), None, ID, POD),
]

# Of each cgroup: a process in it that closes a connection from both ends, and what it says of itself.
SCRIPT = """
import os, socket, sys
top = sys.argv[1]
for path in sys.argv[2:]:
    if os.fork() == 0:
        with open(top + path + "/cgroup.procs", "w") as f: f.write("0")
        l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
        c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.close(); s.close()
        with open("/proc/self/cgroup") as f:
            said = [line[3:] for line in f.read().splitlines() if line.startswith("0::")]
        os.write(1, ("%d %s\\n" % (os.getpid(), said[0])).encode())     # at once: the tool writes there too
        os._exit(0)
    os.wait()
"""

# A process that never closes: its end does, and its cgroup is removed as soon as it is empty.
SHORT = """
import os, socket, sys
path = sys.argv[1]
there, tell = os.pipe()
if os.fork() == 0:
    with open(path + "/cgroup.procs", "w") as f: f.write("0")
    os.write(tell, b".")
    l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
    c = socket.create_connection(l.getsockname()); s, _ = l.accept()
    os._exit(0)
os.read(there, 1)
while True:
    try: os.rmdir(path); break
    except OSError: pass
"""


class Cgroups:
    """A mount of cgroup v2 with some cgroups of ours, which go when it ends."""

    KIND = ["-t", "cgroup2"]

    def __init__(self, at, *paths):
        self.top, self.paths = at("cgroups"), paths

    def __enter__(self):
        os.mkdir(self.top)
        subprocess.run(["mount", *self.KIND, "none", self.top], check=True)
        for path in self.paths:
            os.makedirs(self.top + path, exist_ok=True)
        return self

    def clear(self):
        for folder, _, _ in os.walk(self.top + "/tcpclose-test.slice", topdown=False):
            os.rmdir(folder)

    def __exit__(self, *_):
        self.clear()
        subprocess.run(["umount", self.top], check=True)


def objects_of(text):
    return [json.loads(line) for line in text.splitlines()]


def places_of(objects):
    """What the stories of each process say of where it ran."""
    return {(o["trigger"]["pid"], o["trigger"]["cgroup"], o["trigger"]["unit"],
             o["trigger"]["container"], o["trigger"]["pod"]) for o in closes(objects)}


def test_the_cgroup_is_the_one_that_proc_says(cli, root):
    """... and the replay says so too, when the cgroups are no more."""
    paths = [place[0] for place in PLACES]
    with Folder() as at, Cgroups(at, *paths) as cgroups:
        process = cli.start("json", "--record", at("a"), "--netns", cli.netns, "-q", "-n", "6")
        said = cli.inside(sys.executable, "-c", SCRIPT, cgroups.top, *paths).stdout.decode()
        live = process.communicate(timeout=20)[0]
        want = set()
        for line, place in zip(said.splitlines(), PLACES):
            pid, path = line.split(" ")
            same("cgroup in /proc", path, place[0])
            want.add((int(pid), *place))
        same("where they ran", places_of(objects_of(live)), want)
        cgroups.clear()
        same("replay", cli.run("json", "--replay", at("a")).stdout, live)
        copy = cli.run("json", "--replay", at("a"), "--record", at("b")).stdout
        same("copied", (copy, cli.run("json", "--replay", at("b")).stdout), (live, live))
        for args, n in ((["--cgroup", PLACES[0][0]], 2), (["--cgroup", "/tcpclose-test.slice/"], 6),
                        (["--cgroup", "/tcpclose-test.sli"], 0), (["--container", ID[:7]], 4),
                        (["--container", ID, "--cgroup", PLACES[1][0]], 2), (["--cgroup", "/"], 6),
                        (["--container", "1234"], 0)):
            told = objects_of(cli.run("json", "--replay", at("a"), *args).stdout)
            same(" ".join(args), len(closes(told)), n)
            check_identity(told[-1])


def test_the_live_run_filters_by_cgroup_and_container(cli, root):
    paths = [place[0] for place in PLACES]
    with Folder() as at, Cgroups(at, *paths) as cgroups:
        for args, n in ((["--cgroup", "/sys/fs/cgroup" + PLACES[0][0]], 2),
                        (["--container", ID[:4]], 4)):
            done = cli.run("json", "--netns", cli.netns, *args, "--",
                             *cli.enter(sys.executable, "-c", SCRIPT, cgroups.top, *paths))
            told = objects_of("\n".join(line for line in done.stdout.splitlines() if line[0] == "{"))
            same(" ".join(args), len(closes(told)), n)
            check_identity(told[-1])


def test_a_cgroup_that_is_gone_at_once_is_known(cli, root):
    """It was there when the run began: that is enough."""
    path = "/tcpclose-test.slice/short.service"
    with Folder() as at, Cgroups(at, path) as cgroups:
        process = cli.start("json", "--netns", cli.netns, "-q", "-n", "2")
        cli.inside(sys.executable, "-c", SHORT, cgroups.top + path)
        told = closes(objects_of(process.communicate(timeout=20)[0]))
        same("calls", {o["trigger"]["call"] for o in told}, {"exit"})
        same("cgroups", {o["trigger"]["cgroup"] for o in told}, {path})


HANGS = """
import os, socket, sys
with open(sys.argv[1] + "/cgroup.procs", "w") as f: f.write("0")
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.shutdown(socket.SHUT_WR)
print("there", flush=True); sys.stdin.readline()
"""


def test_stuck_filters_by_cgroup(cli, root):
    path = PLACES[1][0]
    with Folder() as at, Cgroups(at, path) as cgroups:
        there = subprocess.Popen(cli.enter(sys.executable, "-c", HANGS, cgroups.top + path),
                                 text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        there.stdout.readline()
        try:
            for args, n in (([], 2), (["--cgroup", path], 2), (["--container", ID[:9]], 2),
                            (["--cgroup", "/none"], 0), (["--container", "beef"], 0)):
                done = cli.run("stuck", "json", "--netns", cli.netns, *args)
                found = [o for o in objects_of(done.stdout) if o["kind"] == "stuck"]
                same("stuck " + " ".join(args), len(found), n)
                true("its place", all((h["cgroup"], h["container"]) == (path, ID)
                                      for o in found for h in o["holders"]))
            cli.run("record", "-o", at("a"), "--netns", cli.netns, "-d", "0.1", "-q")
        finally:
            there.communicate("\n", timeout=20)
        cgroups.clear()
        done = cli.run("stuck", "json", "--replay", at("a"), "--container", ID[:9])
        found = [o for o in objects_of(done.stdout) if o["kind"] == "stuck"]
        same("stuck in the replay", [o["holders"][0]["cgroup"] for o in found], [path] * 2)
