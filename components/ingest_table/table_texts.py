"""The texts of a whole table: how its columns are read, decided in one pass over its rows."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import polars as pl

from components.ingest_table.column_texts import ColumnTexts
from components.ingest_table.decisions import never_but_text
from components.ingest_table.plain_texts import POINT, UNDECIDED_POINT
from components.ingest_table.wishes import Wishes

BATCH_ROWS: Final = 100_000
THREADS: Final = 4


def read_column_texts(
    table: pl.LazyFrame, columns: Sequence[str], wishes: Wishes, rows_at_most: int | None = None
) -> list[ColumnTexts]:
    """Count the sorts of texts in columns of a table, in the memory of one batch.

    Args:
        table: The table, with these columns as text.
        columns: Their names.
        wishes: What users say of the table.
        rows_at_most: The reading ends early where the rows so far show, out of so many at most,
            how each column is read if it is text, and where the others are plain so far: a cast
            will tell whether they are to their end. None to read all rows.
    """
    found = [ColumnTexts(name, wishes.missing) for name in columns]
    start = 1
    with ThreadPoolExecutor(THREADS) as threads:
        batches = table.select(columns).collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)
        for batch in batches:
            parts = zip(found, batch.get_columns(), strict=True)
            list(threads.map(lambda part: part[0].add(part[1], start), parts))  # noqa: B023
            start += len(batch)
            if rows_at_most is not None:
                further = rows_at_most - start + 1
                if all(_is_settled(column, further) for column in found):
                    break
    return found


def _is_settled(column: ColumnTexts, further_rows: int) -> bool:
    if column.plain == "float":
        # Whether 2.984 has decimals or thousands, another number must show.
        return POINT in column.sorts or UNDECIDED_POINT not in column.sorts
    return column.plain != "" or never_but_text(column.sorts, further_rows)
