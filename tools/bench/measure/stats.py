# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Is one program slower than the other? Paired rounds, without assumptions about the noise.

Each round gives the difference of two logarithms. The estimate is the median of the pairwise means
of these differences (Hodges and Lehmann), and the interval inverts Wilcoxon's signed rank test. The
interval is exact and needs at least eight rounds.
"""
import math

CONFIDENCE = 0.99
MIN_ROUNDS = 8


def rank_counts(n):
    """Return, for each sum, how many of the 2^n choices of signs give positive ranks (of 1..n) with
    that sum."""
    counts = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for total in range(len(counts) - 1, rank - 1, -1):
            counts[total] += counts[total - rank]
    return counts


def critical(n, confidence=CONFIDENCE):
    """Return how many pairwise means lie outside the interval on each side, or -1 if n is too
    small."""
    each_side = (1 - confidence) / 2 * 2 ** n
    seen, k = 0, -1
    for count in rank_counts(n):
        seen += count
        if seen > each_side:
            return k
        k += 1
    return k


def interval(differences):
    """Return estimate, low, high."""
    n = len(differences)
    means = sorted((differences[i] + differences[j]) / 2 for i in range(n) for j in range(i, n))
    middle = (means[(len(means) - 1) // 2] + means[len(means) // 2]) / 2
    k = critical(n)
    if k < 0:
        return middle, -math.inf, math.inf
    return middle, means[k], means[-1 - k]


class Comparison:
    """Compares two costs round by round, until a relative change of `change` would be detected."""

    def __init__(self, name, change):
        self.name, self.change, self.pairs = name, math.log1p(change), []

    def add(self, cost, other_cost):
        self.pairs.append((cost, other_cost))

    def interval(self):
        return interval([math.log(other / cost) for cost, other in self.pairs])

    def is_sharp(self):
        """Return True if the interval is narrow enough to detect that change. Only the width
        counts, so stopping does not depend on the outcome."""
        if len(self.pairs) < MIN_ROUNDS:
            return False
        _, low, high = self.interval()
        return high - low <= 0.8 * self.change

    def verdict(self):
        """Return the verdict on the other: slower, faster, no difference (that matters),
        undecided."""
        _, low, high = self.interval()
        if low > self.change / 5:
            return "slower"
        if high < -self.change / 5:
            return "faster"
        if -self.change < low and high < self.change:
            return "no difference"
        return "undecided"

    def percent(self):
        """Return estimate, low, high of the change, in percent."""
        return [100 * math.expm1(x) if math.isfinite(x) else x for x in self.interval()]
