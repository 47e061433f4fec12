#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""--tree in a guest of tools/matrix: verifiers and fork hooks differ from kernel to kernel.

The witness is the command (tree_workload.py of tests/cli), which prints the ports of its sockets.
"""

import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "live", "lib"), os.path.join(HERE, "..")]

import fixtures
from runner import run_module

CLI = os.path.join(HERE, "..", "cli")
WAYS = {"own": 1, "fork": 1, "execute": 1, "execute_in_thread": 1, "thread": 1, "daemon": 1, "killed": 1, "reset": 2}


def test_descendants_and_no_others(options, report):
    """Each way of starting a process, beside a server outside the tree that closes all the time."""
    with fixtures.Namespace() as ns:
        bystander = ns.start(sys.executable, os.path.join(CLI, "tree_bystander.py"), stdout=subprocess.PIPE, text=True)
        try:
            port = bystander.stdout.readline().strip()
            done = subprocess.run([options.tool, "json", "-q", "--tree", "--", *ns.command(
                sys.executable, os.path.join(CLI, "tree_workload.py"), port, *WAYS)], capture_output=True, text=True)
        finally:
            bystander.kill()
            bystander.wait()
    report.same("exit status, messages", (done.returncode, done.stderr), (0, ""))
    lines = done.stdout.splitlines()
    said = sorted([int(word) for word in line.split()[1:]] for line in lines if line.startswith("socket "))
    objects = [json.loads(line) for line in lines if line.startswith("{")]
    report.same("sockets", len(said), sum(WAYS.values()))
    report.same("stories", sorted([o["local_port"], o["peer_port"]] for o in objects if o["kind"] == "close"), said)


if __name__ == "__main__":
    sys.exit(run_module(globals()))
