# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""stream init and stream info, compared with what the server says to a client of our own."""

import json
import os
import re
import subprocess
import time

from assertions import same, true

DAY_NS = 86400 * 10 ** 9
HEARTBEAT = (b"tcpclose heartbeat\nhost %s\ntool 0.1.0\nkernel 6.1\nrun %s\nsequence 0 %d\nseen 10\ntold 8\n"
             b"lost ring_full 3\nlost calls_full 4\nspool_waiting 5\nspool_dropped 6\naddress 10.0.0.1\n")


def config_of(one, name):
    with one.one.client() as c:
        return c.ask("STREAM.INFO." + name)["config"]


def test_init_creates_the_streams(one):
    same("what it reports", one.init(one.url, "--max-bytes", "100M"),
         "TCPCLOSE: created, max age 7d, max bytes 100M, 1 replica\n"
         "TCPCLOSE_HOSTS: created, max age 7d, max bytes unlimited, 1 replica\n"
         "TCPCLOSE_CONFIG: created, max age unlimited, max bytes unlimited, 1 replica\n"
         "configuration: partitions 1\n")
    events, hosts = config_of(one, "TCPCLOSE"), config_of(one, "TCPCLOSE_HOSTS")
    same("events", {key: events[key] for key in ("subjects", "storage", "max_age", "max_bytes", "duplicate_window",
                                                 "discard", "retention", "num_replicas")},
         {"subjects": ["tcpclose.v1.events.*.*"], "storage": "file", "max_age": 7 * DAY_NS, "max_bytes": 100 << 20,
          "duplicate_window": 600 * 10 ** 9, "discard": "old", "retention": "limits", "num_replicas": 1})
    same("hosts", (hosts["subjects"], hosts["max_msgs_per_subject"]), (["tcpclose.v1.hosts.*"], 1))
    with one.one.client() as c:
        config = c.last("TCPCLOSE_CONFIG", "tcpclose.v1.config").decode()
    true("configuration: " + config, re.fullmatch(r"tcpclose config\npartitions 1\nhash_key [0-9a-f]{32}\n", config))


def test_init_again_changes_only_what_is_asked_for(one):
    one.init(one.url, "--max-age", "3d")
    before = {name: config_of(one, name) for name in ("TCPCLOSE", "TCPCLOSE_HOSTS", "TCPCLOSE_CONFIG")}
    with one.one.client() as c:
        key = c.last("TCPCLOSE_CONFIG", "tcpclose.v1.config").decode().split()[-1]
    same("nothing to do", one.init(one.url),
         "TCPCLOSE: unchanged\nTCPCLOSE_HOSTS: unchanged\nTCPCLOSE_CONFIG: unchanged\n"
         "configuration: unchanged, partitions 1\n")
    same("the streams", {name: config_of(one, name) for name in before}, before)
    changed = one.init(one.url, "--max-age", "30d", "--partitions", "8")
    true(changed, changed.startswith("TCPCLOSE: max age 3d -> 30d\n") and changed.endswith("partitions 8\n"))
    same("max age", config_of(one, "TCPCLOSE")["max_age"], 30 * DAY_NS)
    with one.one.client() as c:
        same("the key stays", c.last("TCPCLOSE_CONFIG", "tcpclose.v1.config").decode(),
             f"tcpclose config\npartitions 8\nhash_key {key}\n")


def test_init_reports_what_it_cannot_change(one):
    one.init(one.url)
    with one.one.client() as c:
        c.request("tcpclose.v1.events.0.web", b"x")
    done = one.run("stream", "init", one.url, "--partitions", "2")
    same("exit status", done.returncode, 1)
    true(done.stderr, "partitions: there are 1, not 2, and they cannot change while the stream has events"
         in done.stderr)
    done = one.run("stream", "init", one.url, "--replicas", "3")
    same("exit status", done.returncode, 1)
    true(done.stderr, "TCPCLOSE: 3 replicas need a cluster" in done.stderr)
    same("replicas", config_of(one, "TCPCLOSE")["num_replicas"], 1)


def test_init_does_not_take_over_the_stream_of_somebody_else(one):
    with one.one.client() as c:
        c.make_stream("TCPCLOSE", "orders.*")
    done = one.run("stream", "init", one.url)
    same("exit status", done.returncode, 1)
    true(done.stderr, "TCPCLOSE exists and has other subjects (orders.*)" in done.stderr)
    same("it is as it was", config_of(one, "TCPCLOSE")["subjects"], ["orders.*"])


def test_a_size_that_the_server_has_no_room_for(one):
    done = one.run("stream", "init", one.url, "--max-bytes", "500G")
    same("exit status", done.returncode, 1)
    true(done.stderr, "want a smaller --max-bytes" in done.stderr)


def fill(one):
    """Two hosts: web's last segment of 3 is missing, db's run has ended."""
    one.init(one.url, "--max-bytes", "100M")
    run, other = b"0123456789abcdef" * 2, b"fedcba9876543210" * 2
    with one.one.client() as c:
        c.subscribe(c.inbox + ".*")
        for n in range(2):
            c.publish("tcpclose.v1.events.0.web", b"x", c.inbox + ".1",
                      {"Nats-Msg-Id": f"{run.decode()}-0-{n}"})
            c.next()
        c.publish("tcpclose.v1.events.0.db", b"x", c.inbox + ".1", {"Nats-Msg-Id": f"{other.decode()}-0-0"})
        c.next()
        c.publish("tcpclose.v1.hosts.web", HEARTBEAT % (b"web", run, 3), c.inbox + ".1")
        c.next()
        c.publish("tcpclose.v1.hosts.db", HEARTBEAT % (b"db", other, 1) + b"ended\n", c.inbox + ".1")
        c.next()
        c.publish("tcpclose.v1.hosts.odd", b"not a heartbeat", c.inbox + ".1")
        c.next()


def test_info_as_json(one):
    fill(one)
    done = one.run("stream", "info", one.url, "-j")
    same("exit status: " + done.stderr, done.returncode, 0)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    streams = {o["name"]: o for o in objects if o["kind"] == "stream"}
    hosts = {o["host"]: o for o in objects if o["kind"] == "host"}
    with one.one.client() as c:
        for name, stream in streams.items():
            state = c.ask("STREAM.INFO." + name)["state"]
            same(name, (stream["messages"], stream["bytes"]), (state["messages"], state["bytes"]))
            same(name + ": oldest", stream["oldest"][:23], state["first_ts"][:23])
    same("limits", (streams["TCPCLOSE"]["max_bytes"], streams["TCPCLOSE"]["max_age_ns"],
                    streams["TCPCLOSE"]["partitions"]), (100 << 20, 7 * DAY_NS, 1))
    same("hosts", sorted(hosts), ["db", "web"])
    web = hosts["web"]
    same("web", {key: web[key] for key in ("seen", "told", "events_lost", "spool_waiting", "spool_dropped", "version",
                                           "kernel", "ended", "silent", "lag_segments")},
         {"seen": 10, "told": 8, "events_lost": 7, "spool_waiting": 5, "spool_dropped": 6, "version": "0.1.0",
          "kernel": "6.1", "ended": False, "silent": False, "lag_segments": 1})
    same("db", (hosts["db"]["ended"], hosts["db"]["lag_segments"]), (True, 0))
    true("age: %d" % web["heard_age_ns"], 0 < web["heard_age_ns"] < 20e9)
    selected = one.run("stream", "info", one.url, "-j", "--fields", "host,lag_segments")
    true(selected.stdout, '{"kind":"host","host":"web","lag_segments":1}' in selected.stdout)


def test_info_as_text(one):
    fill(one)
    done = one.run("stream", "info", one.url)
    lines = done.stdout.splitlines()
    true(done.stdout, all(len(line) <= 90 for line in lines))
    true(done.stdout, "2 hosts, 1 partition" in lines)
    rows = {line.split()[0]: line.split() for line in lines if line}
    same("web", rows["web"][2:], ["10", "7", "6", "5", "1"])
    same("db", rows["db"][2:], ["10", "7", "6", "5", "0", "ended"])


def test_what_cannot_be_reached(fleet):
    begun = time.monotonic()
    done = fleet.run("stream", "info", "nats://127.0.0.1:1/")
    same("exit status", done.returncode, 1)
    same("message", done.stderr, "tcpclose: cannot reach nats://127.0.0.1:1/: no server answers there\n")
    true("at once", time.monotonic() - begun < 10)
    done = fleet.run("stream", "info", "nats://127.0.0.1:1/", "--nats-ca", "/nonexistent")
    same("exit status", done.returncode, 66)
    same("message", done.stderr, "tcpclose: cannot read '/nonexistent': No such file or directory\n")


def test_info_without_streams(one):
    done = one.run("stream", "info", one.url)
    same("exit status", done.returncode, 1)
    true(done.stderr, "there is no stream TCPCLOSE: 'tcpclose stream init' makes it" in done.stderr)


def test_a_build_without_a_client_says_so(fleet):
    """As the static one: Debian has no archive of libnats."""
    done = subprocess.run([os.path.join(fleet.build, "tcpclose_stubs"), "stream", "info", "nats://127.0.0.1:1/"],
                          capture_output=True, text=True, check=False)
    same("exit status", done.returncode, 69)
    same("message", done.stderr,
         "tcpclose: cannot reach nats://127.0.0.1:1/: this tcpclose was built without libnats\n")
