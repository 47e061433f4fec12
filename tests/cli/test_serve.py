# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The metrics of serve: what is counted is what json says of the same run, and what ss and Prometheus see."""

import collections
import contextlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest
from fixture import TIMEOUT, TRAFFIC, Failure, closes, one_line, same, true
from scrape import OPENMETRICS, Serve, check_with_promtool, has_promtool, parse, series, total
from test_record import Folder
from test_record_history import reboot, seconds

SAMPLE = os.path.join(os.path.dirname(__file__), "..", "..", "tools", "sample.rec")

SERIES_MAX = 300
NAMES = 300
WALK_EVERY_S = 10

# Each connection of a process that has another name
NAMED = """
import ctypes, socket, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
for name in sys.argv[1:]:
    ctypes.CDLL(None).prctl(15, name.encode("utf-8", "surrogateescape"), 0, 0, 0)
    c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.close(); s.recv(1); s.close()
"""

# A program that forgets to close, until its standard input ends
FORGETFUL = """
import socket, sys
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
kept = []
for _ in range(int(sys.argv[1])):
    c = socket.create_connection(l.getsockname()); s, _ = l.accept(); c.close(); s.recv(1); kept.append(s)
print("kept", flush=True); sys.stdin.read()
"""


def run_names(cli, *names):
    cli.inside(sys.executable, "-c", NAMED, *names)


def labels_of(close):
    trigger = close["trigger"]
    sent = any(w["flag"] == "FIN" and w["dir"] == "sent" for w in close["waves"])
    call = trigger["call"] if trigger else "unknown" if sent else "none"
    return tuple(sorted({"initiator": close["initiator"], "ending": close["ending"],
                         "reason": close["reason"] or "none", "call": call}.items()))


def check_against_json(samples, objects):
    """Every counter and histogram, from the lines of json."""
    ended = [o for o in objects if o["kind"] == "close" and o["ending"] != "open"]
    same("closes", series(samples, "tcpclose_closes_total"), dict(collections.Counter(map(labels_of, ended))))
    same("blame", series(samples, "tcpclose_blame_total"),
         {(("blame", k),): v for k, v in collections.Counter(o["blame"] for o in ended if o["blame"]).items()})
    same("cut", series(samples, "tcpclose_phase_cut_total"),
         {(("phase", k),): v for k, v in collections.Counter(o["cut"]["phase"] for o in ended if o["cut"]).items()})
    times = collections.defaultdict(list)
    for o in ended:
        for phase, ns in o["phase_ns"].items():
            if ns is not None:
                times[phase].append(ns)
        if o["cut"]:
            times[o["cut"]["phase"]].append(o["cut"]["ns"])
    check_histograms(samples, times)


def check_histograms(samples, times):
    counts = series(samples, "tcpclose_phase_seconds_count")
    same("phases", {dict(labels)["phase"]: v for labels, v in counts.items()}, {k: len(v) for k, v in times.items()})
    sums = series(samples, "tcpclose_phase_seconds_sum")
    for phase, all_ns in times.items():
        true("sum of " + phase, abs(sums[(("phase", phase),)] - sum(all_ns) / 1e9) < 1e-6)
    for labels, v in series(samples, "tcpclose_phase_seconds_bucket").items():
        bound = float(dict(labels)["le"])
        same("bucket %r" % (labels,), v, sum(ns <= round(bound * 1e9) if bound < 1e9 else True
                                             for ns in times[dict(labels)["phase"]]))


def replay(cli, path):
    return [json.loads(line) for line in cli.run("json", "--replay", path, "-q").stdout.splitlines()]


def test_a_file_has_what_json_has(cli, root):
    """To the last close, of many endings; live around a command, and from its recording."""
    workload = os.path.join(os.path.dirname(cli.tool), "workload")
    with Folder() as folder:
        done = cli.run("serve", "-q", "--netns", cli.netns, "--textfile", folder("a.prom"), "--record", folder("r"),
                       "--", *cli.enter(workload, "demo"))
        same("exit status", (done.returncode, done.stdout), (0, ""))
        with open(folder("a.prom"), encoding="utf-8") as f:
            live = f.read()
        objects = replay(cli, folder("r"))
        true("closes", len(closes(objects)) >= 16, len(closes(objects)))
        check_against_json(parse(live), objects)
        again = cli.run("serve", "-q", "--textfile", "-", "--replay", folder("r"))
        same("exit status of the replay", (again.returncode, again.stderr), (0, ""))
        check_against_json(parse(again.stdout), objects)
        same("folder", sorted(os.listdir(os.path.dirname(folder("r")))), ["a.prom", "r"])
        same("mode", os.stat(folder("a.prom")).st_mode & 0o777, 0o644)


def test_a_scrape_has_what_json_has(cli, root):
    """json runs beside serve, over the same connections."""
    with Serve(cli) as serve, Folder() as folder:
        witness = cli.start("json", "-q", "--netns", cli.netns, "-o", folder("json"))
        cli.inside(*TRAFFIC, "40", "0.002")
        samples = serve.wait_for(lambda s: total(s, "tcpclose_closes_total") >= 80, "80 closes")
        witness.terminate()
        witness.communicate(timeout=TIMEOUT)
        with open(folder("json"), encoding="utf-8") as f:
            objects = list(map(json.loads, f))
        same("closes of json", len(closes(objects)), 80)
        same("closes", total(samples, "tcpclose_closes_total"), 80)
        same("told", total(samples, "tcpclose_endpoints_total", result="told"), 80)
        same("lost", total(samples, "tcpclose_lost_events_total"), 0)
        same("endings", collections.Counter(o["ending"] for o in closes(objects)),
             collections.Counter({e: int(total(samples, "tcpclose_closes_total", ending=e))
                                  for e in ("four-way", "three-way")
                                  if total(samples, "tcpclose_closes_total", ending=e)}))


def get_both_formats(serve):
    """Answers in the text format and in OpenMetrics, between which no series came up."""
    for _ in range(10):
        plain, other, again = serve.get(), serve.get(Accept=OPENMETRICS), serve.get()
        if set(parse(plain.body.decode())) == set(parse(again.body.decode())):
            break
    return plain, other


def test_both_formats_are_valid_and_have_the_same_series(cli, root):
    with Serve(cli, "--by-comm") as serve:
        run_names(cli, 'a"b\\c', "\udcff\udcfe", "<b>&", "line\nbreak")
        serve.wait_for(lambda s: total(s, "tcpclose_closes_total") == 8, "8 closes")
        plain, other = get_both_formats(serve)
        same("type", plain.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        if has_promtool():
            check_with_promtool(plain.body.decode())
        same("type", other.headers["Content-Type"], "application/openmetrics-text; version=1.0.0; charset=utf-8")
        text = other.body.decode()
        true("ends with EOF", text.endswith("\n# EOF\n") and text.count("# EOF") == 1)
        same("series", set(parse(text)), set(parse(plain.body.decode())))
        same("units", [line for line in text.splitlines() if line.startswith("# UNIT")].count(
            "# UNIT tcpclose_phase_seconds seconds"), 1)
        names = {dict(labels)["comm"] for labels in series(parse(text), "tcpclose_closes_by_comm_total")}
        same("names", names, {'a\\"b\\\\c', "\\\\xff\\\\xfe", "<b>&", "line\\\\x0abreak"})


def test_at_most_300_series_of_300_names(cli, root):
    """After random endings of all kinds (soak), and with the names of 300 processes."""
    soak = os.path.join(os.path.dirname(cli.tool), "soak")
    with Serve(cli, "--by-comm") as serve, Folder() as folder:
        with open(folder("truth"), "ab") as out:
            subprocess.run(cli.enter(soak, "--seed", "1", "--seconds", "4"), stdout=out, check=True, timeout=TIMEOUT)
        run_names(cli, *("name-%d" % i for i in range(NAMES)))
        samples = serve.wait_for(lambda s: total(s, "tcpclose_closes_by_comm_total", comm="other") > 0 and
                                 not total(s, "tcpclose_endpoints_open"), "the last closes")
        by_comm = series(samples, "tcpclose_closes_by_comm_total")
        same("names", len({dict(labels)["comm"] for labels in by_comm}), 51)
        same("closes by name", sum(by_comm.values()), total(samples, "tcpclose_closes_total"))
        endings = {dict(labels)["ending"] for labels in series(samples, "tcpclose_closes_total")}
        true("endings", len(endings) >= 4, endings)
        true("series", len(samples) <= SERIES_MAX, len(samples))
        if os.environ.get("SHOW"):
            print("# %d series, %d of closes" % (len(samples), len(series(samples, "tcpclose_closes_total"))))


def test_sockets_are_those_that_ss_lists(cli, root):
    with Serve(cli) as serve:
        held = subprocess.Popen(cli.enter(sys.executable, "-c", FORGETFUL, "3"), text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
        same("program", held.stdout.readline(), "kept\n")
        listed = cli.inside("ss", "-Htn", "state", "close-wait").stdout.decode().splitlines()
        same("ss", len(listed), 3)
        samples = serve.wait_for(lambda s: total(s, "tcpclose_sockets", state="close_wait") == 3, "3 in CLOSE_WAIT")
        same("advice", total(samples, "tcpclose_stuck_sockets", advice="forgot-close"), 3)
        same("states", {dict(labels)["state"] for labels in series(samples, "tcpclose_sockets")},
             {"fin_wait_1", "fin_wait_2", "closing", "close_wait", "last_ack"})
        age = total(samples, "tcpclose_oldest_socket_age_seconds", state="close_wait")
        true("age", 0 < age < TIMEOUT, age)
        same("complete", total(samples, "tcpclose_walk_complete"), 1)
        true("walk", 0 < total(samples, "tcpclose_walk_seconds") < TIMEOUT)
        held.communicate(timeout=TIMEOUT)
        samples = serve.wait_for(lambda s: not total(s, "tcpclose_sockets", state="close_wait"), "none in CLOSE_WAIT")
        same("advice that has occurred", series(samples, "tcpclose_stuck_sockets")[(("advice", "forgot-close"),)], 0)


def test_a_walk_that_has_no_room_is_not_complete(cli, root):
    held = subprocess.Popen(cli.enter(sys.executable, "-c", FORGETFUL, "60"), text=True, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE)
    same("program", held.stdout.readline(), "kept\n")
    with Serve(cli, "--max-open", "50") as serve:
        samples = serve.wait_for(lambda s: series(s, "tcpclose_sockets"), "a walk")
        same("it is not complete", total(samples, "tcpclose_walk_complete"), 0)
        same("those that it had room for", total(samples, "tcpclose_sockets"), 50)
        held.communicate(timeout=TIMEOUT)


def test_the_process_is_that_which_proc_shows(cli, root):
    with Serve(cli) as serve:
        samples = serve.samples()
        with open("/proc/%d/statm" % serve.process.pid, encoding="ascii") as f:
            pages = [int(n) * os.sysconf("SC_PAGESIZE") for n in f.read().split()]
        same("virtual", total(samples, "tcpclose_process_virtual_memory_bytes") // 2**22, pages[0] // 2**22)
        true("resident", abs(total(samples, "tcpclose_process_resident_memory_bytes") - pages[1]) < 2**22)
        fds = len(os.listdir("/proc/%d/fd" % serve.process.pid))
        true("descriptors", abs(total(samples, "tcpclose_process_open_fds") - fds) <= 2, fds)
        started = time.time() - total(samples, "tcpclose_process_start_time_seconds")
        true("start", 0 < started < TIMEOUT, started)


def documented(cli):
    """The names in the manual's list, which is printed from the table of metrics."""
    return set(re.findall(r"^\*(\S+?)\*", cli.run("--document", "metrics").stdout.replace("\\", ""), re.M))


def test_every_metric_is_documented(cli, root):
    names = documented(cli)
    true("names", {"tcpclose_closes_total", "tcpclose_phase_seconds", "tcpclose_build_info"} <= names, names)
    with Serve(cli, "--by-comm") as serve:
        run_names(cli, "x")
        samples = serve.wait_for(lambda s: total(s, "tcpclose_closes_total") == 2 and
                                 total(s, "tcpclose_walk_complete"), "a walk")
    exposed = {re.sub("_(bucket|sum|count)$", "", name) for name, _ in samples}
    same("without documentation", sorted(exposed - names), [])
    same("not exposed", sorted({n for n in names if "_spool_" not in n} - exposed - {
        "tcpclose_phase_cut_total", "tcpclose_stuck_sockets", "tcpclose_oldest_socket_age_seconds",
        "tcpclose_bpf_runs_total", "tcpclose_bpf_run_seconds_total"}), [])


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
        return list(map(int, f.read().split()))


def test_only_the_walker_keeps_privileges(cli, root):
    """And it ends with its parent, however that ends."""
    def effective(pid):
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            return int(next(line for line in f if line.startswith("CapEff:")).split()[1], 16)

    with Serve(cli) as serve:
        serve.wait_for(lambda s: total(s, "tcpclose_walk_complete"), "a walk")
        same("of the server", effective(serve.process.pid), 0)
        walker, = children(serve.process.pid)
        true("of the walker", effective(walker) > 0)
        serve.process.kill()
        serve.process.wait(TIMEOUT)
        end = time.monotonic() + TIMEOUT
        while os.path.exists("/proc/%d/cwd" % walker) and time.monotonic() < end:
            time.sleep(0.01)
        true("the walker has ended", not os.path.exists("/proc/%d/cwd" % walker))


def test_the_cpu_time_of_a_walker_that_ended_still_counts(cli, root):
    with Serve(cli) as serve:
        before = serve.wait_for(lambda s: total(s, "tcpclose_walk_complete"), "a walk")
        os.kill(*children(serve.process.pid), signal.SIGKILL)
        after = serve.wait_for(lambda s: not series(s, "tcpclose_walk_complete"), "no walk any more")
        first, last = (total(s, "tcpclose_process_cpu_seconds_total") for s in (before, after))
        true("%r s, then %r s" % (first, last), last >= first)


def test_a_walk_that_hangs_delays_no_scrape(cli, timed, root):
    """Nor do clients that go away while they wait for it do any harm."""
    with Serve(cli) as serve:
        first = serve.wait_for(lambda s: total(s, "tcpclose_walk_complete"), "a walk")
        walker, = children(serve.process.pid)
        os.kill(walker, signal.SIGSTOP)
        last, slowest = total(first, "tcpclose_walk_timestamp_seconds"), 0
        while time.time() < last + WALK_EVERY_S + 1:
            with contextlib.ExitStack() as opened:
                for _ in range(20):
                    s = opened.enter_context(serve.connect())
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    s.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            begun = time.monotonic()
            same("the walk before", total(serve.samples(), "tcpclose_walk_timestamp_seconds"), last)
            slowest = max(slowest, time.monotonic() - begun)
        true("the slowest took %.2f s" % slowest, slowest < 2)
        os.kill(walker, signal.SIGCONT)
        serve.wait_for(lambda s: total(s, "tcpclose_walk_timestamp_seconds") > last, "the next walk")
        os.kill(walker, signal.SIGKILL)
        serve.wait_for(lambda s: not series(s, "tcpclose_sockets"), "no gauges without a walker")
        _, _, err = serve.stop()
        true("a warning: " + err, "walks over the sockets has ended" in err)
        same("exit status", serve.process.returncode, 0)


def test_idle_it_does_not_wake_up(cli, timed, root):
    """Without connections, neither for HTTP nor for the file; the kernel counts the wake-ups."""
    def switches(pid):
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            return int(next(line for line in f if line.startswith("voluntary")).split()[1])

    with Folder() as folder, Serve(cli, "--textfile", folder("x.prom")) as serve:
        serve.wait_for(lambda s: total(s, "tcpclose_walk_complete"), "a walk")
        pids = [serve.process.pid, *children(serve.process.pid)]
        end = time.monotonic() + TIMEOUT
        before = []
        while time.monotonic() < end:   # until what the scrape left behind is over
            now = list(map(switches, pids))
            if now == before:
                return
            before = now
            time.sleep(2)
    raise Failure("it wakes up: %r" % before)


def test_the_file_is_replaced_and_never_in_parts(cli, root):
    with Folder() as folder:
        path = folder("x.prom")
        os.symlink("/nonexistent", path + ".tmp")     # somebody's trap, or what a crash left
        process = cli.start("serve", "--netns", cli.netns, "--textfile", path)
        first = os.stat(path).st_ino
        cli.inside(*TRAFFIC, "1")
        end = time.monotonic() + TIMEOUT
        while os.stat(path).st_ino == first and time.monotonic() < end:
            with open(path, encoding="utf-8") as f:
                true("whole", f.read().endswith("\n"))
            time.sleep(0.02)
        with open(path, encoding="utf-8") as f:
            same("closes", total(parse(f.read()), "tcpclose_closes_total"), 2)
        process.terminate()
        process.communicate(timeout=TIMEOUT)
        same("exit status", process.returncode, 0)
        one_line("no folder", cli.run("serve", "-q", "--textfile", folder("no/x.prom"), "--", "true"), 1,
                 "cannot write", "no/x.prom")


def test_a_recording_that_grows_is_followed(cli, root):
    with Folder() as folder:
        recorder = cli.start("record", "--netns", cli.netns, "-o", folder("r"))
        with subprocess.Popen([cli.tool, "serve", "-q", "--replay", folder("r"), "--follow", "--textfile",
                               folder("x.prom")]) as follower:
            cli.inside(*TRAFFIC, "3")
            end, seen = time.monotonic() + TIMEOUT, 0
            while seen != 6 and time.monotonic() < end:
                with contextlib.suppress(FileNotFoundError), open(folder("x.prom"), encoding="utf-8") as f:
                    seen = total(parse(f.read()), "tcpclose_closes_total")
                time.sleep(0.05)
            follower.terminate()
        recorder.terminate()
        recorder.communicate(timeout=TIMEOUT)
        same("closes", seen, 6)


def test_recordings_of_several_hosts_that_grow_are_followed(cli):
    """The file is due after 10 s, in which no record shows how late it is: the recordings are as young as the test."""
    told = list(map(json.loads, cli.run("json", "--replay", SAMPLE, "-q").stdout.splitlines()))
    ended = [o for o in closes(told) if o["ending"] != "open"]
    with open(SAMPLE, "rb") as f:
        run = f.read()
    later = int(time.time() - seconds(told[-1]["time"]))
    with Folder() as folder:
        for name in "ab":
            with open(folder(name), "wb") as f:
                f.write(reboot(run, name, later))
        with subprocess.Popen([cli.tool, "serve", "-q", "--replay", folder("a"), "--replay", folder("b"), "--follow",
                               "--textfile", folder("x.prom")]) as follower:
            found = []
            for hosts in (2, 3):
                end, seen = time.monotonic() + TIMEOUT, 0
                while seen != hosts * len(ended) and time.monotonic() < end:
                    with contextlib.suppress(FileNotFoundError), open(folder("x.prom"), encoding="utf-8") as f:
                        seen = total(parse(f.read()), "tcpclose_closes_total")
                    time.sleep(0.05)
                found.append(seen)
                with open(folder("a"), "ab") as f:
                    f.write(reboot(run, "c", later))
            follower.terminate()
        same("closes", found, [2 * len(ended), 3 * len(ended)])


STATS = "/proc/sys/kernel/bpf_stats_enabled"


def program_ids(pid):
    ids = set()
    for name in os.listdir("/proc/%d/fdinfo" % pid):
        with contextlib.suppress(FileNotFoundError), open("/proc/%d/fdinfo/%s" % (pid, name), encoding="utf-8") as f:
            ids.update(map(int, re.findall(r"^prog_id:\t(\d+)", f.read(), re.M)))
    return ids


def test_runs_of_programs_are_those_that_bpftool_shows(cli, root):
    """Only while the kernel counts them; they are those of this process."""
    with open(STATS, encoding="ascii") as f:
        before = f.read()
    with Serve(cli) as serve:
        if before == "0\n":
            same("without the setting", series(serve.samples(), "tcpclose_bpf_runs_total"), {})
        try:
            with open(STATS, "w", encoding="ascii") as f:
                f.write("1")
            cli.inside(*TRAFFIC, "5")
            samples = serve.wait_for(lambda s: total(s, "tcpclose_bpf_runs_total", program="on_state") > 10, "runs")
            ids = program_ids(serve.process.pid)
            shown = json.loads(subprocess.run(["bpftool", "-jp", "prog", "show"], capture_output=True,
                                              check=True).stdout)
        finally:
            with open(STATS, "w", encoding="ascii") as f:
                f.write(before)
    ours = [p for p in shown if p.get("name") == "on_state" and p["id"] in ids]
    true("bpftool shows the program", len(ours) == 1, ours)
    runs = total(samples, "tcpclose_bpf_runs_total", program="on_state")
    true("runs", 0 < runs <= ours[0]["run_cnt"], (runs, ours[0]["run_cnt"]))
    seconds = total(samples, "tcpclose_bpf_run_seconds_total", program="on_state")
    true("seconds", 0 < seconds * 1e9 <= ours[0]["run_time_ns"], (seconds, ours[0]["run_time_ns"]))


def receive(manager, seconds):
    manager.settimeout(seconds)
    return manager.recv(256).decode()


@pytest.mark.parametrize("view", ["serve", "record"])
def test_the_service_manager_is_notified(cli, view, root):
    with Folder() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(folder("notify"))
        env = dict(os.environ, NOTIFY_SOCKET=folder("notify"), WATCHDOG_USEC="200000")
        args = ["--textfile", folder("x.prom")] if view == "serve" else ["-o", folder("r")]
        begun = time.monotonic()
        process = subprocess.Popen([cli.tool, view, "-q", "--netns", cli.netns, *args], env=env)
        same("first", receive(manager, TIMEOUT), "READY=1")
        for _ in range(3):
            same("then", receive(manager, TIMEOUT), "WATCHDOG=1")
        process.terminate()
        beats, said = 3, receive(manager, TIMEOUT)
        while said == "WATCHDOG=1":
            beats, said = beats + 1, receive(manager, TIMEOUT)
        same("last", said, "STOPPING=1")
        true("%d, one per half interval" % beats, beats <= (time.monotonic() - begun) / 0.1 + 1)
        same("exit status", process.wait(TIMEOUT), 0)


def test_the_watchdog_of_another_process_is_left_alone(cli, root):
    with Folder() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(folder("notify"))
        env = dict(os.environ, NOTIFY_SOCKET=folder("notify"), WATCHDOG_USEC="1000", WATCHDOG_PID="1")
        done = subprocess.run([cli.tool, "serve", "-q", "--netns", cli.netns, "--textfile", folder("x"), "-d", "0.3"],
                              env=env, timeout=TIMEOUT, check=False)
        same("exit status", done.returncode, 0)
        same("messages", [receive(manager, TIMEOUT) for _ in range(2)], ["READY=1", "STOPPING=1"])
