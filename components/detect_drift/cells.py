"""A column as counts of rows in cells, in training and in a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.shared.evaluation.ranking import Floats
from components.shared.models.description import ColumnProfile
from components.shared.models.profiles import category
from components.shared.reports.number_text import number

LEAST_EXPECTED: Final = 10.0
"""Rows that each cell is expected to hold in the smaller table where both are of one population.

Five would do for the chi-squared law (Cochran 1954, Some methods for strengthening the common χ²
tests, Biometrics 10); fewer and larger cells see a move between two frequent categories better."""

OTHERS: Final = "others"
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """Counts of rows by cell; both of shape (cells,).

    Attributes:
        names: What each cell holds, as people read it.
        reference: Training rows.
        window: Rows of the window.
    """

    names: tuple[str, ...]
    reference: Counts
    window: Counts

    @property
    def shares(self) -> tuple[Floats, Floats]:
        """Share of the rows by cell, of training and of the window."""
        found = (counts / max(1, counts.sum()) for counts in (self.reference, self.window))
        reference, window = found
        return reference, window

    def merged(self, groups: Sequence[Sequence[int]], names: Sequence[str]) -> "Cells":
        """Return cells that each are several of these."""
        reference, window = (
            np.array([counts[list(group)].sum() for group in groups], dtype=np.int64)
            for counts in (self.reference, self.window)
        )
        return Cells(tuple(names), reference, window)

    @property
    def expected(self) -> Floats:
        """Rows that each cell has in the smaller table where both are of one population."""
        rows = (int(self.reference.sum()), int(self.window.sum()))
        share: Floats = (self.reference + self.window) / max(1, sum(rows))
        return share * min(rows)


@dataclass(frozen=True)
class NumberCells:
    """The cells of a column of numbers: the stored quantiles, and what lies between them.

    Attributes:
        edges: The distinct quantiles, rising, shape (edges,).
        cells: `2 * edges + 1` cells: below the first edge, on it, between it and the next, ….
    """

    edges: Floats
    cells: Cells

    @property
    def at_or_beyond(self) -> tuple[int, int]:
        """Rows of the window up to the least and from the greatest value of training on."""
        return int(self.cells.window[:2].sum()), int(self.cells.window[-2:].sum())

    @property
    def beyond(self) -> tuple[int, int]:
        """Rows of the window below the least and above the greatest value of training."""
        return int(self.cells.window[0]), int(self.cells.window[-1])

    @property
    def at_ends(self) -> tuple[int, int]:
        """Training rows with the least, and with the greatest value."""
        return int(self.cells.reference[1]), int(self.cells.reference[-2])

    def folded(self) -> Cells:
        """Return the cells, neighbours together until each is expected to hold some rows."""
        return folded_neighbours(self.cells, LEAST_EXPECTED)


def number_cells(series: pl.Series, profile: ColumnProfile) -> NumberCells | None:
    """Count the numbers of a window by the quantiles of training.

    Args:
        series: Values of the window, none missing.
        profile: Of the training rows, with quantiles.

    Returns:
        None where the profile lacks the counts beside its quantiles, as those of older models do.
    """
    if profile.below is None or profile.up_to is None or profile.quantiles is None:
        return None
    values = np.array([as_number(each) for each in profile.quantiles])
    edges, first = np.unique(values, return_index=True)
    below, up_to = (np.array(each)[first] for each in (profile.below, profile.up_to))
    between = below - np.concatenate([[0], up_to[:-1]])
    reference = np.append(np.column_stack([between, up_to - below]).ravel(), 0)
    found = series.to_physical().cast(pl.Float64).to_numpy()
    place = np.searchsorted(edges, found, side="left")
    on_edge = edges[np.minimum(place, len(edges) - 1)] == found
    window = np.bincount(2 * place + on_edge, minlength=len(reference))
    return NumberCells(edges, Cells(_names(edges), reference, window))


def category_cells(series: pl.Series, profile: ColumnProfile) -> tuple[Cells, dict[str, int]]:
    """Count the categories of a window by those of training.

    Args:
        series: Values of the window, none missing.
        profile: Of the training rows, with categories.

    Returns:
        The cells, the last one being all that training kept no count of; and the rows of the
        window by each of these values, which were never there, or rare where some were not kept.
    """
    known = profile.categories or {}
    counts = series.alias("value").value_counts()
    found: dict[str, int] = {}
    for value, count in counts.iter_rows():
        name = category(value)
        found[name] = found.get(name, 0) + count
    others = {name: count for name, count in found.items() if name not in known}
    reference = np.array([*known.values(), profile.other or 0], dtype=np.int64)
    window = np.array([*(found.get(name, 0) for name in known), sum(others.values())])
    return Cells((*known, OTHERS), reference, window), others


def folded_categories(cells: Cells) -> Cells:
    """Return the cells, rare ones together; what is rare all the same goes to the next rare."""
    expected = cells.expected
    order = np.argsort(-expected, kind="stable").tolist()
    kept = [k for k in order if expected[k] >= LEAST_EXPECTED and k != len(order) - 1]
    rare = [k for k in order if k not in kept]
    if kept and expected[rare].sum() < LEAST_EXPECTED:
        groups = [[k] for k in kept[:-1]] + [[kept[-1], *rare]]
        return cells.merged(groups, [cells.names[k] for k in kept])
    groups = [*([k] for k in kept), rare]
    return cells.merged(groups, [*(cells.names[k] for k in kept), OTHERS])


def folded_neighbours(cells: Cells, least: float) -> Cells:
    """Return the cells, neighbours together until each is expected to hold `least` rows."""
    groups: list[list[int]] = [[]]
    total = 0.0
    for k, expected in enumerate(cells.expected):
        if total >= least:
            groups.append([])
            total = 0.0
        groups[-1].append(k)
        total += expected
    if total < least and len(groups) > 1:
        last = groups.pop()
        groups[-1] += last
    names = [cells.names[g[0]] if len(g) == 1 else _range(cells.names, g) for g in groups]
    return cells.merged(groups, names)


def as_number(bound: Any) -> float:
    """Return a quantile as the number that its column holds; moments are texts in profiles."""
    if not isinstance(bound, str):
        return float(bound)
    moment = datetime.fromisoformat(bound)
    return float(pl.Series([moment]).dt.epoch("us")[0])


def _names(edges: Floats) -> tuple[str, ...]:
    shown = [number(float(edge)) for edge in edges]
    names = [f"below {shown[0]}"]
    for one, following in zip(shown, [*shown[1:], ""], strict=True):
        names += [one, f"{one} to {following}" if following else f"above {one}"]
    return tuple(names)


def _range(names: Sequence[str], group: Sequence[int]) -> str:
    """Return what several neighbours hold together."""
    first, last = names[group[0]], names[group[-1]]
    low = first.removeprefix("below ").partition(" to ")[0] if group[0] else ""
    high = last.rpartition(" to ")[2]
    if group[-1] == len(names) - 1:
        return f"from {low}" if low else "all"
    return f"{low} to {high}" if low else f"up to {high}"
