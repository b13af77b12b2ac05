"""Columns of texts that are numbers with the same words at each: a hint to write them alone."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from components.validate_table.column_statistics import ColumnStatistics, first_texts
from components.validate_table.warnings import TableWarning

FRAMED: Final = re.compile(
    r"([^\w#]*)([0-9][0-9.,]*)([ /]*[^\W\d_]{1,15}(?:[ /]+[^\W\d_]{1,15}){0,2}\.?)"
)
"""A number, signs before it and up to three words after it: with letters before it, it is mostly
a code."""

NEARLY_ALL: Final = 0.95
LEAST_DISTINCT: Final = 6


def framed_number_warnings(
    table: str | Path, statistics: Sequence[ColumnStatistics]
) -> list[TableWarning]:
    """Name the columns of texts whose first values are numbers with the same text after each."""
    names = [
        column.name
        for column in statistics
        if column.type == "string" and column.distinct >= LEAST_DISTINCT
    ]
    if not names:
        return []
    return [
        TableWarning(
            column.name,
            f"holds numbers with the same text at each, such as {example!r}, and is taken for "
            "texts: to have them learnt from as numbers, write these alone",
        )
        for column in first_texts(table, names)
        if (example := _framed(column.drop_nulls().to_list()))
    ]


def _framed(texts: Sequence[str]) -> str:
    """Return the first text with the usual words about its number; empty for none."""
    found = {text: match for text in texts if (match := FRAMED.fullmatch(text.strip()))}
    frames = Counter((match[1], match[3]) for text in texts if (match := found.get(text)))
    if not frames:
        return ""
    frame, count = frames.most_common(1)[0]
    alike = [text for text, match in found.items() if (match[1], match[3]) == frame]
    enough = count >= NEARLY_ALL * len(texts) and len(alike) >= LEAST_DISTINCT
    return alike[0] if enough else ""
