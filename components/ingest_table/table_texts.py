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
FIRST_PART: Final = 12
"""The share of rows, as 1 of so many, in which 5 % of all rows can be seen not to be numbers."""

THREADS: Final = 4


def read_column_texts(
    table: pl.LazyFrame, columns: Sequence[str], wishes: Wishes
) -> list[ColumnTexts]:
    """Count the sorts of all texts in columns of a table, in the memory of one batch.

    Args:
        table: The table, with these columns as text.
        columns: Their names.
        wishes: What users say of the table.
    """
    found = [ColumnTexts(name, wishes.missing) for name in columns]
    start = 1
    with ThreadPoolExecutor(THREADS) as threads:
        batches = table.select(columns).collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)
        for batch in batches:
            parts = zip(found, batch.get_columns(), strict=True)
            list(threads.map(lambda part: part[0].add(part[1], start), parts))  # noqa: B023
            start += len(batch)
    return found


def read_first_texts(
    table: pl.LazyFrame, columns: Sequence[str], wishes: Wishes, rows_at_most: int
) -> list[ColumnTexts] | None:
    """Count the sorts of the first texts, if they show how each column is read.

    Args:
        table: The table, with these columns as text.
        columns: Their names.
        wishes: What users say of the table.
        rows_at_most: The number of its rows, or more.

    Returns:
        What was seen of each column; None unless each is text, whatever follows, or is plain so
        far: Then a cast tells whether it is to its end.
    """
    first = min(rows_at_most, rows_at_most // FIRST_PART + 1)
    found = read_column_texts(table.head(first), columns, wishes)
    settled = all(_is_settled(column, rows_at_most - first) for column in found)
    return found if settled else None


def _is_settled(column: ColumnTexts, further_rows: int) -> bool:
    if column.plain == "float":
        # Whether 2.984 has decimals or thousands, another number must show.
        return POINT in column.sorts or UNDECIDED_POINT not in column.sorts
    return column.plain != "" or never_but_text(column.sorts, further_rows)
