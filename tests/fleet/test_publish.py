# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The way to one server: what arrives, when, and what does not. The witness is a client of our own."""

import errno
import os
import signal
import subprocess

from assertions import same, true
from nats_server import wait_until
from publisher import check_stream, numbers_of

MIB = 1 << 20


def stream_of(one):
    with one.one.client() as c:
        return c.messages("TCPCLOSE")


def test_everything_arrives_once_in_order_and_with_its_id(one):
    one.init(one.url, "--partitions", "4")
    publisher = one.publish(one.url, "web-1", count=2000, interval_us=0, partitions=4, size=3000, beat_ms=50)
    publisher.wait_for("all put", lambda c: c["put"] == 2000)
    counts = publisher.finish()
    messages = stream_of(one)
    check_stream(messages, counts)
    same("dropped", counts["dropped"], 0)
    for message in messages[::100]:
        host, run, number = message.data.split(b"\n", 1)[0].decode().split()
        same("host", host, "web-1")
        partition = int(number) % 4
        same("subject", message.subject, f"tcpclose.v1.events.{partition}.web-1")
        same("id", message.id(), f"{run}-{partition}-{number}")
        same("size", len(message.data), 3000)
    true("the worker got the configuration", counts["has_config"])
    with one.one.client() as c:
        true("the heartbeat", c.last("TCPCLOSE_HOSTS", "tcpclose.v1.hosts.web-1").startswith(b"tcpclose heartbeat\n"))
        same("heartbeats that are kept", c.ask("STREAM.INFO.TCPCLOSE_HOSTS")["state"]["messages"], 1)


def test_it_waits_for_a_stream_that_is_not_there_yet(one):
    publisher = one.publish(one.url, count=10)
    publisher.wait_for("a refusal", lambda c: c["put"] == 10 and c["failed"] and "stream init" in c["why"])
    same("nothing counts as taken", publisher.counts["taken"], 0)
    one.init(one.url)
    publisher.wait_for("all taken", lambda c: c["taken"] == 10)
    counts = publisher.finish()
    check_stream(stream_of(one), counts)


def test_a_worker_that_is_killed_loses_nothing(one):
    one.init(one.url)
    publisher = one.publish(one.url, interval_us=2000, size=10000)     # the spool bridges six seconds
    for restarts in (1, 2):
        publisher.wait_for("taken", lambda c: c["up"] and c["taken"] >= 200 * restarts)
        os.kill(publisher.counts["worker"], signal.SIGKILL)
        publisher.wait_for("another worker", lambda c: c["restarts"] == restarts and c["up"])
    counts = publisher.finish()
    check_stream(stream_of(one), counts)


def test_a_recorder_that_is_killed_loses_nothing_that_it_had_put(one):
    """kill -9, and the next run on the same spool sends what the first one left. Repeats are dropped by their ids."""
    one.init(one.url)
    spool = os.path.join(one.folder, "killed")
    publisher = one.publish(one.url, spool=spool, interval_us=300, size=50000)
    publisher.wait_for("taken", lambda c: c["taken"] >= 300)
    one.one.signal(signal.SIGSTOP)
    put = publisher.counts["put"]
    publisher.wait_for("some wait", lambda c: c["put"] > put + 100)
    put = publisher.counts["put"]
    publisher.kill()
    one.one.signal(signal.SIGCONT)
    left = len([name for name in os.listdir(spool) if len(name) == 16])
    true("shipments are left", left > 50, left)
    again = one.publish(one.url, spool=spool, count=1)
    again.wait_for("found what was left", lambda c: c["found"] == left)
    again.finish()
    runs = numbers_of(stream_of(one))
    first = max(runs.values(), key=len)
    same("everything is there once", sorted(first), list(range(len(first))))
    true("and not less than it had put: %d" % put, len(first) >= put, len(first))
    same("the spool is empty", [name for name in os.listdir(spool) if len(name) == 16], [])


def test_a_server_that_is_killed_and_comes_back(one):
    one.init(one.url)
    publisher = one.publish(one.url, interval_us=500, size=5000)
    publisher.wait_for("taken", lambda c: c["taken"] >= 100)
    one.one.kill()
    publisher.wait_for("down", lambda c: not c["up"] and c["why"])
    put = publisher.counts["put"]
    publisher.wait_for("it goes on putting", lambda c: c["put"] > put + 500)
    same("nothing is dropped", publisher.counts["dropped"], 0)
    one.one.start()
    publisher.wait_for("up again", lambda c: c["up"])
    counts = publisher.finish()
    one.one.wait_until_ready()
    check_stream(stream_of(one), counts)


def test_a_full_disk_under_the_spool(one, root):
    """What does not fit on the disk waits in memory; nothing is lost, and the reason is reported."""
    one.init(one.url)
    spool = os.path.join(one.folder, "full")
    os.mkdir(spool, 0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M,mode=0700", "none", spool], check=True)
    try:
        one.one.signal(signal.SIGSTOP)
        publisher = one.publish(one.url, spool=spool, count=200, size=50000, interval_us=200)
        publisher.wait_for("all put", lambda c: c["put"] == 200)
        same("the reason", publisher.counts["disk_error"], errno.ENOSPC)
        same("waiting", publisher.counts["waiting"], 200)
        one.one.signal(signal.SIGCONT)
        counts = publisher.finish()
        check_stream(stream_of(one), counts)
        same("dropped", counts["dropped"], 0)
        same("files left", [name for name in os.listdir(spool) if len(name) == 16], [])
    finally:
        one.one.signal(signal.SIGCONT)
        for made in one.publishers:
            made.kill()
        subprocess.run(["umount", spool], check=True)


def test_what_the_server_never_takes_is_rejected_and_counted(fleet):
    """It must not stand in the way of the rest."""
    server = fleet.server("max_payload: 2000")
    url = "nats://127.0.0.1:%d/" % server.port
    fleet.init(url, "--max-bytes", "10M")
    publisher = fleet.publish(url, count=3, size=2000)
    publisher.wait_for("all rejected", lambda c: c["rejected"] == 3)
    counts = publisher.finish()
    same("the reason", counts["rejected_why"], "it is larger than max_payload of the server")
    publisher = fleet.publish(url, count=3, size=1000)
    publisher.wait_for("smaller ones are taken", lambda c: c["taken"] == 3)
    publisher.finish()


def test_a_spool_that_overflows_counts_what_it_drops(one):
    """Without a broker for long: the oldest go, all others arrive when it is back."""
    one.init(one.url)
    one.one.signal(signal.SIGSTOP)
    publisher = one.publish(one.url, count=300, interval_us=300, size=50000, spool_max=4 * MIB)
    publisher.wait_for("all put", lambda c: c["put"] == 300)
    dropped = publisher.counts["dropped"]
    true("dropped", 200 < dropped < 300, dropped)
    one.one.signal(signal.SIGCONT)
    counts = publisher.finish()
    messages = stream_of(one)
    check_stream(messages, counts)
    same("dropped", counts["dropped"], dropped)
    newest = next(iter(numbers_of(messages).values()))
    true("the newest arrived", 299 in newest)


def test_the_worker_has_no_privileges(one):
    """As the kernel sees the process that talks to the network."""
    one.init(one.url)
    publisher = one.publish(one.url, count=1)
    publisher.wait_for("up", lambda c: c["up"])
    with open("/proc/%d/status" % publisher.counts["worker"], encoding="utf-8") as f:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        same(name, int(status[name], 16), 0)
    same("NoNewPrivs", status["NoNewPrivs"], "1")
    same("Seccomp", status["Seccomp"], "2")
    if os.geteuid() == 0:
        same("Uid", status["Uid"].split(), ["65534"] * 4)
        same("Gid", status["Gid"].split(), ["65534"] * 4)
        same("Groups", status["Groups"].strip(), "")
    publisher.finish()
    wait_until("it has ended", lambda: not os.path.exists("/proc/%d" % publisher.counts["worker"]))
