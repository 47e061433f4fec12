# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The fixtures of the fleet: a server, a cluster, or none, and what the tests start beside them."""

import os
import shutil
import sys
import tempfile

import pytest

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

from fleet_fixture import Fleet, clean, prepare  # noqa: E402
from nats_server import PROGRAM  # noqa: E402


# As root, so that the worker has privileges to lose, and so that make test stays quick.
@pytest.fixture
def fleet(options, root):
    if not os.path.exists(PROGRAM) or not os.path.exists(os.path.join(options.build, "fleet_ship")):
        pytest.skip("needs nats-server and libnats-dev")
    folder = tempfile.mkdtemp(prefix="tcpclose-fleet-")
    made = Fleet(options, folder)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def shared_fleet(kind):
    @pytest.fixture(scope="module")
    def made(all_options, root):
        if not os.path.exists(PROGRAM) or not os.path.exists(os.path.join(all_options.build, "fleet_ship")):
            pytest.skip("needs nats-server and libnats-dev")
        folder = tempfile.mkdtemp(prefix="tcpclose-fleet-")
        fleet = Fleet(all_options, folder)
        try:
            yield prepare(fleet, kind)
        finally:
            fleet.stop()
            shutil.rmtree(folder, ignore_errors=True)
    return made


shared_bare = shared_fleet("none")
shared_one = shared_fleet("one")
shared_three = shared_fleet("three")


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
