"""The monitoring pipeline."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, PipelineTask

from components.detect_drift.component import detect_drift
from components.fetch_model.component import fetch_model
from pipelines.definition.needs import equip, let_alarm
from pipelines.definition.reading import TableInputs, read_table


class Watched(NamedTuple):
    """What a run says: whether it alarms, and why; of which version, on what rows."""

    drifted: bool
    performance_dropped: bool
    reasons: List[str]
    registered: Artifact
    table_digest: str
    pinned_source: str
    has_target: bool


def _alarming(task: PipelineTask) -> PipelineTask:
    """Let a step tell the receiver of alarms, which a cached one would not."""
    return let_alarm(equip(task)).set_caching_options(False)


@dsl.pipeline(name="monitoring")
def monitoring(
    model: str,
    source: str,
    labels: str = "",
    key: List[str] = [],
    query: str = "",
    format: str = "auto",
    column_types: str = "",
    missing_values: List[str] = [],
    metric: str = "auto",
    alpha: float = 0.005,
    least_moved: float = 0.02,
    least_rows: int = 100,
    seed: int = 42,
) -> Watched:
    """Watch a registered model: has what it is given, or what it says, moved since its training?

    A window of rows is held against the profile that the version was registered with; where
    labels have arrived, so is the metric on them. Nothing is changed anywhere. Where ALERT_URL
    is set in the environment, a receiver there is told of an alarm.

    Args:
        model: Registered model to watch, as name@version, where the version is a name, a number or
            an alias such as champion.
        source: The window, rows as the model is given them: local path, file://, s3:// or
            http(s):// URL of CSV, Parquet or JSON Lines, what DVC tracks (table.csv.dvc), a Delta
            table (delta+s3://…?version=3), postgresql://host/database?table=schema.table,
            dataset://name@version of a registered data set, or a folder of Parquet files with /
            at its end, as a prediction log (s3://logs/predictions/model=churn/version=3/).
        labels: Labels of rows of the window, with the key and the model's target: an address as
            that of the window; empty: those that the window has itself, if it has the target.
        key: JSON list of columns whose values tell rows apart, by which labels are joined; none
            where the window has its labels itself.
        query: What to ask a database (SELECT …), instead of a table; empty: none.
        format: auto (by the ending of the source), csv (TSV too), parquet or jsonl.
        column_types: Types of columns that have the last word, such as
            zip=string,when=datetime:%d/%m/%Y,amount=number; empty: as the
            values show.
        missing_values: JSON list of texts for a missing value, besides the usual ones.
        metric: Metric that is judged where there are labels: auto is roc_auc, balanced_accuracy or
            r2 by the task.
        alpha: Chance that a window in which nothing moved raises an alarm of drift.
        least_moved: Share of the rows that must have moved in a column: what is less is a trifle.
        least_rows: Number of rows below which nothing is said of them.
        seed: Seed of samples and of bootstraps.
    """
    fetch = equip(fetch_model(model=model)).set_caching_options(False)
    read = (format, column_types, missing_values, "", "")
    window = read_table(TableInputs(source, query, *read))
    told = {
        "table": window.ingest.outputs["table"],
        "model": fetch.outputs["fetched"],
        "registered": fetch.outputs["registered"],
        "metric": metric,
        "alpha": alpha,
        "least_moved": least_moved,
        "least_rows": least_rows,
        "seed": seed,
    }
    with dsl.If(labels == "", name="without-labels"):
        alone = _alarming(detect_drift(**told))
    with dsl.Else(name="with-labels"):
        late = read_table(TableInputs(labels, "", "auto", column_types, missing_values, "", ""))
        labelled = _alarming(detect_drift(**told, labels=late.ingest.outputs["table"], key=key))
    alarm = ("drifted", "performance_dropped", "reasons", "has_target")
    told = {name: dsl.OneOf(alone.outputs[name], labelled.outputs[name]) for name in alarm}
    return Watched(
        **told,
        registered=fetch.outputs["registered"],
        table_digest=window.ingest.outputs["digest"],
        pinned_source=window.fingerprints.outputs["pinned_source"],
    )
