"""What is to be said of the figures of an evaluation, whatever the gate decides.

Imports the standard library only: the gate of a first model loads nothing more.
"""

from collections.abc import Mapping, Sequence

from components.shared.evaluation.metrics import (
    LEAST_ROWS,
    MULTICLASS,
    OF_ALL_ROWS,
    REGRESSION,
    Estimate,
)
from components.shared.reports.number_text import counted_rows, number

LOG_LOSS = "log_loss"
PRECISION = "precision"


def worse_than_shares(
    metrics: Mapping[str, Estimate], baseline: Mapping[str, float | None]
) -> str | None:
    """Say that probabilities are worse than those of a constant; None where they are not.

    Args:
        metrics: Value and interval by the name of the metric.
        baseline: What a constant prediction reaches, by metric.
    """
    found, constant = metrics.get(LOG_LOSS, Estimate(None)).value, baseline.get(LOG_LOSS)
    if found is None or constant is None or found <= constant:
        return None
    return (
        "the probabilities are worse than a constant's, the shares of the classes: log loss "
        f"{number(found)} against {number(constant)}. Do not take them at their word; how they "
        "rank rows is another question (ROC AUC)"
    )


def without_interval(
    task: str,
    metrics: Mapping[str, Estimate],
    rows: int,
    rarest: int,
    cross_validated: bool = False,
) -> str | None:
    """Say which metrics have no interval, and why; None where all have one.

    Args:
        task: The task.
        metrics: Value and interval by the name of the metric.
        rows: Rows in all.
        rarest: Rows of the rarest class, of a regression in all.
        cross_validated: Whether they are all rows that there are, and not the test rows alone.
    """
    names = [n for n, each in metrics.items() if each.value is not None and each.low is None]
    tested, remedy = ("rows", "") if cross_validated else ("test rows", " (--test-size)")
    told = []
    if PRECISION in names:
        # A share of rows has an interval however few they are: only of none there is no share.
        names.remove(PRECISION)
        told.append("no interval of precision: no row was called positive, so that it is 0")
    of_all = [n for n in names if task == REGRESSION or (task == MULTICLASS and n in OF_ALL_ROWS)]
    of_classes = [n for n in names if n not in of_all]
    alike = []
    for those, there, of_each, counted in (
        (of_classes, rarest, " of each class", "the rarest has"),
        (of_all, rows, "", "there are"),
    ):
        if those and there < LEAST_ROWS:
            told.append(
                f"no interval of {', '.join(those)}: it takes {LEAST_ROWS} {tested}{of_each}, and "
                f"{counted} {there}{remedy}"
            )
        else:
            alike += those
    if alike:
        told.append(
            f"no interval of {', '.join(alike)}: resamples of the {tested} do not differ in it"
        )
    return "; ".join(told) or None


def never_found(labels: Sequence[object], confusion: Sequence[Sequence[int]]) -> str | None:
    """Say of which classes no row is called so; None where some row of each is.

    Args:
        labels: Names of the model's classes.
        confusion: Number of rows, actual by predicted, the first of both as `labels`.
    """
    lost = [
        f"{label!r} ({counted_rows(sum(rows))})"
        for place, (label, rows) in enumerate(zip(labels, confusion, strict=False))
        if sum(rows) and not rows[place]
    ]
    if not lost:
        return None
    named = f"the class {lost[0]}" if len(lost) == 1 else f"{len(lost)} classes, such as {lost[0]},"
    return f"of {named} none is found: predictions name other classes for all of them"
