"""Features of a fold: their preprocessing is fitted on the rows that the estimator is fitted on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from components.shared.features.feature_plan import FeaturePlan, plan_features
from components.shared.features.fitting import fit_features
from components.shared.features.learnt_target import with_target
from components.shared.features.target_means import Target
from components.shared.features.treatments import Treatment, choose_treatment
from components.shared.fits.training_rows import TrainingRows
from components.shared.folds.cutting import Rows
from components.shared.models.estimators import Family
from components.shared.tables.frames import read_frame


@dataclass(frozen=True)
class FoldFeatures:
    """The two sides of a fold as features.

    Attributes:
        fitted: The rows to fit on.
        judged: Features of the rows to judge by, shape (rows, features).
        judged_rows: Their positions in the table.
        codes: Number of codes by the position of each feature that is a categorical code.
    """

    fitted: TrainingRows
    judged: NDArray[np.float64]
    judged_rows: Rows
    codes: dict[int, int]


@dataclass(frozen=True)
class RawTable:
    """Raw rows, from which each fold makes features for a family of estimators.

    Attributes:
        frame: The columns that become features.
        plan: What becomes of them.
        treatment: How.
        learnt: What columns of strings learn from; None where none does.
        target: Shape (rows,), as estimators take it.
        weights: Weight of each row, shape (rows,), class weights included; None for equal ones.
    """

    frame: pd.DataFrame
    plan: FeaturePlan
    treatment: Treatment
    learnt: Target | None
    target: NDArray[Any]
    weights: NDArray[np.float64] | None

    def features(self, fold: tuple[Rows, Rows]) -> FoldFeatures:
        """Fit the preprocessing on one side of a fold, and transform both."""
        rows, judged = fold
        plan, learnt = self.plan, None
        if self.learnt is not None:
            learnt = Target(self.learnt.task, self.learnt.values[rows])
            if learnt.unsuited():
                plan, learnt = plan.without_target_means(), None
        made = fit_features(plan, self.treatment, self.frame.iloc[rows], learnt)
        return FoldFeatures(
            TrainingRows(
                np.asfortranarray(made.table.to_numpy(), dtype=np.float64),
                self.target[rows],
                None if self.weights is None else self.weights[rows],
            ),
            np.asarray(made.transformer.transform(self.frame.iloc[judged]), dtype=np.float64),
            judged,
            {
                i: made.codes[name]
                for i, name in enumerate(made.table.columns)
                if name in made.codes
            },
        )


@dataclass(frozen=True)
class LeftOut:
    """Columns that are no features.

    Attributes:
        dropped: Those that the user wants left out.
        entity: Those that tell whose row it is.
        weight: That of the weights.
    """

    dropped: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    weight: str | None = None


def read_raw_table(
    train: Path,
    target: pl.Series,
    task: str,
    family: Family,
    left_out: LeftOut,
    rows: tuple[NDArray[Any], NDArray[np.float64] | None],
) -> RawTable:
    """Read the raw rows that a family of estimators learns from.

    Args:
        train: Parquet file.
        target: Its target column.
        task: Resolved task.
        family: Of estimators.
        left_out: Columns that are no features.
        rows: The target as estimators take it; the weights.

    Raises:
        InputError: No column is left to learn from.
    """
    treatment = choose_treatment(family)
    plan = plan_features(
        *(train, target.name, treatment),
        drop_columns=left_out.dropped,
        entity=left_out.entity,
        sample_weight_column=left_out.weight,
    )
    plan, learnt = with_target(plan, treatment, task, train, target)
    frame = read_frame(train, [column.name for column in plan.inputs])
    return RawTable(frame, plan, treatment, learnt, *rows)
