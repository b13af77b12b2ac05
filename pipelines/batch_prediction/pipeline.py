"""The batch prediction pipeline."""

from typing import List

from kfp import dsl

from components.fetch_model.component import fetch_model
from components.join_predictions.component import join_predictions
from components.list_shards.component import list_shards
from components.predict_table.component import predict_table
from components.register_dataset.component import register_dataset
from components.shared.image import IMAGE
from components.validate_table.component import validate_table
from pipelines.definition.needs import equip
from pipelines.definition.reading import TableInputs, read_table


@dsl.pipeline(name="batch-prediction")
def batch_prediction(
    source: str,
    model: str,
    destination: str = "",
    register_as: str = "",
    keep: List[str] = [],
    probabilities: bool = False,
    threshold: str = "auto",
    positive_class: str = "",
    explain: bool = False,
    output_format: str = "auto",
    shards: int = 1,
    query: str = "",
    format: str = "auto",
    column_types: str = "",
    missing_values: List[str] = [],
    git_commit: str = "unknown",
) -> int:
    """Predict every row of a table with a registered model.

    The table is read as the training table of the model was. Returns the number of rows.

    Args:
        source: The table: local path, file://, s3:// or http(s):// URL of CSV, Parquet or
            JSON Lines, what DVC tracks (table.csv.dvc), a Delta table (delta+s3://…?version=3),
            postgresql://host/database?table=schema.table, or dataset://name@version of a registered
            data set.
        model: Registered model, as name@version, where the version is a name, a number or an alias
            such as champion; without @version the latest.
        destination: Where the predictions are put: s3://bucket/key (or a path, on this machine)
            that ends with .parquet, .csv or .jsonl; empty: only into the run's own artifacts.
        register_as: Data set of which the predictions become a version, as Parquet; empty:
            none.
        keep: JSON list of columns of the table that go with the predictions, such as a key; * is
            all of them.
        probabilities: Whether the probability of each class is written too.
        threshold: Of two classes, the probability from which on the positive one is predicted, a
            number from 0 to 1; best: that of the least cost on the test rows of its training;
            auto: the more probable class.
        positive_class: The class that the threshold is for; empty: as in the evaluation of models.
        explain: Whether to write what each column contributes to each prediction, which takes
            milliseconds a row.
        output_format: auto (by the ending of the destination, else Parquet), parquet, csv or jsonl.
        shards: Number of steps that predict a part of the rows each, side by side where the cluster
            has room, up to 1,000.
        query: What to ask a database (SELECT …), instead of a table; empty: none.
        format: auto (by the ending of the source), csv (TSV too), parquet or jsonl.
        column_types: Types of columns that have the last word, such as
            zip=string,when=datetime:%d/%m/%Y,amount=number; empty: as the training table's.
        missing_values: JSON list of texts for a missing value, besides the usual ones.
        git_commit: Commit of the code that defined the run, for the lineage; with -dirty and a
            digest of the difference where the code was another.
    """
    fetch = equip(fetch_model(model=model)).set_caching_options(False)
    how = (source, query, format, column_types, missing_values, "", "")
    steps = read_table(TableInputs(*how, model=fetch.outputs["fetched"]))
    ingest = steps.ingest
    table = ingest.outputs["table"]
    listed = equip(list_shards(table=table, shards=shards))
    with dsl.ParallelFor(listed.outputs["Output"], name="shards") as shard:
        predict = predict_table(
            model=fetch.outputs["fetched"],
            table=table,
            keep=keep,
            probabilities=probabilities,
            threshold=threshold,
            positive_class=positive_class,
            explain=explain,
            first=shard.first,
            rows=shard.rows,
        )
        equip(predict)
    joined = join_predictions(
        shards=dsl.Collected(predict.outputs["predictions"]),
        destination=destination,
        format=output_format,
        table_digest=ingest.outputs["digest"],
    )
    equip(joined).set_caching_options(False)
    predictions = joined.outputs["predictions"]
    with dsl.If(register_as != "", name="registration"):
        described = equip(validate_table(table=predictions, mode="report"))
        register = register_dataset(
            table=predictions,
            schema=described.outputs["schema"],
            report=described.outputs["report"],
            dataset_name=register_as,
            run_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
            pipeline="batch-prediction",
            image=IMAGE,
            git_commit=git_commit,
            source=steps.fingerprints.outputs["pinned_source"],
        )
        equip(register).set_caching_options(False)
    return joined.outputs["Output"]
