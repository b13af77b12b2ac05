"""The target of the training rows, where columns of strings are to learn from it."""

from pathlib import Path

import polars as pl

from components.shared.errors import InputError
from components.shared.features.feature_plan import FeaturePlan
from components.shared.features.target_means import Target
from components.shared.features.treatments import Treatment
from components.shared.reports.number_text import counted_rows
from components.shared.tables.tasks import Task, resolve_task


def with_target(
    plan: FeaturePlan, treatment: Treatment, task: str, train: str | Path, target: pl.Series
) -> tuple[FeaturePlan, Target | None]:
    """Return the plan, without target means where none can be learnt, and what they learn from.

    Args:
        plan: What to do with each column.
        treatment: How.
        task: As the user gave it.
        train: Parquet file that the target is from.
        target: The target.

    Returns:
        The plan to keep to; the target, None where nothing learns from it.

    Raises:
        InputError: They are asked for, and cannot be learnt; or a target value is missing.
    """
    if not plan.strings("target means"):
        return plan, None
    resolved = resolve_task(task, train, target.name)
    if target.null_count():
        raise InputError(
            f"The target {target.name!r} has no value in {counted_rows(target.null_count())}: "
            "leave these rows out (split_table does)."
        )
    learnt = Target(resolved, _values(target, resolved).to_numpy())
    if not (reason := learnt.unsuited()):
        return plan, learnt
    if treatment.encoding == "target":
        raise InputError(f"Strings cannot become target means (parameter `encoding`): {reason}.")
    return plan.without_target_means(), None


def _values(target: pl.Series, task: Task) -> pl.Series:
    if task == "regression":
        return target.cast(pl.Float64)
    labels = target.cast(pl.String)
    if task == "multiclass":
        # Each class gives its name to a feature.
        return labels
    # Of numbers, their classes are found in a fraction of the time.
    return labels.cast(pl.Enum(labels.unique().sort())).to_physical().cast(pl.Int64)
