"""The rows that the figures of an evaluation are of."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from components.shared.errors import InputError
from components.shared.tables.files import write_parquet


@contextmanager
def evaluated_rows(
    test: str | Path, target: str, train: str | Path | None = None
) -> Iterator[str | Path]:
    """Give a Parquet file of the rows that an evaluation is of.

    Args:
        test: Parquet file of the test rows.
        target: Name of the target.
        train: Parquet file of the train rows, where figures are cross-validated: the train rows
            come first then, and the test rows after them, those without a target left out. None:
            the test rows are given as they are.

    Raises:
        InputError: The two are not of one table.
    """
    if train is None:
        yield test
        return
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
