"""CSV files: their header, and what is wrong with them when they cannot be read.

Polars reads the data; Python's `csv` module, which is slow, only looks for the line at fault.
"""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from components.shared.errors import InputError

SEPARATORS = ",;\t|"
BLOCK = 1 << 22
LONGEST_FIELD = 1 << 24


@dataclass(frozen=True)
class Header:
    """The first record of a CSV file: what separates its fields, and the fields."""

    separator: str
    columns: tuple[str, ...]


def read_header(path: Path) -> Header:
    """Read the column names; the separator is the one of `, ; tab |` that gives most of them.

    Raises:
        InputError: A name is empty or there twice, or the file is no text with lines.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        line = file.readline(LONGEST_FIELD)
    if "\r" in line.rstrip("\r\n"):
        raise InputError("The lines end in carriage returns alone: save it with line feeds.")
    if not line.strip():
        raise InputError("Line 1 is blank: it must hold the names of the columns.")
    separator = max(SEPARATORS, key=lambda mark: len(next(csv.reader([line], delimiter=mark))))
    with _reading(path) as file:
        columns = tuple(next(csv.reader(file, delimiter=separator)))
    check_names(columns)
    return Header(separator, columns)


def check_names(columns: Sequence[str]) -> None:
    """Make sure that every column has a name of its own.

    Raises:
        InputError: A name is empty, there twice, or what Polars takes for a pattern of names.
    """
    unnamed = [str(number) for number, name in enumerate(columns, start=1) if not name.strip()]
    if unnamed:
        raise InputError(
            f"Column {', '.join(unnamed)} of {len(columns)} has no name in the header: name it, or "
            "remove it (pandas writes its index without a name unless told index=False)."
        )
    patterns = [repr(name) for name in columns if name.startswith("^") and name.endswith("$")]
    if patterns:
        raise InputError(
            f"The name {patterns[0]} begins with ^ and ends with $, as a pattern of names does: "
            "rename the column."
        )
    twice = [repr(name) for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise InputError(
            f"More than one column is called {', '.join(twice)}: rename or remove all but one."
        )


def check_field_counts(path: Path, header: Header) -> None:
    """Make sure that no line has fewer fields than the header; blank lines do not count.

    Polars fills short lines with nulls. So the separators are counted, outside of quotes and at
    the speed of reading; only if their number is wrong is the line at fault looked for.

    Raises:
        InputError: A line has another number of fields than the header.
    """
    if len(header.columns) == 1:
        return
    separators, lines = _count(path, header.separator.encode())
    if separators != lines * (len(header.columns) - 1):
        find_fault(path, header)


def _count(path: Path, separator: bytes) -> tuple[int, int]:
    """Count separators and lines that are not blank, outside of quotes."""
    separators = lines = 0
    inside = False
    last = b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            parts = block.replace(b"\r", b"").split(b'"')
            # A letter stands for what was quoted, so that no line becomes blank.
            outside = b"q".join(parts[inside::2])
            inside ^= len(parts) % 2 == 0
            separators += outside.count(separator)
            ends = np.frombuffer(last + outside, dtype=np.uint8) == ord("\n")
            lines += int(np.count_nonzero(ends[1:] & ~ends[:-1]))
            last = outside[-1:] or last
    return separators, lines + (last != b"\n")


def find_fault(path: Path, header: Header) -> None:
    """Look for the first line that is not UTF-8, not CSV, or has a wrong number of fields.

    Raises:
        InputError: There is one; the message has its number.
    """
    check_utf8(path)
    expected = len(header.columns)
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        with _reading(path) as file:
            reader = csv.reader(file, delimiter=header.separator, strict=True)
            line = 1
            for record in reader:
                if record and len(record) != expected:
                    raise InputError(_ragged(line, len(record), expected))
                line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"The record that begins in line {line:,} is not CSV: {error}. Close or double the "
            'quotation marks (") in it.'
        ) from error
    finally:
        csv.field_size_limit(before)


def _ragged(line: int, found: int, expected: int) -> str:
    many = "1 field" if found == 1 else f"{found:,} fields"
    return (
        f"Line {line:,} has {many} where the header has {expected:,}: mend the line "
        "(a text with a separator in it must be put in quotation marks)."
    )


def check_utf8(path: Path) -> None:
    """Make sure that a file is UTF-8.

    Raises:
        InputError: It is not; the message has the number of the line.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    for block in _blocks(path):
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            byte = error.object[error.start]
            raise InputError(
                f"Line {line:,} is not UTF-8 (byte 0x{byte:02x}): save the file as UTF-8, "
                "for instance with: iconv -f WINDOWS-1252 -t UTF-8."
            ) from error
        line += block.count(b"\n")


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield the file's bytes, and nothing at the end."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
    yield b""


@contextmanager
def _reading(path: Path) -> Iterator[TextIO]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        yield file
