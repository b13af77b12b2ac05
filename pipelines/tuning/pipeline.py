"""The tuning pipeline."""

from typing import List

from kfp import dsl

from components.choose_trial.component import choose_trial
from components.list_trials.component import list_trials
from components.score_trials.component import score_trials
from components.split_table.component import split_table
from components.validate_table.component import validate_table
from pipelines.definition.needs import equip
from pipelines.definition.reading import TableInputs, read_table


@dsl.pipeline(name="tuning")
def tuning(
    source: str,
    target: str,
    trials: int = 60,
    parallel: int = 4,
    task: str = "auto",
    query: str = "",
    format: str = "auto",
    column_types: str = "",
    missing_values: List[str] = [],
    curated_schema: str = "",
    validation_mode: str = "fail",
    split_strategy: str = "auto",
    split_column: str = "",
    entity: List[str] = [],
    keep_entity: bool = False,
    test_size: float = 0.2,
    seed: int = 42,
    estimator: str = "auto",
    hyperparameters: str = "{}",
    time_budget: float = 60.0,
    drop_columns: List[str] = [],
    sample_weight_column: str = "",
    class_weight: str = "",
    positive_class: str = "",
    metric: str = "auto",
) -> str:
    """Search hyper-parameters on the training rows of a table, in several steps side by side.

    The rows are split as the training splits them, so that the same settings keep the same rows to
    test on: no trial sees them. The same seed makes the same trials, in however many steps. Returns
    the estimator.

    Args:
        source: The table: local path, file://, s3:// or http(s):// URL of CSV, Parquet or
            JSON Lines, what DVC tracks (table.csv.dvc), a Delta table (delta+s3://…?version=3),
            postgresql://host/database?table=schema.table, or dataset://name@version of a registered
            data set.
        target: Column to predict.
        trials: How many hyper-parameters are tried besides the defaults, up to 1,000.
        parallel: Number of steps that make a part of the trials each, side by side where the
            cluster has room, up to 100.
        task: auto, classification, binary, multiclass or regression.
        query: What to ask a database (SELECT …), instead of a table; empty: none.
        format: auto (by the ending of the source), csv (TSV too), parquet or jsonl.
        column_types: Types of columns that have the last word, such as
            zip=string,when=datetime:%d/%m/%Y,amount=number; empty: as the
            values show.
        missing_values: JSON list of texts for a missing value, besides the usual ones.
        curated_schema: What the table must be like: local path or URL of the JSON schema that
            validate_table wrote in an earlier run; empty: the table is only described.
        validation_mode: Fail (a violation ends the run) or report.
        split_strategy: auto, stratified, random or time.
        split_column: Column that split_strategy time goes by; empty: none.
        entity: JSON list of columns that tell whose rows they are: all rows of one are on one side
            of the split and of each fold. They are no features.
        keep_entity: Let the columns of the entity be features all the same.
        test_size: Share of the rows that no trial sees, between 0 and 1.
        seed: Seed of the split, the folds and the trials: keep it for the training.
        estimator: auto tunes those that the training compares; or the one to tune.
        hyperparameters: JSON object for an estimator that is named, or where it lies: a local
            path, file://, s3:// or http(s)://. What it sets is not tuned.
        time_budget: Seconds of one core that the defaults may take, at most 3,600, and a tenth of
            what all trials may, by estimates and not by a clock.
        drop_columns: JSON list of columns that the model must not see.
        sample_weight_column: Column with the weight of each row, which is not a feature; empty:
            none.
        class_weight: balanced, or a JSON object from class to weight; empty: all weigh the same.
        positive_class: Which of two classes counts as found; empty or auto: as in the training.
        metric: Metric that trials are judged by: auto is roc_auc, balanced_accuracy or r2 by the
            task.
    """
    steps = read_table(
        TableInputs(
            *(source, query, format, column_types, missing_values, curated_schema, target),
            hyperparameters=hyperparameters,
        )
    )
    table = steps.ingest.outputs["table"]
    validate = validate_table(
        table=table,
        curated_schema_source=curated_schema,
        curated_schema_fingerprint=steps.fingerprints.outputs["curated_schema_fingerprint"],
        target=target,
        task=task,
        mode=validation_mode,
        metric=metric,
    )
    split = split_table(
        table=table,
        target=target,
        task=validate.outputs["task"],
        strategy=split_strategy,
        column=split_column,
        test_size=test_size,
        seed=seed,
        entity=entity,
    )
    listed = list_trials(
        trials=trials,
        parallel=parallel,
        task=validate.outputs["task"],
        hyperparameters=steps.fingerprints.outputs["hyperparameters"],
    )
    with dsl.ParallelFor(listed.outputs["Output"], name="trials") as part:
        score = score_trials(
            train=split.outputs["train"],
            target=target,
            numbers=part.numbers,
            trials=trials,
            task=part.resolved_task,
            estimator=estimator,
            hyperparameters=part.hyperparameters,
            metric=metric,
            positive_class=positive_class,
            time_budget=time_budget,
            split_strategy=split_strategy,
            split_column=split_column,
            entity=entity,
            keep_entity=keep_entity,
            drop_columns=drop_columns,
            sample_weight_column=sample_weight_column,
            class_weight=class_weight,
            seed=seed,
        )
        equip(score)
    choose = choose_trial(trials=dsl.Collected(score.outputs["scored"]))
    for step in (validate, split, listed, choose):
        equip(step)
    return choose.outputs["estimator"]
