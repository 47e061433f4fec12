# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""The assertions of all tests: same() and true(), and a Report for tests that go on after a difference."""

SHOWN = 12          # differences of one report that are printed


class Failure(Exception):
    """What was seen differs from what was expected."""


class Skip(Exception):
    """The test cannot be done on this host."""


def _differ(got, want):
    """False == 0 and True == 1 in Python; not in JSON."""
    return got != want or isinstance(got, bool) != isinstance(want, bool)


def same(what, got, want):
    if _differ(got, want):
        raise Failure(f"{what}: got {got!r}, want {want!r}")


def true(what, holds, got=""):
    if not holds:
        raise Failure(f"{what}: {got}" if got != "" else what)


class Report:
    """Collects differences instead of stopping at the first; each names both values."""

    def __init__(self, about=""):
        self.about = about
        self.failures = []
        self.checks = 0

    def fail(self, text):
        self.failures.append(f"{self.about}: {text}" if self.about else text)

    def _collect(self, check, *args):
        self.checks += 1
        try:
            check(*args)
        except Failure as e:
            self.fail(str(e))

    def same(self, what, got, want):
        self._collect(same, what, got, want)

    def true(self, what, holds, got=""):
        self._collect(true, what, holds, got)

    def take(self, other):
        self.failures += other.failures
        self.checks += other.checks

    def raise_failures(self):
        """One Failure for all differences, if there are any."""
        if self.failures:
            more = len(self.failures) - SHOWN
            raise Failure("\n".join(self.failures[:SHOWN] + [f"... and {more} more"] * (more > 0)))
