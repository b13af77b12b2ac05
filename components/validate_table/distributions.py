"""How the values of columns are distributed, and which columns go together: on a sample of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
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
MOST_VALUES: Final = 8
MOST_PICTURES: Final = 300
MOST_NUMBERS: Final = 50
MOST_NAMES: Final = 20
LEAST_ROWS: Final = 20
MOST_PAIRS: Final = 15

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
    """How the values of a column are distributed; `label` says it in words."""

    bars: tuple[Bar, ...]
    label: str


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
        pairs: The pairs that go together most, falling.
        left_out: Columns that the pairs leave out, as there are too many.
    """

    rows: int
    distributions: dict[str, Distribution]
    pairs: tuple[Pair, ...]
    left_out: int


def picture_table(table: str | Path, statistics: Sequence[ColumnStatistics]) -> TablePictures:
    """Return what is drawn of a table: of each nth row, at most `SAMPLE` of them."""
    rows = statistics[0].rows
    step = max(-(-rows // SAMPLE), 1)
    names = [column for column in statistics if _has_names(column)]
    ordered = [column for column in statistics if column.type not in ("string",)]
    drawn = [c for c in statistics[:MOST_PICTURES] if c in names or c in ordered]
    paired = [*ordered[:MOST_NUMBERS], *names[:MOST_NAMES]]
    wanted = list(dict.fromkeys(column.name for column in (*drawn, *paired)))
    sample = pl.scan_parquet(table).select(wanted).gather_every(step).collect(engine="streaming")
    found = {column.name: _distribution(sample[column.name], column) for column in drawn}
    pairs = _pairs(sample, ordered[:MOST_NUMBERS], names[:MOST_NAMES])
    return TablePictures(
        rows=len(sample),
        distributions={name: each for name, each in found.items() if each},
        pairs=tuple(sorted(pairs, key=lambda pair: -pair.strength)[:MOST_PAIRS]),
        left_out=len(statistics) - len({column.name for column in paired}),
    )


def _has_names(column: ColumnStatistics) -> bool:
    return column.type == "string" and bool(column.categories) and column.distinct > 1


def _distribution(values: pl.Series, column: ColumnStatistics) -> Distribution | None:
    present = values.drop_nulls()
    if column.type in ("string", "boolean"):
        return _of_names(present)
    return _of_numbers(present, column)


def _of_names(present: pl.Series) -> Distribution | None:
    if present.is_empty():
        return None
    counts = present.cast(pl.String).value_counts(sort=True).rows()[:MOST_VALUES]
    other = len(present) - sum(count for _, count in counts)
    shown = [*counts, *([("other values", other)] if other else [])]
    highest, width = max(count for _, count in shown), 100 / len(shown)
    bars = tuple(
        Bar(
            round(k * width, 2),
            round(width * 0.86, 2),
            round(100 * count / highest, 1),
            f"{value}: {percent(count / len(present))}",
            is_rest=bool(other) and k == len(shown) - 1,
        )
        for k, (value, count) in enumerate(shown)
    )
    return Distribution(bars, f"{len(shown)} bars, the most frequent value first")


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
    counts, edges = np.histogram(np.clip(values, low, high), bins=bins, range=(low, high))
    highest, width = counts.max(), 100 / bins
    is_time = column.type in ("date", "datetime")

    def shown(value: float) -> str:
        if is_time:
            return str(np.datetime64(int(value), "us"))[:10]
        return number(float(value))

    bars = tuple(
        Bar(
            round(k * width, 2),
            round(width * 0.9, 2),
            round(100 * int(count) / int(highest), 1),
            f"{shown(edges[k])} to {shown(edges[k + 1])}: {percent(int(count) / len(values))}",
        )
        for k, count in enumerate(counts)
    )
    return Distribution(bars, f"from {shown(edges[0])} to {shown(edges[-1])}")


def _as_floats(values: pl.Series) -> Floats:
    if values.dtype.is_temporal():
        values = values.cast(pl.Datetime("us")).cast(pl.Int64)
    return values.cast(pl.Float64).to_numpy()


def _pairs(
    sample: pl.DataFrame, ordered: Sequence[ColumnStatistics], names: Sequence[ColumnStatistics]
) -> list[Pair]:
    numbers = {column.name: _as_floats(sample[column.name]) for column in ordered}
    codes = {column.name: _codes(sample[column.name]) for column in names}
    ranks = {name: _ranks(values) for name, values in numbers.items()}
    found = [_rank_correlation(*each) for each in combinations(ranks.items(), 2)]
    found += [_association(*each) for each in combinations(codes.items(), 2)]
    found += [
        _explained(name, values, other, groups)
        for name, values in ranks.items()
        for other, groups in codes.items()
    ]
    return [pair for pair in found if pair]


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


def _rank_correlation(first: tuple[str, Floats], second: tuple[str, Floats]) -> Pair | None:
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
    direction = "rising" if rho > 0 else "falling"
    return Pair(name, other, min(abs(rho), 1.0), "rank correlation", direction)


def _association(first: tuple[str, Codes], second: tuple[str, Codes]) -> Pair | None:
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
    phi = max(0.0, phi - (r - 1) * (k - 1) / (rows - 1))
    least = min(r - (r - 1) ** 2 / (rows - 1), k - (k - 1) ** 2 / (rows - 1)) - 1
    strength = float(np.sqrt(phi / least)) if least > 0 else 0.0
    return Pair(name, other, min(strength, 1.0), "Cramér's V")


def _explained(name: str, ranks: Floats, other: str, groups: Codes) -> Pair | None:
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
    ratio = 1 - (within / (rows - len(counts))) / (total / (rows - 1))
    return Pair(other, name, float(np.sqrt(max(ratio, 0.0))), "correlation ratio of ranks")


def shown_at_most(listed: Sequence[Any], most: int) -> tuple[Sequence[Any], int]:
    """Return the first of a list, and how many there are besides."""
    return listed[:most], max(len(listed) - most, 0)
