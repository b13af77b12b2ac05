"""Texts as programs write them: numbers, ISO dates and times, which casts alone can read.

What is found here is what the grammar would find, in a fraction of its time.
"""

from typing import Final, Literal, TypeVar

import polars as pl

from components.ingest_table.sorts import Seen, Sort

PlainType = Literal["integer", "float", "date", "datetime"]
Texts = TypeVar("Texts", pl.Expr, pl.Series)

SMALL: Final = Sort("number", whole=True)
LARGE: Final = Sort("number", whole=True, large=True)
POINT: Final = Sort("number", mark=".")
UNDECIDED_POINT: Final = Sort("number", mark="?.", whole=True)
EXPONENT: Final = Sort("number")
DATE: Final = Sort("moment")
MOMENT: Final = Sort("moment", timed=True)
PACKED: Final = "[0-9][eE][0-9]"
UNDECIDED: Final = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
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
    if not present:
        return None
    first = int(texts.is_not_null().arg_max() or 0) if texts.null_count() else 0
    if not texts[first].startswith(BEGINNINGS):
        return None
    numbers = texts.cast(pl.Float64, strict=False)
    if texts.len() - numbers.null_count() == present:
        return _plain_numbers(texts, numbers)
    moments: dict[PlainType, Sort] = {"date": DATE, "datetime": MOMENT}
    for kind, sort in moments.items():
        read = texts.to_frame("text").select(_guarded(pl.col("text"), kind, strict=False))
        if texts.len() - read.to_series().null_count() == present:
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


def _needless_zero(text: Texts) -> Texts:
    """Tell which plain numbers begin with a zero before another digit."""
    return (text >= "00") & (text < "0:")


def _plain_numbers(
    texts: pl.Series, numbers: pl.Series
) -> tuple[PlainType, dict[Sort, Seen]] | None:
    # Comparisons of series take microseconds, an expression a tenth of a millisecond at least: a
    # table may have thousands of columns.
    within = (numbers > -BEYOND_INTEGERS) & (numbers < BEYOND_INTEGERS)
    if not within.all() or _needless_zero(texts).any():
        return None
    whole = texts.cast(pl.Int64, strict=False)
    small = (whole >= -999) & (whole <= 999)
    if whole.null_count() == texts.null_count():
        return "integer", _seen(texts, {SMALL: small, LARGE: ~small})
    text = pl.col("text").str
    has_point = text.contains(".", literal=True)
    point, exponent, undecided = pl.DataFrame([texts.alias("text"), whole.alias("whole")]).select(
        point=has_point,
        exponent=pl.col("whole").is_null() & ~has_point,
        undecided=text.contains(UNDECIDED),
    )
    if exponent.any() and texts.filter(exponent).str.contains(PACKED).any():
        return None
    masks = {
        SMALL: small,
        LARGE: ~small,
        UNDECIDED_POINT: undecided,
        POINT: point & ~undecided,
        EXPONENT: exponent,
    }
    return "float", _seen(texts, masks)


def _seen(texts: pl.Series, masks: dict[Sort, pl.Series]) -> dict[Sort, Seen]:
    seen = {}
    for sort, mask in masks.items():
        if count := mask.sum():
            first = int(mask.arg_max() or 0)
            seen[sort] = Seen(int(count), first + 1, texts[first])
    return seen
