"""The validation pipeline."""

from typing import List

from kfp import dsl

from components.evaluate_model.component import evaluate_model
from components.fetch_model.component import fetch_model
from components.judge_table.component import judge_table
from components.validate_table.component import validate_table
from pipelines.definition.needs import equip
from pipelines.definition.reading import TableInputs, read_table


@dsl.pipeline(name="validation")
def validation(
    source: str,
    target: str = "",
    model: str = "",
    task: str = "auto",
    query: str = "",
    format: str = "auto",
    column_types: str = "",
    missing_values: List[str] = [],
    curated_schema: str = "",
    positive_class: str = "",
    metric: str = "auto",
    floor: str = "auto",
    seed: int = 42,
) -> bool:
    """Decide whether a table is fit for use, and for a registered model that is to read it.

    The table is held against a curated schema, if there is one; with a model, also against the
    rows that the model was trained on; and with the target too, the model is evaluated on the
    table, against what it was registered with. Nothing is changed anywhere.

    Args:
        source: The table: local path, file://, s3:// or http(s):// URL of CSV, Parquet or
            JSON Lines, what DVC tracks (table.csv.dvc), a Delta table (delta+s3://…?version=3),
            postgresql://host/database?table=schema.table, or dataset://name@version of a registered
            data set.
        target: Column that holds what the model predicts, where the table has it; empty: it is
            not evaluated.
        model: Registered model that is to read the table, as name@version, where the version is a
            name, a number or an alias such as champion; empty: none.
        task: auto, classification, binary, multiclass or regression.
        query: What to ask a database (SELECT …), instead of a table; empty: none.
        format: auto (by the ending of the source), csv (TSV too), parquet or jsonl.
        column_types: Types of columns that have the last word, such as
            zip=string,when=datetime:%d/%m/%Y,amount=number; empty: as the
            values show.
        missing_values: JSON list of texts for a missing value, besides the usual ones.
        curated_schema: What the table must be like: local path or URL of the JSON schema that
            validate_table wrote in an earlier run, changed where it is too narrow or too wide;
            empty: the table is only described.
        positive_class: Which of two classes counts as found; empty: the one that it was when the
            model was registered, unless another was asked for then.
        metric: Metric that the model is judged by: auto is roc_auc, balanced_accuracy or r2 by the
            task.
        floor: Value that the metric must reach, a number; auto: nothing but what the model was
            registered with.
        seed: Seed of the bootstraps.
    """
    fetch = equip(fetch_model(model=model, target=target)).set_caching_options(False)
    how = (source, query, format, column_types, missing_values, curated_schema, target)
    steps = read_table(TableInputs(*how, model=fetch.outputs["fetched"]))
    fingerprints, ingest = steps.fingerprints, steps.ingest
    table = ingest.outputs["table"]
    validate = validate_table(
        table=table,
        curated_schema_source=curated_schema,
        curated_schema_fingerprint=fingerprints.outputs["curated_schema_fingerprint"],
        target=target,
        task=task,
        mode="report",
        metric=metric,
    )
    schema = validate.outputs["schema"]
    equip(validate)
    with dsl.If(model == "", name="without-model"):
        alone = equip(judge_table(table=table, schema=schema))
    with dsl.Elif(target == "", name="without-target"):
        compared = equip(
            judge_table(
                table=table,
                schema=schema,
                model=fetch.outputs["fetched"],
                registered=fetch.outputs["registered"],
            )
        )
    with dsl.Else(name="with-target"):
        evaluate = equip(
            evaluate_model(
                model=fetch.outputs["fetched"],
                test=table,
                positive_class=positive_class,
                seed=seed,
                test_digest=ingest.outputs["digest"],
                mode="report",
            )
        )
        judged = equip(
            judge_table(
                table=table,
                schema=schema,
                model=fetch.outputs["fetched"],
                registered=fetch.outputs["registered"],
                evaluation=evaluate.outputs["evaluation"],
                metric=metric,
                floor=floor,
            )
        )
    verdicts = (alone, compared, judged)
    return dsl.OneOf(*(each.outputs["Output"] for each in verdicts))
