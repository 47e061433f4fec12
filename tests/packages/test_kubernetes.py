# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The manifests for Kubernetes, as kubectl reads them; and the tool with exactly the capabilities that they give."""

import os
import re
import subprocess
import sys
import time
import urllib.request

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from assertions import same, true  # noqa: E402
from test_image import KUBERNETES, run  # noqa: E402

BASE = {"BPF", "PERFMON"}
ALL = BASE | {"SYS_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH"}


def objects_of(folder):
    done = run("kubectl", "kustomize", os.path.join(KUBERNETES, folder))
    same(f"kubectl kustomize {folder}\n{done.stderr}", done.returncode, 0)
    return {o["kind"]: o for o in yaml.safe_load_all(done.stdout)}


def container_of(objects):
    container, = objects["DaemonSet"]["spec"]["template"]["spec"]["containers"]
    return container


def test_the_base_has_no_more_than_it_needs():
    objects = objects_of("base")
    same("objects", set(objects), {"Namespace", "ServiceAccount", "DaemonSet"})
    pod, container = objects["DaemonSet"]["spec"]["template"]["spec"], container_of(objects)
    security = container["securityContext"]
    same("capabilities", security["capabilities"], {"drop": ["ALL"], "add": sorted(BASE)})
    same("privileges", (security["privileged"], security["allowPrivilegeEscalation"],
                        security["readOnlyRootFilesystem"]), (False, False, True))
    same("token", (pod["automountServiceAccountToken"], objects["ServiceAccount"]["automountServiceAccountToken"]),
         (False, False))
    same("host", (pod["hostPID"], pod.get("hostNetwork"), pod.get("hostIPC")), (True, None, None))
    same("mounts that can be written", [m for m in container["volumeMounts"] if not m.get("readOnly")], [])
    same("mounts are where they are on the node", {m["name"]: m["mountPath"] for m in container["volumeMounts"]},
         {v["name"]: v["hostPath"]["path"] for v in pod["volumes"]})
    same("limits", set(container["resources"]["limits"]), {"cpu", "memory"})
    for probe in ("readinessProbe", "livenessProbe"):
        same(probe, container[probe]["httpGet"], {"path": "/healthz", "port": "metrics"})
    same("labels", objects["DaemonSet"]["spec"]["selector"]["matchLabels"],
         objects["DaemonSet"]["spec"]["template"]["metadata"]["labels"])


def test_the_overlay_adds_capabilities_and_a_monitor():
    objects, base = objects_of("all-namespaces"), objects_of("base")
    same("objects", set(objects), {*base, "PodMonitor"})
    same("capabilities", set(container_of(objects)["securityContext"]["capabilities"]["add"]), ALL)
    same("selects", objects["PodMonitor"]["spec"]["selector"]["matchLabels"],
         objects["DaemonSet"]["spec"]["selector"]["matchLabels"])
    same("port", objects["PodMonitor"]["spec"]["podMetricsEndpoints"][0]["port"],
         container_of(objects)["ports"][0]["name"])
    for kind in ("Namespace", "ServiceAccount"):
        same(kind, objects[kind], base[kind])


def test_each_capability_has_its_reason():
    for name in ("base/daemonset.yaml", "all-namespaces/capabilities.yaml"):
        with open(os.path.join(KUBERNETES, name), encoding="utf-8") as f:
            lines = f.read().splitlines()
        for i, line in enumerate(lines):
            added = re.fullmatch(r"\s+- ([A-Z_]+)", line)
            if added and not (name.startswith("all") and added[1] in BASE):
                true(f"{name}: {added[1]} without a reason", lines[i - 1].strip().startswith("# "))


def capabilities(names):
    return ",".join(["-all", *("+" + name.lower() for name in sorted(names))])


class Pod:
    """The command of the DaemonSet with its capabilities, and no others."""

    def __init__(self, cli, folder):
        container = container_of(objects_of(folder))
        caps = capabilities(container["securityContext"]["capabilities"]["add"])
        # more groups than in a pod change nothing; no_new_privs is what allowPrivilegeEscalation: false sets
        self.limit = ["setpriv", "--bounding-set", caps, "--inh-caps", caps, "--no-new-privs"]
        port = cli.take_port()
        args = [re.sub(r"0\.0\.0\.0:9436", f"127.0.0.1:{port}", word) for word in container["args"] if word != "-q"]
        true("the port is replaced", any(str(port) in word for word in args))
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen([*self.limit, cli.tool, *args], stderr=subprocess.PIPE, text=True)
        self.said = []

    def __enter__(self):
        while not self.said or "tcpclose: ready" not in self.said[-1]:
            line = self.process.stderr.readline()
            true(f"ready: {self.said}", line)
            self.said.append(line)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=20)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as response:
            return response.status, response.read().decode()

    def held_capabilities(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1], 16) for line in f if line.startswith("CapBnd:"))


CLOSES = "import socket; l = socket.create_server(('127.0.0.1', 0)); c = socket.create_connection(l.getsockname()); " \
         "s = l.accept()[0]; c.close(); s.close()"


def clean_closes(text):
    return sum(float(line.split()[-1]) for line in text.splitlines()
               if line.startswith("tcpclose_closes_total") and 'ending="reset' not in line)


def test_the_base_is_enough_to_see_every_close(cli, root):
    """Those of other network namespaces too."""
    with Pod(cli, "base") as pod:
        same("two capabilities", bin(pod.held_capabilities()).count("1"), len(BASE))
        same("health", pod.get("/healthz")[0], 200)
        before = clean_closes(pod.get("/metrics")[1])
        cli.inside("python3", "-c", CLOSES)
        end = time.monotonic() + 20
        while clean_closes(pod.get("/metrics")[1]) < before + 2:
            true("both ends are counted", time.monotonic() < end)


def test_the_overlay_sees_sockets_of_other_namespaces(cli, root):
    holds = CLOSES.replace("c.close(); s.close()", "c.shutdown(1); print('there', flush=True); input()")
    with subprocess.Popen(cli.enter("python3", "-c", holds), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as there:
        there.stdout.readline()
        seen = {}
        for folder in ("base", "all-namespaces"):
            with Pod(cli, folder) as pod:
                text = pod.get("/metrics")[1]
                end = time.monotonic() + 30
                while "tcpclose_sockets{" not in text and time.monotonic() < end:
                    text = pod.get("/metrics")[1]
                seen[folder] = re.search(r'^tcpclose_sockets\{state="close_wait"\} (\S+)', text, re.M)
        there.communicate("\n", timeout=20)
    true(f"a walk of all namespaces: {seen}", seen["all-namespaces"] and float(seen["all-namespaces"][1]) >= 1)
    true(f"a walk of its own: {seen}", not seen["base"] or float(seen["base"][1]) < float(seen["all-namespaces"][1]))
