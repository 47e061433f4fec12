# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A real Prometheus with the shipped configuration and rules scrapes a live tcpclose, in a network namespace of their
own. The witness is the number of connections that were made."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse

from assertions import Skip, same, true
from promtool import DEPLOY, read
from test_dashboard import expressions

LIMIT_S = 60
MADE = 40
# Without a value here: what needs an option or a sysctl, and what does not happen
EMPTY = ("tcpclose_spool_", "tcpclose_closes_by_comm", "tcpclose_phase_cut", "tcpclose_bpf_run", "ALERTS")
# The name of the programs whose closes are counted: a scrape that takes more than its second is a reset too.
NAME = "traffic"
BE_NAMED = """
with open("/proc/self/comm", "w") as f:
    f.write("%s")
""" % NAME
# A socket in CLOSE_WAIT
HOLD = BE_NAMED + """
import socket, time
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server = listener.accept()[0]
client.close()
server.recv(1)
time.sleep(1000)
"""
# 20 connections with unread data at the server's close(): each is a reset; then 20 with clean closes
TRAFFIC = BE_NAMED + """
import socket
with socket.create_server(("127.0.0.1", 0)) as listener:
    for unread in [True] * %d + [False] * %d:
        client = socket.create_connection(listener.getsockname())
        server = listener.accept()[0]
        client.sendall(b"x")
        server.recv(1, socket.MSG_PEEK if unread else 0)
        server.close()
        if not unread:
            client.recv(1)
        client.close()
""" % (MADE // 2, MADE // 2)
ASK = """
import sys, urllib.request
try:
    print(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=10).read().decode())
except urllib.error.HTTPError as e:     # not ready yet; what is not read would be one more reset
    e.read()
    sys.exit(1)
"""


class Net:
    """A network namespace; what is started in it ends with it."""

    def __init__(self):
        self.name = f"tcpclose-deploy-{os.getpid()}"
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.stack.callback(subprocess.run, ["ip", "netns", "del", self.name], check=False)
        self.run("ip", "link", "set", "lo", "up")
        return self

    def __exit__(self, *_):
        self.stack.close()

    def line(self, *command):
        return ["ip", "netns", "exec", self.name, *command]

    def run(self, *command, check=True):
        return subprocess.run(self.line(*command), capture_output=True, text=True, check=check)

    def start(self, *command, **more):
        process = subprocess.Popen(self.line(*command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **more)
        self.stack.callback(process.wait, LIMIT_S)
        self.stack.callback(process.send_signal, signal.SIGTERM)
        return process


def start_serve(net, options):
    ready, tell = os.pipe()
    net.start(options.tool, "serve", "-q", "-c", NAME, "--ready-fd", str(tell), pass_fds=[tell])
    os.close(tell)
    with os.fdopen(ready, "rb") as pipe:
        same("serve is ready", pipe.read(1), b"\0")


def start_prometheus(net, options):
    shutil.copy(os.path.join(DEPLOY, "prometheus/tcpclose.rules.yml"), options.folder)
    config = os.path.join(options.folder, "scrape.yml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(read("prometheus", "scrape.yml").replace("scrape_interval: 15s",
                                                         "scrape_interval: 1s\n  evaluation_interval: 1s"))
    with open(os.path.join(options.folder, "log"), "wb") as log:
        net.start("prometheus", f"--config.file={config}", f"--storage.tsdb.path={options.folder}/data",
                  "--web.listen-address=127.0.0.1:9090", stderr=log)


def ask(net, what):
    """The data of an answer of Prometheus; None: no answer."""
    done = net.run(sys.executable, "-c", ASK, f"http://127.0.0.1:9090/api/v1/{what}", check=False)
    if done.returncode:
        return None
    answer = json.loads(done.stdout)
    same(f"status of {what}", answer["status"], "success")
    return answer["data"]


def query(net, expr):
    """The samples of an expression: [labels, value]; None: no answer."""
    data = ask(net, "query?" + urllib.parse.urlencode({"query": expr}))
    return data and [[sample["metric"], float(sample["value"][1])] for sample in data["result"]]


def wait(net, expr, holds):
    samples, end = None, time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        samples = query(net, expr)
        if samples and holds(samples):
            return
        time.sleep(0.2)
    true(f"{expr}: {samples}", False)


def test_a_prometheus_scrapes_what_happened(options, root):
    if not shutil.which("prometheus"):
        raise Skip("needs prometheus")
    with Net() as net:
        net.start(sys.executable, "-c", HOLD)
        start_serve(net, options)
        net.run(sys.executable, "-c", TRAFFIC)
        start_prometheus(net, options)
        wait(net, 'up{job="tcpclose"}', lambda samples: samples[0][1] == 1)
        wait(net, 'tcpclose_closes_total{ending="reset-sent",reason="unread-data"}',
             lambda samples: sum(value for _, value in samples) == MADE // 2)
        net.run(sys.executable, "-c", TRAFFIC)
        wait(net, 'tcpclose_closes_total{ending="reset-sent",reason="unread-data"}',
             lambda samples: sum(value for _, value in samples) == MADE)
        wait(net, 'instance_ending_reason:tcpclose_closes:rate5m{reason="unread-data"}',
             lambda samples: samples[0][1] > 0)
        rules = [rule for group in ask(net, "rules")["groups"] for rule in group["rules"]]
        same("rules that cannot be evaluated", [r["name"] for r in rules if r["health"] != "ok"], [])
        for where, expr in expressions():
            if not any(name in expr for name in EMPTY):
                wait(net, expr, lambda samples: samples)
