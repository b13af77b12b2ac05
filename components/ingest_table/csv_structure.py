"""The structure of a CSV file: its separator, its header, and what stands above it.

A sample of records is parsed with each separator; Polars reads the data.
"""

import csv
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl

from components.ingest_table.column_names import check_names
from components.ingest_table.csv_faults import LONGEST_FIELD, reading
from components.ingest_table.plain_texts import plain_sorts
from components.shared.errors import InputError
from components.shared.tables.readings import Remark

SEPARATORS: Final = ",;\t|"
SAMPLE_RECORDS: Final = 1000
EXCERPT: Final = 60
ROW_NAMES: Final = "row_names"


@dataclass(frozen=True)
class CsvStructure:
    """How a CSV file is laid out.

    Attributes:
        separator: What separates fields.
        columns: The name of each field of a record.
        unnamed_end: Whether a separator at the end of each line makes one more field, an empty one.
        first_line: The line after the header, counted from 0.
        remarks: What is unusual about it.
    """

    separator: str
    columns: tuple[str, ...]
    unnamed_end: bool = False
    first_line: int = 1
    remarks: tuple[Remark, ...] = ()

    @property
    def fields(self) -> int:
        """Number of fields of a record."""
        return len(self.columns) + self.unnamed_end


@dataclass(frozen=True)
class _Record:
    fields: list[str]
    end: int
    """The line after it, counted from 0."""


def read_structure(path: Path) -> CsvStructure:
    """Find out how a CSV file is laid out.

    The header is the first record with as many fields as most have, or one fewer: R writes no name
    above the names of rows. Above it may stand titles, comments, blank lines, and `sep=;`.

    Raises:
        InputError: There is no header; a name is empty or there twice; the lines end in carriage
            returns alone.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        line = file.readline(LONGEST_FIELD)
    if "\r" in line.rstrip("\r\n"):
        raise InputError("The lines end in carriage returns alone: save it with line feeds.")
    told = line.strip().removeprefix("sep=") if line.startswith("sep=") else ""
    separator = told if len(told) == 1 else _find_separator(path)
    records = _sample(path, separator)
    if told:
        records = records[1:]
    if not any(any(record.fields) for record in records):
        raise InputError("Line 1 is blank: it must hold the names of the columns.")
    return _structure(separator, records)


def _sample(path: Path, separator: str) -> list[_Record]:
    """Return the first records, the last of which may be cut off."""
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        with reading(path) as file:
            reader = csv.reader(file, delimiter=separator)
            return [_Record(fields, reader.line_num) for fields in islice(reader, SAMPLE_RECORDS)]
    except csv.Error:
        return []
    finally:
        csv.field_size_limit(before)


def _find_separator(path: Path) -> str:
    """Return the separator with which most records have as many fields as one another."""
    scores: dict[str, tuple[float, int]] = {}
    for separator in SEPARATORS:
        counts = Counter(
            len(record.fields) for record in _sample(path, separator) if any(record.fields)
        )
        several = {fields: count for fields, count in counts.items() if fields > 1}
        if several:
            fields = max(several, key=lambda each: (several[each], each))
            scores[separator] = (several[fields] / counts.total(), fields)
    return max(scores, key=scores.__getitem__, default=",")


def _structure(separator: str, records: list[_Record]) -> CsvStructure:
    usual = _usual_fields(records)
    number = _header(records, usual)
    header, rows = records[number], [row.fields for row in records[number + 1 :] if any(row.fields)]
    names = [unicodedata.normalize("NFC", name.strip()) for name in header.fields]
    remarks = []
    if number:
        above = next(record.fields for record in records if any(record.fields))
        message = (
            f"line {header.end} has the names of the columns; what stands above was left out, "
            f"beginning with {separator.join(above)[:EXCERPT]!r}"
        )
        remarks.append(Remark("", "structure", message, number, separator.join(above), 0))
    one_more = bool(rows) and all(len(row) == len(names) + 1 for row in rows)
    unnamed_end = False
    if one_more and not any(row[-1] for row in rows):
        unnamed_end = True
    elif one_more and len(rows) > 1:
        names = [ROW_NAMES, *names]
        message = (
            f"the first field of each record has no name in the header, as R writes the names of "
            f"rows: it is the column {ROW_NAMES!r}"
        )
        remarks.append(Remark(ROW_NAMES, "structure", message, 0, rows[0][0], 1))
    elif names and not names[-1] and rows and all(len(r) < len(names) or not r[-1] for r in rows):
        names, unnamed_end = names[:-1], True
    if names and not names[0] and len(names) > 1:
        names[0] = ROW_NAMES
        message = f"the first column has no name in the header: it is called {ROW_NAMES!r}"
        remarks.append(Remark(ROW_NAMES, "structure", message, 0, "", 0))
    remarks += _looks_like_data(names, rows, header.end)
    check_names(names)
    return CsvStructure(separator, tuple(names), unnamed_end, header.end, tuple(remarks))


def _usual_fields(records: list[_Record]) -> int:
    counts = Counter(len(record.fields) for record in records if any(record.fields))
    return max(counts, key=lambda fields: (counts[fields], fields))


def _header(records: list[_Record], usual: int) -> int:
    """Return the number of the record with the names: the first that is no title or comment."""
    for number, record in enumerate(records):
        later = [each.fields for each in records[number + 1 :] if any(each.fields)]
        if not _is_title(record.fields, later, usual):
            return number
    return next(number for number, record in enumerate(records) if any(record.fields))


def _is_title(fields: list[str], later: list[list[str]], usual: int) -> bool:
    if not any(fields):
        return True
    if not later or not any(len(row) >= usual for row in later):
        return False
    if len(fields) < usual - 1 or (usual > 2 and sum(map(bool, fields)) == 1):
        return True
    if fields[0].startswith("# ") or (fields[0].startswith("#") and later[0][0].startswith("#")):
        return True
    # One name fewer than fields is what R writes, unless the names follow.
    return len(fields) == usual - 1 and _tells_apart(later[0], later[1:])


def _tells_apart(names: list[str], rows: list[list[str]]) -> bool:
    """Tell whether names are those of columns: a column of numbers has no number for its name."""
    return any(
        not _is_plain([name]) and _is_plain([row[column] for row in rows if column < len(row)])
        for column, name in enumerate(names)
    )


def _is_plain(texts: list[str]) -> bool:
    return (
        plain_sorts(pl.Series([text.strip() or None for text in texts], dtype=pl.String))
        is not None
    )


def _looks_like_data(names: list[str], rows: list[list[str]], line: int) -> list[Remark]:
    """Say so if the first line of a file without a header was taken for the names."""
    numbers = pl.Series(names, dtype=pl.String).cast(pl.Float64, strict=False)
    if not rows or numbers.null_count() == len(names) or _tells_apart(names, rows):
        return []
    message = (
        f"line {line} was taken for the names of the columns, though it looks like a row "
        f"({', '.join(names)[:EXCERPT]}): if it is one, write a line of names above it"
    )
    return [Remark("", "structure", message, 0, ",".join(names), line)]
