# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Runs on the real kernel: starting, stopping, failing, losing."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from fixture import TRAFFIC, check_identity, closes, one_line, same, true

NOBODY = 65534


def test_a_command_is_traced_to_its_end(cli, root):
    objects = cli.trace(traffic=("3",))
    same("first", objects[0]["kind"], "meta")
    same("last", objects[-1]["kind"], "summary")
    same("stories", len(closes(objects)), 6)
    check_identity(objects[-1])


def test_the_exit_status_is_the_commands(cli, root):
    for command, want in (("exit 7", 7), ("kill -9 $$", 137), ("true", 0)):
        same(command, cli.run("json", "--", "sh", "-c", command).returncode, want)
    one_line("no such command", cli.run("-q", "--", "no-such-command"), 127, "'no-such-command'")


def test_what_has_not_settled_is_told_as_open(cli, root):
    script = ("import socket,os;l=socket.socket();l.bind(('127.0.0.1',0));l.listen();"
              "c=socket.create_connection(l.getsockname());s,_=l.accept();"
              "c.shutdown(socket.SHUT_WR);os.fork() or __import__('time').sleep(1.5)")
    done = cli.run("json", "--netns", cli.netns, "--drain", "0.2", "--",
                     *cli.enter("python3", "-c", script))
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    same("endings", [o["ending"] for o in closes(objects)], ["open", "open"])
    check_identity(objects[-1])


def test_an_interrupt_prints_the_summary(cli, root):
    for sig in (signal.SIGINT, signal.SIGTERM):
        process = cli.start("trace", "--netns", cli.netns)
        cli.inside(*TRAFFIC, "1")
        process.send_signal(sig)
        out, err = process.communicate(timeout=20)
        same("exit status", process.returncode, 0)
        same("lines", len(out.splitlines()), 3)
        true("80 columns", max(map(len, out.splitlines())) <= 80)
        true(err, re.search(r"2 reported, \d+ filtered, 0 still open; lost 0 endpoints, 0 events",
                            err))


def test_a_story_is_told_at_once(cli, root):
    process = cli.start("trace", "--netns", cli.netns, stdout=subprocess.PIPE)
    process.stdout.readline()
    started = time.monotonic()
    cli.inside(*TRAFFIC, "1")
    process.stdout.readline()
    process.stdout.readline()
    took = time.monotonic() - started
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    true("two lines after %.2f s" % took, took < 1)


def test_duration_and_count_stop_it(cli, root):
    started = time.monotonic()
    done = cli.run("json", "--netns", cli.netns, "-d", "0.5")
    same("-d: exit status", done.returncode, 0)
    true("-d took %.1f s" % (time.monotonic() - started), time.monotonic() - started < 5)
    process = cli.start("json", "--netns", cli.netns, "-n", "3")
    cli.inside(*TRAFFIC, "4")
    out, _ = process.communicate(timeout=20)
    objects = [json.loads(line) for line in out.splitlines()]
    same("-n 3", len(closes(objects)), 3)
    check_identity(objects[-1])
    process = cli.start("events", "--netns", cli.netns, "-n", "12")
    cli.inside(*TRAFFIC, "8")
    out, _ = process.communicate(timeout=20)
    same("events -n 12", (process.returncode, len(out.splitlines())), (0, 12))


def test_quiet_is_quiet(cli, root):
    done = cli.run("-q", "--netns", cli.netns, "--", *cli.enter(*TRAFFIC, "1"))
    same("stderr", (done.returncode, done.stderr), (0, ""))


def test_a_closed_pipe_ends_quietly(cli, root):
    process = cli.start("json", "--netns", cli.netns, "-q")
    process.stdout.close()
    cli.inside(*TRAFFIC, "1")
    process.wait(timeout=20)
    same("ended", (process.returncode, process.stderr.read()), (0, ""))


def test_a_full_disk_is_told(cli, root):
    done = cli.run("json", "-q", "-o", "/dev/full", "-d", "1")
    one_line("/dev/full", done, 1, "'/dev/full'", "No space")
    done = cli.run("json", "-q", "-o", "/no/such/dir/x")
    one_line("no directory", done, 1, "'/no/such/dir/x'", "No such")


def test_a_full_disk_keeps_what_was_told(cli, root):
    folder = tempfile.mkdtemp()
    script = ("mount -t tmpfs -o size=16k none %s && %s json -q --netns %s -o %s/out -- %s; "
              "s=$?; cat %s/out; exit $s" %
              (folder, cli.tool, cli.netns, folder, " ".join(cli.enter(*TRAFFIC, "40")),
               folder))
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True,
                          timeout=60)
    os.rmdir(folder)
    one_line("full tmpfs", done, 1, "No space")
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    true("whole lines of %d" % len(lines),
         len(lines) > 4 and all(json.loads(line) for line in lines[:-1]))


def test_without_privilege(cli, root):
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    tool = shutil.copy(cli.tool, folder)
    done = subprocess.run([tool], capture_output=True, text=True, user=NOBODY, group=NOBODY,
                          extra_groups=[], timeout=20)
    shutil.rmtree(folder)
    one_line("nobody", done, 77, "sudo")


def test_without_btf(cli, root):
    done = subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /sys/kernel/btf && "
                           "exec " + cli.tool], capture_output=True, text=True, timeout=20)
    one_line("no BTF", done, 69, "CONFIG_DEBUG_INFO_BTF")


def test_loss_is_counted_and_strict(cli, root):
    """A reader that stands still while a small ring runs over."""
    process = cli.start("json", "--netns", cli.netns, "--buffer", "64K", "--strict", "-q")
    process.send_signal(signal.SIGSTOP)
    cli.inside(*TRAFFIC, "200")
    process.send_signal(signal.SIGCONT)
    cli.inside(*TRAFFIC, "1", "0", "4001", "5901")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    objects = [json.loads(line) for line in out.splitlines()]
    same("exit status", process.returncode, 3)
    true("lost in %r" % objects[-1], objects[-1]["events_lost"]["ring_full"] > 0)
    true("a lost object", any(o["kind"] == "lost" for o in objects))
    check_identity(objects[-1])
    last = [o for o in closes(objects) if 4001 in (o["local_port"], o["peer_port"])]
    same("after the flood", [o["ending"] for o in last], [last[0]["ending"]] * 2)
    true("after the flood %r" % last, not any(o["partial"] for o in last))
    true("stderr %r" % err, "strict" in err)


def test_a_small_table_counts_what_it_loses(cli, root):
    """A child holds the connections until the run is over, so that none of them acts again."""
    script = ("import os,socket,time;l=socket.socket();l.bind(('127.0.0.1',0));l.listen(99);"
              "a=[(socket.create_connection(l.getsockname()),l.accept()) for _ in range(20)];"
              "os.fork() or time.sleep(3)")
    done = cli.run("json", "--netns", cli.netns, "--max-open", "10", "--",
                     *cli.enter("python3", "-c", script))
    summary = json.loads(done.stdout.splitlines()[-1])
    same("lost", (summary["lost"]["table_full"], summary["open"]), (30, 10))
    check_identity(summary)


def program_ids(pid):
    """The BPF programs that a process holds."""
    ids = set()
    for fd in os.listdir("/proc/%d/fdinfo" % pid):
        with open("/proc/%d/fdinfo/%s" % (pid, fd)) as f:
            ids |= {int(line.split()[1]) for line in f if line.startswith("prog_id:")}
    return ids


def test_nothing_stays_in_the_kernel(cli, root):
    """Killed where it can clean up nothing: its programs go with its descriptors."""
    bpftool = shutil.which("bpftool") or "/usr/sbin/bpftool"
    process = cli.start("json", "-q", "--netns", cli.netns)
    mine = left = program_ids(process.pid)
    true("attached programs %r" % mine, len(mine) >= 3)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while left and time.monotonic() < deadline:
        shown = subprocess.run([bpftool, "prog", "show", "-j"], check=True, capture_output=True)
        left = mine & {p["id"] for p in json.loads(shown.stdout)}
        time.sleep(0.1)
    same("programs left", left, set())


def test_memory_stays_under_40_mib(cli, root):
    process = cli.start("json", "-q", "--netns", cli.netns)
    with open("/proc/%d/status" % process.pid) as f:
        rss = next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    if b"libasan" in subprocess.run(["ldd", cli.tool], capture_output=True).stdout:
        return      # the sanitizer's shadow is not the tool's
    true("resident %d KiB" % rss, rss < 40 * 1024)
