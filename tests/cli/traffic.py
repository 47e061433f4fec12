#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Connections for the command line's tests: traffic.py [-6] [COUNT [HOLD_SECONDS [SERVER_PORT CLIENT_PORT]]]

COUNT times over loopback: connect, close the client's end, wait, close the server's. Ports are the kernel's
choice unless given.
"""

import socket
import sys
import time


def main():
    args = sys.argv[1:]
    family, host = socket.AF_INET, "127.0.0.1"
    if args and args[0] == "-6":
        family, host = socket.AF_INET6, "::1"
        args = args[1:]
    count = int(args[0]) if args else 1
    hold = float(args[1]) if len(args) > 1 else 0
    server_port, client_port = map(int, args[2:4]) if len(args) > 3 else (0, 0)
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, server_port))
    listener.listen(128)
    for _ in range(count):
        client = socket.socket(family)
        if client_port:
            client.bind((host, client_port))
        client.connect(listener.getsockname())
        server, _ = listener.accept()
        client.close()
        time.sleep(hold)
        server.close()


main()
