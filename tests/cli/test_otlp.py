# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The view otlp: requests that OpenTelemetry's own definitions parse, with the facts of the view json."""

import collections
import json
import os
import re

from fixture import closes, one_line, same, true
from otlp import Exported
from test_record import Folder
from two_hosts import NAMES, TwoHosts, recorded

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLE = os.path.join(ROOT, "tools", "sample.rec")
INTERNAL, SERVER, CLIENT = 1, 2, 3
ERROR = 2
INFO, WARN = 9, 13
PHASES = ("fin_queued", "ack_wait", "peer_hold", "app_hold", "last_ack_wait")


def make_key(folder, name="key", secret=b"0123456789abcdef"):
    with open(folder(name), "wb") as f:
        f.write(secret)
    return folder(name)


def export(cli, *args, stderr=""):
    """The lines of a run with a key, and what they have."""
    with Folder() as folder:
        path = folder("otlp.jsonl")
        done = cli.run("otlp", "-q", "-o", path, "--fleet-key", make_key(folder), *args)
        same("exit status, messages", (done.returncode, done.stderr), (0, stderr))
        with open(path) as f:
            return f.read().splitlines()


def stories_of(cli, *args):
    done = cli.run("json", "-q", *args)
    same("exit status: " + done.stderr, done.returncode, 0)
    return closes([json.loads(line) for line in done.stdout.splitlines()])


def address(story):
    return story["local_addr"], story["local_port"], story["peer_addr"], story["peer_port"]


def address_of(item):
    return tuple(item.attrs["network." + name] for name in ("local.address", "local.port", "peer.address", "peer.port"))


def test_each_story_is_a_trace_and_a_log_record(cli):
    got = Exported(export(cli, "--replay", SAMPLE))
    stories = {address(s): s for s in stories_of(cli, "--replay", SAMPLE)}
    same("spans", sorted(map(address_of, got.closes)), sorted(stories))
    same("log records", sorted(map(address_of, got.logs)), sorted(stories))
    for span in got.closes:
        s, a = stories[address_of(span)], span.attrs
        same("kind", span.message.kind, {"connect": CLIENT, "accept": SERVER, None: INTERNAL}[s["opened"]])
        same("ending", (a["tcpclose.ending"], a["tcpclose.class"], a.get("tcpclose.reason"), a["tcpclose.initiator"]),
             (s["ending"], s["class"], s["reason"], s["initiator"]))
        same("phases", {p: a.get("tcpclose.phase." + p) for p in (*PHASES, "total")},
             {p: ns if ns is None else ns / 1e9 for p, ns in s["phase_ns"].items()})
        error = s["class"] not in ("clean", "open")
        same("status", span.message.status.code, ERROR if error else 0)
        same("error.type", a.get("error.type"), (s["reason"] or s["ending"]) if error else None)
        if s["trigger"] and not s["reset_by"]:
            same("process", [a[name] for name in ("process.pid", "thread.id", "thread.name", "tcpclose.trigger.call")],
                 [s["trigger"][name] for name in ("pid", "tid", "comm", "call")])
        same("missing", (a["tcpclose.partial"], a.get("tcpclose.missing", [])), (s["partial"], s["missing"]))
        log = next(x for x in got.logs if x.id == span.id)
        same("the log record has the attributes and the trace", (log.attrs, log.trace), (a, span.trace))
        same("event", (log.name, log.message.severity_number),
             ("tcpclose.close", WARN if error or s["data_lost"] else INFO))
        true("its text %r" % log.message.body.string_value, s["ending"] in log.message.body.string_value)


def test_both_ends_are_in_one_trace_and_spans_nest(cli):
    got = Exported(export(cli, "--replay", SAMPLE))
    stories = {address(s): s for s in stories_of(cli, "--replay", SAMPLE)}
    twins = 0
    for span in got.closes:
        other = [s for s in got.closes if s.trace == span.trace and s is not span]
        story = stories[address_of(span)]
        if span.message.kind == SERVER and other:
            twins += 1
            same("parent", (span.parent, other[0].message.kind), (other[0].id, CLIENT))
            same("its address is that of the peer", address_of(other[0]), address_of(span)[2:] + address_of(span)[:2])
        elif span.message.kind != SERVER:
            same("no parent", span.parent, b"")
        phases = [c for c in got.children(span) if c.message.kind == INTERNAL]
        known = {p for p in PHASES if story["phase_ns"][p] is not None}
        known |= {story["cut"]["phase"]} if story["cut"] else set()
        same("phases", sorted(p.name for p in phases), sorted(known))
        true("phases are inside of their close", all(p.is_inside(span) for p in phases))
        for phase in phases:
            ns = story["phase_ns"][phase.name]
            cut = story["cut"] if ns is None else None
            same("duration of " + phase.name, phase.end - phase.start, cut["ns"] if cut else ns)
            same("cut", phase.attrs.get("tcpclose.phase.cut", False), bool(cut))
    same("connections with both ends", twins, sum(s["twin"] is not None for s in stories.values()) // 2)
    ids = [(s.trace, s.id) for s in got.spans]
    same("ids that come twice", len(ids), len(set(ids)))


def test_no_raw_sequence_number_leaves(cli):
    text = "\n".join(export(cli, "--replay", SAMPLE))
    numbers = set()
    for s in stories_of(cli, "--replay", SAMPLE):
        numbers |= {s["iss"], s["irs"]} | {w[k] for w in s["waves"] for k in ("seq", "ack")}
    numbers -= {None}
    true("there are some", len(numbers) > 40, len(numbers))
    same("in the requests", [n for n in re.findall(r"\d+", text) if int(n) in numbers], [])
    same("in hexadecimal", [n for n in numbers if "%08x" % n in text], [])


def test_ids_depend_on_the_key_alone(cli):
    with Folder() as folder:
        keys = make_key(folder), make_key(folder, "same"), make_key(folder, "other", b"another key of 22 byte")
        outs = []
        for i, key in enumerate(keys):
            done = cli.run("otlp", "-q", "-o", "-", "--replay", SAMPLE, "--fleet-key", key)
            same("exit status, messages", (done.returncode, done.stderr), (0, ""))
            outs.append(done.stdout)
        true("the same key, the same requests", outs[0] == outs[1])
        ids = [set(re.findall(r'Id":"([0-9a-f]+)"', out)) for out in outs]
        same("ids that two keys share", ids[0] & ids[2], set())
        random = [cli.run("otlp", "-q", "-o", "-", "--replay", SAMPLE) for _ in range(2)]
        for done in random:
            one_line("without a key", done, 0, "random", "--fleet-key")
        first, second = (set(re.findall(r'Id":"([0-9a-f]+)"', done.stdout)) for done in random)
        same("ids that two runs share", first & second, set())
        got = Exported(random[0].stdout.splitlines())
        counts = collections.Counter(s.trace for s in got.closes)
        true("but both ends that a run has are in one trace", 2 in counts.values(), counts)


def test_the_resource_is_the_host(cli):
    got = Exported(export(cli, "--replay", SAMPLE))
    meta = json.loads(cli.run("json", "-q", "--replay", SAMPLE).stdout.splitlines()[0])
    for resource in got.resources:
        same("service", (resource["service.name"], resource["service.version"]), ("tcpclose", meta["version"]))
        same("host", [resource[name] for name in ("os.type", "os.version", "tcpclose.boot.id")],
             ["linux", meta["kernel"], meta["boot_id"]])
        same("machine", resource["host.arch"], {"x86_64": "amd64", "aarch64": "arm64"}[meta["machine"]])


def test_the_number_of_stories_and_of_lines(cli):
    got = Exported(export(cli, "--replay", SAMPLE, "-n", "3"))
    same("-n counts stories", (len(got.closes), len(got.logs)), (3, 3))
    lines = export(cli, "--replay", SAMPLE, "-n", "3", "--flush")
    same("lines with --flush", len(lines), 6)
    got = Exported(export(cli, "--replay", SAMPLE, "--class", "reset"))
    same("classes", {s.attrs["tcpclose.class"] for s in got.closes}, {"reset"})
    same("nothing to send", export(cli, "--replay", SAMPLE, "-L", "1"), [])
    slow = Exported(export(cli, "--replay", SAMPLE, "--slow", "1ms"))
    same("severity of slow closes", {x.message.severity_number for x in slow.logs}, {WARN})


def test_where_requests_go_must_be_given(cli):
    env = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
    one_line("nothing", cli.run("otlp", env=env), 64, "--to URL", "-o FILE", "OTEL_EXPORTER_OTLP_ENDPOINT")
    one_line("both", cli.run("otlp", "-o", "x", "--to", "http://h"), 64, "--to and -o are mutually exclusive")
    one_line("a bad URL", cli.run("otlp", "--to", "h:4318"), 64, "bad URL 'h:4318'", "http://HOST:4318")
    one_line("a password", cli.run("otlp", "--to", "http://u:p@h"), 64, "OTEL_EXPORTER_OTLP_HEADERS")
    with Folder() as folder:
        opts = {**env, "TCPCLOSE_OPTS": "--to http://127.0.0.1:1 --fleet-key " + make_key(folder)}
        done = cli.run("otlp", "-q", "-o", "-", "--replay", SAMPLE, env=opts)
        same("-o replaces --to of TCPCLOSE_OPTS", (done.returncode, done.stderr), (0, ""))
        true("it writes", done.stdout.startswith('{"resourceSpans"'))


def test_the_recordings_of_two_hosts(cli, root):
    with Folder() as folder, recorded(cli, folder, 6) as (paths, said):
        got = Exported(export(cli, *(word for path in paths for word in ("--replay", path))))
        alone = [Exported(export(cli, "--replay", path)) for path in paths]
    same("hosts", sorted({r["host.name"] for r in got.resources}), sorted(NAMES))
    same("the spans are those of each host", sorted((s.trace, s.id, s.parent) for s in got.spans),
         sorted((s.trace, s.id, s.parent) for one in alone for s in one.spans))
    for name in NAMES:
        pids = sorted(s.attrs["process.pid"] for s in got.closes if s.resource["host.name"] == name)
        same("processes of " + name, pids, sorted(end["pid"] for end in said[name].values()))


def test_two_hosts_that_export_on_their_own(cli, root):
    """Each host has its tracer. The programs print who closed first, and from which port and process."""
    with Folder() as folder, TwoHosts(cli) as hosts:
        key = make_key(folder)
        tracers = [cli.start("otlp", "-q", "-o", folder(name), "--netns", hosts.netns(name), "--host", name,
                             "--fleet-key", key) for name in NAMES]
        said = hosts.traffic(8)
        for tracer in tracers:
            tracer.terminate()
            same("the tracer", (tracer.communicate()[1], tracer.returncode), ("", 0))
        lines = {name: open(folder(name)).read().splitlines() for name in NAMES}
    got = Exported(lines["client"] + lines["server"])
    ends = {name: [s for s in got.closes if s.resource["host.name"] == name] for name in NAMES}
    same("closes", [len(ends[name]) for name in NAMES], [8, 8])
    for server in ends["server"]:
        port, pid = server.attrs["network.peer.port"], server.attrs["process.pid"]
        client = next(c for c in ends["client"] if c.attrs["network.local.port"] == port)
        same("one trace, and the server is a child", (server.trace, server.parent), (client.trace, client.id))
        same("processes", {"client": client.attrs["process.pid"], "server": pid},
             {name: said[name][port]["pid"] for name in NAMES})
        first = said["client"][port]["first"]
        same("who closed first", (client.attrs["tcpclose.initiator"], server.attrs["tcpclose.initiator"]),
             ("local", "peer") if first else ("peer", "local"))
    merged = collections.Counter(s.trace for s in got.closes)
    same("traces", sorted(merged.values()), [2] * 8)
