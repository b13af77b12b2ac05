"""How a table was read, beside how the training table of a model was read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from components.shared.models.description import ModelDescription
from components.shared.models.readings import model_readings
from components.shared.reports.notes import VIOLATION, Note
from components.shared.tables.column_types import column_type
from components.shared.tables.readings import DateOrder, Reading, table_readings
from components.shared.tables.typed_texts import missing_values

FORMS: Final[dict[DateOrder, str]] = {
    "day first": "%d/%m/%Y",
    "month first": "%m/%d/%Y",
    "year first": "%y-%m-%d",
}


def reading_notes(table: str | Path, model: ModelDescription) -> list[Note]:
    """Say where a table was read otherwise than the training table was.

    Args:
        table: Parquet file that `ingest_table` wrote.
        model: What `model.json` says.

    Returns:
        Notes: `violation` for a column of which the order of day and month, or what stands before
        decimals, had to be assumed, and was assumed to be another than in training.
    """
    return list(_notes(table, model_readings(model)))


def _notes(table: str | Path, trained: dict[str, Reading]) -> Iterator[Note]:
    readings = table_readings(table)
    assumed = {remark.column: remark.kind for remark in readings.remarks}
    for name, then in trained.items():
        now = readings.columns.get(name)
        if now is None:
            continue
        if assumed.get(name) == "order" and then.order not in ("", now.order):
            text = (
                f"was read with the {now.order}, as was assumed, and with the {then.order} when "
                f"the model was trained: give --column-types {name}={now.type}:{FORMS[then.order]}"
            )
            yield Note(VIOLATION, text, (name,))
        if assumed.get(name) == "decimals" and then.decimal != now.decimal:
            text = (
                f"was read with {now.decimal!r} before decimals, as was assumed, and with "
                f"{then.decimal!r} when the model was trained: write decimals so that they show"
            )
            yield Note(VIOLATION, text, (name,))


def without_markers(series: pl.Series, reading: Reading | None) -> pl.Series:
    """Return values without those that stood for a missing one when the model was trained.

    Predictions leave them out as well.
    """
    kind = column_type(series.dtype)
    if reading is None or not reading.missing or kind is None:
        return series
    if kind == "string":
        named = pl.Series(reading.missing, dtype=pl.String)
        texts = series.cast(pl.String)
        return texts.set(texts.str.strip_chars().is_in(named.implode()), None)
    named = missing_values(Reading(series.name, kind, missing=reading.missing))
    return series.set(series.is_in(named.cast(series.dtype).implode()).fill_null(value=False), None)
