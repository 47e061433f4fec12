# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--redact: a recording without addresses and names, from which the same stories are told."""

import ipaddress
import json
import os
import socket
import sys

from fixture import closes, one_line, same, true
from read_recording import content
from test_record import Folder

ADDRESSES = ("10.77.66.55", "fd77:66:55::44")
PROGRAM = "secretprogram"
ARGUMENT = "secret-argument"
# It names itself, and connects over loopback, IPv4 and IPv6; one thread has a name of its own.
CLIENT = """
import socket, sys, threading
def close(family, host):
    open("/proc/thread-self/comm", "w").write("secretthread")
    l = socket.socket(family); l.bind((host, 0)); l.listen()
    c = socket.create_connection(l.getsockname()[:2]); s, _ = l.accept()
    c.close(); s.recv(1); s.close()
open("/proc/self/comm", "w").write("%s")
for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "%s"), (socket.AF_INET6, "%s")):
    t = threading.Thread(target=close, args=(family, host)); t.start(); t.join()
""" % (PROGRAM, *ADDRESSES)
# What is replaced, by the kind of pseudonym
ADDRESS_KEYS = ("local_addr", "peer_addr")
NAME_KEYS = ("comm", "process", "cgroup", "hostname", "host")


def add_addresses(cli):
    for address in ADDRESSES:
        cli.inside("ip", "addr", "replace", address, "dev", "lo", *(["nodad"] if ":" in address else []))


def record(cli, path, *args):
    add_addresses(cli)
    done = cli.run("record", "-o", path, "--netns", cli.netns, "-q", *args, "--",
                   *cli.enter(sys.executable, "-c", CLIENT, ARGUMENT))
    same("recorded", (done.returncode, done.stderr), (0, ""))


def convert(cli, source, target, *args):
    done = cli.run("record", "--replay", source, "-o", target, "-q", *args)
    same("converted", (done.returncode, done.stderr), (0, ""))


def replay(cli, path, *args):
    done = cli.run("json", "--replay", path, "-q", *args)
    same("replayed", (done.returncode, done.stderr), (0, ""))
    return [json.loads(line) for line in done.stdout.splitlines()]


def secrets(cli):
    """Bytes that must not be in a redacted recording."""
    return [PROGRAM.encode(), b"secretthread", ARGUMENT.encode(), b"hostname " + socket.gethostname().encode(),
            cli.netns.encode(), os.path.basename(os.path.realpath(sys.executable)).encode(),
            *(ipaddress.ip_address(a).packed for a in ADDRESSES)]


def mask(value, pairs, key=None):
    """The same object without what is replaced; the pairs of (key, text) are collected."""
    if isinstance(value, dict):
        return {k: mask(v, pairs, k) for k, v in value.items()}
    if isinstance(value, list):
        return [mask(v, pairs, key) for v in value]
    if isinstance(value, str) and key in ADDRESS_KEYS + NAME_KEYS:
        pairs.append((key, value))
        return "..."
    return value


def check_same_stories(plain, redacted):
    """They differ in addresses and names, and there each in the same way."""
    pairs, forward, backward = ([], []), {}, {}
    same("stories", [mask(o, pairs[1]) for o in redacted], [mask(o, pairs[0]) for o in plain])
    for (key, old), (_, new) in zip(*pairs):
        if key == "cgroup":
            same("depth of %s" % old, new.count("/"), old.count("/"))
            continue
        same("pseudonym of %s" % old, forward.setdefault(old, new), new)
        same("what %s stands for" % new, backward.setdefault(new, old), old)
        loopback = key in ADDRESS_KEYS and ipaddress.ip_address(old).is_loopback
        same("%s is kept" % old, old == new, loopback or not old)
        if key in ADDRESS_KEYS:
            same("version", ipaddress.ip_address(new).version, ipaddress.ip_address(old).version)
    return forward


def test_a_recording_is_converted(cli, root):
    with Folder() as at:
        record(cli, at("plain"), "--cmdline")
        for secret in secrets(cli):
            true("%r is in the plain one" % secret, secret in content(at("plain")))
        convert(cli, at("plain"), at("redacted"), "--redact")
        for secret in secrets(cli):
            true("%r is not in the redacted one" % secret, secret not in content(at("redacted")))
        plain = replay(cli, at("plain"))
        same("stories", len(closes(plain)), 6)
        names = check_same_stories(plain, replay(cli, at("redacted")))
        true("all are replaced: %r" % names, set(ADDRESSES) | {PROGRAM, "secretthread", "127.0.0.1"} <= set(names))
        for view in ("trace", "timeline", "who", "hist", "events"):
            out = cli.run(view, "--replay", at("redacted"), "-q").stdout
            true("%s: %s" % (view, out), out and PROGRAM not in out and ADDRESSES[0] not in out)


def test_a_recording_is_made_with_pseudonyms(cli, root):
    with Folder() as at:
        record(cli, at("a"), "--cmdline", "--redact")
        for secret in secrets(cli):
            true("%r is not in it" % secret, secret not in content(at("a")))
        stories = closes(replay(cli, at("a")))
        same("stories", sorted(s["ending"] for s in stories), ["three-way"] * 6)
        for s in stories:
            true(s["trigger"]["comm"], s["trigger"]["comm"].startswith("n-"))
        same("loopback", sorted(s["local_addr"] == "127.0.0.1" for s in stories), [False] * 4 + [True] * 2)


def test_what_the_view_prints_is_not_redacted(cli, root):
    add_addresses(cli)
    with Folder() as at:
        done = cli.run("json", "--record", at("a"), "--redact", "--netns", cli.netns, "-q", "--",
                       *cli.enter(sys.executable, "-c", CLIENT, ARGUMENT))
        live = [json.loads(line) for line in done.stdout.splitlines()]
        same("addresses", {s["local_addr"] for s in closes(live)}, {"127.0.0.1", *ADDRESSES})
        check_same_stories(live, replay(cli, at("a")))


def test_the_key(cli, root):
    with Folder() as at:
        record(cli, at("plain"))
        for name, secret in (("k1", b"0123456789abcdef"), ("k2", b"0123456789abcdeg"), ("short", b"0123456789abcde"),
                             ("long", bytes(4097))):
            with open(at(name), "wb") as f:
                f.write(secret)
        for target, args in (("a", ("--redact-key", at("k1"))), ("b", ("--redact-key", at("k1"))),
                             ("c", ("--redact-key", at("k2"))), ("d", ()), ("e", ())):
            convert(cli, at("plain"), at(target), "--redact", *args)
        data = {name: content(at(name)) for name in "abcde"}
        same("the same key", data["a"], data["b"])
        same("different recordings", len(set(data.values())), 4)
        for name in ("short", "long"):
            done = cli.run("record", "--replay", at("plain"), "-o", at("x"), "--redact", "--redact-key", at(name))
            one_line(name, done, 66, "bad key", "want a file of 16 to 4096 bytes")
        done = cli.run("record", "--replay", at("plain"), "-o", at("x"), "--redact", "--redact-key", at("none"))
        one_line("missing", done, 66, "cannot read the key", "No such file")
        true("no recording", not os.path.exists(at("x")))


def test_with_the_other_options(cli, root):
    """A slice of one connection, of a tree, in several files, and converted twice."""
    with Folder() as at:
        record(cli, at("plain"), "--tree")
        port = closes(replay(cli, at("plain")))[0]["local_port"]
        convert(cli, at("plain"), at("a"), "--redact", "-P", str(port), "--since", "-1h")
        same("one connection", sorted(port in (s["local_port"], s["peer_port"]) for s in closes(replay(cli, at("a")))),
             [True] * 2)
        convert(cli, at("a"), at("b"), "--redact")
        check_same_stories(replay(cli, at("a")), replay(cli, at("b")))
        # the recording of before is moved away: its pseudonyms have another key
        convert(cli, at("plain"), at("b"), "--redact")
        same("a new file", len(closes(replay(cli, at("b")))), 6)
        true("the old one is FILE.1", os.path.exists(at("b.1")))


def test_a_filter_selects_what_is_recorded_again(cli, root):
    with Folder() as at:
        record(cli, at("plain"))
        convert(cli, at("plain"), at("v6"), "-6")
        same("IPv6", {s["family"] for s in closes(replay(cli, at("v6")))}, {6})
        true("smaller", len(content(at("v6"))) < len(content(at("plain"))))


def test_usage(cli):
    one_line("no recording", cli.run("--redact"), 64, "--redact does not apply to trace, only to record")
    one_line("no --redact", cli.run("record", "-o", "x", "--redact-key", "k"), 64, "--redact-key requires --redact")
    one_line("empty", cli.run("record", "-o", "x", "--redact", "--redact-key", ""), 64, "bad key ''")
