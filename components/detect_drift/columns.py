"""How one column of a window differs from the same of the training rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from components.detect_drift import chances
from components.detect_drift.cells import (
    Cells,
    NumberCells,
    category_cells,
    folded_categories,
    number_cells,
)
from components.shared.models.description import ColumnProfile
from components.shared.models.profiles import more_decimals
from components.shared.reports.number_text import counted_rows, number, percent
from components.shared.windows.chances import chance_beyond, chance_of_unseen
from components.shared.windows.inputs import MOMENTS

LEAST_NEW: Final = 0.01
"""Share of rows with values that training did not have below which they are a trifle; the same as
where a table is validated."""

RARE_END: Final = 0.01
"""Share of the training rows with the least (greatest) value up to which it counts as an end."""


@dataclass(frozen=True)
class Finding:
    """One way in which a column may have moved.

    Attributes:
        test: What was tested.
        chance: Probability of as much of it, or more, where nothing has moved.
        is_large: Whether it is more than a trifle.
        text: What there is, as a sentence.
    """

    test: str
    chance: float
    is_large: bool
    text: str


@dataclass(frozen=True)
class ComparedColumn:
    """A column of the window beside that of training.

    Attributes:
        rows: Rows of the window that have a value.
        findings: What was tested.
        cells: Counts by value; None where values are not compared.
        missing: Share of missing values in training and in the window.
        remark: Why something was not compared; empty: all was.
    """

    rows: int
    findings: tuple[Finding, ...]
    cells: Cells | None
    missing: tuple[float, float]
    remark: str = ""

    @property
    def chance(self) -> float:
        """The p-value of the column: that of its tests together."""
        return chances.least_of([finding.chance for finding in self.findings])

    def said(self, threshold: float) -> tuple[Finding, ...]:
        """Return what speaks for a move, the surest first, at the threshold of the column."""
        each = threshold / max(1, len(self.findings))
        told = [f for f in self.findings if f.chance <= each and f.is_large]
        return tuple(sorted(told, key=lambda finding: finding.chance))


def compare_column(
    series: pl.Series, profile: ColumnProfile, train_rows: int, least_moved: float, least_rows: int
) -> ComparedColumn:
    """Test a column of a window against its profile.

    Args:
        series: Values of the window; NaN is none.
        profile: Of the training rows.
        train_rows: Number of these, with and without a value.
        least_moved: Share of the rows that must have moved for it to be more than a trifle.
        least_rows: Rows with a value below which values are not compared.
    """
    if series.dtype.is_float():
        series = series.fill_nan(None)
    present = series.drop_nulls()
    gaps, gaps_before = len(series) - len(present), round(train_rows * profile.nulls)
    findings: list[Finding] = []
    missing = (gaps_before / max(1, train_rows), gaps / max(1, len(series)))
    if gaps or gaps_before:
        chance = chances.two_shares(gaps, len(series), gaps_before, train_rows)
        text = f"{percent(missing[1])} of the values are missing, where {percent(missing[0])} were"
        is_large = abs(missing[1] - missing[0]) >= least_moved
        findings.append(Finding("missing values", chance, is_large, text))
    cells, remark = None, _not_compared(profile, len(present), least_rows)
    if not remark:
        present_before = train_rows - gaps_before
        if profile.categories is not None:
            cells, found = _categories(present, profile, present_before, least_moved)
        else:
            cells, found = _numbers(present, profile, present_before, least_moved)
        findings += found
        if cells is None:
            remark = "the model was trained before profiles held counts: train it again"
    return ComparedColumn(len(present), tuple(findings), cells, missing, remark)


def _not_compared(profile: ColumnProfile, rows: int, least_rows: int) -> str:
    if profile.type in MOMENTS:
        return "moments move on by themselves"
    if profile.categories is None and profile.quantiles is None:
        return "texts, of which no values are kept" if profile.nulls < 1 else "it had no values"
    if rows < least_rows:
        return f"too few values: {counted_rows(rows)} of at least {least_rows:,}"
    return ""


def _categories(
    present: pl.Series, profile: ColumnProfile, train_rows: int, least_moved: float
) -> tuple[Cells, list[Finding]]:
    cells, new = category_cells(present, profile)
    folded = folded_categories(cells)
    findings = [
        _moved("chi-squared", chances.chi_squared(folded), folded, least_moved),
        _moved("one category", chances.one_cell(folded), folded, least_moved),
    ]
    told = _often_for_rare if profile.other else _unseen
    return folded, [*findings, told(new, len(present), profile, train_rows)]


def _unseen(new: Mapping[str, int], rows: int, profile: ColumnProfile, train_rows: int) -> Finding:
    """Count the values that training did not have."""
    unseen, known = sum(new.values()), (profile.categories or {}).values()
    chance, text = 1.0, "no value is new"
    if unseen:
        chance = chance_of_unseen(unseen, rows, known, train_rows)
        text = (
            f"{_shown(unseen, rows)} with new values, most often {max(new, key=new.__getitem__)!r}"
        )
    return Finding("new categories", chance, unseen / rows >= LEAST_NEW, text)


def _often_for_rare(
    new: Mapping[str, int], rows: int, profile: ColumnProfile, train_rows: int
) -> Finding:
    """Take the most frequent value that training kept no count of, among too many categories.

    It had at the most as many rows as the rarest that was kept, and is one of no more values than
    these rows: Bonferroni's inequality over so many tests of two shares.
    """
    most = min((profile.categories or {}).values(), default=0)
    first = max(new, key=new.__getitem__, default="")
    found = new.get(first, 0)
    chance = 1.0
    if found / rows > most / max(1, train_rows):
        chance = chances.two_shares(found, rows, most, train_rows)
    text = f"{_shown(found, rows)} with {first!r}, which was rare or never there"
    share = found / rows - most / max(1, train_rows)
    candidates = (profile.other or 0) + len(new)
    return Finding("rare categories", min(1.0, chance * candidates), share >= LEAST_NEW, text)


def _shown(some: int, rows: int) -> str:
    return f"{counted_rows(some)} ({percent(some / rows)})"


def _numbers(
    present: pl.Series, profile: ColumnProfile, train_rows: int, least_moved: float
) -> tuple[Cells | None, list[Finding]]:
    counted = number_cells(present, profile)
    if counted is None:
        return None, []
    folded = counted.folded()
    findings = [
        _moved(
            "Kolmogorov-Smirnov", chances.kolmogorov_smirnov(counted.cells), folded, least_moved
        ),
        _moved("rank sum", chances.rank_sum(counted.cells), folded, least_moved),
        _moved("chi-squared", chances.chi_squared(folded), folded, least_moved),
        _moved("one range", chances.one_cell(folded), folded, least_moved),
        *_ends(counted, len(present), train_rows),
    ]
    if profile.decimals is not None:
        findings.append(_precision(present, profile.decimals, train_rows))
    return folded, findings


def _moved(test: str, chance: float, folded: Cells, least_moved: float) -> Finding:
    share = chances.moved_share(folded)
    changes = folded.shares[1] - folded.shares[0]
    k = int(abs(changes).argmax())
    before, now = (percent(float(shares[k])) for shares in folded.shares)
    name = folded.names[k]
    text = f"{percent(share)} of the rows moved, most {name!r}: {now}, where it was {before}"
    return Finding(test, chance, share >= least_moved, text)


def _ends(counted: NumberCells, rows: int, train_rows: int) -> Iterator[Finding]:
    """Count what is beyond the ends of the trained range, and on them where few rows were.

    Values that are cut off at an end, or replaced by it, lie on it.
    """
    edges = (float(counted.edges[0]), float(counted.edges[-1]))
    sides = zip(edges, counted.at_ends, counted.at_or_beyond, counted.beyond, strict=True)
    for word, (edge, at_end, with_end, beyond) in zip(("least", "greatest"), sides, strict=True):
        is_rare = at_end <= RARE_END * train_rows and at_end < train_rows
        found, ranks = (with_end, at_end + 1) if is_rare else (beyond, 1)
        share = found / rows - (at_end / train_rows if is_rare else 0.0)
        where = "at or beyond" if is_rare else "beyond"
        text = f"{_shown(found, rows)} {where} the {word} value {number(edge)}"
        chance = chance_beyond(found, rows, ranks, train_rows)
        yield Finding(f"{word} value", chance, share >= LEAST_NEW, text)


def _precision(present: pl.Series, decimals: int, train_rows: int) -> Finding:
    """Count numbers of more decimals than any had: of another unit, computed, or a mean."""
    found = int(more_decimals(present.cast(pl.Float64).to_numpy(), decimals).sum())
    share = found / len(present)
    known = f"{decimals} decimals" if decimals else "none"
    text = f"{_shown(found, len(present))} have more decimals than there were: {known}"
    chance = chance_beyond(found, len(present), 1, train_rows)
    return Finding("decimals", chance, share >= LEAST_NEW, text)
