"""Table files of every format, as rows to be typed."""

import errno
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NoReturn

import polars as pl

from components.ingest_table.column_names import check_names, composed
from components.ingest_table.csv_faults import check_field_counts, check_utf8, find_fault
from components.ingest_table.csv_quotes import BLANKS_LEFT_OUT, rewrite_regularly
from components.ingest_table.csv_structure import ROW_NAMES, CsvStructure, read_structure
from components.ingest_table.typed_tables import UNREADABLE, write_typed
from components.ingest_table.wishes import Wishes
from components.shared.errors import InputError
from components.shared.tables.file_formats import Format
from components.shared.tables.readings import Remark, TableReadings

LARGE_FILE: Final = 1 << 26
"""Bytes from which on a CSV file is read once, where that is enough, instead of twice."""

BLOCK: Final = 1 << 22
EXCERPT: Final = 60
LONGEST_INTEGER: Final = 2**63 - 1
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
ZLIB: Final = (b"x\x01", b"x^", b"x\x9c", b"x\xda")
"""What Polars takes for the beginning of a compressed file, be it that of a column called x^2."""

SPACED: Final = Remark("", "structure", BLANKS_LEFT_OUT, 0, " ", 0)


def convert(path: Path, kind: Format, parquet: Path, wishes: Wishes) -> TableReadings:
    """Stream a table file into Parquet.

    Returns:
        How its texts were read.

    Raises:
        InputError: It is damaged, or no table; the message names the line or the column.
    """
    converters: Mapping[Format, Callable[[Path, Path, Wishes], TableReadings]] = {
        "csv": _convert_csv,
        "jsonl": _convert_jsonl,
        "parquet": _convert_parquet,
    }
    return converters[kind](path, parquet, wishes)


def _convert_csv(path: Path, parquet: Path, wishes: Wishes) -> TableReadings:
    structure = read_structure(path)
    with TemporaryDirectory(dir=parquet.parent, ignore_cleanup_errors=True) as folder:
        separator = structure.dialect.separator
        if structure.dialect.quotes == "irregular":
            check_utf8(path)
            regular = Path(folder) / "regular"
            structure = rewrite_regularly(path, structure, regular)
            path = regular
        elif structure.dialect.spaced:
            structure = replace(structure, remarks=(*structure.remarks, SPACED))
        path = _with_mark(path, Path(folder))
        table = _scan_csv(path, structure, quoted=structure.dialect.quotes != "none")
        try:
            rows = table.select(pl.len()).collect().item() if _is_large(path) else None
            table, noted = _without_row_numbers(table, structure.remarks)
            table = table.map_batches(
                _without_blank_rows,
                predicate_pushdown=False,
                projection_pushdown=False,
                streamable=True,
            )
            readings = write_typed(table, parquet, wishes, rows, noted)
        except UNREADABLE as error:
            find_fault(path, separator, structure.fields, structure.first_line)
            _give_up("CSV", error)
        last = pl.scan_parquet(parquet).select(pl.last().has_nulls())
        if structure.unnamed_end or last.collect(engine="streaming").item():
            check_field_counts(path, separator, structure.fields, structure.first_line)
    return readings


def _with_mark(path: Path, folder: Path) -> Path:
    """Return the file, or a copy with a byte order mark where Polars would unpack it."""
    with path.open("rb") as file:
        if not file.read(2).startswith(ZLIB):
            return path
        file.seek(0)
        marked = folder / "marked"
        with marked.open("wb") as target:
            target.write(BYTE_ORDER_MARK)
            shutil.copyfileobj(file, target, BLOCK)
    return marked


def _without_blank_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out rows without any text, and those of a line that holds blanks alone.

    As a filter of the whole scan, planning it would take the square of the number of columns.
    """
    first, *others = rows.get_columns()
    if any(not column.null_count() for column in others or [first]):
        return rows
    if not others:
        return rows.filter(first.is_not_null())
    filled = rows.select(pl.any_horizontal(pl.exclude(first.name).is_not_null())).to_series()
    if filled.all():
        return rows
    return rows.filter(filled | (first.str.strip_chars() != "").fill_null(value=False))


def _is_large(path: Path) -> bool:
    return path.stat().st_size >= LARGE_FILE


def _scan_csv(path: Path, structure: CsvStructure, *, quoted: bool) -> pl.LazyFrame:
    """Scan the rows of a CSV file as texts."""
    unnamed = "".join(structure.columns) + "_"
    ends = [unnamed * number for number in range(1, structure.unnamed_end + 1)]
    names = [*structure.columns, *ends]
    table = pl.scan_csv(
        path,
        has_header=False,
        skip_lines=structure.first_line,
        separator=structure.dialect.separator,
        quote_char='"' if quoted else None,
        schema=dict.fromkeys(names, pl.String()),
        # Where the first line after the header is blank, Polars sees fewer fields.
        missing_columns="insert",
        glob=False,
    )
    columns = pl.col(structure.columns)
    return table.select(columns.str.strip_chars(" ") if structure.dialect.spaced else columns)


def _without_row_numbers(
    table: pl.LazyFrame, remarks: tuple[Remark, ...]
) -> tuple[pl.LazyFrame, tuple[Remark, ...]]:
    """Leave out the column without a name if it only counts the rows: that is no data."""
    if not any(remark.column == ROW_NAMES for remark in remarks):
        return table, remarks
    number = pl.col(ROW_NAMES).str.strip_chars().cast(pl.Int64, strict=False)
    counted = (
        table.select(number=number)
        .with_row_index("row")
        .select(distance=(pl.col("number") - pl.col("row").cast(pl.Int64)))
    )
    found = counted.select(pl.col("distance").null_count() + pl.col("distance").n_unique() == 1)
    if not found.collect(engine="streaming").item():
        return table, remarks
    left_out = tuple(
        replace(remark, message=f"{remark.message}, and left out, as it only counts the rows")
        if remark.column == ROW_NAMES
        else remark
        for remark in remarks
    )
    return table.drop(ROW_NAMES), left_out


def _convert_jsonl(path: Path, parquet: Path, wishes: Wishes) -> TableReadings:
    with TemporaryDirectory(dir=parquet.parent, ignore_cleanup_errors=True) as folder:
        # The path itself may contain characters of a glob pattern.
        readable = Path(folder) / "table"
        _link_without_mark(path, readable)
        try:
            # A key may be missing from any number of first rows, so all rows are looked at.
            table = pl.scan_ndjson(readable, infer_schema_length=None)
            try:
                return write_typed(_with_composed_names(table), parquet, wishes)
            except UNREADABLE:
                table = _as_texts(readable, table)
                return write_typed(_with_composed_names(table), parquet, wishes)
        except UNREADABLE as error:
            _find_json_fault(readable)
            _give_up("JSON Lines", error)


def _link_without_mark(path: Path, readable: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
            readable.symlink_to(path.resolve())
            return
        with readable.open("wb") as target:
            shutil.copyfileobj(file, target, BLOCK)


def _as_texts(path: Path, table: pl.LazyFrame) -> pl.LazyFrame:
    """Scan a file anew with the scalars of every column as texts: some are of several types."""
    schema = {
        name: dtype if dtype.is_nested() else pl.String()
        for name, dtype in table.collect_schema().items()
    }
    return pl.scan_ndjson(path, schema=schema)


def _with_composed_names(table: pl.LazyFrame) -> pl.LazyFrame:
    names = table.collect_schema().names()
    check_names(composed(names))
    return table.rename(dict(zip(names, composed(names), strict=True)))


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
            except (ValueError, RecursionError) as error:
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


def _convert_parquet(path: Path, parquet: Path, wishes: Wishes) -> TableReadings:
    try:
        table = _with_composed_names(pl.scan_parquet(path, glob=False))
        return write_typed(_with_long_integers_as_text(table), parquet, wishes)
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
