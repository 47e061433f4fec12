# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What a recorder sends to a stream. The witnesses are the traffic program, a decoder and a client of our own."""

import json
import os
import signal
import socket
import subprocess
import sys

import segments
from assertions import same, true
from nats_server import wait_until
from segments import config_of, hash_of, heartbeat_of, segments_of

sys.path.append(segments.CLI)

from fixture import TRAFFIC, closes  # noqa: E402

# COUNT connections; each third is reset because its server closes with unread data. Prints both ports of each.
CLIENT = """
import socket, sys
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen(128)
for i in range(int(sys.argv[1])):
    client = socket.create_connection(listener.getsockname()); server, _ = listener.accept()
    print(client.getsockname()[1], listener.getsockname()[1], "reset" if i % 3 == 0 else "clean")
    if i % 3 == 0:
        client.send(b"x"); server.recv(1, socket.MSG_PEEK); server.close(); client.close()
    else:
        client.close(); server.close()
"""


def make_traffic(cli, count):
    """Returns {port of the client: how it ended}, as the program itself says."""
    done = cli.inside(sys.executable, "-c", CLIENT, str(count))
    return {int(line.split()[0]): line.split()[2] for line in done.stdout.decode().splitlines()}


def record_around(cli, one, *args, count=30, away=False):
    """A run of json that records to the stream too: its objects, what the traffic was, and its messages."""
    tool = cli.start("json", "--record", one.url, "--netns", cli.netns, "--host", "web-1", *args)
    made = make_traffic(cli, count)
    tool.send_signal(signal.SIGINT)
    objects = []
    while away and (not objects or objects[-1]["kind"] != "summary"):
        objects.append(json.loads(tool.stdout.readline()))
    if away:
        tool.send_signal(signal.SIGINT)     # do not wait for a broker that does not come
    out, err = tool.communicate(timeout=60)
    same("exit status, %r" % err, tool.returncode, 0)
    return objects + [json.loads(line) for line in out.splitlines()], made, err


def event_bytes(found):
    return [e for key in sorted(found) for s in found[key] for e in s.events]


def replay(cli, path, *args):
    done = cli.run("json", "--replay", path, "-q", *args)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_is_recorded_is_in_the_stream(one, cli, root, options):
    one.init(one.url)
    live, made, err = record_around(cli, one)
    found = segments_of(one.one)
    same("runs and partitions", len(found), 1)
    of_run = list(found.values())[0]
    for i, s in enumerate(of_run):
        same("first line", s.magic, "tcpclose recording")
        same("subject", s.message.subject, "tcpclose.v1.events.0.web-1")
        same("host", s.header["host"], "web-1")
        same("number", s.sequence(), i)
        same("id", s.message.id(), "%s-0-%d" % (s.header["run"], i))
        same("boot", s.header["boot_id"], open("/proc/sys/kernel/random/boot_id").read().strip())
        same("first mark", s.marks[0], segments.START)
        same("last mark", s.marks[-1], segments.END if s is of_run[-1] else segments.TIME)
        true("size", len(s.data) <= 256 << 10)
        extra = {"tool", "kernel", "machine", "hook", "exe"} if not i else set()
        same("keys", {key for key, _ in s.pairs} - {"syscall", "syscall32"} - extra,
             {"schema", "event_size", "byte_order", "host", "boot_id", "boot_to_wall_ns", "run", "partition",
              "sequence", "rate"})
    path = os.path.join(options.folder, "all.rec")
    segments.write_recording(path, of_run)
    told = closes(live)
    same("the stories", closes(replay(cli, path)), told)
    ports = {o["local_port"] for o in told}
    true("each connection", set(made) <= ports)
    single = os.path.join(options.folder, "one.rec")
    with open(single, "wb") as f:
        f.write(of_run[0].data)
    true("a segment alone can be replayed", closes(replay(cli, single)))
    events = sum(len(s.events) for s in of_run)
    true("%d events arrived in %r" % (events, err), "%d events in %d segments arrived" % (events, len(of_run)) in err)


def test_partitions_divide_the_connections_by_their_hash(one, cli, root):
    one.init(one.url, "--partitions", "8")
    live, made, _ = record_around(cli, one, count=60)
    config = config_of(one.one)
    found = segments_of(one.one)
    where = {}
    for (_, partition), of_one in found.items():
        same("numbers", [s.sequence() for s in of_one], list(range(len(of_one))))
        for s in of_one:
            same("subject", s.message.subject, "tcpclose.v1.events.%d.web-1" % partition)
            for e in s.events:
                where.setdefault(tuple(sorted((e[segments.PORT:segments.PORT + 2],
                                               e[segments.PORT + 2:segments.PORT + 4]))), set()).add(partition)
    true("several partitions in %r" % sorted(found), len(found) >= 4)
    checked = 0
    for o in closes(live):
        if o["local_port"] not in made:
            continue
        ends = tuple(sorted(o[key].to_bytes(2, sys.byteorder) for key in ("local_port", "peer_port")))
        want = hash_of(config, o["iss"], o["irs"]) >> 61
        same("partition of port %d" % o["local_port"], where[ends], {want})
        checked += 1
    same("connections", checked, len(made))


def test_a_rate_keeps_both_ends_or_none_and_what_is_not_clean(one, cli, root, options):
    one.init(one.url)
    live, made, err = record_around(cli, one, "--max-rate", "20", count=150)
    config = config_of(one.one)
    of_run = list(segments_of(one.one).values())[0]
    path = os.path.join(options.folder, "all.rec")
    segments.write_recording(path, of_run)
    objects = replay(cli, path)
    kept, told = closes(objects), closes(live)
    same("all stories here", {o["local_port"] for o in told} >= set(made), True)
    lowest = min(float(s.header["rate"]) for s in of_run)
    true("rate %f" % lowest, lowest < 0.5)
    clients = {o["local_port"] for o in kept}
    for port, how in made.items():
        if how == "reset":
            true("the reset from port %d" % port, port in clients)
    left_out = len(told) - len(kept)
    true("left out %d of %d" % (left_out, len(told)), left_out > 20)
    same("sampled_out", objects[-1]["sampled_out"], left_out)
    same("seen", objects[-1]["seen"], objects[-1]["told"] + objects[-1]["filtered"] + objects[-1]["open"] + left_out)
    true(err, "left out %d clean endpoints" % left_out in err)
    for o in told:
        share = ((hash_of(config, o["iss"], o["irs"]) & 0xffffffff) * 1000000 >> 32) / 1000000
        if share < lowest:
            true("port %d has the share %f" % (o["local_port"], share),
                 (o["local_port"], o["peer_port"]) in {(k["local_port"], k["peer_port"]) for k in kept})
    for o in kept:
        if o["class"] == "clean" and o["local_port"] in made:
            share = ((hash_of(config, o["iss"], o["irs"]) & 0xffffffff) * 1000000 >> 32) / 1000000
            true("share", share <= 1)


def test_heartbeats_have_the_addresses_and_counts(one, cli, root):
    one.init(one.url)
    cli.inside("ip", "link", "add", "fleet0", "type", "veth", "peer", "fleet1")
    cli.inside("ip", "addr", "add", "10.77.1.5/24", "dev", "fleet0")
    cli.inside("ip", "addr", "add", "fd77::5/64", "dev", "fleet0", "nodad")
    cli.inside("ip", "link", "set", "fleet0", "up")
    cli.inside("ip", "addr", "replace", "10.77.1.6/32", "dev", "lo")     # as a balancer's address on a real server
    try:
        listed = json.loads(cli.inside("ip", "-j", "addr").stdout)
        want = {a["local"] for link in listed for a in link["addr_info"]} - {"127.0.0.1", "::1"}
        live, _, _ = record_around(cli, one)
        beat = heartbeat_of(one.one, "web-1")
        same("addresses", (set(beat["address"]), beat["addresses"]), (want, ["complete"]))
    finally:
        cli.inside("ip", "link", "del", "fleet0")
        cli.inside("ip", "addr", "del", "10.77.1.6/32", "dev", "lo")
    summary = live[-1]
    same("counts", [int(beat[key][0]) for key in ("seen", "told", "filtered", "open")],
         [summary[key] for key in ("seen", "told", "filtered", "open")])
    found = segments_of(one.one)
    (run, _), of_run = list(found.items())[0]
    same("run and segments", (beat["run"], beat["sequence"]), ([run], ["0 %d" % len(of_run)]))
    same("the end", (beat["ended"], beat["spool_waiting"], beat["spool_dropped"]), ([""], ["0"], ["0"]))
    same("hooks", beat["hook"], [value for key, value in of_run[0].pairs if key == "hook"])


def test_the_name_of_a_host_becomes_a_subject(one, cli, root):
    one.init(one.url)
    record_around(cli, one, "--host", "web.7 x*>")
    of_run = list(segments_of(one.one).values())[0]
    same("subject", of_run[0].message.subject, "tcpclose.v1.events.0.web_7_x__")
    same("host", of_run[0].header["host"], "web_7_x__")
    same("heartbeat", heartbeat_of(one.one, "web_7_x__")["host"], ["web_7_x__"])


def test_nothing_secret_is_in_a_redacted_stream(one, cli, root):
    one.init(one.url)
    cli.inside("ip", "addr", "replace", "10.77.66.55", "dev", "lo")
    tool = cli.start("record", "-o", one.url, "--netns", cli.netns, "--redact", "--host", "secrethost")
    cli.inside(sys.executable, "-c", """
import socket
open("/proc/self/comm", "w").write("secretprogram")
l = socket.socket(); l.bind(("10.77.66.55", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.close(); s.close()
""")
    tool.send_signal(signal.SIGINT)
    same("exit status, %r" % tool.communicate(timeout=60)[1], tool.returncode, 0)
    with one.one.client() as c:
        sent = c.messages("TCPCLOSE") + c.messages("TCPCLOSE_HOSTS")
    true("messages", len(sent) >= 2)
    secrets = [b"secretprogram", b"secrethost", socket.inet_aton("10.77.66.55"), b"10.77.66.55"]
    for message in sent:
        parts = [message.subject.encode(), message.data]
        if ".events." in message.subject:
            s = segments.Segment(message)
            parts += s.members + s.records
            true("events", s.events)
        for secret in secrets:
            true("%r is in a message" % secret, not any(secret in part for part in parts))


def test_recorders_on_one_machine_are_several_hosts(one, cli, root):
    one.init(one.url)
    other = cli.netns + "-b"
    subprocess.run(["ip", "netns", "add", other], check=True)
    try:
        subprocess.run(["ip", "-n", other, "link", "set", "lo", "up"], check=True)
        tools = [cli.start("record", "-o", one.url, "--netns", netns, "--host", host)
                 for netns, host in ((cli.netns, "a"), (other, "b"))]
        cli.inside(*TRAFFIC, "3")
        subprocess.run(["ip", "netns", "exec", other, *TRAFFIC, "5"], check=True)
        for tool in tools:
            tool.send_signal(signal.SIGINT)
        for tool in tools:
            same("exit status, %r" % tool.communicate(timeout=60)[1], tool.returncode, 0)
    finally:
        subprocess.run(["ip", "netns", "del", other], check=True)
    ends = {}
    for of_run in segments_of(one.one).values():
        ports = {e[segments.PORT:segments.PORT + 4] for s in of_run for e in s.events if e[segments.KIND] == 1}
        ends[of_run[0].header["host"]] = len({port for port in ports if port[2:] != bytes(2)})
    same("ends of connections", ends, {"a": 6, "b": 10})


def test_a_broker_that_is_away_delays_and_loses_nothing(one, cli, root, options):
    one.init(one.url)
    spool = os.path.join(options.folder, "spool")
    one.one.kill()
    live, made, err = record_around(cli, one, "--spool", spool, count=10, away=True)
    true("warning in %r" % err, "segments wait in the spool" in err and "wait in '%s' for the next run" % spool in err)
    same("mode", os.stat(spool).st_mode & 0o777, 0o700)
    true("stories here", len(closes(live)) >= 20)
    one.one.start().wait_until_ready()
    done = cli.run("record", "-o", one.url, "--netns", cli.netns, "--host", "web-1", "--spool", spool, "-d", "1")
    same("exit status", (done.returncode, done.stdout), (0, ""))
    found = segments_of(one.one)
    ports = {int.from_bytes(e[segments.PORT:segments.PORT + 2], sys.byteorder) for e in event_bytes(found)}
    true("all connections of the first run", set(made) <= ports)
    same("two runs", len({run for run, _ in found}), 2)
    true("the spool is empty", not [name for name in os.listdir(spool) if name.endswith(".s")])


def test_a_full_spool_drops_and_reports_what_it_drops(one, cli, root, options, timed):
    one.init(one.url)
    one.one.signal(signal.SIGSTOP)      # it takes connections, and answers nothing
    tool = cli.start("json", "--record", one.url, "--host", "web-1", "--spool-max", "4M", "-P", "20000-20003",
                     "--class", "aborted", "--buffer", "64M")
    churn = subprocess.run([os.path.join(options.build, "bench_churn"), "churn", "-p", "1", "-n", "50000"],
                           capture_output=True, text=True, check=True)
    made = json.loads(churn.stdout)["connections"]
    one.one.signal(signal.SIGCONT)
    with one.one.client() as c:     # the last line of json is written before the last segment is put: it needs room
        wait_until("segments arrive", lambda: c.ask("STREAM.INFO.TCPCLOSE")["state"]["messages"] > 5)
    tool.send_signal(signal.SIGINT)
    out, err = tool.communicate(timeout=60)
    same("exit status, %r" % err, tool.returncode, 0)
    objects = [json.loads(line) for line in out.splitlines()]
    dropped = objects[-1]["events_lost"]["spool_full"]
    true("dropped %d" % dropped, dropped > 1000)
    true("a line of kind lost", any(o["kind"] == "lost" and o["events"]["spool_full"] for o in objects))
    true("warning in %r" % err, "%d dropped because the spool was full" % dropped in err)
    of_run = list(segments_of(one.one).values())[0]
    numbers = [s.sequence() for s in of_run]
    true("segments are missing in %r" % numbers, len(numbers) < numbers[-1] + 1)
    same("what arrived and what was dropped", sum(len(s.events) for s in of_run) + dropped, objects[-1]["events"])
    true("ends of %d connections: %d" % (made, objects[-1]["seen"]), objects[-1]["seen"] >= 2 * made)
    same("heartbeat", heartbeat_of(one.one, "web-1")["spool_dropped"], [str(dropped)])


def test_metrics_have_what_waits(one, cli, root, options):
    one.init(one.url)
    path = os.path.join(options.folder, "m.prom")
    tool = cli.start("serve", "--textfile", path, "--record", one.url, "--netns", cli.netns, "--host", "web-1")
    cli.inside(*TRAFFIC, "3")
    with one.one.client() as c:
        wait_until("the segment is in the stream", lambda: c.ask("STREAM.INFO.TCPCLOSE")["state"]["messages"])
    tool.send_signal(signal.SIGINT)
    same("exit status, %r" % tool.communicate(timeout=60)[1], tool.returncode, 0)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    sent = sum(len(s.events) for s in list(segments_of(one.one).values())[0])
    for line in ("tcpclose_spool_up 1", 'tcpclose_spool_dropped_events_total{cause="spool_full"} 0',
                 'tcpclose_lost_events_total{cause="spool_full"} 0',
                 "tcpclose_spool_sent_events_total %d" % sent):
        true("%s in %r" % (line, text[-3000:]), "\n%s\n" % line in text)


def test_a_second_interrupt_ends_at_once(one, cli, root):
    one.one.kill()
    tool = cli.start("record", "-o", one.url, "--netns", cli.netns)
    cli.inside(*TRAFFIC, "3")
    tool.send_signal(signal.SIGINT)
    line = ""
    while "reported" not in line:
        line = tool.stderr.readline()
        true("the summary comes", line)
    tool.send_signal(signal.SIGINT)
    out, err = tool.communicate(timeout=5)
    same("exit status", (tool.returncode, out), (1, ""))
    true("lost events in %r" % err, "did not arrive" in err and "--spool" in err)
    one.one.start().wait_until_ready()


HALF_CLOSED = """
import socket, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
c = socket.create_connection(l.getsockname()); s, _ = l.accept()
c.close()
print(s.getpeername()[1], s.getsockname()[1], flush=True)
sys.stdin.read()
"""


def find_walks(found):
    """[(begin, events by kind, how it ended)] of the repeated walks of a run, in one partition."""
    walks = []
    for r in [r for s in found for r in s.records]:
        if r[segments.KIND] == segments.ANNOTATION and r[184] == 22:
            if int.from_bytes(r[16:24], sys.byteorder):
                walks.append([r[32:32 + r[185]].decode(), [], None])
            else:
                walks[-1][2] = r[32:32 + r[185]].decode()
        elif walks and not walks[-1][2] and r[segments.KIND] in (8, 9):
            walks[-1][1].append(r)
    return walks


def test_walks_are_repeated_and_change_no_story(one, cli, root, options):
    one.init(one.url)
    tool = cli.start("json", "--record", one.url, "--netns", cli.netns, "--host", "web-1", "--walk-every", "500ms")
    program = subprocess.Popen(cli.enter(sys.executable, "-c", HALF_CLOSED), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        peer, local = map(int, program.stdout.readline().split())
        with one.one.client() as c:
            wait_until("three segments", lambda: c.ask("STREAM.INFO.TCPCLOSE")["state"]["messages"] >= 3)
    finally:
        program.communicate()
        tool.send_signal(signal.SIGINT)
    out, err = tool.communicate(timeout=60)
    same("exit status, %r" % err, tool.returncode, 0)
    found = list(segments_of(one.one).values())[0]
    walks = [walk for walk in find_walks(found) if walk[2]]
    true("walks: %r" % walks, len(walks) >= 2)
    ports = local.to_bytes(2, sys.byteorder) + peer.to_bytes(2, sys.byteorder)
    seen = [walk for walk in walks if any(e[172:176] == ports and e[segments.KIND] == 8 for e in walk[1])]
    true("a walk has the socket in CLOSE_WAIT", seen)
    for text, events, how in seen:
        same("texts", (text, how), ("again", "complete"))
        holders = {int.from_bytes(e[92:96], sys.byteorder) for e in events if e[segments.KIND] == 9}
        true("its holder is the program", program.pid in holders)
    path = os.path.join(options.folder, "all.rec")
    segments.write_recording(path, found)
    told = closes([json.loads(line) for line in out.splitlines()])
    same("the stories", closes(replay(cli, path)), told)
    true("its end", {(peer, local), (local, peer)} <= {(o["local_port"], o["peer_port"]) for o in told})
