"""Quotation marks in CSV files: those that enclose a field, and those that are part of one."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from components.ingest_table.csv_dialect import CsvDialect
from components.ingest_table.csv_faults import LONGEST_FIELD, reading
from components.ingest_table.csv_structure import CsvStructure
from components.shared.errors import InputError
from components.shared.tables.readings import Remark

BLANKS_LEFT_OUT: Final = "blanks beside the separators were left out"


def rewrite_regularly(path: Path, structure: CsvStructure, target: Path) -> CsvStructure:
    """Write the records of a file with irregular quotation marks anew, with regular ones.

    A quotation mark that does not begin a field is part of it, as Python's `csv` module and pandas
    take it; so is one after a backslash, where the file is written so.

    Returns:
        The structure of the new file, with what there is to say about it.

    Raises:
        InputError: A record has another number of fields, or a field that was opened by a quotation
            mark is closed nowhere; the message has the line.
    """
    dialect, fields = structure.dialect, structure.fields
    limit = csv.field_size_limit(LONGEST_FIELD)
    marked: tuple[int, str] | None = None
    row = begun = line = 0
    lines: list[str] = []
    try:
        with reading(path) as source, target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=dialect.separator, lineterminator="\n")
            reader = dialect.read(_kept(source, lines))
            for record in reader:
                begun, line = line + 1, reader.line_num
                if any("\n" in field for field in record):
                    _check_closed(lines, dialect)
                lines.clear()
                if begun <= structure.first_line or not record:
                    continue
                row += 1
                if len(record) != fields:
                    raise InputError(_ragged(begun, len(record), fields))
                if marked is None and any('"' in field for field in record):
                    marked = row, next(field for field in record if '"' in field)
                writer.writerow(record)
    except csv.Error as error:
        raise InputError(
            f"The record that begins in line {begun:,} is not CSV: {error}. Close or double the "
            'quotation marks (") in it.'
        ) from error
    finally:
        csv.field_size_limit(limit)
    row, text = marked or (0, "")
    remark = Remark("", "structure", _told(dialect, row, text), 1, text, row)
    return replace(structure, first_line=0, remarks=(*structure.remarks, remark))


def _told(dialect: CsvDialect, row: int, text: str) -> str:
    """Say how the quotation marks were taken."""
    first = f" (the first: {text!r} in data row {row:,})" if row else ""
    if dialect.quote != '"':
        return f"fields are enclosed in {dialect.quote}, which is no part of them{first}"
    if dialect.spaced:
        return f"{BLANKS_LEFT_OUT}{first}"
    if dialect.escaped:
        return f"quotation marks after a backslash were taken for parts of their fields{first}"
    return f"quotation marks inside of fields were taken as they stand{first}"


def _ragged(line: int, found: int, expected: int) -> str:
    return (
        f"The record that begins in line {line:,} has {found:,} fields where the header has "
        f"{expected:,}, and the file has quotation marks inside of fields: double those that are "
        "part of a field, and put the field in quotation marks."
    )


def _kept(lines: Iterable[str], kept: list[str]) -> Iterator[str]:
    """Yield lines, and keep them in a list until somebody clears it."""
    for line in lines:
        kept.append(line)
        yield line


def _check_closed(lines: list[str], dialect: CsvDialect) -> None:
    """Make sure that fields of a record of several lines end where a quotation mark closes them."""
    list(dialect.read(lines, strict=True))
