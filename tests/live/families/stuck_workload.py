# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Makes sockets hang, each in its way, and waits for its standard input to end.

Run by test_stuck.py inside a namespace: stuck_workload.py NAME [N]. Prints one line of JSON when all hang: a list of
{state, pids, fds: {pid: [fd]}, local, peer, advice, ...} of what should be found.
"""

import json
import os
import resource
import socket
import sys
import time

KEEP = []       # what must stay open


def listener(family=socket.AF_INET, backlog=4096):
    s = socket.socket(family)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    s.listen(backlog)
    return s


def pair(family=socket.AF_INET, receive=None):
    with listener(family) as a:
        if receive:
            a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        c = socket.create_connection(a.getsockname()[:2])
        s = a.accept()[0]
    KEEP.extend((c, s))
    return c, s


def names(s):
    return {"local": list(s.getsockname()[:2]), "peer": list(s.getpeername()[:2])}


def want(s, state, advice, **more):
    fds = {str(os.getpid()): [s.fileno()]}
    return {"state": state, "advice": advice, "fds": fds, **names(s), **more}


def wait_state(s, number):
    end = time.monotonic() + 5
    while s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != number:
        if time.monotonic() > end:
            sys.exit(f"no state {number}")
        time.sleep(0.005)


def forgot(family=socket.AF_INET):
    c, s = pair(family)
    c.shutdown(socket.SHUT_WR)
    while s.recv(10):
        pass
    wait_state(c, 5)
    return [want(s, "CLOSE_WAIT", "forgot-close", eof_read=True, unread=0),
            want(c, "FIN_WAIT2", "peer-holds", eof_read=None, unread=0)]


def forgot6():
    return forgot(socket.AF_INET6)


def unread():
    c, s = pair()
    c.sendall(b"hello")
    c.shutdown(socket.SHUT_WR)
    wait_state(s, 8)
    d, t = pair()
    d.shutdown(socket.SHUT_WR)
    for x in (c, d):
        wait_state(x, 5)
    return [want(s, "CLOSE_WAIT", "unread-data", eof_read=False, unread=5),
            want(t, "CLOSE_WAIT", "not-looking", eof_read=False, unread=0)]


def shared():
    c, s = pair()
    other = os.dup(s.fileno())
    c.shutdown(socket.SHUT_WR)
    s.recv(1)
    child = os.fork()
    if child == 0:
        sys.stdin.read()
        os._exit(0)
    found = want(s, "CLOSE_WAIT", "forgot-close", eof_read=True, unread=0)
    found["fds"] = {str(pid): sorted((s.fileno(), other)) for pid in (os.getpid(), child)}
    return [found]


def orphan():
    c, s = pair()
    found = want(c, "FIN_WAIT2", "expires", eof_read=None, orphan=True, minisock=True)
    found["fds"] = {}
    c.close()
    wait_state(s, 8)
    return [found]


def queue():
    a = listener()
    c = socket.create_connection(a.getsockname())
    KEEP.extend((a, c))
    c.shutdown(socket.SHUT_WR)
    wait_state(c, 5)
    found = want(c, "CLOSE_WAIT", "not-accepted", eof_read=False, unread=0)
    found["local"], found["peer"], found["fds"] = found["peer"], found["local"], {}
    return [found]


def cut():
    """After both are set up the network drops all: one FIN_WAIT1, one LAST_ACK."""
    c, s = pair()
    d, t = pair()
    d.shutdown(socket.SHUT_WR)
    wait_state(t, 8)
    os.system("nft add table inet t && nft add chain inet t i '{ type filter hook input priority 0; }' "
              "&& nft add rule inet t i meta l4proto tcp drop")
    c.shutdown(socket.SHUT_WR)
    t.recv(1)
    t.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if all(x.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 3)[2] for x in (c, t)):
            break
        time.sleep(0.02)
    return [want(c, "FIN_WAIT1", "no-ack", eof_read=None),
            want(t, "LAST_ACK", "no-ack", eof_read=True)]


def dropped():
    """What this host drops itself never counts as sent."""
    c, _ = pair()
    os.system("nft add table inet t && nft add chain inet t o '{ type filter hook output priority 0; }' "
              "&& nft add rule inet t o meta l4proto tcp drop")
    c.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 5
    while time.monotonic() < end and not c.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 4)[3]:
        time.sleep(0.02)
    return [want(c, "FIN_WAIT1", "not-sent", eof_read=None)]


def window():
    c, s = pair(receive=4096)
    c.setblocking(False)
    try:
        while True:
            c.send(b"x" * 65536)
    except BlockingIOError:
        pass
    c.shutdown(socket.SHUT_WR)
    end = time.monotonic() + 10     # until the kernel probes the window
    while time.monotonic() < end and not c.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 4)[3]:
        time.sleep(0.02)
    return [want(c, "FIN_WAIT1", "zero-window", eof_read=None)]


def many(n):
    """n CLOSE_WAIT sockets of this process, their other ends orphans."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    a = listener()
    for _ in range(int(n)):
        c = socket.create_connection(a.getsockname())
        s = a.accept()[0]
        c.close()
        KEEP.append(s)
    return []


def crowd(n):
    """n processes with one CLOSE_WAIT each."""
    for _ in range(int(n)):
        c, s = pair()
        c.close()
        if os.fork() == 0:
            sys.stdin.read()
            os._exit(0)
        KEEP.clear()
        s.close()
    return []


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])), flush=True)
    sys.stdin.read()
