"""The rows that the figures of a cross-validated evaluation are of."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from components.shared.errors import InputError
from components.shared.tables.files import write_parquet


@contextmanager
def evaluated_rows(train: str | Path, test: str | Path, target: str) -> Iterator[Path]:
    """Give a Parquet file of the train rows and the test rows after them that have a target.

    Args:
        train: Parquet file of the train rows.
        test: Parquet file of the test rows.
        target: Name of the target.

    Raises:
        InputError: The two are not of one table.
    """
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.parquet"
        together = pl.concat([pl.scan_parquet(train), pl.scan_parquet(test)], how="vertical")
        try:
            labelled = pl.col(target).is_not_null()
            if together.collect_schema()[target].is_float():
                labelled &= pl.col(target).is_finite()
            write_parquet(together.filter(labelled), rows)
        except pl.exceptions.PolarsError as error:
            raise InputError(
                f"The train rows and the test rows are not of one table ({error}): give both "
                "outputs of one split_table."
            ) from error
        yield rows
