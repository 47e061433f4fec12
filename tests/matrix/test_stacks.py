#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Stacks in a guest of tools/matrix: the caller that is only in the link register, or in the frame above it.

The witness is the program that closes (stack_workload.c of tests/cli): it prints where its functions are and where
they return to. The tool is the one with libdw, which reads names and unwind tables.
"""

import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live", "lib"), os.path.join(HERE, "..")]

import fixtures
import held_connections
from assertions import same, true
from runner import run_module

WORKLOAD = os.path.join(HERE, "..", "stack_workload")
CLOSE = {"close", "__close", "__GI___close", "__libc_close"}
# The function that makes the system call, called by pool_release. libc's close() has a frame, in a program with one
# thread and with several; with several the link register holds an address in close() itself. Its shutdown() has no
# frame, nor have the program's own functions.
MODES = {"close": CLOSE, "threads": CLOSE, "shutdown": {"shutdown", "__shutdown"}, "signed": {"signed_close"},
         "bare": {"bare_close"}}


def close_once(ns, tool, mode):
    """Return the close of the workload's first end, the addresses of its functions, its return addresses, and the
    address that its own wrapper returned to, if it has one."""
    child = ns.start(WORKLOAD, mode, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    words = child.stdout.readline().split()
    places = {words[i]: int(words[i + 1], 16) for i in range(0, len(words), 2)}
    returns = [int(word, 16) for word in child.stdout.readline().split()]
    child.stdin.write("\n")
    child.stdin.flush()
    leaf = int(child.stdout.readline(), 16) if mode in ("signed", "bare") else None
    fixtures.wait_for(f"both ends of {mode}", lambda: len(closes_of(tool, child)) == 2, 4 * fixtures.WAIT_S)
    child.stdin.close()
    child.wait(fixtures.WAIT_S)
    return min(closes_of(tool, child), key=lambda o: o["start"]), places, returns, leaf


def closes_of(tool, child):
    return [o for o in tool.closes_all('"kind":"close"') if o["trigger"] and o["trigger"]["pid"] == child.pid]


def check(ns, tool, mode):
    close, places, returns, leaf = close_once(ns, tool, mode)
    stack = close["trigger"]["stack"]
    names = [MODES[mode], {"pool_release"}, {"handler"}, {"main"}]
    true(f"{mode}: frames", stack and len(stack) >= len(names), (stack, close["missing"]))
    for frame, want in zip(stack, names):
        true(f"{mode}: {frame['symbol']} is none of {want}", frame["symbol"] in want, stack)
        if frame["symbol"] in places:
            same(f"{mode}: start of {frame['symbol']}", int(frame["address"], 16) - frame["offset"],
                 places[frame["symbol"]])
    addresses = [int(frame["address"], 16) for frame in stack]
    same(f"{mode}: return addresses", addresses[2:4], returns)
    if leaf is not None:
        same(f"{mode}: address in the link register", addresses[1], leaf)
    same(f"{mode}: missing", [text for text in close["missing"] if text.startswith("stack")], [])


def check_modes(tool_path, calls, modes):
    with fixtures.Namespace() as ns, held_connections.Tool(tool_path) as tool:
        tool.start("--stack", "--netns", ns.name, "--calls", calls)
        for mode in modes:
            check(ns, tool, mode)
        tool.finish()


def test_no_caller_is_skipped_inline(options):
    check_modes(options.tool, "inline", MODES)


def test_no_caller_is_skipped_with_tracepoints(options):
    """Those where the frame pointers skip a caller, and do not."""
    check_modes(options.tool, "tracepoint", ("shutdown", "threads"))


if __name__ == "__main__":
    sys.exit(run_module(globals()))
