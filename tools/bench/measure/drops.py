# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""What the hook on dropped packets costs: floods of datagrams and of SYNs to closed ports, with and without
tcpclose."""
import statistics

from . import load, peers, subject
from .report import table
from .subject import say


def flood(args, kind):
    subject.wait_quiet()
    said = load.run(args, "bench_flood", kind, str(args.seconds))
    if said["dropped"] < said["packets"] * 0.9:
        raise subject.Absent(f"of {said['packets']} packets only {said['dropped']} were dropped as meant")
    return said["rate"]


def price(args, kind, who):
    """Nanoseconds of BPF per packet, by program, by the kernel's own account."""
    with subject.bpf_stats():
        run = subject.Run(who)
        try:
            own, first = run.program_ids(), subject.bpf_programs()
            packets = flood(args, kind) * args.seconds
            last = subject.bpf_programs()
        finally:
            run.stop()
    return {name: (ns - first[nr][1]) / packets for nr, (name, ns, count) in last.items()
            if nr in own and nr in first and count > first[nr][2] + 100}


def compare(args, kind, who):
    """Rates without the tool, and what is left of them with it, a pair per round."""
    plain, ratio = [], []
    for nr in range(args.rounds):
        rates = {}
        for traced in ((False, True), (True, False))[nr % 2]:
            run = subject.Run(who) if traced else None
            try:
                rates[traced] = flood(args, kind)
            finally:
                if run:
                    run.stop()
        plain.append(rates[False])
        ratio.append(rates[True] / rates[False])
    return plain, ratio


def measure(args, report):
    who = peers.tools(args)[0]
    rows = []
    for kind in ("udp", "syn"):
        say(f"drops: {kind}")
        try:
            plain, ratio = compare(args, kind, who)
            programs = price(args, kind, who)
        except subject.Absent as e:
            rows.append([kind, str(e), "-", "-"])
            continue
        rows.append([kind, f"{statistics.median(plain):.0f}",
                     f"{statistics.median(ratio):.3f} ({min(ratio):.3f}..{max(ratio):.3f})",
                     ", ".join(f"`{name}` {ns:.0f}" for name, ns in sorted(programs.items()))])
        report.goal(f"a host that drops packets ({kind}), of untraced", ">= 0.98", statistics.median(ratio), 0.98,
                    True, ".3f")
        report.goal(f"of one processor, in BPF, at 200,000 dropped packets/s ({kind}), %", "<= 2",
                    sum(programs.values()) * 200000 / 1e9 * 100, 2)
    report.section("Dropped packets", table(["flood", "packets/s untraced", "traced, of untraced (min..max)",
                                             "BPF ns/packet"], rows), f"{who.name}; {args.rounds} rounds.")
