#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Connections that threads with names of their own close: named_threads.py each | many COUNT | crowd | hold

Prints one JSON object per connection: the port of its client's end, the pid and the tid of the thread that closed this
end, and the names of the thread and of its process as /proc had them at that time. The client's end is closed first.

each: the first thread; a thread with the process's name; two threads with other names; the same after the process
renamed itself, and after its first thread exited. many: COUNT connections, closed by one thread with another name.
crowd: the process renames itself before each close, while 5000 sockets are open.
hold: the first thread has exited, and another one holds both ends of a half-closed connection until the end of
standard input.
"""

import ctypes
import json
import os
import platform
import resource
import socket
import sys
import threading

PR_SET_NAME = 15
SYS_EXIT = {"x86_64": 60, "aarch64": 93}[platform.machine()]
LIBC = ctypes.CDLL(None, use_errno=True)


def set_name(name):
    """The name of the calling thread."""
    if name and LIBC.prctl(PR_SET_NAME, name.encode(), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def read_name(path):
    with open(path, encoding="utf-8") as f:
        return f.read().rstrip("\n")


def tell(**facts):
    pid, tid = os.getpid(), threading.get_native_id()
    print(json.dumps({**facts, "pid": pid, "tid": tid, "comm": read_name(f"/proc/{pid}/task/{tid}/comm"),
                      "process": read_name(f"/proc/{pid}/comm")}), flush=True)


def close_one(listener):
    client = socket.create_connection(listener.getsockname())
    server = listener.accept()[0]
    port = client.getsockname()[1]
    client.close()
    server.close()
    tell(port=port)


def in_thread(name, work, *args):
    """Runs work in a thread with this name, "" for that of the process, and waits for its end."""

    def run():
        set_name(name)
        work(*args)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def hold_one(listener):
    client = socket.create_connection(listener.getsockname())
    server = listener.accept()[0]
    client.shutdown(socket.SHUT_WR)
    server.recv(1)
    tell(port=client.getsockname()[1], peer_port=listener.getsockname()[1])
    sys.stdin.read()


def exit_leader(work, listener):
    """Ends the first thread. When it is a zombie, another thread does the work, and ends the process."""

    def run():
        stat = f"/proc/self/task/{os.getpid()}/stat"
        while read_name(stat).rpartition(")")[2].split()[0] != "Z":
            pass
        set_name("late-worker")
        work(listener)
        os._exit(0)

    threading.Thread(target=run).start()
    LIBC.syscall(SYS_EXIT, 0)


def close_each(listener):
    close_one(listener)
    in_thread("", close_one, listener)
    in_thread("order-worker-1", close_one, listener)
    in_thread("order-worker-2", close_one, listener)
    set_name("shop-renamed")
    in_thread("order-worker-3", close_one, listener)
    in_thread("shop", close_one, listener)
    exit_leader(close_one, listener)


def close_in_crowd(listener):
    resource.setrlimit(resource.RLIMIT_NOFILE, (6000, 6000))
    crowd = []
    for _ in range(2500):
        crowd += [socket.create_connection(listener.getsockname()), listener.accept()[0]]
    for i in range(30):
        set_name(f"shop-{i}")
        in_thread("order-worker-1", close_one, listener)


def main():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(8)
    set_name("shop")
    if sys.argv[1] == "each":
        close_each(listener)
    elif sys.argv[1] == "crowd":
        close_in_crowd(listener)
    elif sys.argv[1] == "hold":
        exit_leader(hold_one, listener)
    else:
        in_thread("order-worker-1", lambda: [close_one(listener) for _ in range(int(sys.argv[2]))])


main()
