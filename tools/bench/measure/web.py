# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Real software: nginx answers wrk, one request per connection; untraced, traced and under the peers in turn."""
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time

from . import peers, subject
from .churn import account_cells
from .report import median, table
from .subject import say

NAMESPACE = f"tcpclose-bench-{os.getpid()}"
PORT = 8080
CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	server {{
		listen 127.0.0.1:{port} backlog=4096;
		location / {{ return 200 "ok\\n"; }}
	}}
}}
"""
GOALS = {"trace": (0.95, 1.5), "who": (0.95, 1.5), "serve": (0.95, 1.5), "json": (0.90, 4), "record": (None, 2)}
COLUMNS = ["tracer", "requests/s", "of untraced (min..max)", "CPU us/connection", "rounds with losses", "reported/made",
           "missed", "right process", "lines/conn"]
LEAST_TOLD = 0.99   # of the ends that the load made
REPORTED = re.compile(rb"(\d+) reported, \d+ filtered")


def find(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")


def inside(*words):
    return ["ip", "netns", "exec", NAMESPACE, *words]


@contextlib.contextmanager
def server(folder):
    """nginx in a network namespace of its own. Yields its process, whose child is the worker."""
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w") as f:
        f.write(CONFIGURATION.format(folder=folder, port=PORT))
    subprocess.run(["ip", "netns", "add", NAMESPACE], check=True)
    try:
        subprocess.run(inside("ip", "link", "set", "lo", "up"), check=True)
        for setting in "ip_local_port_range=1024 65535", "tcp_tw_reuse=1":
            subprocess.run(inside("sysctl", "-qw", "net.ipv4." + setting), check=True)
        nginx = subprocess.Popen(inside(find("nginx"), "-c", path, "-e", folder + "/error.log"))
        try:
            while not os.path.exists(folder + "/pid") or not os.path.getsize(folder + "/pid"):
                if nginx.poll() is not None:
                    raise subject.Absent(f"nginx: exit status {nginx.returncode}")
                time.sleep(0.01)
            yield nginx
        finally:
            nginx.terminate()
            nginx.wait()
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=True)


def load(args):
    """Return the requests, which are the connections, the rate, and the process of wrk."""
    wrk = subprocess.Popen(inside(find("wrk"), "-t", "1", "-c", "32", "-d", f"{max(1, round(args.seconds))}s",
                                  "-H", "Connection: close", f"http://127.0.0.1:{PORT}/"),
                           stdout=subprocess.PIPE, text=True)
    text = wrk.communicate()[0]
    if wrk.returncode:
        raise subject.Absent(f"wrk: exit status {wrk.returncode}")
    bad = re.search(r"Socket errors: .*|Non-2xx.*", text)
    if bad:
        say(f"wrk: {bad[0]}")
    return (int(re.search(r"(\d+) requests in", text)[1]), float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            wrk.pid)


def subjects(args, folder):
    """The views that a host leaves on, with output that is kept or counted."""
    more = {"serve": ["--listen", f"unix:{folder}/socket"], "record": ["-o", folder + "/ends.rec"]}
    for calls in args.calls.split(","):
        for view in GOALS:
            if view in args.all_views:
                words = [args.tool, view, "--calls", calls, *more.get(view, ["--strict"])]
                yield subject.Subject(f"tcpclose {view} --calls {calls}", words, peers.READY_LINE,
                                      peers.read_json if view == "json" else None), view


class Row:
    def __init__(self):
        self.rate, self.ratio, self.cpu, self.lossy, self.absent = [], [], [], 0, None
        self.account, self.counted_only = None, False


def remove_output(folder):
    for name in "ends.rec", "socket":
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(folder, name))


def run_under(args, who, folder, output=subprocess.DEVNULL):
    """Run the load under a tracer. Return the run, which is over, and the result of the load."""
    remove_output(folder)
    run = subject.Run(who, output)
    try:
        subject.wait_quiet()    # serve starts a process to walk over the sockets after it is ready
        run.end_start_up()
        made = load(args)
        subject.wait_quiet()
    finally:
        run.stop()
    return run, made


def turn(args, who, row, folder):
    subject.wait_quiet()
    if not who:
        row.rate.append(load(args)[1])
        return
    run, (requests, rate, _) = run_under(args, who, folder)
    row.rate.append(rate)
    row.cpu.append(run.cpu_us / requests)
    row.lossy += run.lost() or b"events lost" in run.text()


def account(args, who, row, folder, nginx):
    """Check the output of a tracer. A view that prints no line per end reports on stderr how many it has seen."""
    with tempfile.NamedTemporaryFile(dir=folder) as out:
        run, (requests, _, wrk) = run_under(args, who, folder, out)
        row.account = peers.Account({"servers": list(subject.descendants(nginx.pid)), "clients": [wrk],
                                     "connections": requests}, PORT)
        reported = REPORTED.search(run.text())
        with open(out.name, "rb") as lines:
            if who.reader:
                row.account.read(who.reader, lines)
            elif reported:
                row.account.told, row.counted_only = int(reported[1]), True


def measure_rounds(args, folder, everyone, rows):
    for nr in range(args.rounds):
        say(f"web: round {nr + 1} of {args.rounds}")
        for who in [everyone[(i + nr) % len(everyone)] for i in range(len(everyone))]:
            row = rows[who and who.name]
            if row.absent:
                continue
            try:
                turn(args, who, row, folder)
            except subject.Absent as why:
                row.absent = str(why)
        for row in rows.values():
            if row.rate and not row.absent:
                row.ratio.append(row.rate[-1] / rows[None].rate[-1])


def cells(name, row, rounds):
    if row.absent:
        return [name, row.absent] + ["-"] * (len(COLUMNS) - 2)
    told = account_cells(row.account)
    if row.counted_only:
        told[2:] = "-", "-"
    ratio = f"{median(row.ratio, '.3f')} ({min(row.ratio):.3f}..{max(row.ratio):.3f})"
    return [name, median(row.rate, ".0f"), ratio, median(row.cpu, ".2f"), f"{row.lossy} of {rounds}",
            *told]


def shortfalls(rows):
    """Yield a note on each tracer that did not report what it should: its costs are too low."""
    for name, row in rows.items():
        a = row.account
        if a and a.told < LEAST_TOLD * a.made:
            yield f"{name} reported {a.told} of {a.made} ends: its other figures are those of less work."


def judge(report, name, view, row):
    least, most = GOALS[view]
    if least:
        report.goal(f"nginx and wrk under {name}, of untraced", f">= {least}", statistics.median(row.ratio), least,
                    True, ".3f")
    report.goal(f"CPU per connection of nginx and wrk, us, {name}", f"<= {most}", statistics.median(row.cpu), most)


def measure(args, report):
    missing = [name for name in ("nginx", "wrk") if not find(name)]
    if missing:
        report.section("nginx and wrk", f"Not measured: {missing[0]} is not installed: tools/deps bench")
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        os.chmod(folder, 0o755)     # nginx's worker is another user
        with server(folder) as nginx:
            mine = list(subjects(args, folder))
            tracers = [who for who, _ in mine] + peers.peers(args)
            rows = {None: Row(), **{who.name: Row() for who in tracers}}
            measure_rounds(args, folder, [None, *tracers], rows)
            say("web: reported and lost")
            for who in tracers:
                if not rows[who.name].absent:
                    account(args, who, rows[who.name], folder, nginx)
    report.section(
        "nginx and wrk", table(COLUMNS, [cells(name or "untraced", row, args.rounds) for name, row in rows.items()]),
        f"{args.rounds} rounds of {max(1, round(args.seconds))} s; one worker, 32 connections at a time, one request "
        "each, which nginx closes; both ends traced. CPU: user and system time of the tool from the end of its start "
        "to its exit, its children included. The last four columns: a run of its own, with the output in memory.",
        *shortfalls(rows))
    for who, view in mine:
        if not rows[who.name].absent:
            judge(report, who.name, view, rows[who.name])
