"""Texts that stand for a missing value: the empty one, blanks, words such as NA, and symbols."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

WORDS: Final = (
    *("NA", "N/A", "n/a", "#N/A", "#N/A N/A", "#NA", "<NA>", "NULL", "Null", "null", "None", "NaT"),
    *("NaN", "nan", "NAN", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", r"\N"),
    *("#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "0000-00-00"),
    *("0000-00-00 00:00:00", "00/00/0000", "00.00.0000"),
    *("(null)", "(NULL)", "[null]", "[NULL]", "<null>", "<NULL>"),
)
"""Words for a missing value, in any column: what pandas, R, spreadsheets and databases write."""

SYMBOLS: Final = ("-", "--", "---", "–", "—", ".", "..", "...", "?")
"""Symbols for a missing value; in a text column whose other values have no letters
and digits either, such as one of + and -, they are values."""

NOT_KNOWN: Final = (
    *("unknown", "unk", "not known", "missing", "na", "n/a", "n.a.", "n.a", "none", "null", "nil"),
    *("nan", "nd", "n.d.", "n/d", "no data", "nodata", "no value", "not available", "unavailable"),
    *("not applicable", "not specified", "unspecified", "not reported", "not recorded", "(blank)"),
    *("undefined", "undetermined", "tbd", "tba", "tbc", "k.a.", "unbekannt", "inconnu"),
    *("desconocido", "sconosciuto", "onbekend"),
)
"""Words, in any case, that say among numbers or dates that one is not known. Among texts they are
values; in a column of numbers they do not speak against numbers, however many they are."""

WHITE_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""The characters that count as blanks, as those of a class in a regular expression: Unicode's
property White_Space, to which Python's own `str.strip` adds four control characters."""


def markers(missing: Sequence[str] = (), kept: Sequence[str] = ()) -> list[str]:
    """Return the texts that stand for a missing value in a column.

    Args:
        missing: Further ones, by the user's word.
        kept: Those that are values in this column.
    """
    return [text for text in dict.fromkeys([*WORDS, *SYMBOLS, *missing]) if text not in kept]


def is_missing(texts: "pl.Expr", among: Sequence[str]) -> "pl.Expr":
    """Tell which texts are missing: null, empty, blank, or a marker, with blanks around it or not.

    Args:
        texts: Texts, as they stand in the file.
        among: The markers, see `markers`.
    """
    return texts.is_null() | texts.str.strip_chars().is_in(["", *among])
