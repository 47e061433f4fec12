# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""How the tests of the command line, the benchmark and the manual say that something is not as it should be."""


class Failure(Exception):
    pass


class Skip(Exception):
    pass


def same(what, got, want):
    if got != want:
        raise Failure(f"{what}: got {got!r}, want {want!r}")


def true(what, held):
    if not held:
        raise Failure(what)
