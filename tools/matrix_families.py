# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The families of tools/matrix: the scripts and cases that a guest runs. tests/matrix/families states which kernel
runs which of them, and why."""

import os
import shlex

from matrix_guest import ROOT

# The first family runs all of test_cases.py, the others only the cases that differ in that mode.
FEW = ("close-peer-later", "shut-wr", "dup", "close-in-recv", "exit", "shut-fails", "unread-data")
LATE = ("close-peer-later", "shut-wr-close", "late-data", "late-data-missing", "late-noise", "rst-after-close", "ipv6",
        "v4mapped", "rst-time-wait", "timeout-fin-wait-2")
REGISTERS = ("killed", "killed-threads", "exec", "dup2", "dup3", "close-range", "munmap", "connect-unspec",
             "linger-wait", "close-32bit", "uring-close-async", "listener-exit")
# A case or more for each hook
SMOKE = ("close-peer-later", "shut-wr", "exit", "unread-data", "late-data", "rst-established",
         "rst-time-wait", "lost-fin")
# The families that are scripts run all cases but those that need the memory and speed of a real
# machine.
PREEXISTING = ("close-wait-and-minisock", "fin-wait2-held-by-two", "minisock-expires", "reset-of-a-minisock",
          "unacknowledged", "all-namespaces")
STUCK = ("eof_read_and_not_closed", "ipv6", "eof_not_read_with_and_without_data", "held_by_a_child_and_twice",
         "not_accepted", "peer_does_not_answer", "this_host_drops_the_fin", "zero_window", "orphan_goes_when_told",
         "two_namespaces_at_once", "statuses_and_filters", "leader_has_exited", "thread_with_a_table_of_its_own",
         "mptcp_not_accepted", "mptcp_client", "relay_comes_after_its_culprit", "open_and_idle", "states_are_selected",
         "orphans_of_a_namespace_that_is_gone")

WITH_LIBDW = "tcpclose-with-libdw"      # in the guest: the tool that is linked with shared libraries


def only(*cases):
    return [word for case in cases for word in ("--only", case)]


class Family:
    """A script in the guest. If calls is given, it is passed to the tool as --calls, and the hooks
    that the tool attached are checked too."""

    def __init__(self, script, *cases, calls=None, options=(), tool="tcpclose"):
        self.script, self.cases, self.calls, self.options, self.tool = script, cases, calls, options, tool

    def text(self, cases):
        words = ["--tool", "/matrix/" + self.tool]
        lines = []
        if self.calls:
            words += ["--workload", "/matrix/workload", "--batch", "--jobs", "2", "--calls", self.calls]
            words += [f"--tool-option={option}" for option in self.options]
            lines = [f"/matrix/tcpclose json -q -d 0.1 --calls {self.calls} {' '.join(self.options)} | head -n 1"]
        words += only(*(cases or self.cases))
        return [*lines, f"python3 /matrix/{self.script} {shlex.join(words)}"]


RUN = "live/families/test_cases.py"
FAMILIES = {"auto": Family(RUN, calls="auto"),
            "smoke": Family(RUN, *SMOKE, calls="auto"),
            "inline": Family(RUN, *FEW, *REGISTERS, calls="inline"),
            "kprobe": Family(RUN, *FEW, calls="kprobe"),
            "tracepoint": Family(RUN, *FEW, calls="tracepoint"),
            "no-fentry": Family(RUN, *LATE, calls="auto", options=("--no-fentry",)),
            "preexisting": Family("live/families/test_preexisting.py", *PREEXISTING),
            "stuck": Family("live/families/test_stuck.py", *STUCK),
            "twins": Family("live/families/test_twins.py"),
            "reuse": Family("live/families/test_reuse.py"),
            "unprivileged": Family("matrix/test_unprivileged.py"),
            "tree": Family("matrix/test_tree.py"),
            "bystanders": Family("matrix/test_bystander_cost.py"),
            "stacks": Family("matrix/test_stacks.py", tool=WITH_LIBDW),
            "preempt-rt": Family("matrix/test_preempt_rt.py"),
            "machine": Family("matrix/test_clock_cpu_suspend.py")}
PAIR = "two-guests"     # two guests at once: tools/matrix_pair.py


def read_table(name):
    """Return the rows of a table in tests/matrix, split into words."""
    with open(os.path.join(ROOT, "tests/matrix", name), encoding="utf-8") as f:
        return [line.partition(" #")[0].split() for line in f if line.strip() and not line.startswith("#")]


def kernels_of(family):
    """Return the kernels that run a family, as tests/matrix/families states."""
    return [kernel for name, _, *kernels in read_table("families") if name == family for kernel in kernels]


def guests_of(kernel):
    """Return the families of a kernel, a tuple for each guest: those with the same letter share a guest."""
    guests = {}
    for name, letter, *kernels in read_table("families"):
        if kernel in kernels and name not in ("fields", PAIR):
            guests.setdefault(letter, []).append(name)
    return [tuple(families) for families in guests.values()]
