# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A server outside the tree. It prints its port, and serves each line that a client sends:

close        close() when the client has
reset PORT   connect to PORT, and reset that connection once it is accepted
quit PORT    connect to PORT, and close that connection once it is accepted

Meanwhile it closes connections of its own, and is refused some, which no run with --tree may show.
"""

import socket
import struct
import threading
import time

PACE_S = 0.01
LINGER_ZERO = struct.pack("ii", 1, 0)


def be_busy(address):
    while True:
        with socket.socket() as s, socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            s.connect_ex(nobody.getsockname())
        with socket.create_connection(address) as s:
            s.sendall(b"close\n")
            s.shutdown(socket.SHUT_WR)
            s.recv(1)
        time.sleep(PACE_S)


def serve(s):
    word, _, port = s.makefile().readline().strip().partition(" ")
    if word != "close":
        with socket.create_connection(("127.0.0.1", int(port))) as c:
            c.recv(1)
            if word == "reset":
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    s.recv(1)
    s.close()


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=be_busy, args=(listener.getsockname(),), daemon=True).start()
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


main()
