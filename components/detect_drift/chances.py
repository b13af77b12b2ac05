"""Tests of two samples by their counts: how probable the difference is where nothing moved.

The reference is a sample as the window is, so all of them are tests of two samples.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import rel_entr
from scipy.stats import chi2, hypergeom, kstwo, norm

from components.detect_drift.cells import Cells


def kolmogorov_smirnov(cells: Cells) -> float:
    """Return the p-value of the largest difference of two cumulated shares.

    Smirnov (1948), Table for estimating the goodness of fit of empirical distributions, Annals of
    Mathematical Statistics 19, by the law of one sample of n·m / (n + m) rows, as SciPy's
    `ks_2samp` has it. Seen at the edges of the cells alone, the difference is at the most that of
    the values: with ties and cells the p-value is too large, never too small.
    """
    rows, others = int(cells.reference.sum()), int(cells.window.sum())
    size = max(1, round(rows * others / (rows + others)))
    return float(kstwo.sf(cumulated_distance(cells), size))


def cumulated_distance(cells: Cells) -> float:
    """Return the largest difference of the two cumulated shares, 0 to 1."""
    reference, window = (np.cumsum(shares) for shares in cells.shares)
    return float(np.abs(window - reference).max(initial=0.0))


def rank_sum(cells: Cells) -> float:
    """Return the p-value of the difference of the mean ranks, cells being ties.

    Wilcoxon's test in the normal approximation with ties: Lehmann (1975), Nonparametrics:
    Statistical Methods Based on Ranks, 1.4.
    """
    both = (cells.reference + cells.window).astype(np.float64)
    rows, window = both.sum(), float(cells.window.sum())
    ranks = np.cumsum(both) - both / 2
    reference = rows - window
    variance = window * reference / 12 * (rows - (both**3 / rows**2).sum())
    if variance <= 0:
        return 1.0
    excess = float(cells.window @ ranks) - window * rows / 2
    return float(2 * norm.sf(abs(excess) / variance**0.5))


def chi_squared(cells: Cells) -> float:
    """Return the p-value of Pearson's test that two samples are of one population.

    Pearson (1911), On the probability that two independent distributions of frequency are really
    samples from the same population, Biometrika 8.
    """
    both = (cells.reference + cells.window).astype(np.float64)
    filled = both > 0
    if np.count_nonzero(filled) < 2:
        return 1.0
    statistic = 0.0
    for counts in (cells.reference, cells.window):
        expected = both[filled] * counts.sum() / both.sum()
        statistic += float(((counts[filled] - expected) ** 2 / expected).sum())
    return float(chi2.sf(statistic, np.count_nonzero(filled) - 1))


def one_cell(cells: Cells) -> float:
    """Return the p-value of the cell whose share differs most surely, of as many as there are.

    The chi-squared of many cells hardly sees a move between two of them.
    """
    rows, of_rows = int(cells.window.sum()), int(cells.reference.sum())
    share = (cells.window + cells.reference) / (rows + of_rows)
    reference, window = cells.shares
    surest = int(np.argmax(np.abs(window - reference) / np.sqrt(share * (1 - share) + 1e-12)))
    chance = two_shares(int(cells.window[surest]), rows, int(cells.reference[surest]), of_rows)
    return min(1.0, chance * len(cells.names))


def two_shares(some: int, rows: int, others: int, of_rows: int) -> float:
    """Return the p-value of the difference of two shares, doubled from the nearer tail.

    Fisher (1935), The logic of inductive inference, JRSS 98: exact, however rare.

    Args:
        some: Rows of the window that have it.
        rows: Rows of the window.
        others: Training rows that have it.
        of_rows: Training rows.
    """
    law = (rows + of_rows, some + others, rows)
    return float(min(1.0, 2 * min(hypergeom.cdf(some, *law), hypergeom.sf(some - 1, *law))))


def least_of(chances: Sequence[float]) -> float:
    """Return the p-value of several tests of one thing: the least, times their number.

    Bonferroni's inequality, which holds however the tests depend on each other.
    """
    return min(1.0, min(chances, default=1.0) * len(chances))


def holm(chances: Sequence[float], level: float) -> list[bool]:
    """Return which of several hypotheses fall, at one chance that any falls by mistake.

    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of
    Statistics 6.

    Args:
        chances: p-value of each.
        level: Chance that any true one is rejected, at most.
    """
    rejected = [False] * len(chances)
    for done, k in enumerate(np.argsort(chances, kind="stable").tolist()):
        if chances[k] > level / (len(chances) - done):
            break
        rejected[k] = True
    return rejected


def population_stability(cells: Cells) -> float:
    """Return the population stability index, for reading; half a row is added to every cell.

    Siddiqi (2006), Credit Risk Scorecards. It grows with the number of cells and shrinks with that
    of rows, so that no fixed threshold of it is right.
    """
    size = len(cells.names)
    reference, window = (
        (counts + 0.5) / (counts.sum() + size / 2) for counts in (cells.reference, cells.window)
    )
    return float(((window - reference) * np.log(window / reference)).sum())


def jensen_shannon(cells: Cells) -> float:
    """Return the Jensen-Shannon distance, 0 to 1, for reading.

    Endres and Schindelin (2003), A new metric for probability distributions, IEEE Transactions on
    Information Theory 49: the root of the divergence in bits.
    """
    reference, window = cells.shares
    middle = (reference + window) / 2
    bits = rel_entr(reference, middle).sum() + rel_entr(window, middle).sum()
    return float(max(0.0, bits / (2 * np.log(2))) ** 0.5)


def moved_share(cells: Cells) -> float:
    """Return the share of the rows that stand in other cells than before, 0 to 1.

    The total variation distance: half the sum of all differences of shares.
    """
    reference, window = cells.shares
    return float(np.abs(window - reference).sum() / 2)
