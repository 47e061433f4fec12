# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the tests of the fleet start: servers, publishers, the tool. All of it is killed by its id."""

import itertools
import os
import socket
import subprocess

from nats_client import Refused, trust
from nats_server import SHORT, Authority, Cluster, Server, wait_until
from publisher import ENV, Publisher

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PORTS = itertools.count(20000 + os.getpid() % 1000 * 10)
TIMEOUT = 60


def take_port():
    """A port on which nothing listens, below those that the kernel hands out."""
    for port in PORTS:
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("no port")


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Fleet:
    def __init__(self, options, folder):
        self.build, self.tool, self.folder = options.build, options.tool, folder
        self.started, self.publishers = [], []

    def server(self, config="", **more):
        """One server, ready."""
        made = Server(self.folder, take_port(), config, **more)
        self.started.append(made)
        return made.start().wait_until_ready()

    def start_server(self, config="", **more):
        """One server, which listens; only the test can say whether it is ready."""
        made = Server(self.folder, take_port(), config, **more)
        self.started.append(made)
        made.start()
        wait_until(made.name + " listens", lambda: is_listening(made.port) or made.process.poll() is not None)
        if made.process.poll() is not None:
            with open(made.log, encoding="utf-8") as log:
                raise AssertionError("nats-server: " + log.read())
        return made

    def cluster(self, config="", **more):
        made = Cluster(self.folder, take_port, config, **more)
        self.started.append(made)
        return made.start().wait_until_ready()

    def publish(self, url, host="web", **settings):
        made = Publisher(self.build, url, host, **settings)
        self.publishers.append(made)
        return made

    def run(self, *args, env=None):
        """The tool, to its end."""
        return subprocess.run([self.tool, *args], capture_output=True, text=True, timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL, env={**ENV, **(env or {})}, check=False)

    def init(self, url, *args, **more):
        done = self.run("stream", "init", url, *args, **more)
        if done.returncode:
            raise AssertionError("stream init: " + done.stderr)
        return done.stdout

    def stop(self):
        for made in self.publishers + self.started:
            made.kill()


def prepare(fleet, kind):
    """Starts the servers that all tests of a file use."""
    if kind == "none":
        return fleet
    if kind == "one":
        fleet.one = fleet.server()
        fleet.url = "nats://127.0.0.1:%d/" % fleet.one.port
        return fleet
    fleet.authority = Authority(fleet.folder)
    fleet.ca = fleet.authority.pem
    cert, key = fleet.authority.issue("server")
    fleet.three = fleet.cluster(f'tls {{ cert_file: "{cert}", key_file: "{key}" }}',
                                login={"tls": trust(fleet.ca)})
    fleet.url = "tls://%s/" % fleet.three.addresses()
    return fleet


def delete_streams(server):
    try:
        with server.client(SHORT) as c:
            for name in c.ask("STREAM.NAMES").get("streams") or []:
                c.ask("STREAM.DELETE." + name)
            return True
    except (OSError, Refused):
        return False        # the cluster has no leader, or the stream has none, yet


def clean(fleet, server):
    """No streams, and no publisher of an earlier test."""
    for publisher in fleet.publishers:
        publisher.kill()
    fleet.publishers.clear()
    wait_until("the streams can be deleted", lambda: delete_streams(server), 30)
    return fleet
