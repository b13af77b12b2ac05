"""KFP signature of `detect_drift`."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import HTML, Artifact, Dataset, Input, Metrics, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def detect_drift(
    table: Input[Dataset],
    model: Input[Model],
    registered: Input[Artifact],
    report: Output[HTML],
    metrics: Output[Metrics],
    drift: Output[Artifact],
    labels: Input[Dataset] = None,
    key: List[str] = [],
    metric: str = "auto",
    alpha: float = 0.005,
    least_moved: float = 0.02,
    least_rows: int = 100,
    seed: int = 42,
) -> NamedTuple(
    "Outputs",
    [
        ("drifted", bool),
        ("performance_dropped", bool),
        ("status", str),
        ("reasons", List[str]),
        ("has_target", bool),
    ],
):
    """Decide whether what a model is given, and what it says, has moved since it was trained.

    Never cache this step: where ALERT_URL is set in its environment, a receiver there is told of
    an alarm, as a CloudEvent that is signed where ALERT_KEY is set.

    Args:
        table: The window: rows as the model is given them, as Parquet.
        model: The model folder, from fetch_model.
        registered: What the registry says of it, from the same step.
        report: What moved, how much, and how sure that is, on one page.
        metrics: Drift score, number of columns that moved, largest move, and realised and estimated
            metric.
        drift: The same as JSON; metadata: drifted, performance_dropped, status, notes.
        labels: Labels of rows of the window, with the key and the target; by default those that
            the window has.
        key: Columns that tell rows apart, by which labels are joined; empty: none, without labels.
        metric: Metric of the model that is judged where there are labels; auto is roc_auc,
            balanced_accuracy or r2 by the task.
        alpha: Chance that a window in which nothing moved raises an alarm of drift.
        least_moved: Share of the rows that must have moved in a column: what is less is a trifle.
        least_rows: Number of rows below which nothing is said of them.
        seed: Seed of samples and of bootstraps.

    Returns:
        drifted: Whether what the model is given, or says, has moved.
        performance_dropped: Whether the metric on labelled rows is worse than registered.
        status: drift, no drift, or too few rows.
        reasons: Why, a sentence each.
        has_target: Whether the window itself has values of the target.
    """
    from components.detect_drift.alert import raise_alarm
    from components.detect_drift.detect import detect_drift
    from components.detect_drift.judgement import Rule
    from components.shared.step import step_body

    with step_body() as run:
        found = detect_drift(
            table.path, model.path, registered.path, report.path, drift.path,
            labels=labels and labels.path, key=key,
            rule=Rule(alpha, least_moved, least_rows, metric.strip() or "auto", seed),
        )  # fmt: skip
        drift.metadata.update(raise_alarm(found))
        run.finished(found.outcome, found.watched, found.figures())
    metrics.metadata.update(found.figures())
    return (
        found.drifted, found.performance_dropped, found.status, list(found.reasons),
        found.has_target,
    )  # fmt: skip
