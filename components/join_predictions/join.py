"""Put the predictions of the shards of a table together, in the order of its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from components.shared.errors import InputError
from components.shared.predictions.destination import check_destination, put
from components.shared.predictions.files import PredictedTable, write_predictions


def join_predictions(
    shards: Sequence[tuple[str | Path, Mapping[str, Any]]],
    predictions: str | Path,
    *,
    destination: str = "",
    format: str = "auto",  # noqa: A002
    table_digest: str = "",
) -> PredictedTable:
    """Write the predictions of all rows of a table as one file.

    Args:
        shards: Parquet file of each shard, and its metadata, as `predict_table` wrote them.
        predictions: File to write.
        destination: Where they are put as well: a path or s3://bucket/key.
        format: `auto` (by the ending of the destination, else parquet), `parquet`, `csv` or
            `jsonl`.
        table_digest: Digest of the table; empty for what the shards say.

    Raises:
        InputError: The destination cannot be written to, a shard is missing, or two are of
            different models or tables.
    """
    kind = check_destination(destination, format)
    ordered = sorted(
        ((PredictedTable.from_metadata(told), path) for path, told in shards),
        key=lambda shard: shard[0].first,
    )
    reached = 0
    alike = [replace(each, rows=0, first=0, resumed=0) for each, _ in ordered]
    if not alike or alike.count(alike[0]) != len(alike):
        raise InputError(
            f"The {len(ordered)} shards are not predictions of one table by one model: take those "
            "of one loop."
        )
    for each, _ in ordered:
        if each.first != reached:
            break
        reached += each.rows
    if reached != ordered[0][0].table_rows or reached != sum(each.rows for each, _ in ordered):
        raise InputError(
            f"There is no shard whose predictions begin with data row {reached + 1:,}, or there "
            "are two of the same: take all shards of the table, each once."
        )
    told = ordered[0][0]
    joined = replace(told, rows=reached, first=0, table=table_digest or told.table)
    rows = pl.scan_parquet([Path(path) for _, path in ordered])
    write_predictions(rows, Path(predictions), kind, joined)
    put(predictions, destination)
    return joined
