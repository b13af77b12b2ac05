"""The sorts of any texts, found by the grammar."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from components.ingest_table.sorts import ORDERS, Seen, Sort
from components.shared.tables.boolean_texts import BOOLEANS
from components.shared.tables.missing_texts import NOT_KNOWN, SYMBOLS
from components.shared.tables.moment_grammar import BEYOND_YEARS, MONTH_NUMBERS, WEEKDAYS, YEAR_ZERO
from components.shared.tables.moment_texts import moments
from components.shared.tables.number_grammar import (
    BEFORE_CURRENCY_SIGN,
    CURRENCY_CODES,
    CUT_OFF,
    INFINITE,
    NEEDLESS_ZERO,
    NUMBER,
    PACKED_EXPONENT,
    SCIENTIFIC,
)
from components.shared.tables.number_texts import number_scale, number_unit

LETTERS: Final = r"^(\p{L}+)"
BEGINNINGS: Final = (
    *(*CURRENCY_CODES, *BEFORE_CURRENCY_SIGN, *MONTH_NUMBERS, *WEEKDAYS, *BOOLEANS, *NOT_KNOWN),
    *("inf", "infinity", "pt"),
)
MOMENT_FLAGS: Final = ("dotted", "timed", "zoned", "two_digits", "month")
DIGITS_OF_LARGEST: Final = 19
LONGEST_SIGN: Final = 3
"""Characters of signs that may stand for a missing value among numbers, such as * or **."""


def sorts_of(texts: pl.Series, words: Sequence[str]) -> dict[Sort, Seen]:
    """Count the texts of a series by their sorts.

    Args:
        texts: Texts as they stand in the file.
        words: Those that stand for a missing value.
    """
    rows = texts.to_frame("value").with_row_index("row", offset=1).drop_nulls()
    rows = rows.with_columns(stripped=pl.col("value").str.strip_chars())
    words_alone = rows.select(_begins_with_another_word(words)).to_series()
    sorts = _others(rows.filter(words_alone))
    distinct = (
        rows.filter(~words_alone & (pl.col("stripped") != ""))
        .group_by("value", "stripped")
        .agg(rows=pl.len(), row=pl.col("row").min())
    )
    if distinct.is_empty():
        return sorts
    grouped = (
        _with_moments(_with_numbers(distinct, words))
        .group_by(Sort._fields)
        .agg(pl.col("rows").sum(), pl.col("value").sort_by("row").first(), pl.col("row").min())
    )
    for *fields, count, text, first in grouped.iter_rows():
        sort, seen = Sort(*fields), Seen(count, first, text)
        sorts[sort] = sorts[sort] + seen if sort in sorts else seen
    return sorts


def _begins_with_another_word(words: Sequence[str]) -> pl.Expr:
    """Tell which texts begin with letters that nothing but another text begins with."""
    letters = pl.Series([*BEGINNINGS, *words]).str.extract(LETTERS).drop_nulls()
    known, text = "|".join(letters.unique().sort()), pl.col("stripped")
    return text.str.contains(LETTERS) & ~text.str.contains(rf"^(?i:{known})(?:\P{{L}}|$)")


def _others(rows: pl.DataFrame) -> dict[Sort, Seen]:
    if rows.is_empty():
        return {}
    return {Sort("other"): Seen(len(rows), rows["row"][0], rows["value"][0])}


def _with_numbers(distinct: pl.DataFrame, words: Sequence[str]) -> pl.DataFrame:
    """Add the fields of `Sort`, as far as they need no calendar."""
    text, nothing = pl.col("stripped"), pl.lit("")
    # Step by step: each of them is planned once.
    return (
        distinct.with_columns(stripped=text.str.replace(*CUT_OFF, literal=True))
        .with_columns(
            point=text.str.contains(NUMBER["."]),
            comma=text.str.contains(NUMBER[","]),
            has_point=text.str.contains(".", literal=True),
            has_comma=text.str.contains(",", literal=True),
            exponent=text.str.contains("[0-9][eE]"),
        )
        .with_columns(digits=pl.col("point") | pl.col("comma"), mark=_mark())
        .with_columns(
            whole=pl.col("digits")
            & ~pl.col("exponent")
            & ~((pl.col("mark") == ".") & pl.col("has_point"))
            & ~((pl.col("mark") == ",") & pl.col("has_comma"))
        )
        .with_columns(kind=_kind(words))
        .with_columns(number=pl.col("kind") == "number")
        .with_columns(
            text=pl.when(_keeps_text(text)).then(text).otherwise(nothing),
            unit=pl.when("number").then(number_unit(text)).otherwise(nothing),
            scaled=pl.when("number").then(number_scale(text)).otherwise(nothing),
            mark=pl.when("number")
            .then("mark")
            .when(_scientific(text))
            .then(pl.lit("e"))
            .otherwise(nothing),
            whole=pl.col("number") & pl.col("whole"),
            large=pl.col("number") & (pl.col("mark") == "") & text.str.contains("[0-9]{4}"),
            orders=nothing,
            **{name: pl.lit(value=False) for name in MOMENT_FLAGS},
        )
    )


def _keeps_text(text: pl.Expr) -> pl.Expr:
    """Tell of which texts the sort names the text itself; there are few of them."""
    short = (pl.col("kind") == "signs") & (text.str.len_chars() <= LONGEST_SIGN)
    return pl.col("kind").is_in(["missing", "symbol", "not known"]) | short


def _scientific(text: pl.Expr) -> pl.Expr:
    return (pl.col("kind") == "packed") & text.str.contains(SCIENTIFIC)


def _mark() -> pl.Expr:
    return (
        pl.when(~pl.col("point") & ~pl.col("comma"))
        .then(pl.lit(""))
        .when(~pl.col("comma"))
        .then(pl.lit("."))
        .when(~pl.col("point"))
        .then(pl.lit(","))
        .when("has_point")
        .then(pl.lit("?."))
        .when("has_comma")
        .then(pl.lit("?,"))
        .otherwise(pl.lit(""))
    )


def _kind(words: Sequence[str]) -> pl.Expr:
    text = pl.col("stripped")
    digits = text.str.replace_all("[^0-9]", "")
    long = (digits.str.len_bytes() >= DIGITS_OF_LARGEST) & digits.cast(
        pl.Int64, strict=False
    ).is_null()
    return (
        pl.when(text.is_in(list(words)))
        .then(pl.lit("missing"))
        .when(text.is_in(SYMBOLS))
        .then(pl.lit("symbol"))
        .when(text.str.to_lowercase().is_in(list(BOOLEANS)))
        .then(pl.lit("boolean"))
        .when(text.str.to_lowercase().is_in(NOT_KNOWN))
        .then(pl.lit("not known"))
        .when(pl.col("digits") & text.str.contains(NEEDLESS_ZERO))
        .then(pl.lit("code"))
        .when(pl.col("whole") & long)
        .then(pl.lit("long"))
        .when(text.str.contains(PACKED_EXPONENT))
        .then(pl.lit("packed"))
        .when(pl.col("digits") | text.str.contains(INFINITE))
        .then(pl.lit("number"))
        .when(text.str.contains(BEYOND_YEARS))
        .then(pl.lit("beyond"))
        .when(text.str.contains(YEAR_ZERO))
        .then(pl.lit("zero year"))
        .when(~text.str.contains(r"[\p{L}\p{N}]"))
        .then(pl.lit("signs"))
        .otherwise(pl.lit("other"))
    )


def _with_moments(sorts: pl.DataFrame) -> pl.DataFrame:
    """Sort out the dates and times among the other texts."""
    digits = pl.col("stripped").str.contains("[0-9].*[0-9]")
    possible = (pl.col("kind") == "other") & digits
    candidates = sorts.filter(possible)
    if candidates.is_empty():
        return sorts
    found = moments(candidates["stripped"])
    orders = {order: pl.col(order.replace(" ", "_")).is_not_null() for order in ORDERS}
    is_moment = pl.any_horizontal(orders.values())
    possible_orders = pl.concat_list(
        pl.when(holds).then(pl.lit(order)) for order, holds in orders.items()
    )
    fields = found.select(
        kind=pl.when(is_moment)
        .then(pl.lit("moment"))
        .when(pl.col("clock").is_not_null())
        .then(pl.lit("clock"))
        .otherwise(pl.lit("other")),
        orders=pl.when(is_moment & pl.col("numeric"))
        .then(possible_orders.list.drop_nulls().list.join(", "))
        .otherwise(pl.lit("")),
        **{name: is_moment & pl.col(name) for name in MOMENT_FLAGS},
    )
    return pl.concat([sorts.filter(~possible), candidates.with_columns(fields.get_columns())])
