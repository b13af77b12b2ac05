"""Texts as programs write them: numbers, ISO dates and times, which casts alone can read.

What is found here is what the grammar would find, in a fraction of its time.
"""

from typing import Final, Literal

import polars as pl

from components.ingest_table.sorts import Seen, Sort

PlainType = Literal["integer", "float", "date", "datetime"]

SMALL: Final = Sort("number", whole=True)
LARGE: Final = Sort("number", whole=True, large=True)
POINT: Final = Sort("number", mark=".")
UNDECIDED_POINT: Final = Sort("number", mark="?.", whole=True)
EXPONENT: Final = Sort("number")
DATE: Final = Sort("moment")
MOMENT: Final = Sort("moment", timed=True)
UNDECIDED: Final = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
LENGTH_OF_UNDECIDED: Final = len("-999.999")
BEYOND_INTEGERS: Final = 2.0**63
ISO_DATE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
ISO_MOMENT: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-5][0-9]:[0-5][0-9]$"
BEGINNINGS: Final = (*"0123456789.+-",)
NOT_PLAIN: Final = "not plain"


def plain_sorts(texts: pl.Series) -> tuple[PlainType, dict[Sort, Seen]] | None:
    """Count texts that are all plain, and say of what type they are.

    Returns:
        The type and the sorts; None where a text is not plain, or where there is none.
    """
    present = texts.len() - texts.null_count()
    if not present or not texts[int(texts.is_not_null().arg_true()[0])].startswith(BEGINNINGS):
        return None
    numbers = texts.cast(pl.Float64, strict=False)
    if texts.len() - numbers.null_count() == present:
        return _plain_numbers(texts, numbers)
    moments: dict[PlainType, Sort] = {"date": DATE, "datetime": MOMENT}
    for kind, sort in moments.items():
        read = texts.to_frame("text").select(_guarded(pl.col("text"), kind, strict=False))
        if texts.len() - read.to_series().null_count() == present:
            first = int(texts.is_not_null().arg_true()[0])
            return kind, {sort: Seen(present, first + 1, texts[first])}
    return None


def plain_values(column: str, kind: PlainType) -> pl.Expr:
    """Return the plain texts of a column as values; a text that is not plain makes it fail."""
    return _guarded(pl.col(column), kind, strict=True).alias(column)


def _guarded(text: pl.Expr, kind: PlainType, *, strict: bool) -> pl.Expr:
    if kind in ("integer", "float"):
        # Casts read 007 as 7; it is a code.
        guarded = pl.when(_needless_zero(text)).then(pl.lit(NOT_PLAIN)).otherwise(text)
        return guarded.cast(pl.Int64 if kind == "integer" else pl.Float64, strict=strict)
    form = ISO_DATE if kind == "date" else ISO_MOMENT
    plain = text.is_null() | (text.str.contains(form) & (text >= "0001"))
    guarded = pl.when(plain).then(text).otherwise(pl.lit(NOT_PLAIN))
    if kind == "date":
        # Polars reads these forms in less time than it looks texts up that it has read before.
        return guarded.str.to_date("%Y-%m-%d", strict=strict, cache=False)
    guarded = guarded.str.replace("T", " ", literal=True)
    return guarded.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=strict, cache=False)


def _needless_zero(text: pl.Expr) -> pl.Expr:
    """Tell which plain numbers begin with a zero before another digit."""
    return (text >= "00") & (text < "0:")


def _plain_numbers(
    texts: pl.Series, numbers: pl.Series
) -> tuple[PlainType, dict[Sort, Seen]] | None:
    whole = texts.cast(pl.Int64, strict=False)
    frame = pl.DataFrame({"text": texts, "whole": whole})
    text, small = pl.col("text"), pl.col("whole").is_between(-999, 999)
    special = ~(numbers.abs() < BEYOND_INTEGERS)
    if special.any() or frame.select(_needless_zero(text).any()).item():
        return None
    if whole.null_count() == texts.null_count():
        return "integer", _seen(frame, {SMALL: small, LARGE: ~small})
    frame = frame.with_columns(point=text.str.contains(".", literal=True)).with_columns(
        undecided=pl.col("point")
        & (text.str.len_bytes() <= LENGTH_OF_UNDECIDED)
        & text.str.contains(UNDECIDED)
    )
    masks = {
        SMALL: small,
        LARGE: ~small,
        UNDECIDED_POINT: pl.col("undecided"),
        POINT: pl.col("point") & ~pl.col("undecided"),
        EXPONENT: pl.col("whole").is_null() & ~pl.col("point"),
    }
    return "float", _seen(frame, masks)


def _seen(frame: pl.DataFrame, masks: dict[Sort, pl.Expr]) -> dict[Sort, Seen]:
    found = frame.select(mask.alias(str(number)) for number, mask in enumerate(masks.values()))
    seen = {}
    for sort, mask in zip(masks, found, strict=True):
        rows = mask.arg_true()
        if len(rows):
            seen[sort] = Seen(len(rows), int(rows[0]) + 1, frame["text"][int(rows[0])])
    return seen
