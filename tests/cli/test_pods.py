# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The names of Kubernetes containers, from folders as kubelets make them, and cgroups of v1."""

import os
import subprocess
import sys
import time

from fixture import TIMEOUT, closes, same, true
from test_cgroup import HANGS, Cgroups, objects_of
from test_record import Folder

TOP = "/tcpclose-test.slice"
UID = "0a1b2c3d-1111-2222-3333-44445555%04x"
STATIC_UID = "b8c9f0c0d1e2f3a4b5c6d7e8f9a0b1c2"


def container_id(number):
    return "%04x" % number * 16


def slice_uid(number):
    return (UID % number).replace("-", "_")


# The path of a cgroup as an engine makes it, what the kubelet leaves in /var/log, and the names that follow.
TREES = {
    "containerd": (TOP + "/kubepods.slice/kubepods-pod%s.slice/cri-containerd-%s.scope"
                   % (slice_uid(1), container_id(1)),
                   ["containers/web-7d4b9_prod_side-car-%s.log" % container_id(1),
                    "pods/prod_web-7d4b9_%s/side-car" % (UID % 1)], ("prod", "web-7d4b9", "side-car")),
    "cri-o": (TOP + "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod%s.slice/crio-%s.scope/init"
              % (slice_uid(2), container_id(2)),
              ["containers/db-0_prod_postgres-%s.log" % container_id(2)], ("prod", "db-0", "postgres")),
    "docker": (TOP + "/kubepods/besteffort/pod%s/%s" % (UID % 3, container_id(3)),
               ["containers/job-x_batch_main-%s.log" % container_id(3), "pods/batch_job-x_%s/main" % (UID % 3)],
               ("batch", "job-x", "main")),
    # the container that holds a pod together has no log
    "sandbox": (TOP + "/kubepods/pod%s/%s" % (UID % 4, container_id(4)), ["pods/prod_api-1_%s/api" % (UID % 4)],
                ("prod", "api-1", None)),
    "static pod": (TOP + "/kubepods/burstable/pod%s/%s" % (STATIC_UID, container_id(5)),
                   ["pods/kube-system_etcd-node1_%s/etcd" % STATIC_UID], ("kube-system", "etcd-node1", None)),
    "kubelet before 1.14": (TOP + "/kubepods/burstable/pod%s/%s" % (UID % 6, container_id(6)),
                            ["pods/%s/main" % (UID % 6)], (None, None, None)),
    "docker alone": (TOP + "/docker/" + container_id(7), [], (None, None, None)),
}
KEYS = ("k8s_namespace", "k8s_pod", "k8s_container")

# Of each cgroup a process in it that closes a connection from both ends, and stays until its input ends.
CLOSES = """
import os, socket, sys
top = sys.argv[1]
for path in sys.argv[2:]:
    if os.fork() == 0:
        with open(top + path + "/cgroup.procs", "w") as f: f.write("0")
        l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
        c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.close(); s.close()
        sys.stdin.read()
        os._exit(0)
sys.stdin.read()
"""


def with_logs(folder, *command):
    """A command line with that folder in place of /var/log, for it alone."""
    return ["unshare", "--mount", "sh", "-c", 'mount --bind "$1" /var/log && shift && exec "$@"', "sh", folder,
            *command]


def make_logs(folder, names):
    for name in names:
        path = os.path.join(folder, name)
        if name.endswith(".log"):       # a link in life: it is listed, not opened
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink("/nowhere", path)
        else:
            os.makedirs(path)


class Closers:
    def __init__(self, cli, script, *args):
        self.process = subprocess.Popen(cli.enter(sys.executable, "-c", script, *args), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.communicate("\n", timeout=TIMEOUT)


def names_of(acts):
    return {act["cgroup"]: tuple(act[key] for key in KEYS) for act in acts}


def test_the_names_are_those_of_the_folders(cli, root):
    """As live, so in a replay on a host without these folders, and in what is recorded from it."""
    paths = [tree[0] for tree in TREES.values()]
    want = {tree[0]: tree[2] for tree in TREES.values()}
    with Folder() as at, Cgroups(at, *paths) as cgroups:
        for _, names, _ in TREES.values():
            make_logs(at("log"), names)
        command = [cli.tool, "json", "--record", at("a"), "--netns", cli.netns, "-n", str(2 * len(paths))]
        tool = subprocess.Popen(with_logs(at("log"), *command), text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        same("ready", tool.stderr.readline(), "tcpclose: ready\n")
        with Closers(cli, CLOSES, cgroups.top, *paths):
            live = tool.communicate(timeout=TIMEOUT)[0]
        same("names", names_of(o["trigger"] for o in closes(objects_of(live))), want)
    with Folder() as other:
        with Folder() as at, Cgroups(at, *paths) as cgroups:
            make_logs(at("log"), TREES["docker"][1])
            with Closers(cli, HANGS, cgroups.top + TREES["docker"][0]) as there:
                there.stdout.readline()
                stuck = subprocess.run(with_logs(at("log"), cli.tool, "stuck", "json", "--netns", cli.netns),
                                       capture_output=True, text=True, timeout=TIMEOUT, check=True).stdout
                text = subprocess.run(with_logs(at("log"), cli.tool, "stuck", "--netns", cli.netns),
                                      capture_output=True, text=True, timeout=TIMEOUT, check=True).stdout
                subprocess.run(with_logs(at("log"), cli.tool, "record", "-q", "-o", other("b"), "--netns", cli.netns,
                                         "-d", "0.1"), timeout=TIMEOUT, check=True)
        holders = [h for o in objects_of(stuck) if o["kind"] == "stuck" for h in o["holders"]]
        same("of holders", names_of(holders), {TREES["docker"][0]: TREES["docker"][2]})
        true("in text", ", pod batch/job-x/main" in text, text)
        replayed = objects_of(cli.run("stuck", "json", "--replay", other("b")).stdout)
        same("of holders in a replay", names_of(h for o in replayed if o["kind"] == "stuck" for h in o["holders"]),
             {TREES["docker"][0]: TREES["docker"][2]})


def test_a_replay_has_the_names(cli, root):
    path, names, want = TREES["containerd"]
    with Folder() as at, Cgroups(at, path) as cgroups:
        make_logs(at("log"), names)
        command = [cli.tool, "json", "--record", at("a"), "--netns", cli.netns, "-n", "2"]
        tool = subprocess.Popen(with_logs(at("log"), *command), text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        same("ready", tool.stderr.readline(), "tcpclose: ready\n")
        with Closers(cli, CLOSES, cgroups.top, path):
            live = tool.communicate(timeout=TIMEOUT)[0]
        same("names", names_of(o["trigger"] for o in closes(objects_of(live))), {path: want})
        same("replay", cli.run("json", "--replay", at("a")).stdout, live)
        same("copied", cli.run("json", "--replay", at("a"), "--record", at("b")).stdout, live)
        same("replay of the copy", cli.run("json", "--replay", at("b")).stdout, live)
        one_key = cli.run("json", "--replay", at("a"), "--fields", "trigger.k8s_pod").stdout
        same("one key", one_key.count("web-7d4b9"), 2)
        cli.run("record", "--replay", at("a"), "--redact", "-o", at("c"))
        hidden = cli.run("json", "--replay", at("c")).stdout
        true("redacted", closes(objects_of(hidden)) and "web-7d4b9" not in hidden and "side-car" not in hidden, hidden)


class SystemdCgroups(Cgroups):
    """A mount of the hierarchy name=systemd of cgroup v1."""

    KIND = ["-t", "cgroup", "-o", "none,name=systemd"]


def said_of(pid):
    """What /proc has of a process: its paths in v2 and in name=systemd."""
    with open("/proc/%d/cgroup" % pid, encoding="ascii") as f:
        lines = [line.rstrip("\n").split(":", 2) for line in f]
    return [path for number, names, path in lines if number == "0" or names == "name=systemd"]


def test_the_path_of_cgroup_v1_stands_in(cli, root):
    """... where the process has none in v2: in json, stuck and the recording alike."""
    path = TOP + "/kubepods/pod%s/%s" % (UID % 8, container_id(8))
    with Folder() as at, SystemdCgroups(at, path) as cgroups:
        tool = cli.start("json", "-q", "--record", at("a"), "--netns", cli.netns, "-n", "2")
        with Closers(cli, CLOSES, cgroups.top, path):
            live = tool.communicate(timeout=TIMEOUT)[0]
        for trigger in (o["trigger"] for o in closes(objects_of(live))):
            same("place", (trigger["cgroup"], trigger["container"], trigger["pod"]),
                 (path, container_id(8), UID % 8))
        same("replay", cli.run("json", "--replay", at("a")).stdout, live)
        same("by container", len(closes(objects_of(cli.run("json", "--replay", at("a"), "--container",
                                                           container_id(8)[:9]).stdout))), 2)
        with Closers(cli, HANGS, cgroups.top + path) as there:
            there.stdout.readline()
            said = objects_of(cli.run("stuck", "json", "--netns", cli.netns).stdout)
            found = [o for o in said if o["kind"] == "stuck"]
            pid = found[0]["holders"][0]["pid"]
            same("in /proc", sorted(said_of(pid)), ["/", path])
            same("stuck", {h["cgroup"] for o in found for h in o["holders"]}, {path})


def test_a_container_is_named_after_its_pod(cli, root):
    """The kubelet makes the folder of a pod before it names the container."""
    path, names, want = TREES["containerd"]
    with Folder() as at, Cgroups(at, path) as cgroups:
        make_logs(at("log"), [names[1]])
        command = [cli.tool, "json", "--netns", cli.netns, "--flush"]
        tool = subprocess.Popen(with_logs(at("log"), *command), text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        same("ready", tool.stderr.readline(), "tcpclose: ready\n")
        said = []
        with Closers(cli, CLOSES, cgroups.top, path):
            while len(closes(said)) < 2:
                said += objects_of(tool.stdout.readline())
        same("before", names_of(o["trigger"] for o in closes(said)), {path: (*want[:2], None)})
        make_logs(at("log"), [names[0]])
        end = time.monotonic() + TIMEOUT
        while names_of(o["trigger"] for o in closes(said)) != {path: want}:
            true("in time", time.monotonic() < end, said)
            said.clear()
            with Closers(cli, CLOSES, cgroups.top, path):
                while len(closes(said)) < 2:
                    said += objects_of(tool.stdout.readline())
        tool.terminate()
        tool.communicate(timeout=TIMEOUT)
