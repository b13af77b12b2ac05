"""KFP signature of `split_table`."""

from typing import List, NamedTuple

from kfp import dsl
from kfp.dsl import Dataset, Input, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def split_table(
    table: Input[Dataset],
    train: Output[Dataset],
    test: Output[Dataset],
    target: str = "",
    task: str = "auto",
    strategy: str = "auto",
    column: str = "",
    test_size: float = 0.2,
    seed: int = 42,
    entity: List[str] = [],
) -> NamedTuple(
    "Outputs",
    [("train_digest", str), ("test_digest", str), ("train_rows", int), ("test_rows", int)],
):
    """Split a table into train and test rows, so that appended rows hardly move old ones.

    Args:
        table: The table as Parquet.
        train: The train rows; metadata: digest, rows, share, dropped_rows, strategy, class_rows.
        test: The test rows; metadata as of train.
        target: The target column, rows without a value in it being dropped; empty: none.
        task: auto, classification, binary, multiclass or regression.
        strategy: auto (stratified for a classification, else random), stratified, random or time
            (the latest rows are test rows).
        column: The column of times; empty: none.
        test_size: Share of test rows, between 0 and 1.
        seed: Another seed gives another, independent split.
        entity: Columns that tell whose rows they are, such as customer_id: all rows of one entity
            are on one side, instead of a strategy; empty: each row for itself.

    Returns:
        train_digest: SHA-256 of the file of train rows.
        test_digest: SHA-256 of the file of test rows.
        train_rows: Number of train rows.
        test_rows: Number of test rows.
    """
    from components.shared.parameters import given
    from components.shared.step import step_body
    from components.shared.tables.columns import given_column
    from components.split_table.split import split_table

    with step_body():
        split = split_table(
            table.path,
            train.path,
            test.path,
            target=given_column(target, table.path),
            task=given(task, "auto"),
            strategy=given(strategy, "auto"),
            column=given_column(column, table.path),
            test_size=test_size,
            seed=seed,
            entity=entity,
        )
    train.metadata.update(split.train_metadata())
    test.metadata.update(split.test_metadata())
    return (split.train_digest, split.test_digest, split.train_rows, split.test_rows)
