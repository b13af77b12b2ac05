"""KFP signature of `join_predictions`."""

from typing import List

from kfp import dsl
from kfp.dsl import Dataset, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def join_predictions(
    shards: Input[List[Dataset]],
    predictions: Output[Dataset],
    destination: str = "",
    format: str = "auto",
    table_digest: str = "",
) -> int:
    """Put the predictions of the shards of a table together, in the order of its rows.

    Returns the number of rows. Cache it with care: what was put elsewhere may have been removed.

    Args:
        shards: What `predict_table` wrote of each shard, as Parquet.
        predictions: All of them, with the metadata of a shard and the number of all rows.
        destination: Where they are put as well: s3://bucket/key or a path; empty: nowhere.
        format: auto (by the ending of the destination, else parquet), parquet, csv or jsonl.
        table_digest: Digest of the table, for the lineage; empty: what the shards say.
    """
    from components.join_predictions.join import join_predictions
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body():
        joined = join_predictions(
            [(shard.path, shard.metadata) for shard in shards], predictions.path,
            destination=given(destination, ""), format=given(format, "auto"),
            table_digest=given(table_digest, ""),
        )  # fmt: skip
    predictions.metadata.update(joined.metadata())
    return joined.rows
