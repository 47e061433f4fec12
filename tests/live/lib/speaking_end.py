# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""One end of a connection as a program of its own, which does what its standard input says and reports what it did.

    speaking_end.py listen ADDR PORT | connect ADDR PORT [SOURCE-ADDR SOURCE-PORT]

Commands, one line each: send N, receive N, eof (read to the end of file), shutdown, close, reset (close with a linger
time of zero), exit (close by the end of the program), error (the error that recv() fails with). Each is answered by
one line of JSON: what was done, when it began (from_ns) and when it was done (ns), by CLOCK_BOOTTIME. A listening end
says its port first, and "accepted" as a connected one says "connected", with the socket's cookie and names.
"""

import json
import os
import socket
import struct
import sys
import time

SO_COOKIE = 57


def now_ns():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def say(did, **facts):
    print(json.dumps({"did": did, "ns": now_ns(), **facts}), flush=True)


def say_names(did, sock):
    cookie = struct.unpack("Q", sock.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0]
    say(did, cookie=hex(cookie), local=sock.getsockname()[:2], peer=sock.getpeername()[:2], fd=sock.fileno(),
        pid=os.getpid())


def open_end(role, addr, port, source_addr="", source_port="0"):
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    sock = socket.socket(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if role == "connect":
        if int(source_port):
            sock.bind((source_addr, int(source_port)))
        sock.connect((addr, int(port)))
        say_names("connected", sock)
        return sock
    sock.bind((addr, int(port)))
    sock.listen(16)
    say("listening", port=sock.getsockname()[1])
    end = sock.accept()[0]
    sock.close()
    say_names("accepted", end)
    return end


def receive(sock, count):
    while count:
        part = sock.recv(count)
        if not part:
            raise EOFError
        count -= len(part)


def obey(sock, word, count):
    from_ns = now_ns()
    if word == "send":
        sock.sendall(b"x" * count)
    elif word == "receive":
        receive(sock, count)
    elif word == "eof":
        while sock.recv(65536):
            pass
    elif word == "shutdown":
        sock.shutdown(socket.SHUT_WR)
    elif word == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    elif word == "close":
        sock.close()
    elif word == "error":
        try:
            sock.recv(1)
        except OSError as e:
            say(word, errno=e.errno)
            return
    say(word, from_ns=from_ns)


def main():
    sock = open_end(*sys.argv[1:])
    for line in sys.stdin:
        word, _, count = line.strip().partition(" ")
        if word == "exit":
            say(word, from_ns=now_ns())
            os._exit(0)
        obey(sock, word, int(count or 0))


if __name__ == "__main__":
    main()
