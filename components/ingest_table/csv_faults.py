"""What is wrong with CSV files that cannot be read.

Python's `csv` module, which is slow, only looks for the line at fault.
"""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np

from components.shared.errors import InputError

BLOCK = 1 << 22
LONGEST_FIELD = 1 << 24


def check_field_counts(path: Path, separator: str, fields: int, first_line: int) -> None:
    """Make sure that no line has fewer fields than the header; blank lines do not count.

    Polars fills short lines with nulls. So the separators are counted, outside of quotes and at
    the speed of reading; only if their number is wrong is the line at fault looked for.

    Args:
        path: The file.
        separator: What separates its fields.
        fields: How many of them a line has.
        first_line: The first line after the header, counted from 0.

    Raises:
        InputError: A line has another number of fields than the header.
    """
    if fields == 1:
        return
    separators, lines = _count(path, separator.encode(), first_line)
    if separators != lines * (fields - 1):
        find_fault(path, separator, fields, first_line)


def _count(path: Path, separator: bytes, first_line: int) -> tuple[int, int]:
    """Count separators and lines that are not blank, outside of quotes."""
    separators = lines = 0
    inside = False
    last = b"\n"
    with path.open("rb") as file:
        for _ in range(first_line):
            file.readline()
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


def find_fault(path: Path, separator: str, fields: int, first_line: int) -> None:
    """Look for the first line that is not UTF-8, not CSV, or has a wrong number of fields.

    Args are those of `check_field_counts`.

    Raises:
        InputError: There is one; the message has its number.
    """
    check_utf8(path)
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        with reading(path) as file:
            reader = csv.reader(file, delimiter=separator, strict=True)
            line = 1
            for record in reader:
                blank = not record or (len(record) == 1 and not record[0].strip())
                if len(record) != fields and not blank and line > first_line:
                    raise InputError(_ragged(line, len(record), fields))
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
def reading(path: Path) -> Iterator[TextIO]:
    """Open a CSV file for Python's `csv` module, whatever its bytes are."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        yield file
