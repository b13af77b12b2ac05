"""How often `detect_drift` alarms over windows in which nothing moved, and sees those that did.

A table stands for a population: the reference is a profile of rows drawn from it, as a model's is,
and a window is other rows. From the shipped table both are drawn without replacement, so that no
row is in both; scikit-learn's tables are too small for that, and are drawn from with replacement.
Nothing differs but by chance, so every alarm of an unshifted window is false. Beside our rule
stand those in common use on the same windows, reference rows and all: any PSI above 0.1 in ten
bins, any p-value below 0.05 (Kolmogorov-Smirnov, chi-squared), and half of the columns with one.

`python -m tests.benchmarks.drift_alarms [--seeds N]`
"""

import argparse
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
import polars as pl
from scipy.stats import chi2_contingency, ks_2samp
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine

from components.detect_drift.columns import ComparedColumn, compare_column
from components.detect_drift.judgement import ALPHA, LEAST_MOVED, LEAST_ROWS, moved_columns
from components.shared.models.description import ColumnProfile
from components.shared.models.profiles import profile_column
from components.shared.tables.column_types import schema_types
from tests.components.model_folders import bird_strikes

WINDOWS: Final = (300, 1_000, 3_000)
TRAIN_ROWS: Final = 6_000
SHIFTED_ROWS: Final = 1_000
MOST_COLUMNS: Final = 12
"""Columns of each of scikit-learn's tables: further ones of the same kind show nothing else."""


@dataclass(frozen=True)
class Pair:
    """Reference rows, their profile, a window, and the two compared."""

    reference: pl.DataFrame
    profile: Mapping[str, ColumnProfile]
    window: pl.DataFrame
    compared: Mapping[str, ComparedColumn]

    @classmethod
    def of(
        cls,
        reference: pl.DataFrame,
        profile: Mapping[str, ColumnProfile],
        window: pl.DataFrame,
        known: Mapping[str, ComparedColumn] = MappingProxyType({}),
    ) -> Self:
        """Compare the columns, but for those that are known."""
        compared = {
            name: known.get(name)
            or compare_column(window[name], each, len(reference), LEAST_MOVED, LEAST_ROWS)
            for name, each in profile.items()
        }
        return cls(reference, profile, window, compared)

    def shifted(self, window: pl.DataFrame) -> Self:
        """Return the pair with a window of which one column is another."""
        same = {n: c for n, c in self.compared.items() if window[n].equals(self.window[n])}
        return self.of(self.reference, self.profile, window, same)

    @property
    def alarms(self) -> bool:
        """Whether our rule alarms."""
        return bool(moved_columns(self.compared, ALPHA))


def tables() -> dict[str, pl.DataFrame]:
    """Return real tables of several kinds by name, without columns of moments."""
    found = {"bird_strikes": bird_strikes().drop("flight_date")}
    for load in (load_breast_cancer, load_diabetes, load_wine, load_digits):
        bunch: Any = load(as_frame=True)
        columns = {name: bunch.frame[name].to_numpy() for name in bunch.frame}
        varied = [name for name, values in columns.items() if len(np.unique(values)) > 10]
        classes = pl.Series("class", columns["target"]).cast(pl.String)
        name = load.__name__.removeprefix("load_")
        found[name] = pl.DataFrame({name: columns[name] for name in varied[:MOST_COLUMNS]})
        if classes.n_unique() <= MOST_COLUMNS:
            found[name] = found[name].with_columns(classes)
    return found


def pairs(table: pl.DataFrame, seed: int) -> dict[int, Pair]:
    """Draw reference rows and, by size, windows that differ by chance alone."""
    rng = np.random.default_rng(seed)
    if len(table) >= TRAIN_ROWS + max(WINDOWS):
        order = rng.permutation(len(table))
    else:
        order = rng.integers(0, len(table), TRAIN_ROWS + max(WINDOWS))
    rows = table[order.tolist()]
    reference, rest = rows.head(TRAIN_ROWS), rows.slice(TRAIN_ROWS)
    types = schema_types(table.schema)
    profile = {name: profile_column(reference[name], kind) for name, kind in types.items()}
    return {size: Pair.of(reference, profile, rest.head(size)) for size in WINDOWS}


def fixed(drawn: Pair) -> tuple[bool, bool, bool]:
    """Tell whether any PSI > 0.1, any p < 0.05, and half of the columns alarm."""
    stabilities, small = [], []
    for name in drawn.window.columns:
        before, now = drawn.reference[name].drop_nulls(), drawn.window[name].drop_nulls()
        if before.dtype.is_numeric():
            small.append(ks_2samp(before.to_numpy(), now.to_numpy(), method="asymp").pvalue < 0.05)
            edges = np.unique(np.quantile(before.to_numpy(), np.linspace(0, 1, 11)[1:-1]))
            counts = [
                np.bincount(np.searchsorted(edges, each.to_numpy()), minlength=len(edges) + 1)
                for each in (before, now)
            ]
        else:
            both = pl.concat([before, now]).cast(pl.String).unique(maintain_order=True)
            codes = {value: k for k, value in enumerate(both)}
            counts = [
                np.bincount([codes[str(v)] for v in each.cast(pl.String)], minlength=len(codes))
                for each in (before, now)
            ]
            small.append(chi2_contingency(np.array(counts)).pvalue < 0.05)
        shares = [np.maximum(each / each.sum(), 1e-4) for each in counts]
        stabilities.append(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    return max(stabilities) > 0.1, any(small), np.mean(small) >= 0.5


def category_moved(window: pl.DataFrame, table: pl.DataFrame, rng: Any) -> pl.DataFrame | None:
    """Move 25 % of the rows of a category that a fifth of the rows have to the next frequent."""
    return _category_moved(window, table, rng, least=0.2, most=1.0)


def rarer_moved(window: pl.DataFrame, table: pl.DataFrame, rng: Any) -> pl.DataFrame | None:
    """The same of the most frequent category of columns whose categories are all rarer."""
    return _category_moved(window, table, rng, least=0.0, most=0.2)


def _category_moved(
    window: pl.DataFrame, table: pl.DataFrame, rng: Any, least: float, most: float
) -> pl.DataFrame | None:
    frequent = {
        name: table[name].drop_nulls().value_counts(sort=True)
        for name, dtype in table.schema.items()
        if dtype == pl.String
    }
    names = [n for n, found in frequent.items() if least <= found["count"][0] / len(table) < most]
    if not names:
        return None
    name = str(rng.choice(names))
    first, second = frequent[name][name].head(2)
    chosen = pl.Series(rng.random(len(window)) < 0.25)
    moved = pl.when(chosen & (pl.col(name) == first)).then(pl.lit(second)).otherwise(pl.col(name))
    return window.with_columns(moved.alias(name))


def unseen(window: pl.DataFrame, table: pl.DataFrame, rng: Any) -> pl.DataFrame | None:
    """Give 3 % of the rows a category that never was."""
    name = _some(window, rng, pl.String)
    if name is None:
        return None
    chosen = pl.Series(rng.random(len(window)) < 0.03)
    new = pl.when(chosen).then(pl.lit("never seen")).otherwise(pl.col(name))
    return window.with_columns(new.alias(name))


def scaled(window: pl.DataFrame, table: pl.DataFrame, rng: Any) -> pl.DataFrame | None:
    """Multiply a number by 1.05."""
    name = _some(window, rng, pl.Float64, pl.Int64)
    return None if name is None else window.with_columns(pl.col(name) * 1.05)


def decile_up(window: pl.DataFrame, table: pl.DataFrame, rng: Any) -> pl.DataFrame | None:
    """Move 30 % of the rows one decile up in a number, at most to its greatest value."""
    return _up(window, table, rng, capped=True)


def decile_up_within(window: pl.DataFrame, table: pl.DataFrame, rng: Any) -> pl.DataFrame | None:
    """The same, but for the rows of the upper decile, which stay: no heap at the end tells it."""
    return _up(window, table, rng, capped=False)


def _up(window: pl.DataFrame, table: pl.DataFrame, rng: Any, capped: bool) -> pl.DataFrame | None:
    name = _some(window, rng, pl.Float64, pl.Int64)
    if name is None:
        return None
    known = np.sort(table[name].drop_nulls().to_numpy())
    values = window[name].cast(pl.Float64).to_numpy()
    low, high = (np.searchsorted(known, values, side) for side in ("left", "right"))
    ranks = rng.uniform(low, np.maximum(high, low + 1)) / len(known)
    chosen = (rng.random(len(values)) < 0.3) & np.isfinite(values) & (capped | (ranks < 0.9))
    up = known[(np.minimum(ranks + 0.1, 1.0) * (len(known) - 1)).astype(int)]
    moved = pl.Series(name, np.where(chosen, up, values)).cast(window[name].dtype, strict=False)
    return window.with_columns(moved)


def _some(window: pl.DataFrame, rng: Any, *dtypes: Any) -> str | None:
    """Choose a column of a type that has more than two values."""
    names = [n for n, d in window.schema.items() if d in dtypes and window[n].n_unique() > 2]
    return str(rng.choice(names)) if names else None


Shift = Callable[[pl.DataFrame, pl.DataFrame, Any], pl.DataFrame | None]
SHIFTS: Final[dict[str, Shift]] = {
    "25 % of a category moved": category_moved,
    "… of a rarer one": rarer_moved,
    "3 % unseen category": unseen,
    "a number × 1.05": scaled,
    "a decile up in 30 %": decile_up,
    "… but the upper decile": decile_up_within,
}
RULES: Final = ("ours", "PSI > 0.1", "p < 0.05", "half p < 0.05")


@dataclass
class Tally:
    """Alarms of one kind of window: ours, and those of the fixed rules on the first windows."""

    ours: list[bool]
    fixed: list[tuple[bool, bool, bool]]

    def add(self, drawn: Pair, with_fixed: bool) -> None:
        """Count a window."""
        self.ours.append(drawn.alarms)
        if with_fixed:
            self.fixed.append(fixed(drawn))

    def line(self) -> str:
        """Return the shares of alarms."""
        shares = [float(np.mean(self.ours)), *np.mean(self.fixed, axis=0)]
        return "".join(f"{share:>15.3f}" for share in shares)


def measured(table: pl.DataFrame, seeds: int, with_fixed: int) -> dict[str, Tally]:
    """Return the alarms over a table, by size of the undrifted window and by shift."""
    found: dict[str, Tally] = {}
    for seed in range(seeds):
        drawn = pairs(table, seed)
        windows = {f"none, {size:,} rows": each for size, each in drawn.items()}
        for kind, shift in SHIFTS.items():
            rng = np.random.default_rng(seed)
            moved = shift(drawn[SHIFTED_ROWS].window, table, rng)
            if moved is not None:
                windows[kind] = drawn[SHIFTED_ROWS].shifted(moved)
        for kind, each in windows.items():
            found.setdefault(kind, Tally([], [])).add(each, seed < with_fixed)
    return found


def main() -> None:
    """Print false alarms by size of the window, and the shifts that are seen, by table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--fixed-seeds", type=int, default=40, help="windows of the fixed rules")
    parser.add_argument("--tables", nargs="*", help="some of the tables; all by default")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    heads = "".join(f"{rule:>15}" for rule in RULES)
    print(f"{'table':<16}{'shift':<26}{heads}   of {SHIFTED_ROWS:,} rows unless said", flush=True)
    chosen = {n: each for n, each in tables().items() if n in (options.tables or tables())}
    for title, table in chosen.items():
        for kind, tally in measured(table, options.seeds, options.fixed_seeds).items():
            print(f"{title:<16}{kind:<26}{tally.line()}", flush=True)


if __name__ == "__main__":
    main()
