# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Is one slower than the other? Paired rounds, without an assumption about the shape of the noise.

The differences of the logarithms, a value per round, are estimated by the median of their pairwise means (Hodges and
Lehmann), with the interval that inverts Wilcoxon's signed rank test. It is exact, and takes eight rounds at least.
"""
import math

CONFIDENCE = 0.99
MIN_ROUNDS = 8


def rank_counts(n):
    """In how many of the 2^n choices of signs do the ranks 1..n of the positive ones add up to each sum?"""
    counts = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for total in range(len(counts) - 1, rank - 1, -1):
            counts[total] += counts[total - rank]
    return counts


def critical(n, confidence=CONFIDENCE):
    """How many of the smallest and of the largest pairwise means lie outside the interval; -1: n is too few."""
    each_side = (1 - confidence) / 2 * 2 ** n
    seen, k = 0, -1
    for count in rank_counts(n):
        seen += count
        if seen > each_side:
            return k
        k += 1
    return k


def interval(differences):
    """Estimate, low, high."""
    n = len(differences)
    means = sorted((differences[i] + differences[j]) / 2 for i in range(n) for j in range(i, n))
    middle = (means[(len(means) - 1) // 2] + means[len(means) // 2]) / 2
    k = critical(n)
    if k < 0:
        return middle, -math.inf, math.inf
    return middle, means[k], means[-1 - k]


class Comparison:
    """Of two things that cost something, round by round; goes on until a change of `change` would show."""

    def __init__(self, name, change):
        self.name, self.change, self.pairs = name, math.log1p(change), []

    def add(self, cost, other_cost):
        self.pairs.append((cost, other_cost))

    def interval(self):
        return interval([math.log(other / cost) for cost, other in self.pairs])

    def is_sharp(self):
        """Narrow enough to tell a change of that size from none; the width knows nothing of the outcome."""
        if len(self.pairs) < MIN_ROUNDS:
            return False
        _, low, high = self.interval()
        return high - low <= 0.8 * self.change

    def verdict(self):
        """slower, faster, no difference (that matters), undecided: of the other."""
        _, low, high = self.interval()
        if low > self.change / 5:
            return "slower"
        if high < -self.change / 5:
            return "faster"
        if -self.change < low and high < self.change:
            return "no difference"
        return "undecided"

    def percent(self):
        """Of the change: estimate, low, high."""
        return [100 * math.expm1(x) if math.isfinite(x) else x for x in self.interval()]
