# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A running `tcpclose serve`, and what it answers, read by Python's own HTTP client."""

import http.client
import os
import re
import socket
import subprocess
import time

from fixture import TIMEOUT, Failure

OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)')
LISTENS = "tcpclose: listening on "


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Serve:
    """Listens on a port of 127.0.0.1 that the kernel chose, unless told otherwise."""

    def __init__(self, cli, *args, listen="127.0.0.1:0", **more):
        self.process = cli.start("serve", "--netns", cli.netns, "--listen", listen, *args, **more)
        line = self.process.stderr.readline()
        if not line.startswith(LISTENS):
            raise Failure("it does not say where it listens: %r" % line)
        self.where = line[len(LISTENS):].strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Its exit status, and what else it wrote."""
        if self.process.poll() is None:
            self.process.terminate()
        out, err = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, out, err

    @property
    def address(self):
        host, port = self.where.removeprefix("http://").rsplit(":", 1)
        return host.strip("[]"), int(port)

    def connect(self):
        """A socket, for those who do not speak HTTP well."""
        return socket.create_connection(self.address, timeout=TIMEOUT)

    def get(self, path="/metrics", method="GET", **headers):
        """The response, with its body in .body."""
        unix = self.where.startswith("unix:")
        c = UnixConnection(self.where[5:]) if unix else http.client.HTTPConnection(*self.address, timeout=TIMEOUT)
        try:
            c.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            response = c.getresponse()
            response.body = response.read()
            return response
        finally:
            c.close()

    def samples(self):
        return parse(self.get().body.decode())

    def wait_for(self, holds, what):
        """Scrapes until the samples are as they should be; they are returned."""
        end = time.monotonic() + TIMEOUT
        while True:
            found = self.samples()
            if holds(found):
                return found
            if time.monotonic() > end:
                raise Failure("%s: %r" % (what, {k: v for k, v in found.items() if "bucket" not in k[0]}))
            time.sleep(0.05)


def parse(text):
    """{(name, ((label, value), ...)): number}; a series that comes twice is an error, as it is for Prometheus."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        if not match:
            raise Failure("no sample: %r" % line)
        labels = tuple(sorted(LABEL.findall(match[2] or "")))
        if (match[1], labels) in found:
            raise Failure("twice: %r" % line)
        found[match[1], labels] = float(match[3])
    return found


def total(samples, name, **labels):
    """The sum over all series of that name with these labels."""
    return sum(v for (n, have), v in samples.items() if n == name and set(labels.items()) <= set(have))


def series(samples, name):
    return {labels: v for (n, labels), v in samples.items() if n == name}


def check_with_promtool(text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True,
                          timeout=TIMEOUT)
    if done.returncode or done.stderr:
        raise Failure("promtool: %d, %s%s" % (done.returncode, done.stdout, done.stderr))


def has_promtool():
    return any(os.access(os.path.join(folder, "promtool"), os.X_OK) for folder in os.environ["PATH"].split(":"))
