# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""TLS and credentials: what works, and what each failure says. The recorder goes on meanwhile."""

import base64
import json
import os
import subprocess

import pytest

from assertions import same, true
from nats_client import trust
from nats_server import Authority
from publisher import check_stream


@pytest.fixture(scope="module")
def tls(shared_bare):
    """A server that has a certificate, one whose certificate has expired, and one that asks for a password."""
    fleet = shared_bare
    fleet.authority = Authority(fleet.folder)
    fleet.other = Authority(fleet.folder, "other")
    good, expired = fleet.authority.issue("good"), fleet.authority.issue("expired", days=-1)
    wrong = fleet.authority.issue("elsewhere", names="DNS:elsewhere.example.com")
    login = {"tls": trust(fleet.authority.pem)}
    line = 'tls {{ cert_file: "{}", key_file: "{}" }}\n'
    fleet.good = fleet.server(line.format(*good), name="good", login=login)
    fleet.password = fleet.server('authorization { user: "u", password: "secret", timeout: 5 }', name="password",
                                  login={"user": "u", "pass": "secret"})
    fleet.expired = fleet.start_server(line.format(*expired), name="expired")
    fleet.elsewhere = fleet.start_server(line.format(*wrong), name="elsewhere")
    return fleet


def refused(fleet, url, *words, env=None):
    done = fleet.run("stream", "info", url, *words, env=env)
    same("exit status", done.returncode, 1)
    same("one line: " + done.stderr, done.stderr.count("\n"), 1)
    return done.stderr


def test_tls(tls):
    url = "tls://127.0.0.1:%d/" % tls.good.port
    tls.init(url, "--nats-ca", tls.authority.pem)
    publisher = tls.publish(url, ca=tls.authority.pem, count=20)
    publisher.wait_for("all taken", lambda c: c["taken"] == 20)
    counts = publisher.finish()
    with tls.good.client() as c:
        check_stream(c.messages("TCPCLOSE"), counts)
    true("unknown authority", "unable to get local issuer certificate" in refused(tls, url))
    true("another authority", "unable to get local issuer certificate" in
         refused(tls, url, "--nats-ca", tls.other.pem))
    text = refused(tls, "tls://127.0.0.1:%d/" % tls.password.port)
    true("a server without TLS: " + text, "TLS" in text or "secure" in text.lower())


def test_a_certificate_that_has_expired(tls):
    url = "tls://127.0.0.1:%d/" % tls.expired.port
    true("says so", "certificate has expired" in refused(tls, url, "--nats-ca", tls.authority.pem))
    publisher = tls.publish(url, ca=tls.authority.pem, interval_us=1000, flush_ms=100)
    publisher.wait_for("it goes on putting", lambda c: c["put"] > 500 and "certificate has expired" in c["why"])
    counts = publisher.finish()
    same("everything waits", (counts["waiting"], counts["dropped"]), (counts["put"], 0))


def test_the_certificate_of_another_server(tls):
    text = refused(tls, "tls://127.0.0.1:%d/" % tls.elsewhere.port, "--nats-ca", tls.authority.pem)
    true(text, "mismatch" in text.lower())


def test_a_password_in_the_environment(tls):
    url = "nats://127.0.0.1:%d/" % tls.password.port
    login = {"NATS_USER": "u", "NATS_PASSWORD": "secret"}
    tls.init(url, env=login)
    publisher = tls.publish(url, env=login, count=20)
    publisher.wait_for("all taken", lambda c: c["taken"] == 20)
    counts = publisher.finish()
    with tls.password.client() as c:
        check_stream(c.messages("TCPCLOSE"), counts)
    for env in ({}, {"NATS_USER": "u", "NATS_PASSWORD": "wrong"}):
        true("refused", "Authorization Violation" in refused(tls, url, env=env))


# Credentials as nsc makes them: a JWT signed with Ed25519, by openssl here.

def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xffff
    return crc


def base32(data):
    return base64.b32encode(data + crc16(data).to_bytes(2, "little")).decode().rstrip("=")


class Key:
    """An Ed25519 key, with the names that NATS gives to its halves. kind: O operator, A account, U user."""

    PREFIX = {"O": 14 << 3, "A": 0, "U": 20 << 3}

    def __init__(self, folder, name):
        kind, self.path = name[0], os.path.join(folder, name + ".key")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path], check=True)
        private = self.openssl("pkey", "-in", self.path, "-outform", "DER")[-32:]
        public = self.openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")[-32:]
        prefix = self.PREFIX[kind]
        self.public = base32(bytes([prefix]) + public)
        self.seed = base32(bytes([18 << 3 | prefix >> 5, (prefix & 31) << 3]) + private)

    def openssl(self, *words):
        return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout

    def sign(self, claims):
        def encode(data):
            return base64.urlsafe_b64encode(data).decode().rstrip("=")

        head = encode(json.dumps({"typ": "JWT", "alg": "ed25519-nkey"}).encode())
        text = head + "." + encode(json.dumps({"iss": self.public, "jti": "x", "iat": 1, **claims}).encode())
        message = self.path + ".message"
        with open(message, "w", encoding="ascii") as f:
            f.write(text)
        return text + "." + encode(self.openssl("pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", message))


def test_a_creds_file(fleet):
    """An operator, an account with JetStream, and a user, as a server with a memory resolver knows them."""
    operator, account, user, system = (Key(fleet.folder, name) for name in ("O", "A", "U", "A-system"))
    limits = {"subs": -1, "conn": -1, "leaf": -1, "imports": -1, "exports": -1, "data": -1, "payload": -1,
              "wildcards": True}
    jetstream = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
    operator_jwt = operator.sign({"sub": operator.public, "name": "o", "nats": {"type": "operator", "version": 2}})
    account_jwt, system_jwt = (
        operator.sign({"sub": key.public, "name": "a", "nats": {"type": "account", "version": 2, "limits": given}})
        for key, given in ((account, {**limits, **jetstream}), (system, limits)))
    user_jwt = account.sign({"sub": user.public, "name": "u",
                             "nats": {"type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1}})
    creds = os.path.join(fleet.folder, "u.creds")
    with open(creds, "w", encoding="ascii") as f:
        f.write(f"-----BEGIN NATS USER JWT-----\n{user_jwt}\n------END NATS USER JWT------\n\n"
                f"-----BEGIN USER NKEY SEED-----\n{user.seed}\n------END USER NKEY SEED------\n")
    server = fleet.start_server(f"operator: {operator_jwt}\nresolver: MEMORY\nsystem_account: {system.public}\n"
                                f"resolver_preload: {{ {account.public}: {account_jwt}, "
                                f"{system.public}: {system_jwt} }}\n")
    url = "nats://127.0.0.1:%d/" % server.port
    fleet.init(url, "--nats-creds", creds)
    publisher = fleet.publish(url, creds=creds, count=20)
    publisher.wait_for("all taken", lambda c: c["taken"] == 20)
    publisher.finish()
    true("without", "Authorization Violation" in refused(fleet, url))
    os.truncate(creds, 100)
    done = fleet.run("stream", "info", url, "--nats-creds", creds)
    same("exit status", done.returncode, 66)
    true(done.stderr, f"'{creds}' is not a file of NATS credentials" in done.stderr)
