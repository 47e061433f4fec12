#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Many connections at once: crowd.py CONNECTIONS

Opens them all over loopback, says how many they are, and at a line on standard input closes them one after the
other, from this end first or from that. A process holds 9000 at most: descriptors are limited.
"""

import os
import socket
import sys

PER_PROCESS = 9000


def open_some(index, count):
    """Both ends of each, from an address of its own: there are some 28,000 ports."""
    listener = socket.socket()
    listener.bind(("127.0.1.%d" % (index + 1), 0))
    listener.listen(128)
    pairs = []
    for _ in range(count):
        client = socket.socket()
        client.connect(listener.getsockname())
        pairs.append((client, listener.accept()[0]))
    return pairs


def worker(index, count, ready, go):
    pairs = open_some(index, count)
    os.write(ready, b".")
    os.read(go, 1)      # the end of it
    for i, (client, server) in enumerate(pairs):
        for end in (client, server) if i % 2 else (server, client):
            end.close()


def main():
    count = int(sys.argv[1])
    ready, tell = os.pipe()
    go, start = os.pipe()
    workers = []
    for index, first in enumerate(range(0, count, PER_PROCESS)):
        pid = os.fork()
        if not pid:
            os.close(start)
            worker(index, min(PER_PROCESS, count - first), tell, go)
            os._exit(0)
        workers.append(pid)
    for _ in workers:
        os.read(ready, 1)
    print(count, flush=True)
    sys.stdin.readline()
    os.close(start)
    sys.exit(any(os.waitpid(pid, 0)[1] for pid in workers))


main()
