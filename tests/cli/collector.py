# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A collector of OTLP that answers as a test wants, and keeps what it got and when."""

import gzip
import http.server
import json
import ssl
import subprocess
import threading
import time

from fixture import TIMEOUT, Failure

PATHS = ("/v1/traces", "/v1/logs")
OK = (200, {}, {})


class Request:
    def __init__(self, handler, body):
        self.at, self.path, self.headers, self.body = time.monotonic(), handler.path, handler.headers, body
        self.connection = handler.client_address
        self.text = gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = Request(self, self.rfile.read(int(self.headers["Content-Length"])))
        reply = self.server.collector.take(request)
        if reply == "hang":         # until the test is over; then without a word, as "close"
            self.server.collector.over.wait(TIMEOUT)
        if reply in ("hang", "close"):
            self.close_connection = True
            return
        status, headers, body = reply
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": len(text), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, *_):
        """A client that goes away, or does not like the certificate."""


class Collector:
    """replies: {path: [reply, ...]}; each is (status, headers, body), "close" or "hang". The last one is repeated."""

    def __init__(self, replies=None, tls=None, port=0):
        self.replies = {path: list((replies or {}).get(path, [OK])) for path in PATHS}
        self.requests, self.lock, self.over = [], threading.Lock(), threading.Event()
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.collector = self
        self.scheme = "http"
        if tls:
            self.scheme = "https"
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def port(self):
        return self.server.server_port

    @property
    def url(self):
        return "%s://127.0.0.1:%d" % (self.scheme, self.port)

    def take(self, request):
        with self.lock:
            self.requests.append(request)
            replies = self.replies.setdefault(request.path, [OK])
            return replies.pop(0) if len(replies) > 1 else replies[0]

    def of(self, path):
        with self.lock:
            return [r for r in self.requests if r.path == path]

    def wait_for(self, holds, what):
        """Until holds(self) is true."""
        end = time.monotonic() + TIMEOUT
        while not holds(self):
            if time.monotonic() > end:
                raise Failure("%s: %r" % (what, [(r.path, r.at) for r in self.requests]))
            time.sleep(0.01)


def make_certificates(folder):
    """A CA, and its certificates for 127.0.0.1, for a client and for another host: ca.pem, server.pem, server.key..."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=TIMEOUT)

    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *kind, "-subj", "/CN=test CA", "-days", "2", "-keyout", folder("ca.key"),
            "-out", folder("ca.pem"))
    for name in ("server", "client", "other"):
        host = {"server": "IP:127.0.0.1", "client": "DNS:client", "other": "DNS:other.example"}[name]
        openssl("req", "-x509", *kind, "-subj", "/CN=" + name, "-days", "2", "-addext", "subjectAltName=" + host,
                "-addext", "basicConstraints=critical,CA:FALSE", "-CA", folder("ca.pem"), "-CAkey", folder("ca.key"),
                "-keyout", folder(name + ".key"), "-out", folder(name + ".pem"))


def tls_context(folder, name="server", wants_client=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder(name + ".pem"), folder(name + ".key"))
    if wants_client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder("ca.pem"))
    return context
