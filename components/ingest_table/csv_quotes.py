"""Quotation marks in CSV files: those that enclose a field, and those that are part of one."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from components.ingest_table.csv_faults import LONGEST_FIELD, reading
from components.ingest_table.csv_structure import CsvStructure
from components.shared.errors import InputError
from components.shared.tables.readings import Remark

BLOCK: Final = 1 << 24
QUOTE: Final = ord('"')

Quotes = Literal["none", "regular", "irregular"]


def kind_of_quotes(path: Path, separator: str) -> Quotes:
    """Tell whether quotation marks enclose fields, or stand in the middle of some too.

    In a regular file, each quotation mark that opens a field follows a separator or the end of a
    line, and each that closes one stands before such; those within a field are doubled.
    """
    edges = np.zeros(256, dtype=bool)
    edges[[ord(separator), ord("\n"), ord("\r"), QUOTE]] = True
    opened = False
    found: Quotes = "none"
    before = b"\n"
    with path.open("rb") as file:
        block = file.read(BLOCK)
        block = block.removeprefix(b"\xef\xbb\xbf")
        while block:
            after = file.read(BLOCK)
            if b'"' in block:
                found = "regular"
                text = np.frombuffer(before + block + (after[:1] or b"\n"), dtype=np.uint8)
                places = np.flatnonzero(text[1:-1] == QUOTE) + 1
                # Whether the first one of the block opens depends on those before it.
                opening, closing = places[opened::2], places[1 - opened :: 2]
                if not (edges[text[opening - 1]].all() and edges[text[closing + 1]].all()):
                    return "irregular"
                opened ^= len(places) % 2 == 1
            before, block = block[-1:], after
    return found


def rewrite_regularly(path: Path, structure: CsvStructure, target: Path) -> CsvStructure:
    """Write the records of a file with irregular quotation marks anew, with regular ones.

    A quotation mark that does not begin a field is part of it, as Python's `csv` module and pandas
    take it.

    Returns:
        The structure of the new file, with what there is to say about it.

    Raises:
        InputError: A record has another number of fields, or a field that was opened by a quotation
            mark is closed nowhere; the message has the line.
    """
    separator, fields = structure.separator, structure.fields
    limit = csv.field_size_limit(LONGEST_FIELD)
    marked: tuple[int, str] | None = None
    row = begun = line = 0
    lines: list[str] = []
    try:
        with reading(path) as source, target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=separator, lineterminator="\n")
            reader = csv.reader(_kept(source, lines), delimiter=separator)
            for record in reader:
                begun, line = line + 1, reader.line_num
                if any("\n" in field for field in record):
                    _check_closed(lines, separator)
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
    message = (
        f"quotation marks inside of fields were taken as they stand (the first: {text!r} in data "
        f"row {row:,})"
    )
    remark = Remark("", "structure", message, 1, text, row)
    return replace(structure, first_line=0, remarks=(*structure.remarks, remark))


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


def _check_closed(lines: list[str], separator: str) -> None:
    """Make sure that fields of a record of several lines end where a quotation mark closes them."""
    list(csv.reader(lines, delimiter=separator, strict=True))
