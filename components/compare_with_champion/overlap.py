"""Which rows compare two models fairly: those that none of them alone was trained on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from components.shared.errors import OverlapUnknownError
from components.shared.evaluation.comparisons import ComparedRows
from components.shared.models.description import read_description
from components.shared.models.trained_on import rows_trained_on

LEAST_ROWS: Final = 30
"""Fewer rows, after others were left out, decide nothing."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Overlap:
    """Rows that two models are compared on.

    Attributes:
        fair: Which rows count.
        told: The same in figures.
    """

    fair: Bools
    told: ComparedRows

    @property
    def too_few(self) -> str:
        """Why the rows that are left decide nothing, and what to do; empty where they do."""
        told = self.told
        if told.compared == told.rows or told.compared >= LEAST_ROWS:
            return ""
        return (
            f"{told.compared:,} of {told.rows:,} rows are left to compare with it, and at "
            f"least {LEAST_ROWS} decide. Take the split and the seed that it was trained with, and "
            "`entity` where several rows are of one customer or the like, or train on more rows."
        )


def overlap(
    table: str | Path, rows: int, champion: str | Path, model: str | Path | None
) -> Overlap:
    """Tell which rows compare a champion with a candidate.

    A row counts unless one model was trained on it and the other was not. Equal rows cannot be
    told apart: one that stands in the training rows of both, as in tables of few different rows,
    is as good for the one as for the other, and counts.

    Args:
        table: Parquet file with the rows.
        rows: Number of them.
        champion: The champion's model folder.
        model: The candidate's; None: no row was predicted by what was fitted on it, or it is not
            known.
    """
    fair, unknown = np.ones(rows, dtype=np.bool_), ""
    none = np.zeros(rows, dtype=np.bool_)
    try:
        known, seen = rows_trained_on(champion, table)
    except OverlapUnknownError as error:
        return Overlap(fair, ComparedRows(rows, rows, unknown=str(error)))
    own_known, own_seen = ~none, none
    if model is not None:
        try:
            own_known, own_seen = rows_trained_on(model, table)
        except OverlapUnknownError as error:
            unknown = f"of the candidate: {error}"
    fair = known & own_known & (seen == own_seen)
    told = read_description(champion).trained_on
    return Overlap(
        fair,
        ComparedRows(
            rows=rows,
            compared=int(fair.sum()),
            of_champion=int((seen & ~own_seen).sum()),
            of_candidate=int((own_seen & ~seen).sum()),
            of_both=int((seen & own_seen).sum()),
            not_sampled=int((~(known & own_known)).sum()),
            entity=tuple(told.columns) if told and told.entity else (),
            unknown=unknown,
        ),
    )
