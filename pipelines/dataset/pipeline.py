"""The dataset pipeline."""

from typing import List

from kfp import dsl

from components.judge_table.component import judge_table
from components.register_dataset.component import register_dataset
from components.shared.image import IMAGE
from components.validate_table.component import validate_table
from pipelines.definition.needs import equip
from pipelines.definition.reading import TableInputs, read_table


@dsl.pipeline(name="dataset")
def dataset(
    source: str,
    name: str,
    alias: List[str] = [],
    parent: str = "",
    reference_only: bool = False,
    target: str = "",
    format: str = "auto",
    column_types: str = "",
    missing_values: List[str] = [],
    curated_schema: str = "",
    git_commit: str = "unknown",
    query: str = "",
) -> bool:
    """Register a table as a version of a data set, if it is fit for use.

    The table is held against a curated schema, if there is one; where it breaks a rule, nothing is
    registered. A table that says what a version says which is not archived is that version. Models
    are trained on it by dataset://name@version as their source.

    Args:
        source: The table: local path, file://, s3:// or http(s):// URL of CSV, Parquet or
            JSON Lines, what DVC tracks (table.csv.dvc), a Delta table (delta+s3://…?version=3),
            postgresql://host/database?table=schema.table, or dataset://name@version of a registered
            data set.
        name: Name of the data set in the registry; created when new.
        alias: JSON list of aliases that the version gets.
        parent: Version of a data set that the table was made from, as name@version; empty: that
            which is its source, or none.
        reference_only: Register where the table lies and the digest of its content, not its bytes.
        target: The column that models will predict: NA is one of its classes; empty: none.
        format: auto (by the ending of the source), csv (TSV too), parquet or jsonl.
        column_types: Types of columns that have the last word, such as
            zip=string,when=datetime:%d/%m/%Y,amount=number; empty: as the
            values show.
        missing_values: JSON list of texts for a missing value, besides the usual ones.
        curated_schema: What the table must be like: local path or URL of the JSON schema that
            validate_table wrote in an earlier run, changed where it is too narrow or too wide, or
            dataset://name@version for that of a version; empty: the table is only described.
        git_commit: Commit of the code that defined the run, for the lineage; with -dirty and a
            digest of the difference where the code was another.
        query: SQL to ask a database that the source names, instead of a table; empty: none.
    """
    steps = read_table(
        TableInputs(*(source, query, format, column_types, missing_values, curated_schema, target))
    )
    fingerprints, ingest = steps.fingerprints, steps.ingest
    table = ingest.outputs["table"]
    validate = validate_table(
        table=table,
        curated_schema_source=curated_schema,
        curated_schema_fingerprint=fingerprints.outputs["curated_schema_fingerprint"],
        mode="report",
    )
    judge = judge_table(table=table, schema=validate.outputs["schema"])
    with dsl.If(judge.outputs["Output"] == True, name="registration"):
        register = register_dataset(
            table=table,
            schema=validate.outputs["schema"],
            report=validate.outputs["report"],
            dataset_name=name,
            aliases=alias,
            parent=parent,
            reference_only=reference_only,
            run_id=dsl.PIPELINE_JOB_ID_PLACEHOLDER,
            pipeline="dataset",
            image=IMAGE,
            git_commit=git_commit,
            source=fingerprints.outputs["pinned_source"],
            source_fingerprint=fingerprints.outputs["fingerprint"],
            format=format,
            column_types=column_types,
            missing_values=missing_values,
            curated_schema_source=curated_schema,
            query=query,
        ).set_caching_options(False)
        equip(register)
    for step in (validate, judge):
        equip(step)
    return judge.outputs["Output"]
