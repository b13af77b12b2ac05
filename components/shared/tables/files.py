"""Table files of every format, streamed into Parquet of this package's six types."""

import errno
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import polars as pl
from polars.exceptions import PanicException, PolarsError

from components.shared.errors import InputError
from components.shared.tables.column_types import CANONICAL, ColumnType, schema_types
from components.shared.tables.csv_files import (
    Header,
    check_field_counts,
    check_names,
    check_utf8,
    find_fault,
    read_header,
)
from components.shared.tables.file_formats import Format
from components.shared.tables.text_types import (
    conversions,
    decimal_comma,
    fitting_conversions,
    moment_conversions,
)

NULLS = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null")
"""What stands for a missing value in CSV, in quotation marks or not."""

SAMPLE_ROWS = 2000
"""Rows that types are guessed from; a guess that a later row proves wrong costs a second read."""

SAMPLE_BYTES = 1 << 20
ROW_GROUP_ROWS = 100_000
EXCERPT = 60
LONGEST_INTEGER = 2**63 - 1
UNREADABLE = (PolarsError, PanicException)


def write_parquet(lazy: pl.LazyFrame, parquet: Path) -> None:
    """Stream rows into a Parquet file, in their order and in bounded memory.

    LZ4 instead of zstd halves the time of reading, which every later step does more than once,
    for a tenth more bytes.
    """
    lazy.sink_parquet(parquet, compression="lz4", row_group_size=ROW_GROUP_ROWS)


def count_rows(parquet: str | Path) -> int:
    """Return the number of rows of a Parquet file; reads only its end."""
    rows: int = pl.scan_parquet(parquet).select(pl.len()).collect().item()
    return rows


def canonical(lazy: pl.LazyFrame) -> pl.LazyFrame:
    """Bring every column to the one Polars type of its kind.

    NaN becomes null, times with a time zone become UTC without one; times of day and whole
    numbers beyond 64 bits become text.

    Raises:
        InputError: A column is nested, binary or otherwise not of a table's types.
    """
    schema = lazy.collect_schema()
    as_text = [name for name, dtype in schema.items() if dtype in (pl.Time, pl.Int128)]
    lazy = lazy.with_columns(pl.col(as_text).cast(pl.String))
    types = schema_types(lazy.collect_schema())
    return lazy.select(_canonical(name, kind, schema[name]) for name, kind in types.items())


def _canonical(name: str, kind: ColumnType, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    column = column.cast(CANONICAL[kind])
    return column.fill_nan(None) if kind == "float" else column


def convert(path: Path, kind: Format, parquet: Path) -> None:
    """Stream a table file into Parquet.

    Raises:
        InputError: It is damaged, or no table; the message names the line or the column.
    """
    converters: Mapping[Format, Callable[[Path, Path], None]] = {
        "csv": _convert_csv,
        "jsonl": _convert_jsonl,
        "parquet": _convert_parquet,
    }
    converters[kind](path, parquet)


def _convert_csv(path: Path, parquet: Path) -> None:
    header = read_header(path)
    try:
        _read_typed(path, header, parquet)
        unsettled = _columns_that_begin_empty(parquet)
    except UNREADABLE:
        # A value does not fit the type that the first rows have, or the file is at fault.
        unsettled = list(header.columns)
        _read_as_text(path, header, parquet)
    lazy = pl.scan_parquet(parquet)
    changes = fitting_conversions(parquet, _conversions(lazy, unsettled, header.separator))
    if lazy.select(pl.last().has_nulls()).collect(engine="streaming").item():
        check_field_counts(path, header)
        lazy, blank = _without_blank_rows(lazy)
    else:
        blank = False
    if changes or blank:
        _replace(canonical(lazy.with_columns(**changes)), parquet)


def _conversions(
    lazy: pl.LazyFrame, unsettled: Sequence[str], separator: str
) -> dict[str, list[pl.Expr]]:
    result = {name: conversions(name) for name in unsettled}
    if separator == ";":
        # Semicolons separate where the comma stands before the decimals.
        for name, dtype in lazy.collect_schema().items():
            if dtype == pl.String:
                result.setdefault(name, []).append(decimal_comma(name))
    return result


def _scan_csv(
    path: Path,
    header: Header,
    schema: pl.Schema | None = None,
    nulls: Sequence[str] = NULLS,
) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        separator=header.separator,
        null_values=list(nulls),
        schema=schema,
        infer_schema_length=SAMPLE_ROWS,
        try_parse_dates=True,
        glob=False,
    )


def _read_typed(path: Path, header: Header, parquet: Path) -> None:
    # Without a schema, Polars would guess the types anew in every step of planning.
    schema = _scan_csv(path, header).collect_schema()
    # Threads of a stream that failed may go on writing for a moment: never to the final file.
    with TemporaryDirectory(dir=parquet.parent, ignore_cleanup_errors=True) as folder:
        attempt = Path(folder) / "attempt"
        lazy = _scan_csv(path, header, schema, _nulls_in_sight(path))
        lazy = _renamed(lazy.with_columns(_text_nulls(schema)), schema, header)
        write_parquet(canonical(lazy), attempt)
        attempt.replace(parquet)


def _renamed(lazy: pl.LazyFrame, schema: pl.Schema, header: Header) -> pl.LazyFrame:
    """Take the names from the header: Polars leaves doubled quotation marks as they are."""
    names = dict(zip(schema.names(), header.columns, strict=True))
    return lazy.rename({seen: name for seen, name in names.items() if seen != name})


def _nulls_in_sight(path: Path) -> list[str]:
    """Return the tokens that the file begins with.

    Polars compares every field with every token, which takes a third of the time of parsing. A
    token further down, in a column of text, is found by `_text_nulls`; in any other column it
    makes the guessed type wrong, and the file is read again.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    return [token for token in NULLS if token.encode() in head]


def _text_nulls(schema: pl.Schema) -> list[pl.Expr]:
    texts = [pl.col(name) for name, dtype in schema.items() if dtype == pl.String]
    return [pl.when(~text.is_in(NULLS)).then(text) for text in texts]


def _read_as_text(path: Path, header: Header, parquet: Path) -> None:
    try:
        names = _scan_csv(path, header).collect_schema().names()
        schema = pl.Schema(dict.fromkeys(names, pl.String()))
        write_parquet(_renamed(_scan_csv(path, header, schema), schema, header), parquet)
    except UNREADABLE as error:
        find_fault(path, header)
        _give_up("CSV", error)


def _columns_that_begin_empty(parquet: Path) -> list[str]:
    """Name the columns whose type could not be seen, as the first rows have no value of them."""
    head = pl.scan_parquet(parquet).head(SAMPLE_ROWS).collect(engine="streaming")
    if len(head) < SAMPLE_ROWS:
        return []
    return [series.name for series in head if series.null_count() == len(series)]


def _without_blank_rows(lazy: pl.LazyFrame) -> tuple[pl.LazyFrame, bool]:
    """Leave out rows without any value: blank lines, and lines of separators alone."""
    filled = lazy.filter(pl.any_horizontal(pl.all().is_not_null()))
    counts = pl.collect_all([lazy.select(pl.len()), filled.select(pl.len())], engine="streaming")
    return filled, counts[0].item() != counts[1].item()


def _replace(lazy: pl.LazyFrame, parquet: Path) -> None:
    rewritten = parquet.with_name(parquet.name + ".rewritten")
    write_parquet(lazy, rewritten)
    rewritten.replace(parquet)


def _convert_jsonl(path: Path, parquet: Path) -> None:
    # An open file, because a path may contain characters of a glob pattern.
    with path.open("rb") as file:
        try:
            # A key may be missing from any number of first rows, so all rows are looked at.
            lazy = pl.scan_ndjson(file, infer_schema_length=None)
            check_names(list(lazy.collect_schema()))
            lazy = canonical(lazy)
            write_parquet(lazy, parquet)
        except UNREADABLE as error:
            _find_json_fault(path)
            _give_up("JSON Lines", error)
    texts = [name for name, dtype in lazy.collect_schema().items() if dtype == pl.String]
    changes = fitting_conversions(parquet, {name: moment_conversions(name) for name in texts})
    if changes:
        _replace(canonical(pl.scan_parquet(parquet).with_columns(**changes)), parquet)


def _find_json_fault(path: Path) -> None:
    check_utf8(path)
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line.strip(), parse_constant=_refuse_constant)
            except json.JSONDecodeError as error:
                reason = f"{error.msg} at character {error.pos + 1}"
            except ValueError as error:
                reason = str(error)
            else:
                reason = "it is no object" if not isinstance(record, dict) else ""
            if reason:
                shown = line.strip()[:EXCERPT]
                raise InputError(
                    f"Line {number:,} is not JSON ({reason}): {shown!r}. Write one object "
                    '{"column": value, ...} a line.'
                )


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no value of JSON, write null")


def _convert_parquet(path: Path, parquet: Path) -> None:
    try:
        lazy = pl.scan_parquet(path, glob=False)
        check_names(list(lazy.collect_schema()))
        write_parquet(canonical(_with_long_integers_as_text(lazy)), parquet)
    except UNREADABLE as error:
        _give_up("Parquet", error)


def _with_long_integers_as_text(lazy: pl.LazyFrame) -> pl.LazyFrame:
    """Make text of whole numbers without a sign that need all of 64 bits: identifiers."""
    unsigned = [name for name, dtype in lazy.collect_schema().items() if dtype == pl.UInt64]
    if not unsigned:
        return lazy
    greatest = lazy.select(pl.col(unsigned).max()).collect(engine="streaming").row(0, named=True)
    long = [name for name, value in greatest.items() if (value or 0) > LONGEST_INTEGER]
    return lazy.with_columns(pl.col(long).cast(pl.String))


def _give_up(kind: str, error: BaseException) -> NoReturn:
    if os.strerror(errno.ENOSPC) in str(error):
        # The file is not at fault.
        raise error
    reason = str(error).strip().partition("\n")[0]
    raise InputError(f"The file could not be read as {kind}: {reason}. Write it anew.") from error
