# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""A client of NATS that shares nothing with the tool: the second witness of what a stream has."""

import base64
import json
import os
import socket
import ssl

TIMEOUT = 15


class Refused(Exception):
    """The server answered with an error."""


class Message:
    def __init__(self, subject, reply, headers, data):
        self.subject, self.reply, self.headers, self.data = subject, reply, headers, data

    def id(self):
        return self.headers.get("Nats-Msg-Id")

    def of_stream(self):
        """(number in the stream, messages that follow): from $JS.ACK.STREAM.CONSUMER.1.SEQ.N.NS.PENDING."""
        words = self.reply.split(".")
        return int(words[5]), int(words[8])


def parse_headers(block):
    lines = block.decode().split("\r\n")
    headers = dict(line.split(": ", 1) if ": " in line else line.split(":", 1) for line in lines[1:] if ":" in line)
    status = lines[0].split(" ")
    if len(status) > 1:
        headers["Status"] = status[1]
    return headers


class Client:
    """One connection; raises Refused for -ERR and for errors of JetStream."""

    def __init__(self, port, tls=None, timeout=TIMEOUT, **login):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.input = self.socket.makefile("rb")
        self.info = json.loads(self.input.readline().split(b" ", 1)[1])
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="127.0.0.1")
            self.input = self.socket.makefile("rb")
        self.waiting, self.errors, self.next_sid = [], [], 1
        self.inbox = "%s.%s" % (login.pop("inbox", "_INBOX"), os.urandom(8).hex())
        self.send("CONNECT " + json.dumps({"verbose": False, "headers": True, "no_responders": True, "lang": "test",
                                           "version": "1", **login}))
        self.flush()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, line, *parts):
        self.socket.sendall(line.encode() + b"\r\n" + b"".join(parts))

    def flush(self):
        """Everything that was sent before has been handled by the server."""
        self.send("PING")
        while self.read_one() != "PONG":
            pass
        if self.errors:
            raise Refused(self.errors.pop())

    def read_one(self):
        line = self.input.readline()
        if not line:
            raise Refused(self.errors.pop() if self.errors else "closed")
        word, _, rest = line.decode().strip().partition(" ")
        if word == "PING":
            self.send("PONG")
        elif word == "-ERR":
            self.errors.append(rest)
        elif word in ("MSG", "HMSG"):
            self.waiting.append(self.read_message(word, rest.split()))
        return word

    def read_message(self, word, fields):
        reply = fields[2] if len(fields) == (4 if word == "MSG" else 5) else None
        sizes = [int(fields[-1])] if word == "MSG" else [int(fields[-2]), int(fields[-1])]
        body = self.input.read(sizes[-1] + 2)[:-2]
        head = sizes[0] if word == "HMSG" else 0
        return Message(fields[0], reply, parse_headers(body[:head]) if head else {}, body[head:])

    def subscribe(self, subject):
        self.send(f"SUB {subject} {self.next_sid}")
        self.next_sid += 1

    def publish(self, subject, data=b"", reply="", headers=None):
        if headers:
            head = b"NATS/1.0\r\n" + b"".join(f"{k}: {v}\r\n".encode() for k, v in headers.items()) + b"\r\n"
            self.send(f"HPUB {subject} {reply} {len(head)} {len(head) + len(data)}", head, data, b"\r\n")
        else:
            self.send(f"PUB {subject} {reply} {len(data)}", data, b"\r\n")

    def next(self):
        while not self.waiting:
            self.read_one()
            if self.errors:
                raise Refused(self.errors.pop())
        return self.waiting.pop(0)

    def request(self, subject, data=b""):
        if self.next_sid == 1:
            self.subscribe(self.inbox + ".*")
        self.publish(subject, data, self.inbox + ".1")
        others = []
        answer = self.next()
        while answer.subject != self.inbox + ".1":
            others.append(answer)
            answer = self.next()
        self.waiting[:0] = others
        if answer.headers.get("Status") == "503":
            raise Refused("no responders")
        return answer

    def ask(self, what, body=None):
        """A request of JetStream: ask("STREAM.INFO.X")."""
        answer = json.loads(self.request("$JS.API." + what, json.dumps(body).encode() if body else b"").data)
        if "error" in answer:
            raise Refused(answer["error"]["description"])
        return answer

    def make_stream(self, name, *subjects, **more):
        return self.ask("STREAM.CREATE." + name, {"name": name, "subjects": list(subjects), "retention": "limits",
                                                  "storage": "file", "max_consumers": -1, "max_msgs": -1,
                                                  "max_bytes": -1, "num_replicas": 1, **more})

    def last(self, stream, subject):
        answer = self.ask("STREAM.MSG.GET." + stream, {"last_by_subj": subject})
        return base64.b64decode(answer["message"]["data"])

    def messages(self, stream):
        """All messages that the stream has now, in its order."""
        number = self.ask("STREAM.INFO." + stream)["state"]["messages"]
        if not number:
            return []
        deliver = f"{self.inbox}-d{self.next_sid}"
        self.subscribe(deliver)
        self.ask("CONSUMER.CREATE." + stream,
                 {"stream_name": stream, "config": {"deliver_subject": deliver, "deliver_policy": "all",
                                                    "ack_policy": "none", "replay_policy": "instant"}})
        found = []
        while len(found) < number:      # a leader that has just restarted may say too early that none are pending
            found.append(self.next())
        return found


def trust(ca, cert=None):
    context = ssl.create_default_context(cafile=ca)
    if cert:
        context.load_cert_chain(*cert)
    return context
