# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The tools that check the source and the kernel, and the tests that these tools have of themselves."""

import os
import subprocess

import observers
from assertions import Skip, same

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BTF = "/sys/kernel/btf/vmlinux"


def check(options, *command):
    env = dict(os.environ, B=options.build, SAN="1" if options.sanitized else "")
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=env)
    same(f"exit status\n{done.stdout}{done.stderr}", done.returncode, 0)


def test_check_fields_itself(options):
    check(options, "tools/check-fields", "--self-test")


def test_check_tree_itself(options):
    check(options, "tools/check-tree", "--self-test")


def test_an_ack_of_its_own_needs_the_kernels_delay():
    """A close that was to be three-way may be four-way if the ACK came 40 ms after the FIN, and not if at once."""
    for ack_ms, may in ((1, False), (40, True)):
        flow = [observers.Packet(nr, ms * 1_000_000, "::1", sport, "::1", 3 - sport, flags, seq, ack, 0)
                for nr, (ms, sport, flags, seq, ack) in enumerate((
                    (0, 1, observers.FIN | observers.ACK, 100, 200), (ack_ms, 2, observers.ACK, 200, 101),
                    (50, 2, observers.FIN | observers.ACK, 200, 101), (50, 1, observers.ACK, 101, 201)))]
        wire = observers.Connection(flow)
        same(f"after {ack_ms} ms", (wire.ending(), wire.acked_before_close()), ("four-way", may))


def test_fields_of_this_kernel(options):
    if not os.path.exists(BTF):
        raise Skip("this kernel has no BTF")
    check(options, "tools/check-fields", BTF)


def test_fields_of_the_kernels_in_a_folder(options):
    """Each file is checked, those of folders within it too; a folder without files is an error."""
    if not os.path.exists(BTF):
        raise Skip("this kernel has no BTF")
    folder = os.path.join(options.folder, "kernels")
    os.makedirs(os.path.join(folder, "more"))

    def said():
        done = subprocess.run([os.path.join(ROOT, "tools/check-fields"), folder], capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout.count("structs checked against")
    same("empty", said(), (66, 0))
    for path in ("one", "more/two"):
        os.symlink(BTF, os.path.join(folder, path))
    same("two files", said(), (0, 2))


def test_tree(options):
    if subprocess.run(["git", "ls-files"], capture_output=True, check=False, cwd=ROOT).returncode:
        raise Skip("needs a git checkout of one's own, to list the files")
    check(options, "tools/check-tree")
