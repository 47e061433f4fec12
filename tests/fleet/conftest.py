# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Servers, publishers and readers for the tests of the fleet. Everything that was started is killed, by its id."""

import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE]

from nats_client import trust  # noqa: E402
from nats_server import PROGRAM, Authority, Cluster, Server  # noqa: E402
from publisher import ENV, Publisher  # noqa: E402

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


class Fleet:
    def __init__(self, options, folder):
        self.build, self.tool, self.folder = options.build, options.tool, folder
        self.started, self.publishers = [], []

    def server(self, config="", **more):
        """One server, ready."""
        made = Server(self.folder, take_port(), config, **more)
        self.started.append(made)
        return made.start().wait_until_ready()

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


@pytest.fixture
def fleet(options):
    if not os.path.exists(PROGRAM) or not os.path.exists(os.path.join(options.build, "fleet_ship")):
        pytest.skip("needs nats-server and libnats-dev")
    folder = tempfile.mkdtemp(prefix="tcpclose-fleet-")
    made = Fleet(options, folder)
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


def make_shared(options, folder, cluster):
    made = Fleet(options, folder)
    if not cluster:
        made.one = made.server()
        made.url = "nats://127.0.0.1:%d/" % made.one.port
        return made
    authority = Authority(folder)
    cert, key = authority.issue("server")
    made.ca = authority.pem
    made.authority = authority
    made.three = made.cluster(f'tls {{ cert_file: "{cert}", key_file: "{key}" }}',
                              login={"tls": trust(authority.pem)})
    made.url = "tls://%s/" % made.three.addresses()
    return made


def shared_fleet(cluster):
    @pytest.fixture(scope="module")
    def made(all_options):
        if not os.path.exists(PROGRAM) or not os.path.exists(os.path.join(all_options.build, "fleet_ship")):
            pytest.skip("needs nats-server and libnats-dev")
        folder = tempfile.mkdtemp(prefix="tcpclose-fleet-")
        fleet = make_shared(all_options, folder, cluster)
        yield fleet
        fleet.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return made


shared_one = shared_fleet(False)
shared_three = shared_fleet(True)


def clean(fleet, server):
    """No streams, and no publisher of an earlier test."""
    for publisher in fleet.publishers:
        publisher.kill()
    fleet.publishers.clear()
    with server.client() as c:
        for name in c.ask("STREAM.NAMES").get("streams") or []:
            c.ask("STREAM.DELETE." + name)
    return fleet


@pytest.fixture
def one(shared_one):
    """A server without TLS and without streams: one.url. It serves all tests of a file."""
    return clean(shared_one, shared_one.one)


@pytest.fixture
def three(shared_three):
    """A cluster of three with TLS: three.url, three.ca."""
    for server in shared_three.three.servers:
        if server.process.poll() is not None:
            server.start()
    shared_three.three.wait_until_ready()
    return clean(shared_three, shared_three.three.servers[0])
