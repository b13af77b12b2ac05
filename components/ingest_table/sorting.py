"""The sorts of any texts, found by the grammar."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from components.ingest_table.sorts import ORDERS, Seen, Sort
from components.shared.tables.missing_texts import SYMBOLS
from components.shared.tables.moment_texts import BEYOND_YEARS, moments
from components.shared.tables.number_texts import INFINITE, NEEDLESS_ZERO, NUMBER, number_unit
from components.shared.tables.readings import Decimal
from components.shared.tables.typed_texts import BOOLEANS

MOMENT_FLAGS: Final = ("dotted", "timed", "zoned", "two_digits")
DIGITS_OF_LARGEST: Final = 19
DECIMALS: Final[tuple[Decimal, ...]] = (".", ",")


def sorts_of(texts: pl.Series, words: Sequence[str]) -> dict[Sort, Seen]:
    """Count the texts of a series by their sorts.

    Args:
        texts: Texts as they stand in the file.
        words: Those that stand for a missing value.
    """
    rows = texts.to_frame("value").with_row_index("row", offset=1).drop_nulls()
    distinct = rows.group_by("value").agg(rows=pl.len(), row=pl.col("row").min())
    distinct = distinct.with_columns(stripped=pl.col("value").str.strip_chars())
    distinct = distinct.filter(pl.col("stripped") != "")
    if distinct.is_empty():
        return {}
    numbers = distinct.with_columns(_number_sorts(pl.col("stripped"), words))
    grouped = (
        _with_moments(numbers)
        .group_by(Sort._fields)
        .agg(pl.col("rows").sum(), pl.col("value").sort_by("row").first(), pl.col("row").min())
    )
    return {
        Sort(*row[: len(Sort._fields)]): Seen(count, first, text)
        for *row, count, text, first in grouped.iter_rows()
    }


def _number_sorts(text: pl.Expr, words: Sequence[str]) -> list[pl.Expr]:
    """Return the fields of `Sort` as far as they need no calendar."""
    point, comma = (text.str.contains(NUMBER[decimal]) for decimal in DECIMALS)
    digits = point | comma
    mark = _mark(text, digits, point, comma)
    whole = digits & _has_no_decimals(text, mark)
    kind = (
        pl.when(text.is_in(list(words)))
        .then(pl.lit("missing"))
        .when(text.is_in(SYMBOLS))
        .then(pl.lit("symbol"))
        .when(text.str.to_lowercase().is_in(list(BOOLEANS)))
        .then(pl.lit("boolean"))
        .when(digits & text.str.contains(NEEDLESS_ZERO))
        .then(pl.lit("code"))
        .when(whole & _is_long(text))
        .then(pl.lit("long"))
        .when(digits | text.str.contains(INFINITE))
        .then(pl.lit("number"))
        .when(text.str.contains(BEYOND_YEARS))
        .then(pl.lit("beyond"))
        .when(~text.str.contains(r"[\p{L}\p{N}]"))
        .then(pl.lit("signs"))
        .otherwise(pl.lit("other"))
    )
    number, nothing = kind == "number", pl.lit("")
    return [
        kind.alias("kind"),
        pl.when(kind.is_in(["missing", "symbol"])).then(text).otherwise(nothing).alias("text"),
        pl.when(number).then(number_unit(text)).otherwise(nothing).alias("unit"),
        pl.when(number).then(mark).otherwise(nothing).alias("mark"),
        (number & whole).alias("whole"),
        (number & (mark == "") & text.str.contains(r"[0-9]{4}")).alias("large"),
        nothing.alias("orders"),
        *(pl.lit(value=False).alias(name) for name in MOMENT_FLAGS),
    ]


def _mark(text: pl.Expr, digits: pl.Expr, point: pl.Expr, comma: pl.Expr) -> pl.Expr:
    return (
        pl.when(~digits)
        .then(pl.lit(""))
        .when(~comma)
        .then(pl.lit("."))
        .when(~point)
        .then(pl.lit(","))
        .when(text.str.contains(".", literal=True))
        .then(pl.lit("?."))
        .when(text.str.contains(",", literal=True))
        .then(pl.lit("?,"))
        .otherwise(pl.lit(""))
    )


def _has_no_decimals(text: pl.Expr, mark: pl.Expr) -> pl.Expr:
    """Tell which numbers are whole; what may separate thousands counts as if it did."""
    marked = pl.any_horizontal(
        (mark == decimal) & text.str.contains(decimal, literal=True) for decimal in DECIMALS
    )
    return ~marked & ~text.str.contains(r"[0-9][eE]")


def _is_long(text: pl.Expr) -> pl.Expr:
    digits = text.str.replace_all(r"[^0-9]", "")
    many = digits.str.len_bytes() >= DIGITS_OF_LARGEST
    return many & digits.cast(pl.Int64, strict=False).is_null()


def _with_moments(sorts: pl.DataFrame) -> pl.DataFrame:
    """Sort out the dates and times among the other texts."""
    possible = (pl.col("kind") == "other") & pl.col("stripped").str.contains(
        r"[0-9].*[-/:. ]?[0-9]"
    )
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
