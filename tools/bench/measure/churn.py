# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Connection churn: untraced, under tcpclose and under its peers, in alternating rounds."""
import json
import os
import statistics
import subprocess
import tempfile

from . import load, peers, subject
from .report import median, table
from .subject import say

UNTRACED = "untraced"
COLUMNS = ["tracer", "conn/s", "of untraced (min..max)", "BPF ns/conn", "CPU us/story", "events lost",
           "reported/made", "missed", "right process", "lines/conn", "RSS KiB (+ buffers)", "ready ms", "getppid ns",
           "open+close ns"]
FEW = ["-n", "20000"]  # number of calls under strace, where a call costs as much as a hundred


class Row:
    """All measurements of one subject, one value per round."""

    def __init__(self, name):
        self.name, self.absent = name, None
        self.rate, self.ratio, self.cpu, self.ready, self.getppid, self.open = [], [], [], [], [], []
        self.rss, self.bpf, self.programs, self.lossy, self.hurried = [], [], {}, 0, 0
        self.lost = self.account = None

    def add_load(self, args, prefix=()):
        few = FEW if prefix else []
        self.getppid.append(load.run(args, "bench_churn", "getppid", *few, prefix=prefix)["ns_per_call"])
        self.open.append(load.run(args, "bench_churn", "open", *few, prefix=prefix)["ns_per_call"])
        self.rate.append(load.churn(args, prefix=prefix)["rate"])

    def add_run(self, run):
        self.rss.append((run.rss_kib, run.buffer_kib))
        self.ready.append(run.ready_ms)
        self.lossy += run.lost()
        if not run.ready_line:  # a peer reports each loss on stderr
            self.lost = (self.lost or 0) + run.lost_on_stderr()


def traced_turn(args, who, row):
    run = subject.Run(who)
    try:
        row.add_load(args)
        subject.wait_quiet()
    finally:
        run.stop()
    row.add_run(run)


def wrapped_turn(args, who, row):
    who.check()
    row.add_load(args, prefix=[*who.argv, "-o", "/dev/null"])


def run_round(args, subjects, wrapper, rows, nr):
    """Run every subject once, in an order that rotates. The untraced run is the reference."""
    order = [None] + subjects + ([wrapper] if wrapper else [])
    order = order[nr % len(order):] + order[:nr % len(order)]
    for who in order:
        row = rows[who.name if who else UNTRACED]
        if row.absent:
            continue
        subject.wait_quiet()
        try:
            if not who:
                row.add_load(args)
            elif who is wrapper:
                wrapped_turn(args, who, row)
            else:
                traced_turn(args, who, row)
        except subject.Absent as e:
            row.absent = str(e)
            say(f"{who.name}: {e}")
    base = rows[UNTRACED].rate[-1]
    for row in rows.values():
        if row.rate and not row.absent:
            row.ratio.append(row.rate[-1] / base)


def measure_price(args, who, row):
    """Measure CPU time and, from the kernel's statistics, time in BPF, at a rate without losses."""
    run = subject.Run(who)
    try:
        subject.wait_quiet()
        own = run.program_ids()
        first = subject.bpf_programs()
        connections = load.churn(args, args.paced)["connections"]
        last = subject.bpf_programs()
        subject.wait_quiet()
    finally:
        run.stop()
    row.cpu.append(run.cpu_us / connections / 2)
    row.hurried += run.lost()
    total = 0
    for number, (name, ns, count) in last.items():
        if number not in own or number not in first or count == first[number][2]:
            continue
        ns, count = ns - first[number][1], count - first[number][2]
        total += ns / connections
        row.programs.setdefault(name, []).append((ns / connections, count / connections))
    row.bpf.append(total)


def run_wrapped(args, who, output, rate=0):
    """Run the load under a tracer that starts it. Return the load's output and the tracer's CPU
    time in us."""
    subject.wait_quiet()
    command = [*who.argv, "-o", output, load.program(args, "bench_churn"), *load.churn_words(args, rate), "-w"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        made = json.loads(process.stdout.readline())
        with open(f"/proc/{process.pid}/schedstat") as f:
            cpu_us = int(f.read().split()[0]) / 1e3
        process.stdin.close()
    return made, cpu_us


def prices(args, subjects, rows):
    """Measure the costs per connection in runs of their own: the kernel's statistics cost time
    too."""
    with subject.bpf_stats():
        for _ in range(args.turns):
            for who in subjects:
                if not rows[who.name].absent:
                    measure_price(args, who, rows[who.name])


def account(args, who, wrapper, row):
    """Check the output of a tracer at full speed. It is kept in memory: /dev/null cannot be read
    back."""
    folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.NamedTemporaryFile(dir=folder) as out:
        if who is wrapper:
            made, cpu_us = run_wrapped(args, who, out.name)
            row.cpu.append(cpu_us / made["connections"] / 2)
            row.account = peers.Account(made)
            row.account.read_strace(out)
            return
        run = subject.Run(who, out)
        try:
            made = load.churn(args)
            subject.wait_quiet()
        finally:
            run.stop()
        row.account = peers.Account(made)
        with open(out.name, "rb") as lines:
            row.account.read(who.reader, lines)
        summary = subject.read_summary(out.name)
        if summary:
            row.lost = sum(summary.get("events_lost", summary["lost"]).values())


def account_cells(a):
    if not a:
        return ["-"] * 4
    return [f"{a.told / a.made:.4f}", str(max(0, a.made - a.told)),
            f"{a.right / a.told:.3f}" if a.told else "-", f"{2 * a.lines / a.made:.1f}"]


def cells(row, rounds):
    if row.absent:
        return [row.name, row.absent] + ["-"] * (len(COLUMNS) - 2)
    traced = row.name != UNTRACED
    ratio = f"{median(row.ratio, '.3f')} ({min(row.ratio):.3f}..{max(row.ratio):.3f})"
    lost = "-" if row.lost is None else f"{row.lost} ({row.lossy} of {rounds} rounds)"
    rss = [median(column, ".0f") for column in zip(*row.rss)]
    return [row.name, median(row.rate, ".0f"), ratio if traced else "1",
            median(row.bpf, ".0f"), median(row.cpu, ".2f"), lost, *account_cells(row.account),
            f"{rss[0]} (+ {rss[1]})" if rss else "-", median(row.ready, ".0f"),
            median(row.getppid, ".1f"), median(row.open, ".1f")]


def programs_of(row):
    parts = []
    for name, turns in row.programs.items():
        ns, count = (statistics.median(values) for values in zip(*turns))
        parts.append(f"`{name}` {ns:.0f} ns in {count:.2f} runs")
    return f"BPF per connection, {row.name}: " + ", ".join(parts) + "." if parts else None


def judge(args, report, row, base):
    """Compare a row with the goals."""
    middle = {key: statistics.median(values) if values else None
              for key, values in (("ratio", row.ratio), ("bpf", row.bpf), ("cpu", row.cpu), ("ready", row.ready))}
    least = 0.94 if "tracepoint" in row.name else 0.97
    report.goal(f"churn under {row.name}, of untraced", f">= {least}", middle["ratio"], least, True, ".3f")
    report.goal(f"BPF per connection, us, {row.name}", "<= 2.5", middle["bpf"] and middle["bpf"] / 1e3, 2.5)
    report.goal(f"CPU per story, us, {row.name}", "<= 4", middle["cpu"], 4)
    report.goal(f"events lost at the highest rate, {row.name}", "0", row.lost, 0, fmt="d")
    report.goal(f"start to ready, ms, {row.name}", "<= 300", middle["ready"], 300, fmt=".0f")
    if row.rss:
        mib = statistics.median(own for own, _ in row.rss) / 1024
        report.goal(f"memory besides the ring at start, MiB, {row.name}", "<= 24", mib, 24, fmt=".1f")
    for what, own, plain in (("getppid", row.getppid, base.getppid), ("open+close", row.open, base.open)):
        limit = None if "tracepoint" in row.name else 1.03
        report.goal(f"{what}, of untraced, {row.name}", "1, within noise" if limit else "stated",
                    statistics.median(own) / statistics.median(plain), limit, fmt=".3f")


def measure(args, report):
    mine, others, wrapper = peers.tools(args), peers.peers(args), peers.strace(args)
    stacks = peers.tool(args, "json", "inline", "--stack")
    subjects = mine + [stacks] + others
    everyone = subjects + ([wrapper] if wrapper else [])
    rows = {name: Row(name) for name in [UNTRACED] + [s.name for s in everyone]}
    for nr in range(args.rounds):
        say(f"churn: round {nr + 1} of {args.rounds}")
        run_round(args, subjects, wrapper, rows, nr)
    say("churn: cost per connection")
    prices(args, subjects, rows)
    say("churn: reported and lost")
    for who in everyone:
        if not rows[who.name].absent:
            account(args, who, wrapper, rows[who.name])
    notes = [programs_of(row) for row in rows.values()]
    notes += [f"{row.name} lost events at {args.paced:g} conn/s: its costs per connection are too low."
              for row in rows.values() if row.hurried]
    report.section(
        "Churn on loopback", table(COLUMNS, [cells(row, args.rounds) for row in rows.values()]),
        f"{args.rounds} rounds of {args.seconds:g} s, {args.pairs} pairs of processes, both ends traced; medians. "
        f"Costs per connection and per story at {args.paced:g} conn/s (strace: at the rate that it permits).",
        *filter(None, notes))
    for who in mine:
        if not rows[who.name].absent:
            judge(args, report, rows[who.name], rows[UNTRACED])
