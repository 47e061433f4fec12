# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Servers of Debian's nats-server on loopback, one or a cluster of three, and their certificates."""

import json
import os
import signal
import subprocess
import time

from nats_client import TIMEOUT, Client, Refused

SHORT = 1               # seconds, for a question that a cluster without a leader leaves unanswered
PROGRAM = "/usr/sbin/nats-server"


def wait_until(what, condition, seconds=TIMEOUT):
    """Waits until the condition holds, and returns its value."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError("not within %d s: %s" % (seconds, what))
        time.sleep(0.02)


class Server:
    """One nats-server. config: more lines of its configuration."""

    def __init__(self, folder, port, config="", name="one", login=None):
        self.folder, self.port, self.name, self.login = folder, port, name, login or {}
        self.log = os.path.join(folder, name + ".log")
        self.path = os.path.join(folder, name + ".conf")
        self.process = None
        with open(self.path, "w", encoding="utf-8") as f:
            f.write(f'server_name: {name}\nlisten: "127.0.0.1:{port}"\n'
                    f'jetstream {{ store_dir: "{folder}/{name}", max_file_store: 256M }}\n{config}\n')

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "-c", self.path], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)
        return self

    def signal(self, number):
        os.kill(self.process.pid, number)

    def kill(self):
        """kill -9, and wait until it has gone."""
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()

    def is_ready(self):
        try:
            with Client(self.port, timeout=SHORT, **self.login) as c:
                c.ask("INFO")
                return True
        except (OSError, Refused, IndexError) as e:
            self.not_ready = repr(e)
            return False

    def wait_until_ready(self):
        wait_until(self.name + " answers requests to JetStream", self.is_ready, 30)
        return self

    def client(self, timeout=TIMEOUT):
        return Client(self.port, timeout=timeout, **self.login)


class Cluster:
    """Three servers with routes to each other. Their options are those of Server."""

    def __init__(self, folder, take_port, config="", login=None):
        ports = [(take_port(), take_port()) for _ in range(3)]
        routes = ", ".join(f'"nats://127.0.0.1:{route}"' for _, route in ports)
        self.login = login or {}
        self.servers = [
            Server(folder, port, f'cluster {{ name: c, listen: "127.0.0.1:{route}", routes: [{routes}] }}\n{config}',
                   f"n{i + 1}", login) for i, (port, route) in enumerate(ports)]

    def start(self):
        for server in self.servers:
            server.start()
        return self

    def wait_until_ready(self):
        for server in self.servers:
            server.wait_until_ready()
        return self

    def addresses(self):
        return ",".join("127.0.0.1:%d" % server.port for server in self.servers)

    def alive(self):
        return [server for server in self.servers if server.process.poll() is None]

    def leader_of(self, stream):
        """The server that leads a stream, None while there is none."""
        for server in self.alive():
            try:
                with server.client(SHORT) as c:
                    leader = c.ask("STREAM.INFO." + stream).get("cluster", {}).get("leader")
            except (OSError, Refused, IndexError, json.JSONDecodeError):
                continue
            for other in self.alive():
                if other.name == leader:
                    return other
        return None

    def is_whole(self, stream):
        """All replicas of a stream are there and current."""
        leader = self.leader_of(stream)
        if not leader:
            return False
        try:
            with leader.client(SHORT) as c:
                replicas = c.ask("STREAM.INFO." + stream)["cluster"].get("replicas", [])
        except (OSError, Refused):
            return False
        return len(replicas) == 2 and all(r["current"] and not r.get("offline") for r in replicas)

    def kill(self):
        for server in self.servers:
            if server.process and server.process.poll() is None:
                server.signal(signal.SIGCONT)
            server.kill()


def openssl(folder, *words, extension=None):
    extra = []
    if extension:
        with open(os.path.join(folder, "extension"), "w", encoding="utf-8") as f:
            f.write(extension)
        extra = ["-extfile", "extension"]
    subprocess.run(["openssl", *words, *extra], cwd=folder, check=True, capture_output=True)


KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """A certificate authority in a folder: ca.pem, and NAME.pem with NAME.key for each name."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = folder, name
        openssl(folder, "req", "-x509", *KEY, "-keyout", name + ".key", "-out", name + ".pem", "-subj", "/CN=" + name,
                "-days", "30")
        self.pem = os.path.join(folder, name + ".pem")

    def issue(self, name, days=30, names="DNS:localhost,IP:127.0.0.1"):
        """Returns the paths of a certificate and of its key. days: -1 makes one that has expired."""
        openssl(self.folder, "req", *KEY, "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name)
        openssl(self.folder, "x509", "-req", "-in", name + ".csr", "-CA", self.name + ".pem", "-CAkey",
                self.name + ".key", "-days", str(days), "-out", name + ".pem", extension="subjectAltName=" + names)
        return os.path.join(self.folder, name + ".pem"), os.path.join(self.folder, name + ".key")
