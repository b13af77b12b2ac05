"""The structure of a CSV file: its header, and what stands above and beside the data.

A sample of records is parsed; Polars reads the data.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from components.ingest_table.column_names import check_names
from components.ingest_table.csv_dialect import CsvDialect, Record, find_dialect, sample_records
from components.ingest_table.csv_faults import LONGEST_FIELD, check_utf8
from components.ingest_table.plain_texts import plain_sorts
from components.shared.errors import InputError
from components.shared.tables.readings import Remark

EXCERPT: Final = 60
ROW_NAMES: Final = "row_names"


@dataclass(frozen=True)
class CsvStructure:
    """How a CSV file is laid out.

    Attributes:
        dialect: How its fields are written.
        columns: The name of each field of a record.
        unnamed_end: How many more fields, empty ones, separators at the end of each line make.
        first_line: The line after the header, counted from 0.
        remarks: What is unusual about it.
    """

    dialect: CsvDialect
    columns: tuple[str, ...]
    unnamed_end: int = 0
    first_line: int = 1
    remarks: tuple[Remark, ...] = ()

    @property
    def fields(self) -> int:
        """Number of fields of a record."""
        return len(self.columns) + self.unnamed_end


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
    if line.endswith("\r\r\n"):
        raise InputError("The lines end in two carriage returns: save it with line feeds alone.")
    if "\r" in line.rstrip("\r\n"):
        raise InputError("The lines end in carriage returns alone: save it with line feeds.")
    dialect = find_dialect(path)
    records = sample_records(path, dialect)
    if not any(any(record.fields) for record in records):
        raise InputError("Line 1 is blank: it must hold the names of the columns.")
    structure = _structure(dialect, records)
    if any("\ufffd" in name for name in structure.columns):
        # Polars, which looks at the other lines, never sees the names.
        check_utf8(path)
    return structure


def _structure(dialect: CsvDialect, records: list[Record]) -> CsvStructure:
    usual = _usual_fields(records)
    number = _header(records, usual)
    header, rows = records[number], [row.fields for row in records[number + 1 :] if any(row.fields)]
    names = [unicodedata.normalize("NFC", name.strip()) for name in header.fields]
    remarks = []
    if number:
        above = next(record.fields for record in records if any(record.fields))
        message = (
            f"line {header.end} has the names of the columns; what stands above was left out, "
            f"beginning with {dialect.separator.join(above)[:EXCERPT]!r}"
        )
        remarks.append(Remark("", "structure", message, number, dialect.separator.join(above), 0))
    unnamed_end = 0
    if rows and all(len(row) == len(names) + 1 for row in rows):
        if not any(row[-1] for row in rows):
            unnamed_end = 1
        elif len(rows) > 1:
            _check_row_names(rows, header.end)
            names = [ROW_NAMES, *names]
            message = (
                f"the first field of each record has no name in the header, as R writes the names "
                f"of rows: it is the column {ROW_NAMES!r}"
            )
            remarks.append(Remark(ROW_NAMES, "structure", message, 0, rows[0][0], 1))
    while len(names) > 1 and not names[-1] and rows and _is_blank(rows, len(names) - 1):
        names.pop()
        unnamed_end += 1
    if names and not names[0] and len(names) > 1:
        names[0] = ROW_NAMES
        message = f"the first column has no name in the header: it is called {ROW_NAMES!r}"
        remarks.append(Remark(ROW_NAMES, "structure", message, 0, "", 0))
    remarks += _looks_like_data(names, rows, header.end)
    check_names(names)
    return CsvStructure(dialect, tuple(names), unnamed_end, header.end, tuple(remarks))


def _is_blank(rows: list[list[str]], column: int) -> bool:
    return not any(row[column] for row in rows if column < len(row))


def _check_row_names(rows: list[list[str]], line: int) -> None:
    """Make sure that one field more than there are names is a name of the row, as R writes it.

    R's differ from one another; and an amount such as `12,50` is not taken for two fields.

    Raises:
        InputError: They are none.
    """
    first, second = [row[0] for row in rows], [row[1] for row in rows]
    amounts = all(text.isdecimal() for text in (*first, *second))
    parts = amounts and len({len(text) for text in second}) == 1 and first != sorted(first, key=int)
    if len(set(first)) == len(first) and not parts:
        return
    raise InputError(
        f"Line {line:,} has {len(rows[0]) - 1:,} names, and each record has {len(rows[0]):,} "
        f"fields (the first: {', '.join(rows[0])[:EXCERPT]!r}): put texts and numbers with a "
        "separator in them, such as 12,50, in quotation marks; or name each column."
    )


def _usual_fields(records: list[Record]) -> int:
    counts = Counter(len(record.fields) for record in records if any(record.fields))
    return max(counts, key=lambda fields: (counts[fields], fields))


def _header(records: list[Record], usual: int) -> int:
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


def _are_values(names: list[str], rows: list[list[str]]) -> bool:
    """Tell whether each name is a value of its column too, and not of a header that recurs."""
    others = [row for row in rows if row != names]
    return all(
        any(row[column : column + 1] == [name] for row in others)
        for column, name in enumerate(names)
    )


def _looks_like_data(names: list[str], rows: list[list[str]], line: int) -> list[Remark]:
    """Say so if the first line of a file without a header was taken for the names."""
    numbers = pl.Series(names, dtype=pl.String).cast(pl.Float64, strict=False)
    if not rows or _tells_apart(names, rows):
        return []
    if numbers.null_count() == len(names) and not _are_values(names, rows):
        return []
    message = (
        f"line {line} was taken for the names of the columns, though it looks like a row "
        f"({', '.join(names)[:EXCERPT]}): if it is one, write a line of names above it"
    )
    return [Remark("", "structure", message, 0, ",".join(names), line)]
