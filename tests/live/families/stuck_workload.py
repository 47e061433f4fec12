# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Makes sockets hang, each in its way, and waits for its standard input to end.

Run by test_stuck.py inside a namespace: stuck_workload.py NAME [N]. Prints one line of JSON when all hang: a list of
{state, pids, fds: {pid: [fd]}, local, peer, advice, ...} of what should be found.
"""

import ctypes
import json
import os
import platform
import resource
import socket
import struct
import sys
import threading
import time

KEEP = []       # what must stay open
LIBC = ctypes.CDLL(None, use_errno=True)
SYS_EXIT = 93 if platform.machine() == "aarch64" else 60
CLONE_FILES = 0x400
PR_SET_NAME = 15
IPPROTO_MPTCP = 262
LAST_DATA = struct.Struct("=44xIxxxxI")     # of struct tcp_info: ms since data was last sent, received


def listener(family=socket.AF_INET, backlog=4096, protocol=0):
    s = socket.socket(family, socket.SOCK_STREAM, protocol)
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


def wait_closed_state(local_port, number):
    """As wait_state(), of a socket that was closed."""
    end = time.monotonic() + 5
    while True:
        with open("/proc/net/tcp", encoding="ascii") as f:
            rows = [line.split() for line in f.readlines()[1:]]
        if (f"{local_port:04X}", f"{number:02X}") in ((row[1].split(":")[1], row[3]) for row in rows):
            return
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
    wait_closed_state(found["local"][1], 5)     # the ACK may be delayed
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


def child(body, *args):
    """A process that ends with our standard input, and the function that reads its lines of JSON, one per call."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        with os.fdopen(write, "w") as out:
            def tell(what):
                print(json.dumps(what), file=out, flush=True)
            body(tell, *args)
            sys.stdin.read()
        os._exit(0)
    os.close(write)
    lines = os.fdopen(read)
    KEEP.append(lines)
    return lambda: json.loads(lines.readline())


def relay():
    """A client, a proxy and a server: the client half-closes, the proxy passes it on, the server forgets to close."""
    def server(tell):
        with listener() as a:
            tell(a.getsockname())
            s = a.accept()[0]
        KEEP.append(s)
        while s.recv(10):
            pass
        tell([want(s, "CLOSE_WAIT", "forgot-close", eof_read=True)])

    def proxy(tell, to):
        with listener() as a:
            tell(a.getsockname())
            s = a.accept()[0]
        other = socket.create_connection(to)
        KEEP.extend((s, other))
        while data := s.recv(10):
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
        wait_state(other, 5)
        tell([want(other, "FIN_WAIT2", "peer-holds", eof_read=None),
              want(s, "CLOSE_WAIT", "relaying", eof_read=True)])

    hear_server = child(server)
    hear_proxy = child(proxy, hear_server())
    c = socket.create_connection(hear_proxy())
    KEEP.append(c)
    c.sendall(b"hello")
    c.shutdown(socket.SHUT_WR)
    found = hear_server() + hear_proxy()
    return [*found, want(c, "FIN_WAIT2", "peer-holds", eof_read=None)]


def mptcp_socket():
    try:
        return socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
    except OSError as e:
        print(json.dumps(f"no MPTCP: {e.strerror}"), flush=True)
        sys.exit()


def mptcp_queue():
    """A plain client of an MPTCP listener, and an MPTCP client, which stays open: neither is accepted."""
    mptcp_socket().close()
    a = listener(protocol=IPPROTO_MPTCP)
    c, m = socket.create_connection(a.getsockname()), mptcp_socket()
    m.connect(a.getsockname())
    KEEP.extend((a, c, m))
    c.shutdown(socket.SHUT_WR)
    wait_state(c, 5)
    wants = [want(c, "CLOSE_WAIT", "not-accepted", eof_read=False, unread=0),
             want(m, "ESTABLISHED", "not-accepted", eof_read=None, unread=None)]
    for w in wants:
        w.update(local=w["peer"], peer=w["local"], fds={})
    return [*wants, want(c, "FIN_WAIT2", "peer-holds", eof_read=None),
            want(m, "ESTABLISHED", "open", eof_read=None, unread=None)]


def mptcp_client():
    """MPTCP clients of a plain server, which closes: one has read to the end, one has not read what came."""
    wants = []
    for data in (b"", b"hello"):
        with listener() as a:
            c = mptcp_socket()
            c.connect(a.getsockname())
            s = a.accept()[0]
        KEEP.extend((c, s))
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        wait_state(s, 5)
        if not data and c.recv(10):
            sys.exit("there is data")
        wants.append(want(c, "CLOSE_WAIT", "unread-data" if data else "forgot-close",
                          eof_read=False if data else None, unread=None))
    return wants


def thread_state(tid):
    with open(f"/proc/self/task/{tid}/status", encoding="ascii", errors="replace") as f:
        return next(line.split()[1] for line in f if line.startswith("State:"))


def in_thread(body, how_many=1):
    """Runs body in threads named worker, which stay. Their ids, once all have run it."""
    ids = []
    barrier = threading.Barrier(how_many + 1)

    def run():
        LIBC.prctl(PR_SET_NAME, b"worker", 0, 0, 0)
        body()
        ids.append(threading.get_native_id())
        barrier.wait()
        threading.Event().wait()
    for _ in range(how_many):
        threading.Thread(target=run, daemon=True).start()
    barrier.wait()
    return sorted(ids)


def zombie():
    """The leader exits, the other threads live on with the descriptors."""
    wants = forgot()
    tid = min(in_thread(lambda: None, 5))
    for w in wants:
        w["tid"] = tid

    def report():
        end = time.monotonic() + 5
        while thread_state(os.getpid()) != "Z" and time.monotonic() < end:
            time.sleep(0.005)
        print(json.dumps(wants), flush=True)
        sys.stdin.read()
        os._exit(0)
    threading.Thread(target=report).start()
    LIBC.syscall(SYS_EXIT, 0)


def copied():
    """A thread has a copy of the table, as that of a core dump has; another one has opened sockets of its own."""
    wants = forgot()
    own = []

    def separate():
        if LIBC.unshare(CLONE_FILES):
            sys.exit("unshare")
        own.extend(forgot())
    tid = in_thread(separate)[0]
    for w in own:
        w["tid"] = tid
    return wants + own


def idle():
    """Open connections: data has gone one way, a while after the connection was made."""
    c, s = pair()
    d, t = pair()
    while LAST_DATA.unpack(c.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA.size))[1] < 300:
        time.sleep(0.01)
    begun = time.monotonic()
    c.sendall(b"hello")
    s.recv(10)
    ended = time.monotonic()
    wants = [want(x, "ESTABLISHED", "open", eof_read=None) for x in (c, s, d, t)]
    wants[0].update(sent=[begun, ended])
    wants[1].update(received=[begun, ended])
    return wants


def orphans(n):
    """n sockets that nobody holds, and whose FIN nobody acknowledges."""
    pairs = [pair() for _ in range(int(n))]
    os.system("nft add table inet t && nft add chain inet t i '{ type filter hook input priority 0; }' "
              "&& nft add rule inet t i meta l4proto tcp drop")
    for c, _ in pairs:
        c.close()
    return []


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
