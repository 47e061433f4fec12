# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Two hosts: network namespaces that a veth joins, each with a tracer of its own."""

import concurrent.futures
import contextlib
import gzip
import json
import os
import re
import struct
import subprocess
import sys

from fixture import same
from read_recording import ANNOTATION, KIND, members, records, encode

CLIENT, SERVER = "10.77.0.1", "10.77.0.2"
NAMES = ("client", "server")

# Opens connections. Every other one is closed by the server first. Prints its port and its process.
CLIENTS = """
import json, os, socket, sys
for i in range(int(sys.argv[2])):
    c = socket.create_connection(("%s", int(sys.argv[1])))
    first = i %% 2 == 0
    print(json.dumps({"port": c.getsockname()[1], "pid": os.getpid(), "first": first}), flush=True)
    c.send(b"c" if first else b"s")
    c.recv(1) if not first else None
    c.close()
""" % SERVER

# Accepts that many connections and prints the port of each client.
SERVERS = """
import json, os, socket, sys
l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
l.bind(("%s", int(sys.argv[1]))); l.listen(); print("listens", flush=True)
for _ in range(int(sys.argv[2])):
    s, peer = l.accept()
    first = s.recv(1) == b"s"
    print(json.dumps({"port": peer[1], "pid": os.getpid(), "first": first}), flush=True)
    s.recv(1) if not first else None
    s.close()
""" % SERVER


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class TwoHosts:
    """Namespaces NAME.client and NAME.server, of 10.77.0.1 and 10.77.0.2."""

    def __init__(self, cli):
        self.cli = cli

    def netns(self, name):
        return "%s.%s" % (self.cli.netns, name)

    def __enter__(self):
        ends = {name: "v%s%d" % (name[0], os.getpid()) for name in NAMES}
        for name in NAMES:
            ip("netns", "add", self.netns(name))
        ip("link", "add", ends["client"], "netns", self.netns("client"), "type", "veth",
           "peer", "name", ends["server"], "netns", self.netns("server"))
        for name, address in zip(NAMES, (CLIENT, SERVER)):
            ip("-n", self.netns(name), "addr", "add", address + "/24", "dev", ends[name])
            ip("-n", self.netns(name), "link", "set", ends[name], "up")
        return self

    def __exit__(self, *_):
        for name in NAMES:
            subprocess.run(["ip", "netns", "del", self.netns(name)], check=False)

    def enter(self, name, *command):
        return ["ip", "netns", "exec", self.netns(name), *command]

    def start_recorder(self, name, path, *args):
        return self.cli.start("record", "-o", path, "--netns", self.netns(name), "--host", name, *args)

    def traffic(self, count, port=7000):
        """Opens and closes connections. What each end says of them, by the client's port."""
        server = subprocess.Popen(self.enter("server", sys.executable, "-c", SERVERS, str(port), str(count)),
                                  stdout=subprocess.PIPE, text=True)
        same("the server", server.stdout.readline(), "listens\n")
        client = subprocess.Popen(self.enter("client", sys.executable, "-c", CLIENTS, str(port), str(count)),
                                  stdout=subprocess.PIPE, text=True)
        with concurrent.futures.ThreadPoolExecutor() as pool:   # neither waits until the other one is read
            said = dict(zip(NAMES, pool.map(lambda end: end.communicate()[0], (client, server))))
        same("the programs", (client.returncode, server.returncode), (0, 0))
        return {name: {e["port"]: e for e in map(json.loads, text.splitlines())} for name, text in said.items()}


def stop(recorder):
    recorder.terminate()
    _, err = recorder.communicate()
    same("the recorder: %s" % err, recorder.returncode, 0)


@contextlib.contextmanager
def recorded(cli, at, count=8, *args):
    """The two recordings of some traffic, and what the two programs say."""
    with TwoHosts(cli) as hosts:
        recorders = [hosts.start_recorder(name, at(name), *args) for name in NAMES]
        said = hosts.traffic(count)
        for recorder in recorders:
            stop(recorder)
        yield [at(name) for name in NAMES], said


def on_another_machine(source, target, boot_id, older_ns, fast_ns=0):
    """Writes a recording as a machine would have made it that was booted older_ns earlier, with a wall clock
    that is fast by fast_ns."""
    def move(at, record):
        ns, = struct.unpack_from("<Q", record, at)
        if ns:
            struct.pack_into("<Q", record, at, ns + older_ns)

    def change(record):
        record = bytearray(record)
        move(0, record)
        if record[KIND] == ANNOTATION:
            move(24, record)
        return record

    def change_header(text):
        text = re.sub(rb"(?m)^boot_id .*$", b"boot_id " + boot_id.encode(), text)
        return re.sub(rb"(?m)^boot_to_wall_ns (-?\d+)$",
                      lambda m: b"boot_to_wall_ns %d" % (int(m[1]) - older_ns + fast_ns), text)

    with open(target, "wb") as f:
        for member in members(source):
            if member[:1] == b"R":
                f.write(gzip.compress(encode([change(record) for record in records(member)])))
            else:
                f.write(gzip.compress(change_header(member)))
