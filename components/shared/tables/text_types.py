"""Types of columns that were read as text, found out from all of their values."""

from pathlib import Path

import polars as pl

BOOLEANS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
LONG_INTEGER = r"^[+-]?\d{19,}$"
"""Whole numbers that a float would round: identifiers, which stay text."""

DECIMAL_COMMA = r"^[+-]?(\d{1,18}|\d+,\d+|\d{1,3}(\.\d{3})+,\d+)([eE][+-]?\d+)?$"
"""Numbers such as 1,5 and 1.234,50; one with points alone could be 1234 as well as 1.234."""

DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y")
TIMES = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
)


def moment_conversions(column: str) -> list[pl.Expr]:
    """Return the ways to read a text column as dates or times, null where one does not fit.

    Times with an offset become times in UTC.
    """
    text = pl.col(column).str
    dates = [text.to_date(pattern, strict=False) for pattern in DATES]
    times = [
        text.to_datetime(
            pattern, strict=False, time_unit="us", time_zone="UTC" if "z" in pattern else None
        )
        for pattern in TIMES
    ]
    return dates + times


def conversions(column: str) -> list[pl.Expr]:
    """Return the ways to read a text column as anything else, the narrowest type first."""
    text = pl.col(column)
    integer = text.cast(pl.Int64, strict=False)
    too_long = integer.is_null() & text.str.contains(LONG_INTEGER)
    return [
        text.replace_strict(BOOLEANS, default=None, return_dtype=pl.Boolean),
        integer,
        pl.when(~too_long).then(text.cast(pl.Float64, strict=False)),
        *moment_conversions(column),
    ]


def decimal_comma(column: str) -> pl.Expr:
    """Return the way to read a text column as numbers with a comma before their decimals."""
    text = pl.col(column)
    plain = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    number = plain.cast(pl.Float64, strict=False)
    return pl.when(text.str.contains(DECIMAL_COMMA)).then(number)


def fitting_conversions(
    path: str | Path, candidates: dict[str, list[pl.Expr]], sample_rows: int = 1000
) -> dict[str, pl.Expr]:
    """Find for each text column the first conversion that loses none of its values.

    Args:
        path: A Parquet file.
        candidates: Conversions to try, by column.
        sample_rows: What does not fit the first so many values is not tried on all.

    Returns:
        The conversions, by column; a column without one, or without values, stays text.
    """
    lazy = pl.scan_parquet(path)
    likely: dict[str, list[pl.Expr]] = {}
    for column, tried in candidates.items():
        sample = lazy.select(pl.col(column).drop_nulls().head(sample_rows)).collect(
            engine="streaming"
        )
        if not sample.is_empty():
            likely |= _without_loss(sample.lazy(), {column: tried})
    found = _without_loss(lazy, likely)
    return {column: fitting[0] for column, fitting in found.items() if fitting}


def _without_loss(
    lazy: pl.LazyFrame, candidates: dict[str, list[pl.Expr]]
) -> dict[str, list[pl.Expr]]:
    losses = [
        (converted.is_null() & pl.col(column).is_not_null()).any().alias(f"{number} {column}")
        for column, tried in candidates.items()
        for number, converted in enumerate(tried)
    ]
    if not losses:
        return {}
    lost = lazy.select(losses).collect(engine="streaming").row(0, named=True)
    return {
        column: [each for number, each in enumerate(tried) if not lost[f"{number} {column}"]]
        for column, tried in candidates.items()
    }
