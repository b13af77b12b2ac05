"""What sorts of texts a column holds, counted over all its rows in bounded memory."""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from components.ingest_table.plain_texts import PlainType, plain_sorts
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
        plain: The type of the texts so far if all are as programs write them; empty if they are
            not, None if there was none.
    """

    def __init__(self, name: str, markers: Sequence[str] = ()) -> None:
        self.name = name
        self.sorts: dict[Sort, Seen] = {}
        self.plain: PlainType | Literal[""] | None = None
        self._words = list(dict.fromkeys([*WORDS, *markers]))
        # A cast does not tell -999 from another number.
        self._may_be_plain = not any(plain_sorts(pl.Series([marker])) for marker in markers)

    def add(self, texts: pl.Series, first_row: int) -> None:
        """Count the next texts of the column, the first of which is in this row."""
        if texts.null_count() == len(texts):
            return
        found = plain_sorts(texts) if self._may_be_plain else None
        if found is None:
            self.plain, sorts = "", sorts_of(texts, self._words)
        else:
            kind, sorts = found
            self.plain = _wider(self.plain, kind)
        for sort, seen in sorts.items():
            moved = Seen(seen.count, seen.row + first_row - 1, seen.text)
            self.sorts[sort] = self.sorts[sort] + moved if sort in self.sorts else moved


def _wider(first: PlainType | Literal[""] | None, second: PlainType) -> PlainType | Literal[""]:
    if first is None or first == second:
        return second
    return "float" if {first, second} == {"integer", "float"} else ""
