"""KFP signature of `ingest_table`."""

from typing import NamedTuple

from kfp import dsl
from kfp.dsl import Dataset, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def ingest_table(
    table: Output[Dataset],
    source: str,
    format: str = "auto",
) -> NamedTuple("Outputs", [("digest", str), ("rows", int), ("columns", int)]):
    """Read a table from a file, an address or S3 and write it as Parquet. Never cache this step.

    Args:
        table: The table as Parquet; its metadata has digest, rows, columns, format and source.
        source: A path, file://, http(s):// or s3://bucket/key of CSV, Parquet or JSON Lines.
            Credentials of S3 come from the environment (AWS_ACCESS_KEY_ID, ...).
        format: auto or empty (by the ending), csv, parquet or jsonl.

    Returns:
        digest: SHA-256 of the content, whatever its format; later steps take it for their cache.
        rows: Number of rows.
        columns: Number of columns.
    """
    from components.ingest_table.ingest import ingest_table
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body():
        ingested = ingest_table(source, table.path, given(format, "auto"))
    table.metadata.update(ingested.metadata())
    return (ingested.digest, ingested.rows, ingested.columns)
