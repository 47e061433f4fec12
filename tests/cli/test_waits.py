# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Waits that no wave ended, closes that took long, and TIME_WAIT. The programs measure their own waits."""

import csv
import io
import json
import re
import sys

from fixture import closes, same, true
from test_record import Folder

COMMON = """
import ctypes, os, select, socket, struct, sys, threading, time
def name(text):
    ctypes.CDLL(None).prctl(15, text.encode(), 0, 0, 0)
def linger(s, seconds):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))
def pair():
    c = socket.create_connection(l.getsockname()); s, _ = l.accept(); return c, s
def report(seconds):
    print(seconds, file=sys.stderr)
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
"""

# Closes its half, waits for a peer that does not close, and resets.
PROXY = COMMON + """
name("proxy"); c, s = pair()
c.shutdown(socket.SHUT_WR); began = time.monotonic()
while time.monotonic() - began < 0.3: select.select([c], [], [], 0.1)
linger(c, 0); report(time.monotonic() - began); c.close()
"""

# close() waits for the ACK of data that the peer's full window keeps from being sent.
LINGER = COMMON + """
c, s = pair(); c.setblocking(False)
try:
    while True: c.send(b"x" * 65536)
except BlockingIOError: pass
c.setblocking(True); linger(c, 1); began = time.monotonic(); c.close(); report(time.monotonic() - began)
"""

# Three processes whose ids differ by multiples of 4096 are in close() at once, and return in another order. Each one
# reports its id, its descriptor and its time.
AT_ONCE = COMMON + """
CLOSE = "3" if os.uname().machine == "x86_64" else "57"
def fork_as(pid):
    for _ in range(20):
        open("/proc/sys/kernel/ns_last_pid", "w").write(str(pid - 1))
        child = os.fork()
        if not child and os.getpid() == pid: return 0
        if not child: os._exit(0)
        if child == pid: return child
        os.waitpid(child, 0)
def block(go):
    c, s = pair(); c.setblocking(False)
    try:
        while True: c.send(b"x" * 65536)
    except BlockingIOError: pass
    c.setblocking(True); linger(c, 60); number = c.fileno()
    def drain():
        os.read(go, 1)
        while s.recv(1 << 20): pass
        s.close()
    threading.Thread(target=drain).start(); began = time.monotonic(); c.close()
    os.write(2, b"%d\\n%d\\n%f\\n" % (os.getpid(), number, time.monotonic() - began)); os._exit(0)
def start(pid):
    r, w = os.pipe(); child = fork_as(pid)
    if child == 0: l.close(); globals()["l"] = socket.create_server(("127.0.0.1", 0)); block(r)
    while child and open("/proc/%d/syscall" % child).read().split()[0] != CLOSE: time.sleep(0.001)
    return child, w
def stop(child, w):
    os.write(w, b"x"); os.waitpid(child, 0)
for base in range(2000, 6000, 100):
    blocked = []
    while len(blocked) < 3 and (not blocked or blocked[-1][0]): blocked.append(start(base + 4096 * len(blocked)))
    if blocked[-1][0]: break
    for b in blocked[:-1]: stop(*b)
for i in 1, 0, 2: stop(*blocked[i])
"""

# A poll() of another thread keeps the socket after close().
POLL = COMMON + """
name("app"); c, s = pair(); polls = threading.Event(); number = c.fileno()
def work():
    name("worker"); p = select.poll(); p.register(number, select.POLLIN); polls.set(); p.poll(600)
t = threading.Thread(target=work); t.start(); polls.wait()
stack = "/proc/self/task/%d/syscall" % t.native_id
while open(stack).read().split()[0] not in ("7", "73", "271"): pass
began = time.monotonic(); c.close(); t.join(); report(time.monotonic() - began); s.close()
"""

# 7 connections that the client closes first, 3 that the server does, and the kernel's list.
TIME_WAIT = COMMON + """
name("client")
for i in range(10):
    c, s = pair(); first, second = (c, s) if i < 7 else (s, c)
    first.close(); second.recv(1); second.close()
port = l.getsockname()[1]
rows = [r.split() for r in open("/proc/net/tcp").read().splitlines()[1:]]
report(sum(r[3] == "06" and int(r[2].split(":")[1], 16) == port for r in rows))
report(port)
"""


def run(cli, script, *args):
    """What the tool printed around that script, and the numbers that the script reported."""
    done = cli.run(*args, "-q", "--netns", cli.netns, "--", *cli.enter(sys.executable, "-c", script))
    same("exit status: " + done.stderr, done.returncode, 0)
    return done.stdout, [float(line) for line in done.stderr.splitlines()]


def views(cli, script, *args):
    """The JSON of that script, what each view prints of the same run, and what the script reported."""
    with Folder() as at:
        text, said = run(cli, script, "json", "--record", at("a"))
        shown = [cli.run(*view.split(), "--replay", at("a")).stdout for view in args]
    return closes([json.loads(line) for line in text.splitlines()]), shown, said


def about(what, ns, seconds):
    """The tool's time is the program's, which begins a little earlier or ends a little later."""
    true("%s: %d ns of %.6f s" % (what, ns, seconds), seconds * 0.5 < ns / 1e9 < seconds + 0.2)


def test_a_hold_that_a_reset_ended_counts(cli, root):
    told, (timeline, who, hist), (held,) = views(cli, PROXY, "timeline", "who -j", "hist -j --phase peer_hold")
    cuts = {o["initiator"]: o["cut"] for o in told}
    same("phases", {k: (v["phase"], v["at_least"]) for k, v in cuts.items()},
         {"local": ("peer_hold", False), "peer": ("app_hold", False)})
    for o in told:
        about(o["cut"]["phase"], o["cut"]["ns"], held)
        same("its phase", o["phase_ns"][o["cut"]["phase"]], None)
    rows = [json.loads(line) for line in who.splitlines()]
    rows = {o["comm"]: o for o in rows if o["kind"] == "who"}
    hold = rows["proxy"]["peer_hold_ns"]
    same("peer holds, cut", (hold["count"], hold["cut"]), (1, 1))
    about("the longest", hold["max"], held)
    row, = [o for o in map(json.loads, hist.splitlines()) if o["kind"] == "hist"]
    same("in the histogram, cut", (row["count"], row["cut"], row["bins"][0]["cut"]), (1, 1, 1))
    text = " ".join(timeline.split())
    true("the sentence of\n" + timeline,
         re.search(r"held the connection open for \d+ ms after the FIN of proxy\[\d+\], until the RST\.", text))


def test_a_close_that_lingers_is_said_to_block(cli, root):
    told, (timeline,), (blocked,) = views(cli, LINGER, "timeline")
    call, = [o["trigger"] for o in told if o["trigger"] and o["trigger"]["call_ns"] > 1e8]
    about("close()", call["call_ns"], blocked)
    text = " ".join(timeline.split())
    true("the sentence of\n" + timeline,
         re.search(r" close\(\d+\) of \S+\[\d+\] blocked for 1\.\d s \(SO_LINGER\)\.", text))


def test_calls_at_once_that_share_a_slot_are_kept_apart(cli, root):
    """The kernel side keeps a call in a slot that it finds by the thread's id: call_slot.bpf.h."""
    told, _, said = views(cli, AT_ONCE)
    found = {(o["trigger"]["pid"], o["trigger"]["fd"]): o["trigger"]["call_ns"]
             for o in told if o["trigger"] and o["initiator"] == "local"}
    reports = list(zip(said[-9::3], said[-8::3], said[-7::3]))
    same("ids in one slot", {pid % 4096 for pid, _, _ in reports}, {reports[0][0] % 4096})
    for pid, fd, seconds in reports:
        true(f"the time of close({fd:.0f}) of {pid:.0f} in {found}", found.get((pid, fd)))
        about(f"close() of {pid}", found[pid, fd], seconds)


def test_a_close_that_a_poll_delays_names_both(cli, root):
    told, (timeline,), (held,) = views(cli, POLL, "timeline")
    same("the call that ended it", [o["trigger"]["call"] for o in told if o["initiator"] == "local"], ["poll"])
    text = " ".join(timeline.split())
    found = re.search(r" close\(\d+\) of app\[(\d+)\] returned at once, but poll\(\) of app\[(\d+)\]/worker"
                      r" held the socket for (\d+) ms\.", text)
    true("the sentence of\n" + timeline, found)
    same("one process", found.group(1), found.group(2))
    about("held", int(found.group(3)) * 1e6, held)


def test_who_counts_what_is_in_time_wait(cli, root):
    """As many per destination as the kernel lists."""
    text, (listed, port) = run(cli, TIME_WAIT, "who", "--csv", "--by", "comm,peer:port", "--sort", "time_wait")
    rows = list(csv.DictReader(io.StringIO(text)))
    same("the first row", (rows[0]["comm"], rows[0]["peer_addr"], rows[0]["peer_port"]),
         ("client", "127.0.0.1", str(int(port))))
    same("closes, in TIME_WAIT", (rows[0]["closes"], rows[0]["time_wait"]), ("10", str(int(listed))))
    same("listed", listed, 7)
    same("all in TIME_WAIT", sum(int(r["time_wait"]) for r in rows), 10)
    true("per second: %(time_wait_per_1000s)s" % rows[0],
         0 < int(rows[0]["time_wait_per_1000s"]) < int(rows[0]["closes_per_1000s"]))


def test_who_keeps_open_ends_apart(cli, root):
    """A child keeps both ends of a half-closed connection when the run ends: one has no call, but a holder."""
    script = COMMON + ("name('half'); r, w = os.pipe(); c, s = pair(); d, t = pair(); d.close(); t.close()\n"
                       "c.shutdown(socket.SHUT_WR)\n"
                       "if not os.fork():\n"
                       "    os.setsid(); os.close(1); os.close(2); select.select([], [], [], 3); os._exit(0)\n"
                       "os._exit(0)")
    text, _ = run(cli, script, "who", "-j", "--drain", "0.3")
    row, = [o for o in map(json.loads, text.splitlines()) if o["kind"] == "who" and o["comm"] == "half"]
    same("closes, open", (row["closes"], row["open"], row["classes"]["open"]), (2, 2, 2))
