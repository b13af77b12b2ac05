"""KFP signature of `ingest_table`."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Dataset, Input, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def ingest_table(
    table: Output[Dataset],
    source: str,
    format: str = "auto",
    fingerprint: str = "",
    column_types: str = "",
    missing_values: List[str] = [],
    curated_schema_source: str = "",
    curated_schema_fingerprint: str = "",
    target: str = "",
    query: str = "",
    model: Input[Model] = None,
) -> NamedTuple("Outputs", [("digest", str), ("rows", int), ("columns", int)]):
    """Read a table from a file, an address or S3 and write it as Parquet.

    Never cache this step without a fingerprint: KFP's cache does not see what is behind an address.

    Args:
        table: The table as Parquet; its metadata has digest, rows, columns, format, source and
            notes, which say what of it was lost, changed or assumed when it was read.
        source: A path, file://, http(s):// or s3://bucket/key of CSV, Parquet or JSON Lines, or
            dataset://name@version or postgresql://host/database?table=schema.table. Credentials,
            and the registry of a data set, come from the environment (AWS_ACCESS_KEY_ID, PGUSER,
            REGISTRY_URL, ...).
        format: auto or empty (by the ending), csv, parquet or jsonl.
        fingerprint: What fingerprint_source said of the source: the step fails where it reads
            something else; empty: whatever is there is read.
        column_types: Types that have the last word, such as
            zip=string,when=datetime:%d/%m/%Y,amount=number; empty: as the values show.
        missing_values: Texts that stand for a missing value, besides the usual ones.
        curated_schema_source: Where a schema of an earlier run lies, whose types the columns are
            read as where nearly all values are of them, and text always; empty: none.
        curated_schema_fingerprint: What fingerprint_source said of that schema; empty: whatever is
            there is read.
        target: The column to predict: NA is one of its classes; empty: none.
        query: What to ask a database, instead of a table; empty: none.
        model: A model that is to read the table, from fetch_model: its columns are read as those of
            the training table were, where nearly all values allow it; none, or of no model: as
            the values show.

    Returns:
        digest: SHA-256 of the content, whatever its format.
        rows: Number of rows.
        columns: Number of columns.
    """
    from components.ingest_table.ingest import ingest_table
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body() as run:
        ingested = ingest_table(
            source,
            table.path,
            given(format, "auto"),
            fingerprint=given(fingerprint),
            column_types=given(column_types, ""),
            missing_values=missing_values,
            curated_schema=given(curated_schema_source),
            curated_schema_fingerprint=given(curated_schema_fingerprint),
            target=target or None,
            query=given(query, ""),
            model=model.path if model and "digest" in model.metadata else None,
        )
        run.log_data(ingested.digest, ingested.source)
        if run.tells_lineage:
            run.read(ingested.as_lineage(table.path))
    table.metadata.update(ingested.metadata())
    return (ingested.digest, ingested.rows, ingested.columns)
