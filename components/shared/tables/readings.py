"""How the texts of a column are read: decided once, and kept with the table and the model.

Without a table to read it from, it needs no heavy library.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from components.shared.errors import InputError

if TYPE_CHECKING:
    from components.shared.tables.column_types import ColumnType

FORMAT: Final = 1
PARQUET_KEY: Final = "kfp-tabular readings"
"""Where a Parquet file keeps the readings of its columns, in its own metadata."""

Decimal = Literal[".", ","]
DateOrder = Literal["", "day first", "month first", "year first", "time of day"]


@dataclass(frozen=True)
class Reading:
    """How the texts of one column are read; `typed_texts.read_texts` applies it.

    Attributes:
        column: Name of the column.
        type: The type that its texts become.
        decimal: What stands before the decimals of a number; the other of point and comma
            separates thousands.
        unit: What stands at all numbers or some: a currency, a measure, or `%`, which divides by
            100.
        order: Which number comes first in a date such as 03/11/2023 (the year, only in 23-11-03);
            `time of day` for times without a date, which become those of 1970-01-01.
        pattern: The form that a user gave for dates or times, as `strptime` writes it.
        missing: Texts that stand for a missing value by the user's word, besides the usual ones.
        kept: Usual ones that are values in this column.
        scaled: Whether letters such as k multiply its numbers.
    """

    column: str
    type: "ColumnType"
    decimal: Decimal = "."
    unit: str = ""
    order: DateOrder = ""
    pattern: str = ""
    missing: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    scaled: bool = False


RemarkKind = Literal[
    "structure",
    "strays",
    "missing",
    "text",
    "codes",
    "class",
    "order",
    "decimals",
    "units",
    "years",
    "months",
    "zones",
    "clock",
]


@dataclass(frozen=True)
class Remark:
    """What was lost, changed or assumed when a column was read.

    Attributes:
        column: Name of the column; empty for the table.
        kind: `structure` (of the file: its header, its quotation marks), `strays` (texts that are
            no values of the column's type and count as missing), `missing` (a text that stands for
            a missing value, though not by itself), `text` (the column stays text though most values
            are of a narrower type), `codes` (it stays text, as values would lose digits), `class`
            (a text that mostly stands for a missing value is a class of the target), `order` and
            `decimals` (which of day and month, of point and comma, is which was assumed), `units`
            (measures and scales at numbers), `years` (of two digits), `months` (without a day),
            `zones` (times with and without one), `clock` (times without a date).
        message: What there is to say, in words, the values included.
        count: Number of rows that it is about.
        value: The first text that it is about.
        row: The data row that it stands in, counted from 1.
    """

    column: str
    kind: RemarkKind
    message: str
    count: int
    value: str
    row: int


@dataclass(frozen=True)
class TableReadings:
    """How a table was read.

    Attributes:
        columns: The reading of each column that was text where it came from, by its name.
        remarks: What was lost, changed or assumed, in the order of the columns.
    """

    columns: Mapping[str, Reading] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


def readings_json(readings: TableReadings) -> str:
    """Return readings as one line of JSON; what is as usual is left out."""
    usual = {each.name: each.default for each in dataclasses.fields(Reading)}
    columns = [
        {name: value for name, value in dataclasses.asdict(reading).items() if value != usual[name]}
        for reading in readings.columns.values()
    ]
    remarks = [dataclasses.asdict(remark) for remark in readings.remarks]
    return json.dumps(
        {"format": FORMAT, "columns": columns, "remarks": remarks}, ensure_ascii=False
    )


def parse_readings(text: str) -> TableReadings:
    """Return readings from what `readings_json` wrote.

    Raises:
        InputError: It is of another format.
    """
    found = json.loads(text)
    if found.get("format") != FORMAT:
        raise InputError("The table was ingested by another version: ingest it anew.")
    readings = [_reading(column) for column in found["columns"]]
    return TableReadings(
        {reading.column: reading for reading in readings},
        tuple(Remark(**remark) for remark in found["remarks"]),
    )


def _reading(column: dict[str, Any]) -> Reading:
    lists = {name: tuple(column.get(name, ())) for name in ("missing", "kept")}
    return Reading(**{**column, **lists})


def table_readings(parquet: str | Path) -> TableReadings:
    """Return how the columns of a Parquet file were read, from the file's own metadata.

    A file that was not ingested by this package has none.
    """
    import polars as pl

    text = pl.read_parquet_metadata(parquet).get(PARQUET_KEY)
    return TableReadings() if text is None else parse_readings(text)


def parquet_metadata(readings: TableReadings) -> dict[str, str]:
    """Return the metadata that a Parquet file keeps these readings in."""
    return {PARQUET_KEY: readings_json(readings)}
