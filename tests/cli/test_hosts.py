# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Several --replay: the recordings of two hosts as one source.

The hosts are two network namespaces. The witnesses are the two programs: each prints the port of each connection,
its process, and which side closes first.
"""

import csv
import io
import itertools
import json
import os
import re
import subprocess

from fixture import TIMEOUT, check_identity, closes, one_line, same, true
from test_follow import Follower
from test_record import Folder
from two_hosts import NAMES, TwoHosts, on_another_machine, recorded, stop

VIEWS = ("trace", "trace -w", "trace -T", "json", "timeline", "events", "who", "who --by host", "who -j", "who --csv",
         "hist", "hist --by host", "who 1", "top", "top 1 --by host", "top --tab slowest", "top 0.5 --tab open",
         "connections", "connections -j", "report")
BOOT = "11111111-2222-4333-8444-555555555555"


def replays(paths):
    return [word for path in paths for word in ("--replay", path)]


def show(cli, paths, view="json", *args, status=0):
    done = cli.run(*view.split(), *replays(paths), "-q", *args)
    same("%s %r: exit status, %s" % (view, args, done.stderr), done.returncode, status)
    return done.stdout


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def check_ends(stories, said):
    """Every end is told once, with its process and the host and process of the other end."""
    same("ends", len(stories), 2 * len(said["client"]))
    for story in stories:
        host, other = ("client", "server") if story["host"] == "client" else ("server", "client")
        port = story["local_port"] if host == "client" else story["peer_port"]
        mine, peers = said[host].pop(port), said[other].get(port)
        same("process of the end at %s" % host, story["trigger"]["pid"], mine["pid"])
        same("first", story["initiator"], "local" if mine["first"] else "peer")
        same("other end", story["twin"]["host"], other)
        if peers:
            same("its process", story["twin"]["pid"], peers["pid"])
        true("both numbers", story["iss"] and story["irs"])
    same("not told", said, {"client": {}, "server": {}})


def copy_of(said):
    return {host: dict(ends) for host, ends in said.items()}


def test_both_ends_of_each_connection(cli, root):
    with Folder() as at, recorded(cli, at) as (paths, said):
        told = objects(show(cli, paths))
        for view in ("json", "connections -j", "who -j", "hist -j"):
            first = objects(show(cli, paths, view))[:3]
            same("hosts of " + view, [o.get("host") for o in first if o["kind"] == "meta"],
                 ["client", "server"])
        check_ends(closes(told), copy_of(said))
        check_identity(told[-1])
        numbers = {(s["iss"], s["irs"]) for s in closes(told)}
        same("the numbers of the ends", numbers, {(irs, iss) for iss, irs in numbers})
        alone = [objects(show(cli, [path]))[-1] for path in paths]
        for key in ("seen", "told", "filtered", "open", "events"):
            same("sum of " + key, told[-1][key], sum(one[key] for one in alone))


def test_the_order_of_the_options_does_not_matter(cli, root):
    with Folder() as at, recorded(cli, at) as (paths, _):
        for view in VIEWS:
            said = {show(cli, order, view) for order in itertools.permutations(paths)}
            same("%s: outputs" % view, len(said), 1)
        for order in itertools.permutations(paths):
            done = cli.run("record", *replays(order), "-o", at("-".join(map(os.path.basename, order))), "-q")
            same("merged", (done.returncode, done.stderr), (0, ""))
        same("merged in any order", open(at("client-server"), "rb").read(), open(at("server-client"), "rb").read())


def test_a_merged_recording_replays_to_the_same(cli, root):
    with Folder() as at, recorded(cli, at) as (paths, _):
        same("merged", show(cli, paths, "record", "-o", at("both")), "")
        on_another_machine(paths[0], at("third"), BOOT, 10**9)
        for view in VIEWS:
            same(view, show(cli, [at("both")], view), show(cli, paths, view))
            same("stdin: " + view, piped(cli, at("both"), view), show(cli, paths, view))
            same("with a third host: " + view, show(cli, [at("both"), at("third")], view),
                 show(cli, [*paths, at("third")], view))
        same("merged twice", show(cli, [at("both"), at("third")], "record", "-o", at("three")), "")
        same("three", show(cli, [at("three")]), show(cli, [*paths, at("third")]))
        done = cli.run("stuck", "--replay", at("both"))
        one_line("stuck", done, 66, at("both"), "several hosts")


def piped(cli, path, view):
    with open(path, "rb") as f:
        return subprocess.run([cli.tool, *view.split(), "--replay", "-", "-q"], stdin=f, capture_output=True,
                              text=True, timeout=TIMEOUT, check=True).stdout


def test_a_merged_recording_is_a_selection(cli, root):
    with Folder() as at, recorded(cli, at) as (paths, said):
        port = min(said["client"])
        show(cli, paths, "record", "-o", at("one"), "-P", str(port))
        told = closes(objects(show(cli, [at("one")])))
        same("both ends of one connection", sorted(s["host"] for s in told), ["client", "server"])
        same("its port", {s["local_port"] if s["host"] == "client" else s["peer_port"] for s in told}, {port})
        show(cli, paths, "record", "-o", at("redacted"), "--redact")
        hidden = objects(show(cli, [at("redacted")]))
        names = {o["host"] for o in hidden if o["kind"] == "meta"}
        same("pseudonyms", len(names), 2)
        true("no name is left", not names & set(NAMES))
        same("ends", {(s["host"], s["twin"]["host"]) for s in closes(hidden)}, set(itertools.permutations(names)))


def test_a_merged_recording_rotates(cli, root):
    with Folder() as at, recorded(cli, at, 1500) as (paths, _):
        show(cli, paths, "record", "-o", at("m"), "--rotate", "64K", "--keep", "99")
        pieces = sorted((name for name in os.listdir(at("")) if name.startswith("m")), key=lambda n: (len(n), n))
        true("pieces: %r" % pieces, len(pieces) > 2)
        same("pieces", show(cli, [at(name) for name in pieces]), show(cli, paths))
        joined = b"".join(open(at(name), "rb").read() for name in [*reversed(pieces[1:]), "m"])
        with open(at("joined"), "wb") as f:
            f.write(joined)
        same("joined", show(cli, [at("joined")]), show(cli, paths))
        for name in pieces:     # each is a recording of both hosts
            same("hosts of " + name, [o["host"] for o in objects(show(cli, [at(name)])) if o["kind"] == "meta"],
                 ["client", "server"])


def test_a_host_twice_at_the_same_time(cli, root):
    with Folder() as at, recorded(cli, at) as (paths, _):
        with open(at("copy"), "wb") as f:
            f.write(open(paths[0], "rb").read())
        show(cli, paths, "record", "-o", at("both"))
        for others in ([at("copy")], [at("both")], [at("copy"), paths[1]]):
            messages = set()
            for order in itertools.permutations([paths[0], *others]):
                done = cli.run(*replays(order), "-q")
                one_line("overlap", done, 66, paths[0], others[0], "'client'", "at the same time")
                messages.add(done.stderr)
            same("messages", len(messages), 1)
        one_line("the same file", cli.run(*replays([paths[0], paths[0]])), 64, "is given twice")


def test_two_files_of_one_host_are_one_with_a_gap(cli, root):
    with Folder() as at, TwoHosts(cli) as hosts:
        said = {}
        for path in ("a", "b"):
            recorder = hosts.start_recorder("client", at(path))
            said[path] = set(hosts.traffic(3)["client"])
            stop(recorder)
        for order in ("ab", "ba"):
            done = cli.run("json", *replays(map(at, order)))
            same("replayed", done.returncode, 0)
            true("the gap: " + done.stderr, re.search(r"restarts of the recorder: 1, with [0-9.]+ s", done.stderr))
            told = objects(done.stdout)
            same("hosts", [o["host"] for o in told if o["kind"] == "meta"], ["client"])
            same("ports", [s["local_port"] for s in closes(told)],
                 [s["local_port"] for path in "ab" for s in closes(objects(show(cli, [at(path)])))])
            same("all", {s["local_port"] for s in closes(told)}, said["a"] | said["b"])
            check_identity(told[-1])


def test_the_files_of_a_ring(cli, root):
    with Folder() as at, TwoHosts(cli) as hosts:
        recorder = hosts.start_recorder("client", at("r"), "--rotate", "64K", "--keep", "99")
        ports = set(hosts.traffic(1500)["client"])
        stop(recorder)
        pieces = sorted((name for name in os.listdir(at("")) if name.startswith("r")), key=lambda n: (len(n), n))
        true("pieces: %r" % pieces, len(pieces) > 1)
        for order in (pieces, pieces[::-1]):
            done = cli.run("json", *replays(map(at, order)))
            same("no gap: " + done.stderr, (done.returncode, "restarts" in done.stderr), (0, False))
            told = objects(done.stdout)
            same("ports", {s["local_port"] for s in closes(told)}, ports)
            same("whole", [s["partial"] for s in closes(told)], [False] * len(ports))
            check_identity(told[-1])


def test_another_clock(cli, root):
    """The other machine was booted at another time, and its clock is wrong by 50 ms: less than the connections last."""
    with Folder() as at, recorded(cli, at) as (paths, said):
        for fast_ns in (0, -50 * 10**6):
            on_another_machine(paths[1], at("far"), BOOT, 12345 * 10**9, fast_ns)
            both = [paths[0], at("far")]
            same("any order", show(cli, both), show(cli, both[::-1]))
            told = objects(show(cli, both))
            same("boots", {o["boot_id"] == BOOT: o["host"] for o in told if o["kind"] == "meta"},
                 {False: "client", True: "server"})
            times = {(s["host"], s["cookie"]): s["time"] for s in closes(told)}
            here = {("server", s["cookie"]): s["time"] for s in closes(objects(show(cli, [at("far")])))}
            same("times are those of its clock", {k: times[k] for k in here}, here)
            drawn = show(cli, both, "timeline")
            same("ladders", drawn.count("ESTABLISHED"), 2 * len(said["client"]))
            heads = re.findall(r"(?m)^host (client +host server|server +host client)$", drawn)
            same("hosts of the ladders", len(heads), len(said["client"]))
            true("no time in transit without bounds",
                 not re.search(r"[├─-] *[1-4] (FIN|ACK)[^│|]*, \d+(\.\d+)? .?s", drawn))
            true("with them", re.search(r"[1-4] FIN[^│|]*, [0-9a-z. ]+\.\.[0-9.]+ .?s", drawn))
        true("with one clock it is known", re.search(r"[1-4] FIN[^│|]*, [0-9.]+ .?s", show(cli, paths, "timeline")))


def test_limits_count_all_hosts(cli, root):
    with Folder() as at, recorded(cli, at) as (paths, said):
        same("-n", len(closes(objects(show(cli, paths, "json", "-n", "3")))), 3)
        same("-n of events", show(cli, paths, "events", "-n", "7").count("\n"), 7)
        done = cli.run(*replays(paths), "-q", "--fail-on", "close")
        same("exit status", done.returncode, 4)
        told = closes(objects(show(cli, paths)))
        true(f"{done.stderr} {[(s['local_port'], s['ending'], s['trigger'], s['missing']) for s in told]}",
             "--fail-on matches %d closes" % (2 * len(said["client"])) in done.stderr)
        same("names of hosts", {line.split()[0] for line in done.stderr.splitlines()[2:]}, set(NAMES))
        middle = sorted(s["time"] for s in told)[len(told) // 2]
        for option, is_wanted in (("--since", lambda s: s["time"] >= middle),
                                  ("--until", lambda s: s["time"] <= middle)):
            same(option, [s["cookie"] for s in closes(objects(show(cli, paths, "json", option, middle)))],
                 [s["cookie"] for s in told if is_wanted(s)])
        same("--since -1d", closes(objects(show(cli, paths, "json", "--since", "-1d"))), told)


def test_follow_two_recorders(cli, root):
    with Folder() as at, TwoHosts(cli) as hosts:
        recorders = [hosts.start_recorder(name, at(name)) for name in NAMES]
        follower = Follower(cli, at("client"), "--replay", at("server"))
        for _ in range(2):
            said = hosts.traffic(2)
            ports = set(said["client"])

            def all_told(text):
                stories = closes(objects(text[:text.rindex("\n") + 1])) if "\n" in text else []
                ends = {(s["host"], s["local_port"] if s["host"] == "client" else s["peer_port"]) for s in stories}
                return {(name, port) for name in NAMES for port in ports} <= ends

            follower.read_until(all_told)
        status, out, _ = follower.stop()
        for recorder in recorders:
            stop(recorder)
        same("exit status", status, 0)
        same("ends", len(closes(objects(out))), 8)


def test_a_recorder_that_was_killed(cli, root):
    with Folder() as at, recorded(cli, at) as (paths, said):
        with open(at("cut"), "wb") as f:
            f.write(open(paths[1], "rb").read()[:-30])
        for order in itertools.permutations([paths[0], at("cut")]):
            done = cli.run("json", *replays(order))
            same("exit status", done.returncode, 66)
            true(done.stderr, "cannot replay '%s': it is cut short" % at("cut") in done.stderr)
            told = objects(done.stdout)
            same("the other one is whole", {s["local_port"] for s in closes(told) if s["host"] == "client"},
                 set(said["client"]))
            check_identity(told[-1])


def test_a_recording_from_before_hosts_had_names(cli):
    """The recording of the repository has no --host: its host is the host name."""
    sample = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "sample.rec")
    with Folder() as at:
        on_another_machine(sample, at("other"), BOOT, 77 * 10**9)
        alone, both = (objects(show(cli, paths)) for paths in ([sample], [sample, at("other")]))
        same("hosts", {(o["host"], o["boot_id"] == BOOT) for o in both if o["kind"] == "meta"},
             {(alone[0]["hostname"], False), (alone[0]["hostname"], True)})
        keys = ("cookie", "time", "local_port", "ending", "trigger", "states", "waves")
        same("stories of the first", [[s[key] for key in keys] for s in closes(both) if s["boot_id"] != BOOT],
             [[s[key] for key in keys] for s in closes(alone)])


def test_what_one_recording_shows(cli, root):
    with Folder() as at, recorded(cli, at, 2) as (paths, _):
        told = objects(show(cli, paths[:1]))
        true("no host in one recording", not any("host" in o for o in told))
        rows = list(csv.DictReader(io.StringIO(show(cli, paths[:1], "who --by host --csv"))))
        same("--by host", [(row["host"], row["closes"]) for row in rows], [("client", "2")])
        one_line("stuck", cli.run("stuck", *replays(paths)), 64, "stuck", "one --replay")
        one_line("--host in a replay", cli.run("--host", "x", *replays(paths)), 64, "--host", "--replay")
        one_line("no such file", cli.run(*replays([paths[0], at("none")])), 66, at("none"))
        for bad in ("", "x" * 65, "a\nb"):
            one_line("bad host", cli.run("record", "-o", at("x"), "--host", bad), 64, "bad host", "1 to 64 bytes")
