#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Three hosts with a complaint, for the investigations that tcpclose(8) walks through.

    tests/manual/scenarios.py leak             a service that drowns in CLOSE_WAIT
    tests/manual/scenarios.py slow-peer        closes that take hundreds of milliseconds
    tests/manual/scenarios.py resets           clients that see "Connection reset by peer"

Each goes on for --seconds (60), over loopback, with processes named as in the manual; look at it with tcpclose
from another terminal. Nothing is left behind: what it started ends with it. No privilege is needed.
"""

import argparse
import ctypes
import os
import signal
import socket
import sys
import time

PR_SET_NAME, PR_SET_PDEATHSIG = 15, 1
_libc = ctypes.CDLL(None, use_errno=True)


def process(name, body, *args):
    """A process of that name which ends with its parent. Its pid."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        _libc.prctl(PR_SET_NAME, name.encode())
        body(*args)
        status = 0
    except (ConnectionError, KeyboardInterrupt):
        pass
    finally:
        os._exit(status)


def listen():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    return listener


def read_all(sock):
    while sock.recv(65536):
        pass


# Every third request ends in an error path that returns without close().
def forgetful(listener):
    leaked = []
    for number in range(1 << 30):
        sock, _ = listener.accept()
        read_all(sock)
        if number % 3:
            sock.close()
        else:
            leaked.append(sock)


def polite(address, pause_s):
    while True:
        with socket.create_connection(address) as sock:
            sock.sendall(b"invoice\n")
        time.sleep(pause_s)


# Answers, and flushes its log before it looks at the connection again.
def dawdling(listener):
    for number in range(1 << 30):
        sock, _ = listener.accept()
        sock.recv(4096)
        sock.sendall(b"report\n")
        read_all(sock)
        time.sleep(0.2 if number % 4 else 0.4)
        sock.close()


def impatient(address, pause_s):
    while True:
        with socket.create_connection(address) as sock:
            sock.sendall(b"get\n")
            sock.recv(4096)
        time.sleep(pause_s)


# Refuses what is too large as soon as the header says so, without reading the rest.
def refusing(listener):
    while True:
        sock, _ = listener.accept()
        header = sock.recv(64)
        while len(header) < 64:
            header += sock.recv(64 - len(header))
        sock.sendall(b"413 too large\n")
        sock.close()


def uploading(address, pause_s):
    while True:
        sock = socket.create_connection(address)
        try:
            sock.sendall(b"POST".ljust(64) + bytes(200_000))
            sock.recv(4096)
            sock.recv(4096)
        except (ConnectionResetError, BrokenPipeError):
            pass
        sock.close()
        time.sleep(pause_s)


# name: (server's name, server, client's name, client, seconds between its requests)
SCENARIOS = {
    "leak": ("billing", forgetful, "shop", polite, 0.05),
    "slow-peer": ("reports", dawdling, "dashboard", impatient, 0.05),
    "resets": ("uploads", refusing, "camera", uploading, 0.1),
}


def start(name):
    """Starts a scenario; (port of the server, its pid, the client's pid)."""
    server_name, server, client_name, client, pause_s = SCENARIOS[name]
    with listen() as listener:
        address = listener.getsockname()
        return (address[1], process(server_name, server, listener),
                process(client_name, client, address, pause_s))


def stop(pids):
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for pid in pids:
        os.waitpid(pid, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", choices=sorted(SCENARIOS))
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    port, *pids = start(options.scenario)
    server, _, client, _, _ = SCENARIOS[options.scenario]
    print(f"{server}[{pids[0]}] listens at port {port}, {client}[{pids[1]}] talks to it, "
          f"for {options.seconds:g} s", flush=True)
    try:
        time.sleep(options.seconds)
    except KeyboardInterrupt:
        pass
    finally:
        stop(pids)


if __name__ == "__main__":
    sys.exit(main())
