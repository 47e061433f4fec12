#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The units of tools/deploy/systemd under a real systemd, in the guest of tools/check-units.

The functions test_* run in this order, and each goes on where the one before ended. The witnesses are systemd, /proc,
bpftool, and the ports of the connections that are made here. One line per test on stdout.
"""

import contextlib
import grp
import http.client
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import time
import traceback

from assertions import same, true

TOOL, UPGRADE = "/usr/sbin/tcpclose", "/units/tcpclose-upgrade"
PACKAGE = "/units/package.deb"
RECORD, SERVE = "tcpclose-record", "tcpclose-serve"
RECORDING = "/var/log/tcpclose/ends.rec"
EXAMPLES = "/usr/share/doc/tcpclose/examples"
DEFAULTS = "/etc/default/tcpclose"
PORT = 9436
LIMIT_S = 120       # the guest is slow if its processor is emulated
CAPS = 1 << 38 | 1 << 39        # CAP_PERFMON, CAP_BPF
USAGE = 64

made = []           # the client's port of each connection
of_systemd = {}     # what it has in the kernel before any service of ours starts


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def output(*command):
    done = run(*command)
    same(f"{' '.join(command)}: exit status\n{done.stdout}{done.stderr}", done.returncode, 0)
    return done.stdout


def show(unit, name):
    return output("systemctl", "show", "-P", name, unit).strip()


def log(unit):
    return run("journalctl", "-u", unit, "-n", "20", "--no-pager").stdout


def wait(what, holds, about=lambda: ""):
    """Until it holds; returns what it returned."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        got = holds()
        if got:
            return got
        time.sleep(0.1)
    true(f"{what} within {LIMIT_S} s\n{about()}", False)
    return None


def systemctl(verb, unit):
    done = run("systemctl", verb, unit)
    same(f"systemctl {verb} {unit}: exit status\n{done.stderr}{log(unit)}", done.returncode, 0)


def wait_active(unit, restarts):
    """Until systemd has started it again so often; returns the new process."""
    wait(f"{unit} is started again", lambda: show(unit, "NRestarts") == str(restarts)
         and show(unit, "ActiveState") == "active", lambda: log(unit))
    return int(show(unit, "MainPID"))


def drop_in(unit, *lines):
    folder = f"/etc/systemd/system/{unit}.service.d"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/test.conf", "w", encoding="ascii") as f:
        f.write("\n".join(["[Service]", *lines, ""]))
    output("systemctl", "daemon-reload")


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def connect(count):
    """Connections over loopback, each closed by the client first."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for _ in range(count):
            client = socket.create_connection(listener.getsockname())
            server = listener.accept()[0]
            made.append(client.getsockname()[1])
            client.close()
            same("the end", server.recv(1), b"")
            server.close()


def replayed():
    """The client's ports of the stories in the recording, as a member of the group replays it."""
    done = run("setpriv", "--reuid", "nobody", "--regid", "tcpclose", "--clear-groups", TOOL, "json", "-q", "--replay",
               RECORDING)
    same(f"replay: exit status, {done.stderr}", done.returncode, 0)
    stories = [o for o in map(json.loads, done.stdout.splitlines()) if o["kind"] == "close"]
    return sorted(s["local_port"] for s in stories if s["initiator"] == "local" and s["local_port"] in made
                  and s["ending"] in ("three-way", "four-way"))


def check_recorded():
    wait("all connections are recorded, once each", lambda: replayed() == sorted(made),
         lambda: f"made {sorted(made)}, recorded {replayed()}\n{log(RECORD)}")


def programs():
    """{id: name} of what is in the kernel: programs, maps and links, without systemd's own. Those of single services,
    which come and go, begin with sd_."""
    found = {}
    for kind in ("prog", "map", "link"):
        for o in json.loads(output("bpftool", "-j", kind, "list") or "[]"):
            if not o.get("name", "").startswith("sd_"):
                found[kind, o["id"]] = o.get("name")
    return {key: name for key, name in found.items() if key not in of_systemd}


def check_process(pid):
    user = pwd.getpwnam("tcpclose")
    status = status_of(pid)
    same("its user", status["Uid"].split(), [str(user.pw_uid)] * 4)
    same("its group", status["Gid"].split(), [str(user.pw_gid)] * 4)
    same("capabilities that it keeps once attached", int(status["CapEff"], 16) & ~CAPS, 0)
    same("bounding set", int(status["CapBnd"], 16), CAPS)
    same("no_new_privs, seccomp filters", (status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))


def scrape(path="/metrics"):
    """The status and the text."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def values(name, **labels):
    """The values of the series of that name with these labels."""
    status, text = scrape()
    same("status of /metrics", status, 200)
    found = []
    for given, value in re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.M):
        if labels.items() <= dict(re.findall(r'(\w+)="([^"]*)"', given)).items():
            found.append(float(value))
    return found


def closed_by_dup2():
    """No scrape's own connection ends in this way."""
    return sum(values("tcpclose_closes_total", initiator="local", call="dup2"))


def connect_and_dup2(count):
    """Connections over loopback, each ended by a dup2() onto the client's descriptor."""
    with socket.create_server(("127.0.0.1", 0)) as listener, open("/dev/null", "rb") as null:
        for _ in range(count):
            client, server = socket.create_connection(listener.getsockname()), listener.accept()[0]
            os.dup2(null.fileno(), client.fileno())
            same("the end", server.recv(1), b"")
            server.close()
            os.close(client.detach())


def add_drop_in(unit, name):
    folder = f"/etc/systemd/system/{unit}.service.d"
    os.makedirs(folder, exist_ok=True)
    shutil.copy2(f"{EXAMPLES}/{name}", folder)
    output("systemctl", "daemon-reload")


@contextlib.contextmanager
def close_wait(*enter):
    """A socket in CLOSE_WAIT, held by a process that `enter` starts."""
    script = ("import socket,sys; l=socket.create_server(('127.0.0.1',0)); c=socket.create_connection(l.getsockname());"
              "s=l.accept()[0]; c.close(); s.recv(1); print('up', flush=True); sys.stdin.read()")
    with subprocess.Popen([*enter, sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as holder:
        same("it is up", holder.stdout.readline(), "up\n")
        yield
        holder.stdin.close()


def test_the_user_is_made():
    output("systemd-sysusers")
    user = pwd.getpwnam("tcpclose")
    true("it is no user who logs in", user.pw_shell.endswith("nologin"), user.pw_shell)
    same("its group", grp.getgrgid(user.pw_gid).gr_name, "tcpclose")
    same("no process of ours runs", run("pgrep", "tcpclose").stdout, "")
    of_systemd.update(programs())


def test_systemd_accepts_the_units():
    for unit in (RECORD, SERVE):
        done = run("systemd-analyze", "verify", "--man=no", f"{unit}.service")
        same(f"{unit}: complaints", done.stdout + done.stderr, "")


def test_record_starts():
    systemctl("start", RECORD)
    check_process(int(show(RECORD, "MainPID")))
    true("programs are in the kernel", {name for kind, name in programs().items() if kind[0] == "prog"})
    about = os.stat(RECORDING)
    same("mode of the recording", (oct(about.st_mode & 0o777), about.st_uid),
         ("0o640", pwd.getpwnam("tcpclose").pw_uid))
    same("mode of its folder", oct(os.stat(os.path.dirname(RECORDING)).st_mode & 0o777), "0o750")


def test_record_records():
    connect(20)
    check_recorded()


def test_record_is_killed_and_goes_on():
    first = int(show(RECORD, "MainPID"))
    os.kill(first, 9)
    second = wait_active(RECORD, 1)
    true("another process", second != first)
    connect(10)
    check_recorded()


def test_record_that_hangs_is_killed():
    drop_in(RECORD, "WatchdogSec=3s")
    systemctl("restart", RECORD)
    pid = int(show(RECORD, "MainPID"))
    os.kill(pid, 19)
    wait_active(RECORD, 1)
    true("the watchdog did it", "watchdog" in log(RECORD).lower(), log(RECORD))
    drop_in(RECORD)
    connect(5)
    check_recorded()


def test_record_is_upgraded():
    old = os.stat(TOOL)
    version = output(TOOL, "--version")
    shutil.copy2(UPGRADE, TOOL + ".new")
    os.rename(TOOL + ".new", TOOL)
    true("another version", output(TOOL, "--version") != version)
    connect(5)
    systemctl("restart", RECORD)
    true("the new binary runs", os.stat(f"/proc/{show(RECORD, 'MainPID')}/exe").st_ino != old.st_ino)
    same("the old process ended well", show(RECORD, "Result"), "success")
    connect(5)
    check_recorded()
    same("one file has it all", os.listdir(os.path.dirname(RECORDING)), ["ends.rec"])


def test_record_stops():
    systemctl("stop", RECORD)
    same("state", (show(RECORD, "ActiveState"), show(RECORD, "Result"), show(RECORD, "ExecMainStatus")),
         ("inactive", "success", "0"))
    same("what is left in the kernel", programs(), {})


def test_usage_error_is_no_loop():
    with open(DEFAULTS, "a", encoding="ascii") as f:
        f.write("TCPCLOSE_RECORD_OPTS=--nonsense\n")
    same("exit status of systemctl", run("systemctl", "start", RECORD).returncode, 1)
    same("state, restarts, status", (show(RECORD, "ActiveState"), show(RECORD, "NRestarts"),
                                     show(RECORD, "ExecMainStatus")), ("failed", "0", str(USAGE)))
    true("the log has the reason", "nonsense" in log(RECORD), log(RECORD))


def test_serve_starts():
    systemctl("start", SERVE)
    check_process(int(show(SERVE, "MainPID")))
    same("health", scrape("/healthz")[0], 200)
    listening = output("ss", "-Hltn", f"sport = :{PORT}").split()[3]
    same("it listens on loopback", listening, f"127.0.0.1:{PORT}")


def test_serve_counts():
    before = closed_by_dup2()
    connect_and_dup2(20)
    wait("each connection counts once", lambda: closed_by_dup2() - before == 20,
         lambda: f"{before}, {closed_by_dup2()}\n{scrape()[1]}")
    same("losses", sum(values("tcpclose_lost_events_total")), 0)


def test_serve_is_killed_and_goes_on():
    os.kill(int(show(SERVE, "MainPID")), 9)
    wait_active(SERVE, 1)
    connect_and_dup2(5)
    wait("it counts from 0", lambda: closed_by_dup2() == 5, lambda: scrape()[1])


def test_serve_that_hangs_is_killed():
    drop_in(SERVE, "WatchdogSec=3s")
    systemctl("restart", SERVE)
    os.kill(int(show(SERVE, "MainPID")), 19)
    wait_active(SERVE, 1)
    drop_in(SERVE)


def test_serve_sees_its_own_namespace():
    output("ip", "netns", "add", "other")
    output("ip", "-n", "other", "link", "set", "lo", "up")
    with close_wait(), close_wait("ip", "netns", "exec", "other"):
        systemctl("restart", SERVE)     # its first walk sees them: the next one may be a minute later
        wait("a socket in CLOSE_WAIT", lambda: values("tcpclose_sockets", state="close_wait") == [1],
             lambda: scrape()[1])


def test_serve_with_the_drop_in_sees_all_namespaces():
    add_drop_in(SERVE, "all-namespaces.conf")
    with close_wait(), close_wait("ip", "netns", "exec", "other"):
        systemctl("restart", SERVE)
        wait("two sockets in CLOSE_WAIT", lambda: values("tcpclose_sockets", state="close_wait") == [2],
             lambda: scrape()[1] + log(SERVE))


def from_afar():
    """The status of a scrape from another network namespace, which is another host to the kernel; None: no answer."""
    script = (f"import http.client; c=http.client.HTTPConnection('10.99.0.1', {PORT}, timeout=3);"
              "c.request('GET', '/metrics'); print(c.getresponse().status)")
    done = run("ip", "netns", "exec", "other", sys.executable, "-c", script)
    return int(done.stdout) if not done.returncode else None


def test_serve_answers_other_hosts_with_the_drop_in_only():
    output("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", "other")
    output("ip", "address", "add", "10.99.0.1/24", "dev", "near")
    output("ip", "-n", "other", "address", "add", "10.99.0.2/24", "dev", "far")
    output("ip", "link", "set", "near", "up")
    output("ip", "-n", "other", "link", "set", "far", "up")
    drop_in(SERVE, f'Environment="TCPCLOSE_SERVE_OPTS=--listen 0.0.0.0:{PORT}"')
    systemctl("restart", SERVE)
    same("from this host", scrape("/healthz")[0], 200)
    same("from another host: dropped by systemd", from_afar(), None)
    drop_in(SERVE)
    add_drop_in(SERVE, "serve-remote.conf")
    systemctl("restart", SERVE)
    wait("an answer to another host", lambda: from_afar() == 200, lambda: log(SERVE))


def test_both_run_side_by_side():
    with open(DEFAULTS, "w", encoding="ascii") as f:
        f.write('TCPCLOSE_OPTS="--buffer 4M --by-comm"\n')
    systemctl("start", RECORD)
    systemctl("restart", SERVE)
    connect(5)
    check_recorded()
    wait("the option is that of serve", lambda: sum(values("tcpclose_closes_by_comm_total", comm="python3")) >= 10,
         lambda: scrape()[1])


def test_both_stop():
    for unit in (RECORD, SERVE):
        systemctl("stop", unit)
        same("state", (show(unit, "ActiveState"), show(unit, "Result"), show(unit, "ExecMainStatus")),
             ("inactive", "success", "0"))
    same("what is left in the kernel", programs(), {})


def dpkg(*arguments):
    """The tests that call it run where the units came from a package."""
    done = run("dpkg", *arguments)
    same(f"dpkg {' '.join(arguments)}: exit status\n{done.stdout}{done.stderr}", done.returncode, 0)


def test_package_upgrade_restarts_what_runs():
    drop_in(RECORD)
    systemctl("start", RECORD)
    first = int(show(RECORD, "MainPID"))
    dpkg("-i", PACKAGE)
    true("another process", int(show(RECORD, "MainPID")) not in (0, first))
    same("states", (show(RECORD, "ActiveState"), show(SERVE, "ActiveState")), ("active", "inactive"))
    connect(5)
    check_recorded()


def test_package_is_removed_and_nothing_runs():
    dpkg("-r", "tcpclose")
    same("processes", run("pgrep", "tcpclose").stdout, "")
    same("systemd knows it no more", show(RECORD, "LoadState"), "not-found")
    same("what is left in the kernel", programs(), {})
    true("the recording is there", os.path.exists(RECORDING))


def main():
    words = []
    for name, test in list(globals().items()):
        if not name.startswith("test_") or name.startswith("test_package_") and not os.path.exists(PACKAGE):
            continue
        began = time.monotonic()
        name = name.removeprefix("test_").replace("_", "-")
        try:
            test()
            words.append("passed")
            print(f"ok {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as e:          # whatever it is, the guest goes on and ends
            words.append("failed")
            text = str(e) if type(e).__name__ == "Failure" else traceback.format_exc()
            print(f"not ok {name} ({time.monotonic() - began:.1f} s)")
            print(re.sub("^", "#   ", text, flags=re.M), flush=True)
    print(f"{words.count('passed')} passed, {words.count('failed')} failed, 0 skipped", flush=True)
    print("matrix: end", flush=True)
    os.sync()
    return int("failed" in words)


if __name__ == "__main__":
    sys.exit(main())
