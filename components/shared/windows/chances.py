"""How probable it is that rows of the same population have values that training rows had not."""

from collections.abc import Collection

from scipy.stats import binom, hypergeom


def chance_of_unseen(unseen: int, rows: int, counts: Collection[int], train_rows: int) -> float:
    """Return the probability of so many rows with unseen categories, or more.

    The chance of a new value is at the most the share of the training rows whose value occurred
    once (Good 1953, The population frequencies of species, Biometrika 40), here with three
    standard deviations of that number added.

    Args:
        unseen: Rows whose value is none of the training categories.
        rows: Rows that have a value.
        counts: Training rows of each category.
        train_rows: Training rows that have a value.
    """
    once = sum(count == 1 for count in counts)
    expected = min(1.0, (once + 3 * (once + 1) ** 0.5) / max(1, train_rows))
    return float(binom.sf(unseen - 1, rows, expected))


def chance_beyond(outside: int, rows: int, ranks: int, train_rows: int) -> float:
    """Return the probability of so many rows beyond ordered training values, or more.

    Of rows of the same population as n training rows, the number beyond the r-th value from one
    end follows a beta-binomial law with the parameters r and n - r + 1; beyond the least and the
    greatest, it is that of r = 2 (Wilks 1942, Statistical prediction with special reference to
    the problem of tolerance limits). With ties it is at the most this. So many or more lie beyond
    where, of the outermost rows of both tables, fewer than r are training rows: that form of the
    law is exact far into its tail.

    Args:
        outside: Rows beyond.
        rows: Rows that have a value.
        ranks: How many of the training rows stand between the two: r, at most `train_rows`.
        train_rows: Training rows that have a value.
    """
    both = rows + train_rows
    return float(hypergeom.cdf(ranks - 1, both, train_rows, min(outside + ranks - 1, both)))
