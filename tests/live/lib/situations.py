# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What situations are made of: hosts and a router, connections that do not wait for ever, nft's rules and counters."""

import contextlib
import fcntl
import os
import re
import socket
import struct
import subprocess
import termios

import fixtures
import held_connections

SO_COOKIE = 57


def cookie_of(sock):
    return hex(struct.unpack("Q", sock.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0])


def sh(*words):
    subprocess.run(words, check=True, capture_output=True)


def join(one, addr_one, two, addr_two):
    """A veth between two namespaces, its ends with these addresses."""
    name = f"v{os.getpid() % 100000}{one.name[-3:]}".replace("-", "x")
    sh("ip", "-n", one.name, "link", "add", name + "a", "type", "veth", "peer", "name", name + "b",
       "netns", two.name)
    for ns, end, addr in ((one, "a", addr_one), (two, "b", addr_two)):
        sh("ip", "-n", ns.name, "addr", "add", addr, "dev", name + end,
           *(["nodad"] if ":" in addr else []))
        sh("ip", "-n", ns.name, "link", "set", name + end, "up")


class Link:
    """A connection, its ends in these namespaces; neither end waits for ever."""

    def __init__(self, client_ns, server_ns, listen=("127.0.0.1", 0), target=None, source=("", 0)):
        family = socket.AF_INET6 if ":" in listen[0] else socket.AF_INET
        with held_connections.inside(server_ns):
            listener = socket.socket(family)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(listen)
            listener.listen(1)
        with held_connections.inside(client_ns):
            self.client = socket.socket(family)
            if source[1]:
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self.client.bind(source)
            self.client.settimeout(fixtures.WAIT_S)
            self.client.connect(target or listener.getsockname()[:2])
        self.server = listener.accept()[0]
        self.server.settimeout(fixtures.WAIT_S)
        listener.close()
        self.names = held_connections.ports(self.client), held_connections.ports(self.server)
        self.cookies = cookie_of(self.client), cookie_of(self.server)
        self.namespaces = client_ns, server_ns


def queued(sock, request):
    """Bytes in a queue: FIONREAD, what came and was not read; TIOCOUTQ, what was not acknowledged."""
    return struct.unpack("i", fcntl.ioctl(sock, request, bytes(4)))[0]


def await_unread(sock, count):
    fixtures.wait_for(f"{count} unread bytes", lambda: queued(sock, termios.FIONREAD) == count)


def linger_zero(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def error_of(sock):
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def refused_with(call, *arguments):
    """The error number of a call that fails, or 0."""
    try:
        call(*arguments)
    except OSError as e:
        return e.errno
    return 0


def sysctl(ns, *words):
    sh(*ns.command("sysctl", "-qw", *words))


def nft(ns, rules):
    subprocess.run(ns.command("nft", "-f", "-"), input=rules, text=True, check=True, capture_output=True)


def counted(ns):
    """What the rules of a namespace have counted."""
    said = subprocess.run(ns.command("nft", "list", "ruleset"), check=True, capture_output=True, text=True).stdout
    return sum(map(int, re.findall(r"counter packets (\d+)", said)))


def filter_table(hook, *rules):
    return "table ip once { chain c { type filter hook %s priority 0; %s; }; }\n" % (hook, "; ".join(rules))


@contextlib.contextmanager
def routed():
    """Three namespaces: 10.8.1.1, the router between them, 10.8.2.1."""
    with fixtures.Namespace() as near, fixtures.Namespace() as router, fixtures.Namespace() as far:
        for ns, net in ((near, "10.8.1"), (far, "10.8.2")):
            join(ns, f"{net}.1/24", router, f"{net}.254/24")
            sh("ip", "-n", ns.name, "route", "add", "default", "via", f"{net}.254")
        sysctl(router, "net.ipv4.ip_forward=1")
        yield near, router, far


@contextlib.contextmanager
def two_hosts():
    """Two namespaces: 10.8.1.1 and 10.8.1.2."""
    with fixtures.Namespace() as near, fixtures.Namespace() as far:
        join(near, "10.8.1.1/24", far, "10.8.1.2/24")
        yield near, far


def capture(ns, options, name="wire.pcap"):
    return fixtures.Capture(ns, os.path.join(options.folder, name))
