"""Texts of several words, as people write them, told from names and identifiers."""

from typing import Final

import polars as pl

PROSE_BLANKS: Final = 2.0
"""Texts with as many blanks, in the mean, are sentences rather than names or numbers."""

MOST_TEXTS: Final = 20_000
"""Texts of a column, evenly spaced, that are looked at, and that its words are learnt from."""

WORD: Final = r"\w\w+"


def spacing(texts: int) -> int:
    """Return which of so many texts are looked at: every first, second, third and so on."""
    return max(-(-texts // MOST_TEXTS), 1)


def sampled(present: pl.Series) -> pl.Series:
    """Return the texts that are looked at.

    Args:
        present: The texts of a column, without missing ones.
    """
    return present.gather_every(spacing(len(present)))


def is_prose(texts: pl.Series) -> bool:
    """Tell whether texts are sentences, by their blanks."""
    found = texts.str.strip_chars().str.count_matches(" ").mean()
    return found is not None and float(str(found)) >= PROSE_BLANKS


def recurring_words(texts: pl.Series, least_rows: int) -> int:
    """Return how many words stand in at least so many texts."""
    words = texts.str.to_lowercase().str.extract_all(WORD).list.unique().explode().drop_nulls()
    return int((words.value_counts()["count"] >= least_rows).sum())
