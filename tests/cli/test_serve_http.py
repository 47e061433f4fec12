# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The HTTP side of serve, from raw sockets: what a browser may and may not, and clients that mean no good."""

import contextlib
import gzip
import os
import re
import select
import socket
import stat
import time

from fixture import TIMEOUT, TRAFFIC, Failure, one_line, same, true
from scrape import Serve, parse, total
from test_record import Folder, is_sanitized
from test_serve import run_names

DEADLINE_S = 10         # of a connection
CONNECTIONS = 32        # at a time
HEADER_BYTES = 8192
GROWTH_KIB = 8192       # of the tool, whatever clients do


def read_all(s, seconds=TIMEOUT):
    """What comes until the other side closes; a reset ends it too."""
    got = b""
    s.settimeout(seconds)
    with contextlib.suppress(ConnectionError):
        while True:
            part = s.recv(65536)
            if not part:
                break
            got += part
    return got


def ask(serve, *lines):
    """The status of the answer to these lines; 0: it closed without one."""
    with serve.connect() as s:
        with contextlib.suppress(ConnectionError):
            s.sendall(b"\r\n".join(line if isinstance(line, bytes) else line.encode() for line in lines) + b"\r\n\r\n")
        match = re.match(rb"HTTP/1.[01] (\d{3}) ", read_all(s))
        return int(match[1]) if match else 0


def test_three_paths_and_two_methods(cli, root):
    with Serve(cli) as serve:
        same("healthz", (serve.get("/healthz").status, serve.get("/healthz").body), (200, b"ready\n"))
        same("metrics", serve.get("/metrics").status, 200)
        same("with a query", serve.get("/metrics?x=/").status, 200)
        same("page", serve.get("/").status, 200)
        for path in ("/metrics/", "/x", "//", "/%6detrics", "/../etc/passwd", "/metrics%00"):
            same(path, serve.get(path).status, 404)
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
            response = serve.get("/metrics", method)
            same(method, (response.status, response.headers["Allow"]), (405, "GET, HEAD"))
        true("a method of its own", ask(serve, "BREW /metrics HTTP/1.1", "Host: localhost") in (405, 501))
        head, whole = serve.get("/metrics", "HEAD"), serve.get("/metrics")
        same("HEAD", (head.status, head.body, head.headers["Content-Type"]), (200, b"", whole.headers["Content-Type"]))
        true("its length", int(head.headers["Content-Length"]) > 1000, head.headers["Content-Length"])


def test_browsers_are_kept_within_bounds(cli, root):
    with Serve(cli) as serve:
        for path in ("/", "/metrics", "/healthz", "/nothing"):
            headers = serve.get(path).headers
            true("policy", headers["Content-Security-Policy"].startswith("default-src 'none'"))
            same("type", headers["X-Content-Type-Options"], "nosniff")
            same("cross-origin", [name for name in headers if name.lower().startswith("access-control")], [])
            same("connection", headers["Connection"], "close")
        for host, status in (("evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421), ("[::1]:1", 200),
                             ("localhost", 200), ("127.0.0.1:9436", 200), ("localhost@evil", 421)):
            same("Host: " + host, ask(serve, "GET /metrics HTTP/1.1", "Host: " + host), status)
        same("no Host", ask(serve, "GET /metrics HTTP/1.0"), 421)
        same("another host as target", ask(serve, "GET http://evil.example/metrics HTTP/1.1", "Host: localhost"), 404)


def test_gzip_is_the_same_text(cli, root):
    with Serve(cli) as serve:
        cli.inside(*TRAFFIC, "3")
        serve.wait_for(lambda s: total(s, "tcpclose_closes_total") == 6, "6 closes")
        packed = serve.get(Accept_Encoding="gzip")
        same("encoding", packed.headers["Content-Encoding"], "gzip")
        text = gzip.decompress(packed.body)
        true("smaller", len(packed.body) < len(text) // 3)
        same("series", set(parse(text.decode())), set(serve.samples()))
        same("not if it is refused", serve.get(Accept_Encoding="gzip;q=0, *").headers["Content-Encoding"], None)


def test_the_page_escapes_and_is_for_this_host(cli, root):
    with Serve(cli) as serve:
        run_names(cli, "<script>", "a&b\x1b[31m")
        serve.wait_for(lambda s: total(s, "tcpclose_closes_total") == 4, "4 closes")
        page = serve.get("/")
        same("type", page.headers["Content-Type"], "text/html; charset=utf-8")
        text = page.body.decode()
        true("escaped", "&lt;script&gt;" in text and "a&amp;b\\x1b[31m" in text, text)
        true("no script", "<script" not in text and "\x1b" not in text)
        sections = re.findall(r'<section id="(\w+)"', text)
        same("sections", sections, ["time", "who", "phases", "slowest", "resets", "open", "losses", "closes"])
        row = re.search(r'</svg>clean<td><a href="#who">(\d+)</a><td>100.0 %<td>(\d+)', text)
        same("closes, in the last minute", row.groups(), ("4", "4"))
    with Serve(cli, listen="0.0.0.0:0") as serve:
        same("to other hosts", serve.get("/").status, 404)
        same("metrics", serve.get("/metrics", Host="prod.example").status, 200)
    with Serve(cli, "--page", listen="[::]:0") as serve:
        same("with --page", serve.get("/").status, 200)
        with socket.create_connection(("127.0.0.1", serve.address[1]), timeout=TIMEOUT) as over_ipv4:
            over_ipv4.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            same("[::] takes IPv4 too", over_ipv4.recv(100).split()[1], b"200")


def test_a_unix_socket(cli, root):
    with Folder() as folder:
        path = folder("x.sock")
        with Serve(cli, listen="unix:" + path) as serve:
            same("mode", stat.S_IMODE(os.stat(path).st_mode), 0o660)
            same("any host", serve.get("/metrics", Host="evil.example").status, 200)
            same("page", serve.get("/").status, 200)
            one_line("taken", cli.run("serve", "-q", "--listen", "unix:" + path), 1, "in use")
            same("still there", serve.get("/healthz").status, 200)
            serve.process.kill()
            serve.process.wait(TIMEOUT)
        true("left behind", os.path.exists(path))
        with Serve(cli, listen="unix:" + path) as serve:
            same("taken over", serve.get("/healthz").status, 200)
        true("removed at the end", not os.path.exists(path))
        with open(path, "w", encoding="ascii"):
            pass
        one_line("no socket", cli.run("serve", "-q", "--listen", "unix:" + path), 1, "in use")
        true("a file is not removed", os.path.isfile(path))


def resident_kib(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))


GARBAGE = [
    b"", b"\0" * 100, b"\xff\xfe\xfd", b"GET", b"GET /metrics", b"GET /metrics HTTP/9.9", b"GET  /metrics  HTTP/1.1",
    b"\r\n\r\n\r\n", b"GET /metrics HTTP/1.1\nHost: localhost", b"GET /\0metrics HTTP/1.1\r\nHost: localhost",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nno colon", b"GET /metrics HTTP/1.1\r\n folded\r\n: empty",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1", b"POST / HTTP/1.1\r\nContent-Length: 1000000000",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff",
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: " + b",;=\"\\" * 500, b"GET " + b"/" * 9000 + b" HTTP/1.1",
    b"GET /metrics HTTP/1.1\r\n" + b"a: b\r\n" * 5000, b"PRI * HTTP/2.0\r\n\r\nSM", b"\x16\x03\x01\x02\x00\x01\x00",
]


def test_garbage_is_answered_or_disconnected(cli, root):
    with Serve(cli) as serve:
        before = resident_kib(serve.process.pid)
        for _ in range(20):
            for data in GARBAGE:
                with serve.connect() as s, contextlib.suppress(OSError):
                    s.sendall(data + b"\r\n\r\n")
                    s.shutdown(socket.SHUT_WR)
                    answer = read_all(s)
                    true("%r: %r" % (data[:40], answer[:40]), not answer or answer.startswith(b"HTTP/1."))
        same("a long header", ask(serve, "GET /metrics HTTP/1.1", "Host: localhost", "X: " + "a" * 65536) // 100, 4)
        same("one that is short enough",
             ask(serve, "GET /metrics HTTP/1.1", "Host: localhost", "X: " + "a" * (HEADER_BYTES - 200)), 200)
        same("afterwards", serve.get("/healthz").status, 200)
        if not is_sanitized(cli):
            grown = resident_kib(serve.process.pid) - before
            true("grew by %d KiB" % grown, grown < GROWTH_KIB)


def wait_until_closed(sockets):
    """The seconds until each was closed by the other side. What comes is not read, except its end."""
    begun, open_ones, times = time.monotonic(), list(sockets), []
    poll = select.poll()
    by_fd = {s.fileno(): s for s in open_ones}
    for fd in by_fd:
        poll.register(fd, select.POLLRDHUP)
    while by_fd and time.monotonic() - begun < TIMEOUT:
        for fd, _ in poll.poll(100):
            times.append(time.monotonic() - begun)
            poll.unregister(fd)
            del by_fd[fd]
    if by_fd:
        raise Failure("%d of %d are open after %d s" % (len(by_fd), len(sockets), TIMEOUT))
    return times


def test_slow_clients_are_disconnected_and_delay_nobody(cli, timed, root):
    """Ten half-open requests, a client that sends a byte now and then, and one that never reads."""
    with Serve(cli) as serve, contextlib.ExitStack() as opened:
        half = [opened.enter_context(serve.connect()) for _ in range(10)]
        for s in half:
            s.sendall(b"GET /metrics HTTP/1.1\r\nHost: local")
        silent = opened.enter_context(serve.connect())
        greedy = socket.socket()
        opened.callback(greedy.close)
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        greedy.connect(serve.address)
        greedy.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
        cli.inside(*TRAFFIC, "200")
        begun = time.monotonic()
        serve.wait_for(lambda s: total(s, "tcpclose_closes_total") == 400, "400 closes")
        same("health", serve.get("/healthz").status, 200)
        true("scrapes are not delayed", time.monotonic() - begun < DEADLINE_S / 2, time.monotonic() - begun)
        slow, begun = opened.enter_context(serve.connect()), time.monotonic()
        slow.sendall(b"G")
        while not select.select([slow], [], [], 0.5)[0]:
            with contextlib.suppress(ConnectionError):
                slow.sendall(b"E")
            true("a slow client is disconnected", time.monotonic() - begun < TIMEOUT)
        took = time.monotonic() - begun
        true("after %.1f s" % took, DEADLINE_S - 2 < took < DEADLINE_S + 3)
        wait_until_closed([*half, silent])
        same("lost", total(serve.samples(), "tcpclose_lost_events_total"), 0)


def test_more_clients_than_it_serves(cli, timed, root):
    """The oldest ones make room: a scrape succeeds at once, and memory and descriptors are bounded."""
    with Serve(cli) as serve, contextlib.ExitStack() as opened:
        before = resident_kib(serve.process.pid)
        idle = [opened.enter_context(serve.connect()) for _ in range(8 * CONNECTIONS)]
        begun = time.monotonic()
        samples = serve.samples()
        took = time.monotonic() - begun
        true("a scrape took %.1f s" % took, took < DEADLINE_S / 2)
        true("descriptors", len(os.listdir("/proc/%d/fd" % serve.process.pid)) < 100 + 2 * CONNECTIONS)
        true("samples", samples)
        closed = [s for s in idle if select.select([s], [], [], 0)[0]]
        true("%d were closed" % len(closed), len(closed) >= 6 * CONNECTIONS)
        if not is_sanitized(cli):
            grown = resident_kib(serve.process.pid) - before
            true("grew by %d KiB" % grown, grown < GROWTH_KIB)


def test_it_stops_while_clients_are_connected(cli, root):
    with Serve(cli) as serve, serve.connect() as one, serve.connect() as two:
        one.sendall(b"GET /metr")
        two.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        two.recv(1)
        status, _, err = serve.stop()
        same("exit status", status, 0)
        true("no complaint: " + err, "warn" not in err and "http" not in err)


def test_a_port_that_is_not_ours(cli, root):
    port = socket.socket()
    with port:
        port.bind(("127.0.0.1", 0))
        port.listen()
        where = "127.0.0.1:%d" % port.getsockname()[1]
        one_line("taken", cli.run("serve", "-q", "--listen", where), 1, "cannot listen on", where, "in use")
    one_line("not an address of this host", cli.run("serve", "-q", "--listen", "192.0.2.1:1"), 1, "cannot listen on")
