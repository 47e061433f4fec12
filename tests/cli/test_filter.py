# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Every filter, once with what fits and once with what does not."""

import json
import os
import socket

from fixture import TRAFFIC, check_identity, closes, same, true

HOLD = "0.05"


def expect(cli, want, *args, traffic=("1", HOLD)):
    objects = cli.trace(*args, traffic=traffic)
    same(" ".join(args), len(closes(objects)), want)
    check_identity(objects[-1])
    return objects


def test_by_address(cli, root):
    expect(cli, 2, "-a", "127.0.0.0/8")
    expect(cli, 0, "-a", "10.0.0.0/8")
    expect(cli, 0, "-a", "!127.0.0.0/8")
    expect(cli, 2, "-a", "!10.0.0.0/8")
    expect(cli, 2, "-a", "10.0.0.0/8", "-a", "127.0.0.1")
    expect(cli, 2, "-a", "::1", traffic=("-6", "1", HOLD))
    expect(cli, 2, "-4")
    expect(cli, 0, "-6")
    expect(cli, 2, "-6", traffic=("-6", "1", HOLD))


def test_by_port(cli, root):
    server, client = 4000, 5000

    def ports(want, *args):
        nonlocal client
        client += 1     # the last one is in TIME_WAIT
        args = [a.replace("CLIENT", str(client)).replace("SERVER", str(server)) for a in args]
        return expect(cli, want, *args, traffic=("1", HOLD, str(server), str(client)))

    ports(2, "-P", "CLIENT")
    ports(1, "-L", "CLIENT")
    ports(1, "-D", "CLIENT")
    ports(2, "-L", "9,SERVER,CLIENT")
    ports(1, "-L", "SERVER", "-D", "CLIENT")
    ports(2, "-P", "3990-4010")
    ports(1, "-L", "5000-5999")
    ports(0, "-P", "6000-7000,1-3999")
    ports(1, "-L", "!CLIENT")
    ports(1, "-D", "!4000-4001")
    ports(2, "-P", "!22,!80-3999")
    ports(1, "-P", "SERVER", "-L", "!SERVER")
    objects = ports(0, "-P", "!CLIENT")
    same("events that the kernel excluded", objects[-1]["events"], 0)
    ports(0, "-L", "SERVER", "-D", "SERVER")
    objects = ports(0, "-P", "9")
    same("events that the kernel filtered", objects[-1]["events"], 0)
    true("endpoints that the kernel filtered", objects[-1]["filtered"] >= 2)
    told = closes(ports(1, "-L", "CLIENT"))[0]
    true("the twin of a filtered story %r" % told["twin"], told["twin"]["pid"] > 0)


def test_by_service(cli, root):
    """The C library's own look-up gives the port."""
    server = socket.getservbyname("postgresql", "tcp")
    for client, (args, want) in enumerate(((("-D", "postgresql"), 1), (("-P", "https,postgresql"), 2),
                                           (("-P", "https"), 0)), 5101):
        expect(cli, want, *args, traffic=("1", HOLD, str(server), str(client)))


def test_the_largest_filter_is_accepted(cli, root):
    """Every list full: the kernel must verify the programs, and the last value of each list must count."""
    def both(values):
        return [*values, *("!" + v for v in values)]

    netns = [str(4026531840 + n) for n in range(8)]
    addresses = ["192.0.2.%d" % n for n in range(4)] + ["2001:db8::%d" % n for n in range(3)]
    ports = [str(n) for n in range(20000, 20015)]
    args = ["-a", ",".join([*addresses, "127.0.0.0/8", *("!" + a for a in addresses), "!192.0.2.9"])]
    args += ["--netns", ",".join("!" + n for n in netns)]
    for option, last in (("-L", "1-19999"), ("-D", "1-19999"), ("-P", "4300-5400")):
        args += [option, ",".join([*both(ports), last, "!30000"])]
    done = cli.run("json", "--netns", ",".join(["4026531900"] * 7), "--netns", cli.netns, *args, "--",
                   *cli.enter(*TRAFFIC, "1", HOLD, "4301", "5301"))
    same("exit status", (done.returncode, done.stderr), (0, "tcpclose: ready\n"))
    same("stories", len(closes(json.loads(line) for line in done.stdout.splitlines())), 2)


def test_a_listeners_closer_under_a_peer_filter(cli, root):
    """The listener has no peer, but who closed it reset the connections in its queue."""
    script = ("import socket;l=socket.socket();l.bind(('127.0.0.1',4002));l.listen(9);"
              "c=socket.socket();c.bind(('127.0.0.1',5902));c.connect(l.getsockname());l.close()")
    done = cli.run("json", "--netns", cli.netns, "-D", "5902", "--",
                     *cli.enter("python3", "-c", script))
    told = closes([json.loads(line) for line in done.stdout.splitlines()])
    same("reasons", [o["reason"] for o in told], ["not-accepted"])
    same("the closer", told[0]["trigger"]["comm"], "python3")


def test_by_process(cli, root):
    expect(cli, 2, "-c", "python3")
    expect(cli, 0, "-c", "pytho")
    expect(cli, 2, "-c", "nginx,python3")
    expect(cli, 2, "-c", "pyth*")
    expect(cli, 2, "-c", "!curl")
    expect(cli, 0, "-c", "!pyth*")
    expect(cli, 0, "-c", "python3,!p*")
    expect(cli, 2, "-p", "!1")
    expect(cli, 0, "-u", "!root")
    expect(cli, 2, "-u", "nobody,root")
    expect(cli, 2, "-u", "root")
    expect(cli, 0, "-u", "nobody")
    expect(cli, 0, "-p", "1")
    pid = closes(expect(cli, 2))[0]["trigger"]["pid"]
    true("a pid", pid > 1)


def test_by_story(cli, root):
    expect(cli, 2, "--ending", "four-way")
    expect(cli, 0, "--ending", "reset-sent,timed-out")
    expect(cli, 0, "--ending", "!four-way")
    expect(cli, 2, "--ending", "!reset-sent", "--call", "!shutdown")
    expect(cli, 2, "--class", "clean")
    expect(cli, 0, "--class", "reset")
    expect(cli, 1, "--initiator", "local")
    expect(cli, 1, "--initiator", "peer")
    expect(cli, 2, "--call", "close")
    expect(cli, 0, "--call", "shutdown")
    expect(cli, 2, "--slow", "40")
    expect(cli, 2, "--slow", "40ms")
    expect(cli, 0, "--slow", "5s")


def test_by_netns(cli, root):
    same("another namespace", len(closes(cli.trace("--netns", str(os.getpid())))), 2)
    done = cli.run("json", "--netns", str(os.getpid()), "--", *cli.enter(*TRAFFIC, "1"))
    true("told %r" % done.stdout, '"comm":"python3"' not in done.stdout)


def test_also_what_never_opened(cli, root):
    script = "import socket;socket.socket().connect_ex(('127.0.0.1',9))"
    for args, want in ((["--all"], ["never-open"]), ([], [])):
        done = cli.run("json", "--netns", cli.netns, *args, "--",
                         *cli.enter("python3", "-c", script))
        endings = [line.split('"ending":"')[1].split('"')[0]
                   for line in done.stdout.splitlines() if '"kind":"close"' in line]
        same("endings with %r" % args, endings, want)
