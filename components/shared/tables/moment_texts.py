"""Dates and times in columns of texts, by their grammar."""

from collections.abc import Sequence

import polars as pl

from components.shared.tables.moment_grammar import (
    DOTTED,
    MOMENT,
    MONTH_NUMBERS,
    MONTH_OF_YEAR,
    NAMED,
    NUMERIC,
    PIVOT,
    REWRITTEN,
    SHORT,
    TIME,
    TIMES_REWRITTEN,
    YEAR_FIRST,
    ZONES,
)


def moments(texts: pl.Series) -> pl.DataFrame:
    """Read texts as dates and times, in each way that is possible.

    Args:
        texts: Texts without blanks around them.

    Returns:
        A frame of as many rows, with the columns

        - day_first, month_first, year_first: the moment (Datetime in microseconds, in UTC where
          there is a zone) if the numbers of a date stand in this order: day, month, year; month,
          day, year; or, where the year has two digits, year, month, day. The same in all three
          where the order shows; null where there is none
        - clock: a time without a date, as the moment so long after 1970-01-01
        - numeric: whether the order does not show
        - dotted: whether points separate these
        - two_digits: whether the year has two digits
        - timed, zoned: whether it has a time, and a zone
        - month: whether it is a month, as whose first day it is read
    """
    written = _rewritten(texts, REWRITTEN)
    whole = _rewritten(written, MONTH_OF_YEAR)
    time = _rewritten(texts, TIMES_REWRITTEN)
    found = pl.DataFrame({"time": time, "whole": whole}).select(
        moment=pl.col("whole").str.extract_groups(MOMENT),
        time=pl.col("time").str.extract_groups(TIME),
        month=whole != written,
    )
    # Step by step: each of them is planned once.
    parts = (
        found["moment"]
        .struct.unnest()
        .with_columns(
            year=_any_of("y", YEAR_FIRST),
            month=_any_of("m", YEAR_FIRST),
            day=_any_of("d", YEAR_FIRST),
            named_year=_any_of("y", NAMED),
            month_name=_any_of("m", NAMED).str.strip_suffix(".").str.to_lowercase(),
            named_day=_any_of("d", NAMED),
            number_1=_any_of("a", NUMERIC),
            number_2=_any_of("b", NUMERIC),
            number_3=_any_of("c", NUMERIC),
            short=_any_of("a", SHORT),
        )
    )
    dates = parts.select(
        iso=_date(pl.when(pl.col("year") != "0000").then("year"), "month", "day"),
        named=_date(_year("named_year"), _month("month_name"), "named_day"),
        day_first=_date(_year("number_3"), "number_2", "number_1"),
        month_first=_date(_year("number_3"), "number_1", "number_2"),
        year_first=_date(_year("short"), "number_2", "number_3"),
        of_day=_of_day(pl.lit(0)),
        offset=_offset(),
    )
    read = dates.select(
        _moment(pl.coalesce("iso", "named", order)).alias(order)
        for order in ("day_first", "month_first", "year_first")
    )
    flags = parts.select(
        numeric=pl.col("number_1").is_not_null(),
        dotted=_any_of("a", DOTTED).is_not_null(),
        two_digits=pl.col("short").is_not_null()
        | (pl.col("named_year").str.len_bytes() == len("24")).fill_null(value=False),
        timed=pl.col("hour").is_not_null(),
        zoned=pl.col("zone").is_not_null(),
        month=found["month"].fill_null(value=False),
    )
    clock = found["time"].struct.unnest().select(clock=_of_day(None).cast(pl.Datetime("us")))
    return pl.concat([read, flags, clock], how="horizontal")


def _rewritten(texts: pl.Series, forms: Sequence[tuple[str, tuple[int | str, ...]]]) -> pl.Series:
    # Most columns hold none of these forms, which one pattern tells.
    if not texts.str.contains("|".join(f"(?:{pattern})" for pattern, _ in forms)).any():
        return texts
    for pattern, parts in forms:
        put = "".join(f"${{{part}}}" if isinstance(part, int) else part for part in parts)
        texts = texts.str.replace(pattern, put)
    return texts


def _any_of(letter: str, groups: tuple[int, ...]) -> pl.Expr:
    return pl.coalesce(f"{letter}{group}" for group in groups)


def _month(name: str) -> pl.Expr:
    return pl.col(name).replace_strict(MONTH_NUMBERS, default=None, return_dtype=pl.String)


def _date(year: pl.Expr, month: pl.Expr | str, day: str) -> pl.Expr:
    return pl.concat_str(year, pl.lit("-"), month, pl.lit("-"), day)


def _year(name: str) -> pl.Expr:
    """Return a year of four digits, null where it is none that a date has."""
    year = pl.col(name)
    number = year.cast(pl.Int64, strict=False)
    century = pl.when(number <= PIVOT).then(2000).otherwise(1900)
    usual = number.is_between(1000, 2999) | number.is_in([1, 9999])
    full = (
        pl.when(year.str.len_bytes() == len("24")).then(number + century).when(usual).then(number)
    )
    return full.cast(pl.String).str.zfill(4)


def _of_day(without: pl.Expr | None) -> pl.Expr:
    """Return microseconds since midnight, null where there cannot be such a time.

    Args:
        without: What stands where there is no time, before a date; None: there is no date, and the
            hours may be those of days.
    """
    hour, half = pl.col("hour").cast(pl.Int64, strict=False), pl.col("half").str.to_lowercase()
    second = pl.col("second").cast(pl.Int64).fill_null(0)
    part = pl.col("part").str.head(6).str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    rest = (pl.col("minute").cast(pl.Int64) * 60 + second) * 1_000_000 + part
    if without is None:
        days = pl.col("days").cast(pl.Int64).fill_null(0)
        possible, hours = pl.lit(value=True), hour + days * 24
    else:
        possible, hours = (hour <= 23) | ((hour == 24) & (rest == 0)), hour
    halves = hour % 12 + pl.when(half == "p").then(12).otherwise(0)
    of_day = (
        pl.when(half.is_not_null() & hour.is_between(1, 12))
        .then(halves)
        .when(half.is_null() & possible)
        .then(hours)
    ) * 3_600_000_000 + rest
    return of_day if without is None else pl.when(hour.is_null()).then(without).otherwise(of_day)


def _offset() -> pl.Expr:
    """Return the minutes that the zone is ahead of UTC, 0 without one."""
    sign = pl.when(pl.col("zone").str.contains("-", literal=True)).then(-1).otherwise(1)
    figures = pl.col("zone").str.replace_all("[^0-9]", "").str.pad_end(4, "0")
    hours = figures.str.head(2).cast(pl.Int64, strict=False)
    minutes = figures.str.tail(2).cast(pl.Int64, strict=False)
    named = pl.col("zone").replace_strict(ZONES, default=None, return_dtype=pl.Int64)
    return pl.coalesce(named, sign * (hours * 60 + minutes), 0)


def _moment(date: pl.Expr) -> pl.Expr:
    midnight = date.str.to_datetime("%Y-%m-%d", strict=False, time_unit="us")
    return midnight + pl.duration(microseconds="of_day") - pl.duration(minutes="offset")
