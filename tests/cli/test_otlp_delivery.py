# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The view otlp sends to a collector: what it does for each reply, and when there is none.

The witness is the collector: it keeps every request, with the time at which it came.
"""

import collections
import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from collector import OK, PATHS, Collector, make_certificates, tls_context
from fixture import TIMEOUT, TRAFFIC, one_line, same, true
from otlp import Exported
from test_otlp import SAMPLE, SERVER, make_key
from test_record import Folder

TRACES, LOGS = PATHS
SPANS, RECORDS = 56, 22     # of the sample
NOT_OVER = 6                # sockets of these that the end of the run reports
DEAD = "http://127.0.0.1:1"

# A client of the collector; prints its process.
ASK = """
import http.client, os, sys
c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
c.request("POST", "/v1/x", b"x"); c.getresponse().read(); c.close()
print(os.getpid())
"""


@pytest.fixture
def folder():
    with Folder() as made:
        make_key(made)
        yield made


def environment(**variables):
    """Without the proxies and variables of whoever runs the test."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_") and not k.lower().endswith("_proxy")}
    return {**plain, **{"OTEL_EXPORTER_OTLP_" + k: v for k, v in variables.items()}}


def replay(cli, folder, *args, **variables):
    return cli.run("otlp", "--replay", SAMPLE, "--fleet-key", folder("key"), *args, env=environment(**variables))


def send(cli, folder, collector, *args, **variables):
    return replay(cli, folder, "--to", collector.url, *args, **variables)


def check_arrived(done):
    same("exit status: " + done.stderr, done.returncode, 0)
    true("the number that arrived: " + done.stderr, "%d spans and log records arrived" % (SPANS + RECORDS)
         in done.stderr)


def check_all(collector):
    """The last request of each path has everything."""
    got = Exported([collector.of(path)[-1].text for path in PATHS])
    same("spans, log records", (len(got.spans), len(got.logs)), (SPANS, RECORDS))


@contextlib.contextmanager
def interrupted(cli, folder, collector_url, *args, when, **variables):
    """A replay that is interrupted when the test says so: its exit status and messages."""
    words = ["otlp", "--replay", SAMPLE, "--fleet-key", folder("key"), "--to", collector_url, *args]
    process = subprocess.Popen([cli.tool, *words], env=environment(**variables), text=True, stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    lines = []
    try:
        when(process, lines)
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=TIMEOUT)[1]
    finally:
        process.kill()
    yield process.returncode, "".join(lines) + rest


def read_until(words):
    def when(process, lines):
        for line in process.stderr:
            lines.append(line)
            if words in line:
                return
    return when


def test_a_success_is_one_request_of_each_kind(cli, folder):
    with Collector() as collector:
        check_arrived(send(cli, folder, collector))
        same("requests", sorted(r.path for r in collector.requests), sorted(PATHS))
        check_all(collector)
        for request in collector.requests:
            same("type", request.headers["Content-Type"], "application/json")
            same("encoding", request.headers["Content-Encoding"], "gzip")
            true("smaller", len(request.body) < len(request.text) / 3)
            true("agent", request.headers["User-Agent"].startswith("tcpclose/"))


def test_a_partial_success_is_not_sent_again(cli, folder):
    part = (200, {}, {"partialSuccess": {"rejectedSpans": "3", "errorMessage": "too old"}})
    hint = (200, {}, {"partialSuccess": {"errorMessage": "a hint"}})
    with Collector({TRACES: [part, OK], LOGS: [hint, OK]}) as collector:
        done = send(cli, folder, collector)
        same("exit status", done.returncode, 1)
        true("counted: " + done.stderr, "3 spans and log records did not arrive" in done.stderr
             and ": 3 refused, 0 not delivered, 0 dropped" in done.stderr)
        true("the reason: " + done.stderr, "too old" in done.stderr)
        true("the rest: " + done.stderr, "%d spans and log records arrived" % (SPANS + RECORDS - 3) in done.stderr)
        same("requests", sorted(r.path for r in collector.requests), sorted(PATHS))


def test_it_waits_for_retry_after(cli, folder):
    with Collector({TRACES: [(429, {"Retry-After": 1}, {}), OK]}) as collector:
        check_arrived(send(cli, folder, collector))
        first, second = collector.of(TRACES)
        true("%.3f s between" % (second.at - first.at), 1 <= second.at - first.at < 3)
        true("the same request", first.text == second.text)
        same("others", len(collector.of(LOGS)), 1)


def test_it_tries_again_after_a_time_that_grows(cli, folder):
    busy = (503, {}, {"message": "busy"})
    # both are turned away: one that is taken would end the other's pauses
    with Collector({LOGS: [busy] * 3 + [OK], TRACES: [busy] * 3 + [OK]}) as collector:
        done = send(cli, folder, collector)
        check_arrived(done)
        true("reported: " + done.stderr, "HTTP 503: busy; trying again" in done.stderr
             and "takes requests again" in done.stderr)
        for path in PATHS:
            tries = collector.of(path)
            same("tries", len(tries), 4)
            true("the same request", all(t.text == tries[0].text for t in tries))
        at = [t.at for t in collector.of(collector.requests[0].path)]
        gaps = at[1] - at[0], at[2] - at[1]
        true("%.3f s, then %.3f s between" % gaps, gaps[0] >= 0.15 and gaps[1] >= 0.3)
        check_all(collector)


@pytest.mark.parametrize("status", [502, 504])
def test_gateways_that_fail_get_it_again(status, cli, folder):
    with Collector({TRACES: [(status, {}, {}), OK]}) as collector:
        check_arrived(send(cli, folder, collector))
        same("requests", (len(collector.of(TRACES)), len(collector.of(LOGS))), (2, 1))


@pytest.mark.parametrize("status", [400, 404, 500, 307])
def test_other_replies_are_refusals(status, cli, folder):
    with Collector({TRACES: [(status, {"Location": "/v1/other"}, {"message": "bad data"}), OK]}) as collector:
        done = send(cli, folder, collector)
        same("exit status", done.returncode, 1)
        true("reported: " + done.stderr, "refuses a request: HTTP %d: bad data" % status in done.stderr and
             "%d refused" % SPANS in done.stderr)
        same("requests", sorted(r.path for r in collector.requests), sorted(PATHS))


def test_a_connection_that_closes_is_tried_again(cli, folder):
    with Collector({TRACES: ["close", OK]}) as collector:
        check_arrived(send(cli, folder, collector))
        same("requests", len(collector.of(TRACES)), 2)
        true("with a pause", collector.of(TRACES)[1].at - collector.of(TRACES)[0].at >= 0.15)
        check_all(collector)


def test_a_slow_collector_is_given_up_and_tried_again(cli, folder):
    with Collector({LOGS: ["hang", OK]}) as collector:
        done = send(cli, folder, collector, LOGS_TIMEOUT="300")
        check_arrived(done)
        first, second = collector.of(LOGS)
        true("%.3f s between" % (second.at - first.at), second.at - first.at >= 0.3)
        true("reported: " + done.stderr, "trying again" in done.stderr)


def test_a_collector_that_is_not_there_is_reported(cli, folder):
    with interrupted(cli, folder, DEAD, when=read_until("trying again")) as (status, err):
        same("exit status", status, 1)
        true("reported: " + err, "cannot send to '%s'" % DEAD in err and
             "%d spans and log records did not arrive" % (SPANS + RECORDS) in err and
             "%d not delivered" % (SPANS + RECORDS) in err)


def test_tls_needs_a_certificate_that_it_can_check(cli, folder):
    make_certificates(folder)
    with Collector(tls=tls_context(folder)) as collector:
        check_arrived(send(cli, folder, collector, CERTIFICATE=folder("ca.pem")))
        check_all(collector)
        with interrupted(cli, folder, collector.url, when=read_until("trying again")) as (status, err):
            same("exit status with a CA that it does not know", status, 1)
            true(err, "certificate" in err)
    with Collector(tls=tls_context(folder, "other")) as collector:
        with interrupted(cli, folder, collector.url, when=read_until("trying again"),
                         CERTIFICATE=folder("ca.pem")) as (status, err):
            same("exit status with the certificate of another host", status, 1)
            same("requests", collector.requests, [])


def test_tls_with_a_certificate_of_the_client(cli, folder):
    make_certificates(folder)
    with Collector(tls=tls_context(folder, wants_client=True)) as collector:
        check_arrived(send(cli, folder, collector, CERTIFICATE=folder("ca.pem"),
                           CLIENT_CERTIFICATE=folder("client.pem"), CLIENT_KEY=folder("client.key")))
        check_all(collector)
    done = send(cli, folder, collector, CERTIFICATE=folder("none.pem"))
    one_line("a file that is not there", done, 66, folder("none.pem"), "No such file")


def test_the_environment_says_where_and_how(cli, folder):
    with Collector() as collector:
        named = collector.url.replace("127.0.0.1", "localhost")
        check_arrived(replay(cli, folder, ENDPOINT=named + "/base/", TRACES_ENDPOINT=collector.url + "/x",
                             HEADERS="Authorization=Bearer%20secret,x-scope=1", LOGS_COMPRESSION="none",
                             PROTOCOL="grpc"))
        same("paths", sorted(r.path for r in collector.requests), ["/base/v1/logs", "/x"])
        for request in collector.requests:
            same("headers", (request.headers["Authorization"], request.headers["x-scope"]), ("Bearer secret", "1"))
            same("encoding", request.headers["Content-Encoding"], None if request.path.endswith("logs") else "gzip")
        check_arrived(send(cli, folder, collector, ENDPOINT=DEAD, TRACES_ENDPOINT=DEAD))
        same("--to has precedence", sorted(r.path for r in collector.requests[2:]), sorted(PATHS))
    done = send(cli, folder, collector, TIMEOUT="soon")
    one_line("a bad value", done, 64, "bad OTEL_EXPORTER_OTLP_TIMEOUT 'soon'")
    done = subprocess.run([cli.tool, "otlp", "-q", "-L", "1", "--replay", SAMPLE, "--fleet-key", folder("key"),
                           "--to", DEAD, "--record", "-"], env=environment(), capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=TIMEOUT)
    same("standard output is free for a recording", (done.returncode, done.stdout[:2]), (0, b"\x1f\x8b"))
    done = replay(cli, folder, "-q", "-o", "-", ENDPOINT=DEAD)
    same("-o has precedence: " + done.stderr, done.returncode, 0)
    true("it writes", done.stdout.startswith('{"resourceSpans"'))


def test_a_spool_in_a_directory_is_sent_by_the_next_run(cli, folder):
    spool = folder("spool")
    with interrupted(cli, folder, DEAD, "--spool", spool, when=read_until("trying again")) as (status, err):
        same("exit status: " + err, status, 0)
        true("reported: " + err, "%d spans and log records wait in '%s'" % (SPANS + RECORDS, spool) in err)
    with Collector() as collector:
        done = send(cli, folder, collector, "--spool", spool, "-L", "1")
        check_arrived(done)
        check_all(collector)
        done = send(cli, folder, collector, "--spool", spool, "-L", "1")
        true("nothing is left: " + done.stderr, "0 spans and log records arrived" in done.stderr)


def test_a_replay_waits_instead_of_dropping(cli, folder, options):
    big = folder("big.rec")
    subprocess.run([os.path.join(options.build, "bench_replay"), "generate", "-o", big, "-n", "20000"], check=True,
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
    busy = (503, {}, {})
    with Collector({TRACES: [busy, OK], LOGS: [busy, OK]}) as collector:
        done = cli.run("otlp", "--replay", big, "--fleet-key", folder("key"), "--to", collector.url,
                       "--spool-max", "4M", env=environment(COMPRESSION="none"))
        same("exit status: " + done.stderr, done.returncode, 0)
        true("more than the spool holds", sum(len(r.text) for r in collector.requests) > 3 * (4 << 20))
        true("connections are kept", len({r.connection for r in collector.requests}) <= 4 < len(collector.requests))
        reported = int(done.stderr.split(" reported")[0].split()[-1])
        taken = {r.text for r in collector.of(LOGS)}
        same("stories", sum(text.count(b'"eventName"') for text in taken), reported)


def test_live_the_tracer_does_not_wait(cli, folder, root):
    """The collector never answers, and the spool is small: all closes are seen, what has no room is counted."""
    with Collector({TRACES: ["hang"], LOGS: ["hang"]}) as collector:
        tracer = cli.start("otlp", "--netns", cli.netns, "--fleet-key", folder("key"), "--to", collector.url,
                           "--spool-max", "4M", "--record", folder("a.rec"), env=environment())
        cli.inside(*TRAFFIC, "1200")
        collector.wait_for(lambda c: len(c.requests) == 4, "four requests at a time")
        begun = time.monotonic()
        tracer.send_signal(signal.SIGINT)
        for line in tracer.stderr:
            if "reported" in line:
                break
        true("the end of the trace waits for nothing", time.monotonic() - begun < 5)
        tracer.send_signal(signal.SIGINT)
        err = tracer.communicate(timeout=TIMEOUT)[1]
    true("all are seen: " + line, "2400 reported" in line and "lost 0 endpoints, 0 events" in line)
    same("exit status", tracer.returncode, 1)
    true("dropped and counted: " + err, "0 refused" in err and ", 0 dropped" not in err)


def status_of(pid):
    """What /proc says of a process."""
    with open("/proc/%d/status" % pid) as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f)


def children_of(pid):
    """All descendants, from /proc."""
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        children = [int(word) for word in f.read().split()]
    return children + [p for child in children for p in children_of(child)]


def test_live_a_batch_is_sent_within_seconds_without_privileges(cli, folder, root):
    with Collector() as collector:
        tracer = cli.start("otlp", "-q", "--netns", cli.netns, "--fleet-key", folder("key"), "--to", collector.url,
                           env=environment())
        cli.inside(*TRAFFIC, "1")
        begun = time.monotonic()
        collector.wait_for(lambda c: c.of(LOGS) and c.of(TRACES), "a request of each kind")
        true("%.1f s" % (time.monotonic() - begun), time.monotonic() - begun < 5)
        found = [status_of(pid) for pid in children_of(tracer.pid)]
        senders = [s for s in found if s["Name"] == "tcpclose-otlp"]
        same("processes that send", len(senders), 1)
        for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
            same(name, int(senders[0][name], 16), 0)
        same("user", set(senders[0]["Uid"].split()), {"65534"})
        same("no_new_privs", senders[0]["NoNewPrivs"], "1")
        own = status_of(tracer.pid)
        same("threads of the tracer", own["Threads"], "1")
        tracer.terminate()
        same("the tracer", (tracer.communicate()[1], tracer.returncode), ("", 0))
    same("nothing is left", [s["Name"] for s in found if os.path.exists("/proc/" + s["Pid"])], [])


def test_live_its_own_connections_can_be_left_out(cli, folder, root):
    """The collector closes each connection, on this host: each request makes two closes more."""
    closing = (200, {"Connection": "close"}, {})
    with Collector({TRACES: [closing], LOGS: [closing]}) as collector:
        port = str(collector.port)
        tracer = cli.start("otlp", "-q", "-P", port, "-c", "!tcpclose-otlp", "--fleet-key", folder("key"), "--to",
                           collector.url, env=environment())
        done = subprocess.run([sys.executable, "-c", ASK, port], capture_output=True, check=True, timeout=TIMEOUT)
        collector.wait_for(lambda c: c.of(LOGS), "a request")
        tracer.terminate()
        same("the tracer", (tracer.communicate()[1], tracer.returncode), ("", 0))
        got = Exported([r.text for path in PATHS for r in collector.of(path)])
    true("another client is there", int(done.stdout) in {s.attrs.get("process.pid") for s in got.closes})
    true("the sender is not", "tcpclose-otlp" not in {s.attrs.get("thread.name") for s in got.closes})


def test_a_recording_that_is_followed_is_sent_as_it_grows(cli, folder):
    with Collector() as collector:
        def when(process, lines):
            collector.wait_for(lambda c: sum(r.text.count(b'"eventName"') for r in c.of(LOGS)) 
                               == RECORDS - NOT_OVER, "the records of what is over")

        with interrupted(cli, folder, collector.url, "--follow", when=when) as (status, err):
            same("exit status: " + err, status, 0)
        got = Exported(r.text for r in collector.requests)
        same("spans, log records", (len(got.spans), len(got.logs)), (SPANS, RECORDS))
        true("in several batches", len(collector.of(LOGS)) > 1)


def test_live_around_a_command(cli, folder, root):
    """The run ends with the command, and by then everything has arrived."""
    with Collector() as collector:
        done = cli.run("otlp", "--netns", cli.netns, "--fleet-key", folder("key"), "--to", collector.url, "--",
                       *cli.enter(*TRAFFIC, "3"), env=environment())
        same("exit status: " + done.stderr, done.returncode, 0)
        got = Exported(r.text for r in collector.requests)
    same("log records", len(got.logs), 6)
    same("traces", sorted(collections.Counter(s.trace for s in got.closes).values()), [2, 2, 2])
    ids = {s.id for s in got.closes}
    true("the server is a child", all(s.parent in ids for s in got.closes if s.message.kind == SERVER))
