# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Collects differences; each says what differed, and both values."""


class Report:
    def __init__(self, about=""):
        self.about = about
        self.failures = []
        self.checks = 0

    def fail(self, text):
        self.failures.append(f"{self.about}: {text}" if self.about else text)

    def same(self, what, got, want):
        self.checks += 1
        # False == 0 and True == 1 in Python; not in JSON.
        if got != want or isinstance(got, bool) != isinstance(want, bool):
            self.fail(f"{what}: said {got!r}, is {want!r}")

    def true(self, what, holds, got):
        self.checks += 1
        if not holds:
            self.fail(f"{what}: {got}")

    def take(self, other):
        self.failures += other.failures
        self.checks += other.checks
