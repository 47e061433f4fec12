# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The sample configuration of tools/deploy/nats: three servers with TLS, and what each role may do, and may not."""

import os
import re
import shutil
import subprocess

import pytest

from assertions import same, true
from fleet_fixture import ROOT, take_port
from nats_client import Client, Refused, trust
from nats_server import Authority, Cluster, Server, wait_until
from publisher import check_stream

SAMPLE = os.path.join(ROOT, "tools", "deploy", "nats")
NAMES = ("nats-1", "nats-2", "nats-3")


class SampleServer(Server):
    """The sample file as it is, except for its paths, its ports and the names of hosts."""

    def __init__(self, folder, name, ports):
        own = os.path.join(folder, name)
        os.mkdir(own)
        shutil.copy(os.path.join(folder, "users.conf"), own)
        with open(os.path.join(SAMPLE, "nats-server.conf"), encoding="utf-8") as f:
            text = f.read()
        port, route = ports[name]
        text = text.replace("/etc/nats/tls", folder).replace("/var/lib/nats", own + "/data").replace("200G", "256M")
        text = text.replace("0.0.0.0:4222", f"127.0.0.1:{port}").replace("0.0.0.0:6222", f"127.0.0.1:{route}")
        text = re.sub(r"(nats-\d):6222", lambda m: "127.0.0.1:%d" % ports[m[1]][1], text)
        super().__init__(own, port, name=name)
        with open(self.path, "w", encoding="utf-8") as f:
            f.write(text)

    def start(self):
        os.environ["NATS_NAME"] = self.name
        try:
            return super().start()
        finally:
            del os.environ["NATS_NAME"]


class SampleCluster(Cluster):
    def __init__(self, folder, login):  # pylint: disable=super-init-not-called
        ports = {name: (take_port(), take_port()) for name in NAMES}
        self.servers = [SampleServer(folder, name, ports) for name in NAMES]
        self.login = login
        for server in self.servers:
            server.login = login


@pytest.fixture(scope="module")
def roles(shared_bare):
    """The cluster of the sample, with streams. roles.words("web-1"): the options that prove to be web-1."""
    fleet = shared_bare
    authority = Authority(fleet.folder)
    authority.issue("server")
    for name in ("tcpclose-admin", "tcpclose-reader", "web-1", "db-1.example.com", "stranger"):
        authority.issue(name, names="DNS:" + name)
    users = subprocess.run([os.path.join(SAMPLE, "make-users"), "web-1", "-"], input="db-1.example.com\n\n",
                           capture_output=True, text=True, check=True).stdout
    with open(os.path.join(fleet.folder, "users.conf"), "w", encoding="utf-8") as f:
        f.write(users)
    fleet.path = lambda name: os.path.join(fleet.folder, name)
    fleet.login = lambda name: {"tls": trust(authority.pem, (fleet.path(name + ".pem"), fleet.path(name + ".key")))}
    fleet.words = lambda name: ["--nats-ca", authority.pem, "--nats-cert", fleet.path(name + ".pem"), "--nats-key",
                                fleet.path(name + ".key")]
    fleet.settings = lambda name: {"ca": authority.pem, "cert": fleet.path(name + ".pem"),
                                   "key": fleet.path(name + ".key")}
    fleet.three = SampleCluster(fleet.folder, fleet.login("tcpclose-admin"))
    fleet.started.append(fleet.three)
    fleet.three.start().wait_until_ready()
    fleet.url = "tls://%s/" % fleet.three.addresses()
    wait_until("the administrator creates the streams",
               lambda: fleet.run("stream", "init", fleet.url, *fleet.words("tcpclose-admin")).returncode == 0)
    wait_until("three replicas", lambda: fleet.three.is_whole("TCPCLOSE"))
    return fleet


def client_of(roles, name, inbox="_INBOX"):
    return Client(roles.three.servers[0].port, inbox=inbox, **roles.login(name))


def refused(roles, name, what, act):
    """The server refuses it, on a connection of its own."""
    with client_of(roles, name) as c:
        try:
            act(c)
            c.flush()
        except Refused as e:
            true(f"{what}: {e}", "Permissions Violation" in str(e))
            return
    raise AssertionError(f"{name} may {what}")


def test_a_publisher_publishes_its_own(roles):
    for host in ("web-1", "db-1.example.com"):
        publisher = roles.publish(roles.url, host, count=50, beat_ms=10, **roles.settings(host))
        publisher.wait_for("all taken", lambda c: c["taken"] == 50 and c["heartbeats"] and c["has_config"])
        counts = publisher.finish()
        same("rejected", counts["rejected"], 0)
        with roles.three.servers[0].client() as c:
            subject = host.replace(".", "_")
            check_stream([m for m in c.messages("TCPCLOSE") if m.subject.endswith("." + subject)], counts)


def test_a_publisher_may_do_nothing_else(roles):
    publish = {"events of another host": "tcpclose.v1.events.0.db-1_example_com",
               "heartbeats of another host": "tcpclose.v1.hosts.db-1_example_com",
               "the configuration": "tcpclose.v1.config",
               "the deletion of a stream": "$JS.API.STREAM.DELETE.TCPCLOSE",
               "a request for a consumer": "$JS.API.CONSUMER.CREATE.TCPCLOSE",
               "a request for messages": "$JS.API.STREAM.MSG.GET.TCPCLOSE",
               "a direct request for messages": "$JS.API.DIRECT.GET.TCPCLOSE.tcpclose.v1.events.0.web-1",
               "anything": "anything"}
    for what, subject in publish.items():
        refused(roles, "web-1", "publish " + what, lambda c, subject=subject: c.publish(subject, b"{}"))
    for subject in ("tcpclose.v1.>", "tcpclose.v1.events.0.web-1", "_INBOX.>", "_INBOX.db-1_example_com.>", ">"):
        refused(roles, "web-1", "subscribe to " + subject, lambda c, subject=subject: c.subscribe(subject))


def test_events_of_another_host_are_rejected_and_counted(roles):
    """As those that an earlier --host left in the spool. They are not sent again and again: a loss, with its reason."""
    more = {"as": "db-1_example_com", **roles.settings("web-1")}
    publisher = roles.publish(roles.url, "web-1", count=5, **more)
    publisher.wait_for("rejected", lambda c: c["rejected"] == 5)
    counts = publisher.finish()
    true("the reason: %r" % counts, "Permissions Violation" in counts["rejected_why"])
    same("taken and waiting", (counts["taken"], counts["waiting"]), (0, 0))


def test_a_wrong_name_is_reported_and_nothing_is_lost(roles):
    """With the certificate of another host it may not even take acknowledgements: everything waits in the spool."""
    publisher = roles.publish(roles.url, "db-1.example.com", count=5, flush_ms=100, **roles.settings("web-1"))
    publisher.wait_for("a reason", lambda c: c["put"] == 5 and "Permissions Violation" in c["why"])
    counts = publisher.finish()
    same("taken, rejected, waiting", (counts["taken"], counts["rejected"], counts["waiting"]), (0, 0, 5))


def test_a_reader_reads_and_may_do_nothing_else(roles):
    done = roles.run("stream", "info", roles.url, *roles.words("tcpclose-reader"))
    same("stream info: " + done.stderr, done.returncode, 0)
    read = subprocess.run([os.path.join(roles.build, "fleet_read"), roles.url,
                           *("%s=%s" % item for item in roles.settings("tcpclose-reader").items())],
                          capture_output=True, text=True, timeout=30, check=False)
    same("fleet_read: " + read.stderr, read.returncode, 0)
    true("it reads to the end: " + read.stdout[-200:], '"kind":4' in read.stdout)
    for subject in ("tcpclose.v1.events.0.web-1", "tcpclose.v1.hosts.web-1", "tcpclose.v1.config",
                    "$JS.API.STREAM.DELETE.TCPCLOSE", "$JS.API.STREAM.PURGE.TCPCLOSE", "$JS.API.STREAM.UPDATE.TCPCLOSE",
                    "$JS.API.STREAM.MSG.DELETE.TCPCLOSE", "$JS.API.STREAM.CREATE.X"):
        refused(roles, "tcpclose-reader", "publish to " + subject, lambda c, subject=subject: c.publish(subject, b"{}"))
    refused(roles, "tcpclose-reader", "subscribe to events", lambda c: c.subscribe("tcpclose.v1.>"))
    done = roles.run("stream", "init", roles.url, "--max-age", "1d", *roles.words("tcpclose-reader"))
    same("exit status of stream init", done.returncode, 1)
    true("the reason: " + done.stderr, "Permissions Violation" in done.stderr)


def test_who_has_no_name_gets_nothing(roles):
    for words in (roles.words("stranger"), roles.words("web-1")[:2]):
        done = roles.run("stream", "info", roles.url, *words)
        same("exit status", done.returncode, 1)
        same("one line: " + done.stderr, done.stderr.count("\n"), 1)


def test_make_users_refuses_what_is_no_host():
    done = subprocess.run([os.path.join(SAMPLE, "make-users"), 'a" }'], capture_output=True, text=True, check=False)
    same("exit status", done.returncode, 64)
    true(done.stderr, "bad host 'a\" }': want a DNS name" in done.stderr)
