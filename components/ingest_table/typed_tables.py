"""Tables of texts and of values, written as Parquet of this package's six types."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl
from polars.exceptions import PanicException, PolarsError

from components.ingest_table.column_texts import ColumnTexts
from components.ingest_table.decisions import (
    CLASSES,
    Decision,
    decide,
    is_perhaps_mixed,
    is_telling_among_texts,
    stray_remark,
)
from components.ingest_table.plain_texts import PlainType, plain_values
from components.ingest_table.sorts import Seen
from components.ingest_table.table_texts import read_column_texts, read_first_texts
from components.ingest_table.trained_readings import CALLED, trained_decisions
from components.ingest_table.wishes import Wishes
from components.shared.errors import InputError
from components.shared.tables.column_types import CANONICAL, schema_types
from components.shared.tables.files import count_rows, write_parquet, write_side_by_side
from components.shared.tables.missing_texts import is_missing, markers
from components.shared.tables.readings import Reading, Remark, TableReadings
from components.shared.tables.typed_texts import missing_values, read_texts, stray_texts

UNREADABLE: Final = (PolarsError, PanicException)
SAMPLE_ROWS: Final = 20_000


@dataclass(frozen=True)
class _Column:
    """A column of texts, and how it is read.

    Attributes:
        texts: What was seen of it.
        decision: How it is read.
        proven: Whether all of its texts were seen.
    """

    texts: ColumnTexts
    decision: Decision
    proven: bool

    @property
    def reading(self) -> Reading:
        return self.decision.reading

    @property
    def plain(self) -> PlainType | None:
        """The type that a cast reads the column with, where that is what its reading says."""
        plain = self.texts.plain
        usual = self.reading.decimal == "." and not self.reading.unit and not self.reading.pattern
        types = {plain, "float"} if plain == "integer" else {plain}
        return plain if plain and usual and self.reading.type in types else None


def write_typed(
    table: pl.LazyFrame,
    parquet: Path,
    wishes: Wishes,
    rows_at_most: int | None = None,
    noted: tuple[Remark, ...] = (),
) -> TableReadings:
    """Write a table as Parquet, its texts read as their columns are.

    Args:
        table: Its rows; may be read more than once.
        parquet: The file to write.
        wishes: What users say of the table.
        rows_at_most: How many rows there are at most, where it is worth to read the table once
            instead of twice; see `read_first_texts`.
        noted: What there is to say of the file itself.

    Returns:
        How its texts were read.

    Raises:
        InputError: A column is nested, binary or otherwise not of a table's types; a given type is
            of no column, or no value is of it.
    """
    schema = table.collect_schema()
    wishes.check(schema.names())
    table = _with_given_as_texts(table, schema, wishes)
    texts = [name for name, dtype in table.collect_schema().items() if dtype == pl.String]
    trained = trained_decisions(table, texts, wishes.trained())
    texts = [name for name in texts if name not in trained]
    if wishes.types or wishes.missing:
        rows_at_most = None
    as_trained = {
        name: _Column(ColumnTexts(name), decision, proven=True)
        for name, decision in trained.items()
    }
    columns = as_trained | _decided(table, texts, wishes, at_most=rows_at_most)
    try:
        readings, telling = _write(table, columns, parquet, wishes, noted)
        again = _to_look_at_again(parquet, columns.values(), wishes, telling)
    except UNREADABLE:
        if all(column.proven for column in columns.values()):
            raise
        again = None
    if again is None:
        # A text further down is not as plain as those before it.
        columns = as_trained | _decided(table, texts, wishes)
        readings, _ = _write(table, columns, parquet, wishes, noted)
        return readings
    if again:
        known, readings = (
            readings,
            _readings(table, columns | _decided(table, again, wishes), wishes, noted),
        )
        if readings != known:
            with _attempt(parquet) as attempt:
                write_parquet(pl.scan_parquet(parquet), attempt, readings)
    return readings


def _readings(
    table: pl.LazyFrame,
    columns: Mapping[str, _Column],
    wishes: Wishes,
    noted: tuple[Remark, ...],
) -> TableReadings:
    readings = {name: column.reading for name, column in columns.items()}
    remarks = [remark for column in columns.values() for remark in column.decision.remarks]
    return TableReadings(readings, (*noted, *remarks, *_given_strays(table, readings, wishes)))


def _with_given_as_texts(table: pl.LazyFrame, schema: pl.Schema, wishes: Wishes) -> pl.LazyFrame:
    """Make texts of values that are to be of another type, or of none of a table's."""
    foreign = [name for name, dtype in schema.items() if dtype in (pl.Time, pl.Int128)]
    types = schema_types(pl.Schema({n: d for n, d in schema.items() if n not in foreign}))
    retyped = [
        name
        for name, given in wishes.types.items()
        if name in types and types[name] not in ("string", given.type)
    ]
    return table.with_columns(pl.col([*foreign, *retyped]).cast(pl.String))


def _decided(
    table: pl.LazyFrame,
    names: Sequence[str],
    wishes: Wishes,
    at_most: int | None = None,
) -> dict[str, _Column]:
    first = read_first_texts(table, names, wishes, at_most) if names and at_most else None
    proven = first is None
    found = (first or read_column_texts(table, names, wishes)) if names else []
    return {
        texts.name: _Column(
            texts,
            decide(
                texts.name,
                texts.sorts,
                missing=wishes.missing,
                given=wishes.given(texts.name),
                is_target=texts.name == wishes.target,
            ),
            proven,
        )
        for texts in found
    }


def _write(
    table: pl.LazyFrame,
    columns: Mapping[str, _Column],
    parquet: Path,
    wishes: Wishes,
    noted: tuple[Remark, ...],
) -> tuple[TableReadings, set[str]]:
    """Write the values; return how they were read, and which columns have telling markers."""
    schema = table.collect_schema()
    readings = _readings(table, columns, wishes, noted)
    typed = table.select(
        _values_of_texts(columns[name]) if name in columns else _values(name, schema, wishes)
        for name in schema
    )
    asked = _telling_markers(table, columns.values())
    with _attempt(parquet) as attempt:
        answer = write_side_by_side({attempt: typed}, readings, asked)
    return readings, {column.name for column in answer if column.any()}


@contextmanager
def _attempt(parquet: Path) -> Iterator[Path]:
    """Yield where to write a file that takes its place when it is whole.

    Threads of a stream that failed may go on writing for a moment: never to the final file.
    """
    with TemporaryDirectory(dir=parquet.parent, ignore_cleanup_errors=True) as folder:
        attempt = Path(folder) / "attempt"
        yield attempt
        attempt.replace(parquet)


def _values_of_texts(column: _Column) -> pl.Expr:
    reading = column.reading
    text = pl.col(reading.column)
    if column.plain:
        return plain_values(reading.column, column.plain).cast(CANONICAL[reading.type])
    if reading.type == "string":
        among = markers(reading.missing, reading.kept)
        return pl.when(~is_missing(text, among)).then(text).alias(reading.column)
    return text.map_batches(
        lambda texts: read_texts(texts, reading),
        return_dtype=CANONICAL[reading.type],
        is_elementwise=True,
    )


def _values(name: str, schema: pl.Schema, wishes: Wishes) -> pl.Expr:
    """Return a column that was no text in its canonical form: no NaN, times in UTC."""
    dtype, kind = schema[name], schema_types(pl.Schema({name: schema[name]}))[name]
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    column = column.cast(CANONICAL[kind])
    if kind == "float":
        column = column.fill_nan(None)
    if wishes.missing:
        missing = missing_values(Reading(name, kind, missing=wishes.missing))
        column = pl.when(~column.is_in(missing.implode())).then(column)
    return column.alias(name)


def _to_look_at_again(
    parquet: Path, columns: Collection[_Column], wishes: Wishes, telling: Collection[str]
) -> list[str] | None:
    """Name the columns that are read rightly, but of which not all is known that is to be said.

    These are columns of texts in which some are missing by a marker that is said (`telling`), or
    many may be numbers or dates. None where a column that seemed empty is not.
    """
    written = pl.scan_parquet(parquet)
    names = [column.reading.column for column in columns if not column.proven]
    texts = [name for name in names if written.collect_schema()[name] == pl.String]
    if not texts:
        return []
    rows = count_rows(parquet)
    gaps = written.select(pl.col(texts).null_count()).collect(engine="streaming").row(0, named=True)
    empty = [column.reading.column for column in columns if column.texts.plain is None]
    if any(gaps[name] != rows for name in empty if name in texts):
        return None
    again = {name for name in texts if 0 < gaps[name] < rows and name in telling}
    if wishes.target in texts and _has_classes(written, wishes.target):
        again.add(wishes.target)
    sample = written.select(texts).gather_every(max(rows // SAMPLE_ROWS, 1))
    for texts_of_column in sample.collect(engine="streaming"):
        seen = ColumnTexts(texts_of_column.name)
        seen.add(texts_of_column, 1)
        if is_perhaps_mixed(seen.sorts):
            again.add(seen.name)
    return [name for name in texts if name in again]


def _telling_markers(table: pl.LazyFrame, columns: Collection[_Column]) -> pl.LazyFrame | None:
    """Ask which columns have a marker for missing values that is said, unlike an empty text.

    Only columns of texts are asked for, and of these none of which all texts were seen.
    """
    names = [c.reading.column for c in columns if not c.proven and c.reading.type == "string"]
    if not names:
        return None
    telling = [marker for marker in markers() if is_telling_among_texts(marker)]
    return table.select(pl.col(names).str.strip_chars().is_in(telling).any())


def _has_classes(written: pl.LazyFrame, target: str) -> bool:
    """Tell whether a target of texts has values that mostly stand for a missing one."""
    found = written.select(pl.col(target).is_in(CLASSES).any())
    return bool(found.collect(engine="streaming").item())


def _given_strays(
    table: pl.LazyFrame, readings: Mapping[str, Reading], wishes: Wishes
) -> list[Remark]:
    """Say which texts of columns are no values of the types that the user gave."""
    return [
        remark
        for name in wishes.types
        if name in readings and readings[name].type != "string"
        for remark in _strays(table, readings[name])
    ]


def _strays(table: pl.LazyFrame, reading: Reading) -> list[Remark]:
    rows = table.select(text=pl.col(reading.column)).with_row_index("row", offset=1)
    texts = rows.filter(~is_missing(pl.col("text"), markers(reading.missing, reading.kept)))
    stray = pl.col("text").map_batches(
        lambda texts: stray_texts(texts, reading), return_dtype=pl.Boolean, is_elementwise=True
    )
    found = texts.select(
        total=pl.len(),
        count=stray.sum(),
        row=pl.col("row").filter(stray).min(),
        text=pl.col("text").filter(stray).first(),
    ).collect(engine="streaming")
    total, count, row, text = found.row(0)
    if not count:
        return []
    if count == total:
        raise InputError(
            f"No value of the column {reading.column!r} is of the type {reading.type} that it was "
            f"given (parameter `column_types`): the first is {text!r} in data row {row:,}."
        )
    called = CALLED.get(reading.type, "numbers")
    return [stray_remark(reading.column, called, Seen(count, row, text), total)]
