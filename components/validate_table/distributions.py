"""How the values of columns are distributed, and which columns go together: on a sample of rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from pathlib import Path
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.shared.reports.number_text import number, percent
from components.validate_table.column_statistics import ColumnStatistics

SAMPLE: Final = 10_000
BINS: Final = 20
TAIL: Final = 0.005
"""Share of the values at each end that the outer bins hold, however far away these are."""
OF_VALUES, OF_BINS = 0.86, 0.9
"""Shares of their places that bars of values, and of ranges, fill."""
MOST_VALUES: Final = 8
MOST_PICTURES: Final = 300
LONGEST: Final = 40
MOST_NUMBERS: Final = 50
MOST_NAMES: Final = 20
LEAST_ROWS: Final = 20
MOST_PAIRS: Final = 15
CHANCE: Final = 0.05
"""In so many tables of columns that have nothing in common a pair is shown."""
FREQUENT: Final = 3
"""Values that are named of a column of many."""
ALIKE: Final = 0.5
"""From which share of different values on texts are told by their length."""

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Bar:
    """A bar of a histogram, or of a value: where it stands and how high, in percent.

    `is_rest` is whether it stands for all values that have no bar of their own.
    """

    x: float
    width: float
    height: float
    said: str
    is_rest: bool = False


@dataclass(frozen=True)
class Distribution:
    """How the values of a column are distributed.

    Attributes:
        bars: What is drawn.
        label: The same in words.
        about: What stands for the range of a column that has none, and no few categories.
    """

    bars: tuple[Bar, ...]
    label: str
    about: str = ""


@dataclass(frozen=True)
class Pair:
    """Two columns that go together.

    Attributes:
        first: One of them.
        second: The other.
        strength: From 0, nothing in common, to 1.
        measure: How it was measured.
        direction: `rising` or `falling` of ordered columns, else empty.
    """

    first: str
    second: str
    strength: float
    measure: str
    direction: str = ""


@dataclass(frozen=True)
class TablePictures:
    """What is drawn of a table.

    Attributes:
        rows: Rows of the sample that it is of.
        distributions: By column; those without have none that says anything.
        pairs: The pairs that go together most, falling: more than chance lets them.
        measured: How many pairs were measured.
        left_out: Columns that the pairs leave out, as there are too many.
    """

    rows: int
    distributions: dict[str, Distribution]
    pairs: tuple[Pair, ...]
    measured: int
    left_out: int


def picture_table(
    table: str | Path, statistics: Sequence[ColumnStatistics], target: str | None = None
) -> TablePictures:
    """Return what is drawn of a table: of each nth row, at most `SAMPLE` of them.

    Columns of many texts are drawn of the first rows, as many.
    Pairs are those of the first columns, and of the target with every column that is drawn.
    """
    rows = statistics[0].rows
    step = max(-(-rows // SAMPLE), 1)
    drawn = [c for c in statistics if c.type != "string" or c.distinct > 1][:MOST_PICTURES]
    ordered = [column.name for column in statistics if column.type != "string"]
    names = [column.name for column in statistics if _has_names(column)]
    first = {*ordered[:MOST_NUMBERS], *names[:MOST_NAMES]}
    asked = [
        pair
        for pair in combinations([c.name for c in drawn if c.name in {*ordered, *names}], 2)
        if first.issuperset(pair) or target in pair
    ]
    texts = [column.name for column in drawn if column.type == "string" and not _has_names(column)]
    wanted = [column.name for column in drawn if column.name not in texts]
    lazy = pl.scan_parquet(table)
    sample = lazy.select(wanted).gather_every(step).collect(engine="streaming")
    # To read all texts of a large table would take longer than all else here.
    first_texts = lazy.select(texts).head(SAMPLE).collect(engine="streaming") if texts else sample
    found = {
        column.name: _distribution(
            (first_texts if column.name in texts else sample)[column.name], column
        )
        for column in drawn
    }
    pairs = _pairs(sample, asked, set(ordered))
    return TablePictures(
        rows=len(sample),
        distributions={name: each for name, each in found.items() if each},
        pairs=tuple(sorted(pairs, key=lambda pair: -pair.strength)[:MOST_PAIRS]),
        measured=len(asked),
        left_out=len(statistics) - len(set(chain.from_iterable(asked))),
    )


def _has_names(column: ColumnStatistics) -> bool:
    return column.type == "string" and bool(column.categories) and column.distinct > 1


def _distribution(values: pl.Series, column: ColumnStatistics) -> Distribution | None:
    present = values.drop_nulls()
    if column.type == "boolean" or _has_names(column):
        return _of_names(present)
    if column.type == "string":
        return _of_many_texts(present)
    return _of_numbers(present, column)


def _of_names(present: pl.Series) -> Distribution | None:
    if present.is_empty():
        return None
    counts = present.cast(pl.String).value_counts(sort=True).rows()[:MOST_VALUES]
    other = len(present) - sum(count for _, count in counts)
    shown = [*counts, *([("other values", other)] if other else [])]
    said = [f"{value}: {percent(count / len(present))}" for value, count in shown]
    bars = _bars([count for _, count in shown], said, OF_VALUES)
    if other:
        bars = (*bars[:-1], replace(bars[-1], is_rest=True))
    return Distribution(bars, f"{len(shown)} bars, the most frequent value first")


def _of_many_texts(present: pl.Series) -> Distribution | None:
    """Return the most frequent of many texts, or how long they are where hardly one recurs."""
    if present.is_empty():
        return None
    counts = present.cast(pl.String).value_counts(sort=True).rows()
    if len(counts) >= ALIKE * len(present):
        return _of_lengths(present.cast(pl.String).str.len_chars().to_numpy())
    shares = [(value, count / len(present)) for value, count in counts[:BINS]]
    said = [f"{value}: {percent(share)}" for value, share in shares]
    named = ", ".join(f"{_short(value)} {percent(share)}" for value, share in shares[:FREQUENT])
    label = f"the {len(shares)} most frequent of {len(counts):,} values"
    bars = _bars([count for _, count in counts[:BINS]], said, OF_VALUES)
    return Distribution(bars, label, f"{named}, …")


def _of_lengths(lengths: NDArray[Any]) -> Distribution:
    least, most = int(lengths.min()), int(lengths.max())
    ends = f"{least:,} to {most:,} characters"
    if least == most:
        return Distribution((), ends, f"{least:,} characters each")
    low, high = least - 0.5, most + 0.5
    bins = min(BINS, int(high - low))
    counts = np.histogram(lengths, bins=bins, range=(low, high))[0].tolist()
    said = [
        f"{low + (high - low) * (k + 0.5) / bins:.0f} characters: {percent(count / len(lengths))}"
        for k, count in enumerate(counts)
    ]
    return Distribution(_bars(counts, said, OF_BINS), f"texts of {ends}", f"texts of {ends}")


def _bars(counts: Sequence[int], said: Sequence[str], filled: float) -> tuple[Bar, ...]:
    """Return bars side by side, each of which fills this share of its place."""
    highest, width = max(counts), 100 / len(counts)
    return tuple(
        Bar(round(k * width, 2), round(width * filled, 2), round(100 * count / highest, 1), text)
        for k, (count, text) in enumerate(zip(counts, said, strict=True))
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _of_numbers(present: pl.Series, column: ColumnStatistics) -> Distribution | None:
    values = _as_floats(present)
    values = values[np.isfinite(values)]
    if len(values) < 2 or values.min() == values.max():
        return None
    low, high = np.quantile(values, [TAIL, 1 - TAIL])
    if low == high:
        low, high = float(values.min()), float(values.max())
    bins = BINS
    if column.type == "integer" and high - low < BINS:
        # A bin for each whole number.
        low, high = float(np.floor(low)) - 0.5, float(np.ceil(high)) + 0.5
        bins = int(high - low)
    found, edges = np.histogram(np.clip(values, low, high), bins=bins, range=(low, high))
    counts = found.tolist()
    is_time = column.type in ("date", "datetime")

    def shown(value: float) -> str:
        if is_time:
            return str(np.datetime64(int(value), "us"))[:10]
        return number(float(value))

    said = [
        f"{shown(edges[k])} to {shown(edges[k + 1])}: {percent(count / len(values))}"
        for k, count in enumerate(counts)
    ]
    bars = _bars(counts, said, OF_BINS)
    return Distribution(bars, f"from {shown(edges[0])} to {shown(edges[-1])}")


def _as_floats(values: pl.Series) -> Floats:
    if values.dtype.is_temporal():
        values = values.cast(pl.Datetime("us")).cast(pl.Int64)
    return values.cast(pl.Float64).to_numpy()


def _pairs(
    sample: pl.DataFrame, asked: Sequence[tuple[str, str]], ordered: Collection[str]
) -> list[Pair]:
    """Return those of the pairs that go together more than chance lets them."""
    named = dict.fromkeys(chain.from_iterable(asked))
    ranks = {name: _ranks(_as_floats(sample[name])) for name in named if name in ordered}
    codes = {name: _codes(sample[name]) for name in named if name not in ordered}
    sure = NormalDist().inv_cdf(1 - CHANCE / max(len(asked), 1))
    found = []
    for one, other in asked:
        if one in ranks and other in ranks:
            found.append(_rank_correlation((one, ranks[one]), (other, ranks[other]), sure))
        elif one in codes and other in codes:
            found.append(_association((one, codes[one]), (other, codes[other]), sure))
        else:
            number, name = (one, other) if one in ranks else (other, one)
            found.append(_explained(number, ranks[number], name, codes[name], sure))
    return [pair for pair in found if pair]


def _by_chance(freedom: int, sure: float) -> float:
    """Return what a chi-squared of so many degrees of freedom surpasses by chance alone.

    Wilson & Hilferty (1931), The distribution of chi-square, PNAS 17(12).

    Args:
        freedom: Degrees of freedom, from 1.
        sure: The quantile of the standard normal distribution.
    """
    spread = 2 / (9 * freedom)
    return float(freedom * max(1 - spread + sure * spread**0.5, 0.0) ** 3)


def _codes(values: pl.Series) -> Codes:
    """Return each row's position among the distinct values, -1 where it has none."""
    codes = values.cast(pl.Categorical).to_physical().cast(pl.Int64).fill_null(-1)
    return np.asarray(codes.to_numpy(), dtype=np.intp)


def _ranks(values: Floats) -> Floats:
    """Return mean ranks, NaN where there is no finite value."""
    finite = np.isfinite(values)
    ranks = np.full(len(values), np.nan)
    series = pl.Series(values[finite])
    ranks[finite] = series.rank("average").to_numpy()
    return ranks


def _rank_correlation(
    first: tuple[str, Floats], second: tuple[str, Floats], sure: float
) -> Pair | None:
    """Return Spearman's rank correlation (1904), on the rows that have both values."""
    (name, x), (other, y) = first, second
    both = np.isfinite(x) & np.isfinite(y)
    if np.count_nonzero(both) < LEAST_ROWS:
        return None
    x, y = x[both] - x[both].mean(), y[both] - y[both].mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    if not spread:
        return None
    rho = float(x @ y) / spread
    if (len(x) - 1) * rho**2 <= _by_chance(1, sure):
        return None
    direction = "rising" if rho > 0 else "falling"
    return Pair(name, other, min(abs(rho), 1.0), "rank correlation", direction)


def _association(first: tuple[str, Codes], second: tuple[str, Codes], sure: float) -> Pair | None:
    """Return Cramér's V of two columns of names, without its bias.

    Bergsma (2013), A bias-correction for Cramér's V, Journal of the Korean Statistical Society.
    """
    (name, x), (other, y) = first, second
    both = (x >= 0) & (y >= 0)
    rows = int(np.count_nonzero(both))
    if rows < LEAST_ROWS:
        return None
    x, y = np.unique(x[both], return_inverse=True)[1], np.unique(y[both], return_inverse=True)[1]
    r, k = int(x.max()) + 1, int(y.max()) + 1
    if min(r, k) < 2:
        return None
    seen = np.bincount(x * k + y, minlength=r * k).reshape(r, k)
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / rows
    phi = float(((seen - expected) ** 2 / expected).sum()) / rows
    if rows * phi <= _by_chance((r - 1) * (k - 1), sure):
        return None
    phi = max(0.0, phi - (r - 1) * (k - 1) / (rows - 1))
    least = min(r - (r - 1) ** 2 / (rows - 1), k - (k - 1) ** 2 / (rows - 1)) - 1
    strength = float(np.sqrt(phi / least)) if least > 0 else 0.0
    return Pair(name, other, min(strength, 1.0), "Cramér's V")


def _explained(name: str, ranks: Floats, other: str, groups: Codes, sure: float) -> Pair | None:
    """Return the correlation ratio: which share of the ranks' spread the groups explain, rooted.

    Without its bias: Kelley (1935), An unbiased correlation ratio measure, PNAS 21(9).
    """
    both = np.isfinite(ranks) & (groups >= 0)
    rows = int(np.count_nonzero(both))
    if rows < LEAST_ROWS:
        return None
    values, groups = ranks[both], np.unique(groups[both], return_inverse=True)[1]
    counts = np.bincount(groups)
    total = float(((values - values.mean()) ** 2).sum())
    if len(counts) < 2 or rows <= len(counts) or not total:
        return None
    means = np.bincount(groups, weights=values) / counts
    within = total - float((counts * (means - values.mean()) ** 2).sum())
    if (rows - 1) * (1 - within / total) <= _by_chance(len(counts) - 1, sure):
        return None
    ratio = 1 - (within / (rows - len(counts))) / (total / (rows - 1))
    return Pair(other, name, float(np.sqrt(max(ratio, 0.0))), "correlation ratio of ranks")


def shown_at_most(listed: Sequence[Any], most: int) -> tuple[Sequence[Any], int]:
    """Return the first of a list, and how many there are besides."""
    return listed[:most], max(len(listed) - most, 0)
