"""Texts of a column, read as its reading says: the same for a file and for rows to predict."""

from dataclasses import replace
from typing import Final

import polars as pl

from components.shared.tables.boolean_texts import TOLD_BOOLEANS
from components.shared.tables.column_types import CANONICAL
from components.shared.tables.missing_texts import is_missing, markers
from components.shared.tables.moment_texts import moments
from components.shared.tables.number_grammar import LARGEST_WHOLE_FLOAT
from components.shared.tables.number_texts import numbers
from components.shared.tables.readings import DateOrder, Reading

COLUMN_OF_ORDER: Final[dict[DateOrder, str]] = {
    "": "day_first",
    "day first": "day_first",
    "month first": "month_first",
    "year first": "year_first",
}
ISO_DATE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
YEAR_OF_TIMES: Final = 1970
FIRST_YEAR: Final = "0001"


def read_texts(texts: pl.Series, reading: Reading) -> pl.Series:
    """Return texts as the values that they stand for.

    Args:
        texts: Texts as they stand in a file or a row; null where there is none.
        reading: How they are read.

    Returns:
        A series of the reading's type in its canonical form, of the same length and name. It is
        null where a text is missing, and where it is a stray: A text that this reading has no
        value for, see `stray_texts`.
    """
    dtype = CANONICAL[reading.type]
    if reading.type == "string":
        return texts.set(missing_texts(texts, reading), None)
    # Equal texts have equal values: those that recur are read once.
    distinct = texts.unique()
    if len(distinct) > len(texts) / 2:
        return _read(texts, reading).cast(dtype).alias(texts.name)
    return texts.replace_strict(distinct, _read(distinct, reading).cast(dtype), return_dtype=dtype)


def stray_texts(texts: pl.Series, reading: Reading) -> pl.Series:
    """Tell which texts are no values of a reading, although they do not stand for a missing one."""
    return read_texts(texts, reading).is_null() & ~missing_texts(texts, reading)


def missing_texts(texts: pl.Series, reading: Reading) -> pl.Series:
    """Tell which texts stand for a missing value, be it written otherwise: -999.0 for -999."""
    among = markers(reading.missing, reading.kept)
    missing = texts.to_frame("text").select(is_missing(pl.col("text"), among)).to_series()
    named = missing_values(reading)
    if named.is_empty():
        return missing
    values = _values(texts, reading).cast(named.dtype)
    return missing | values.is_in(named.implode()).fill_null(value=False)


def missing_values(reading: Reading) -> pl.Series:
    """Return the numbers and moments that stand for a missing value by the user's word."""
    if not reading.missing or reading.type in ("string", "boolean"):
        return pl.Series(dtype=CANONICAL[reading.type])
    # A marker may also be written plainly where the column is not, as -999 for -999,00 €.
    plain = Reading(reading.column, reading.type)
    texts = pl.Series(reading.missing, dtype=pl.String)
    found = [_values(texts, replace(way, missing=())) for way in (reading, plain)]
    return pl.concat(each.cast(CANONICAL[reading.type]) for each in found).drop_nulls().unique()


def _read(texts: pl.Series, reading: Reading) -> pl.Series:
    return _values(texts.set(missing_texts(texts, reading), None), reading)


def _values(texts: pl.Series, reading: Reading) -> pl.Series:
    frame = texts.str.strip_chars().to_frame("text")
    if reading.type in ("integer", "float"):
        return _numbers(frame, reading)
    if reading.type == "boolean":
        folded = pl.col("text").str.to_lowercase()
        known = folded.replace_strict(TOLD_BOOLEANS, default=None, return_dtype=pl.Boolean)
        return frame.select(known).to_series()
    return _moments(frame["text"], reading)


def _numbers(frame: pl.DataFrame, reading: Reading) -> pl.Series:
    plainest = frame.select(
        numbers(pl.col("text"), reading.decimal, reading.unit, scaled=reading.scaled)
    ).to_series()
    real = plainest.cast(pl.Float64, strict=False)
    if reading.type == "float":
        return real
    whole = plainest.cast(pl.Int64, strict=False)
    # 5.0 is the whole number 5, up to where a float holds all whole numbers.
    rounded = real.set(~((real == real.round()) & (real.abs() < LARGEST_WHOLE_FLOAT)), None)
    return whole.fill_null(rounded.cast(pl.Int64))


def _moments(texts: pl.Series, reading: Reading) -> pl.Series:
    if reading.pattern:
        return _by_pattern(texts, reading)
    # What programs write needs no grammar, which takes 10 ms for one text.
    plain = texts.is_null() | (texts.str.contains(ISO_DATE) & (texts >= FIRST_YEAR))
    if reading.order != "time of day" and plain.all():
        return texts.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
    found = moments(texts)
    if reading.order == "time of day":
        # A time that was read before is one of that year.
        known = pl.col("day_first").dt.year() == YEAR_OF_TIMES
        return found.select(pl.coalesce("clock", pl.when(known).then("day_first"))).to_series()
    return found[COLUMN_OF_ORDER[reading.order]]


def _by_pattern(texts: pl.Series, reading: Reading) -> pl.Series:
    if reading.type == "date" or ("%H" not in reading.pattern and "%I" not in reading.pattern):
        return texts.str.to_date(reading.pattern, strict=False)
    zone = "UTC" if "%z" in reading.pattern or "%#z" in reading.pattern else None
    moment = texts.str.to_datetime(reading.pattern, strict=False, time_unit="us", time_zone=zone)
    return moment.dt.replace_time_zone(None)
