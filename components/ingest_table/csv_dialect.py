"""How the fields of a CSV file are written: their separator, and their quotation marks."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple, Protocol

import numpy as np

from components.ingest_table.csv_faults import LONGEST_FIELD, reading

SEPARATORS: Final = ",;\t|"
SAMPLE_RECORDS: Final = 1000
SAMPLE_BYTES: Final = 1 << 22
"""Bytes after which a sample has enough records, be they fewer: those of 5,000 columns take 40 kB
each, and are parsed with each separator."""

SAMPLE_CHARACTERS: Final = 1 << 20
BLOCK: Final = 1 << 24
QUOTE: Final = ord('"')
ESCAPED_QUOTE: Final = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
SPACED_QUOTE: Final = re.compile(rf'[{re.escape(SEPARATORS)}] +"')

Quotes = Literal["none", "regular", "irregular"]


class Reader(Protocol):
    """A reader of Python's `csv` module."""

    @property
    def line_num(self) -> int:
        """Number of lines read so far."""

    def __iter__(self) -> Iterator[list[str]]:
        """Return the records, one by one."""


@dataclass(frozen=True)
class CsvDialect:
    """How the fields of a CSV file are written.

    Attributes:
        separator: What separates fields.
        told: Whether the first line says so (`sep=;`), which is no record then.
        quotes: Whether quotation marks enclose fields, or stand in the middle of some too.
        quote: What encloses fields.
        escaped: Whether a quotation mark within a field has a backslash before it.
        spaced: Whether blanks follow the separators, as in `x, y`, which are no part of the fields.
    """

    separator: str
    told: bool = False
    quotes: Quotes = "none"
    quote: str = '"'
    escaped: bool = False
    spaced: bool = False

    def read(self, lines: Iterable[str], *, strict: bool = False) -> Reader:
        """Return a reader of the records in lines."""
        if self.escaped:
            lines = (ESCAPED_QUOTE.sub(r'\1""', line) for line in lines)
        return csv.reader(
            lines,
            delimiter=self.separator,
            quotechar=self.quote,
            skipinitialspace=self.spaced,
            strict=strict,
        )


@dataclass(frozen=True)
class Record:
    """The fields of a record, and the line after it, counted from 0."""

    fields: list[str]
    end: int


def find_dialect(path: Path) -> CsvDialect:
    """Find out how the fields of a CSV file are written.

    Where quotation marks stand in the middle of fields, that way to read them is taken with which
    most records have the same number of fields: with a backslash before those within a field,
    if there are any; as they stand; or with blanks before those that enclose one.
    """
    with reading(path) as file:
        line = file.readline(LONGEST_FIELD)
    told = line.strip().removeprefix("sep=") if line.startswith("sep=") else ""
    known = len(told) == 1
    separator = told if known else _find_separator(path)
    dialect = CsvDialect(separator, known, kind_of_quotes(path, separator))
    if dialect.quotes == "irregular":
        ways = _irregular_ways(path, dialect)
        return max(ways, key=lambda way: _agreement(sample_records(path, way)).records)
    if dialect.quotes == "none" and _all_spaced(sample_records(path, dialect)):
        return replace(dialect, spaced=True)
    header = line.rstrip("\r\n").split(separator)
    if len(header) > 1 and all(re.fullmatch(r"'[^']+'", name.strip()) for name in header):
        return replace(dialect, quotes="irregular", quote="'")
    return dialect


def _all_spaced(records: list[Record]) -> bool:
    """Tell whether a blank stands before each field but the first, that of the header too."""
    others = [field for record in records for field in record.fields[1:] if field]
    return bool(others) and all(field.startswith(" ") for field in others)


def _irregular_ways(path: Path, dialect: CsvDialect) -> Iterator[CsvDialect]:
    """Yield the ways to read irregular quotation marks, of those that fit alike the best first."""
    with reading(path) as file:
        text = file.read(SAMPLE_CHARACTERS)
    backslashes = [True, False] if ESCAPED_QUOTE.search(text) else [False]
    blanks = [False, True] if SPACED_QUOTE.search(text) else [False]
    if _all_spaced(sample_records(path, dialect)):
        blanks.reverse()
    for spaced in blanks:
        for escaped in backslashes:
            yield replace(dialect, escaped=escaped, spaced=spaced)


def sample_records(path: Path, dialect: CsvDialect) -> list[Record]:
    """Return the first records, the last of which may be cut off."""
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        with reading(path) as file:
            reader, records = dialect.read(file), list[Record]()
            for fields in islice(reader, SAMPLE_RECORDS):
                records.append(Record(fields, reader.line_num))
                if file.buffer.tell() >= SAMPLE_BYTES:
                    break
    except csv.Error:
        return []
    finally:
        csv.field_size_limit(before)
    return records[1:] if dialect.told else records


class _Agreement(NamedTuple):
    """Of records with as many fields as most have, if several: share, fields and number."""

    share: float = 0.0
    fields: int = 1
    records: int = 0


def _agreement(records: list[Record]) -> _Agreement:
    counts = Counter(len(record.fields) for record in records if any(record.fields))
    several = {fields: count for fields, count in counts.items() if fields > 1}
    if not several:
        return _Agreement()
    fields = max(several, key=lambda each: (several[each], each))
    return _Agreement(several[fields] / counts.total(), fields, several[fields])


def _find_separator(path: Path) -> str:
    """Return the separator with which most records have as many fields as one another."""
    scores = {each: _agreement(sample_records(path, CsvDialect(each)))[:2] for each in SEPARATORS}
    # Of those with which no record has several fields, the first.
    return max(scores, key=scores.__getitem__)


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
