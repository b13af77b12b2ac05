"""What sorts of texts a column holds, counted over all its rows in bounded memory."""

from collections.abc import Sequence

import polars as pl

from components.ingest_table.plain_numbers import plain_sorts
from components.ingest_table.sorting import sorts_of
from components.ingest_table.sorts import Seen, Sort
from components.shared.tables.missing_texts import WORDS


class ColumnTexts:
    """The sorts of one column's texts, counted as they come.

    Args:
        name: Name of the column.
        markers: Texts that stand for a missing value by the user's word.

    Attributes:
        sorts: What was seen so far.
    """

    def __init__(self, name: str, markers: Sequence[str] = ()) -> None:
        self.name = name
        self.sorts: dict[Sort, Seen] = {}
        self._words = list(dict.fromkeys([*WORDS, *markers]))
        self._numbers_are_marked = any(is_number(marker) for marker in markers)

    def add(self, texts: pl.Series, first_row: int) -> None:
        """Count the next texts of the column, the first of which is in this row."""
        found = None if self._numbers_are_marked else plain_sorts(texts)
        for sort, seen in (sorts_of(texts, self._words) if found is None else found).items():
            moved = Seen(seen.count, seen.row + first_row - 1, seen.text)
            self.sorts[sort] = self.sorts[sort] + moved if sort in self.sorts else moved


def is_number(text: str) -> bool:
    """Tell whether a program reads a text as a number."""
    return bool(pl.Series([text]).cast(pl.Float64, strict=False).is_not_null().item())
