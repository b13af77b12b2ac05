"""Formats of table files: what the ending says, checked against what the bytes say."""

import codecs
import gzip
import re
import shutil
import zlib
from pathlib import Path
from typing import Literal, get_args

from components.shared.errors import InputError

Format = Literal["csv", "parquet", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
GZIP_ENDING = ".gz"
HEAD_BYTES = 64 * 1024
BLOCK = 1 << 20

PARQUET_MAGIC = b"PAR1"
GZIP_MAGIC = b"\x1f\x8b"
FOREIGN = {
    b"PARE": "an encrypted Parquet file",
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"ARROW1": "an Arrow file",
    b"FEA1": "a Feather file",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF document",
    b"BZh": "a bzip2 archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"\xfd7zXZ": "an xz archive",
    codecs.BOM_UTF16_LE: "text in UTF-16",
    codecs.BOM_UTF16_BE: "text in UTF-16",
}
TEXTS = {
    rb"<!doctype html|<html": "an HTML page",
    rb"<\?xml": "an XML document",
    rb"\{\s*[\"}]": "JSON Lines",
    rb"\[\s*[{\[]": "a JSON array",
}
NAMES: dict[Format, str] = {
    "csv": "CSV or other text",
    "parquet": "Parquet",
    "jsonl": "JSON Lines",
}
REMEDIES = {
    "text in UTF-16": "save it as UTF-8",
    "an HTML page": "the address may lead to a login or an error page, so name the file itself",
    "a JSON array": "write one object a line, without brackets and commas around them",
}


def find_format(name: str, given: str) -> Format:
    """Return the format that the user gave, else the one that the file's ending says.

    Args:
        name: The file's name; `.gz` at its end does not count.
        given: `auto`, `csv` (also for tabs and semicolons), `parquet` or `jsonl`.

    Raises:
        InputError: The given format is unknown, or the ending says nothing.
    """
    if given in FORMATS:
        return given
    if given != "auto":
        raise InputError(
            f"Unknown format {given!r} (parameter `format`): use auto, {', '.join(FORMATS)}."
        )
    ending = Path(name.lower().removesuffix(GZIP_ENDING)).suffix
    if ending not in ENDINGS:
        raise InputError(
            f"The ending of {name!r} does not say what it is: set `format` to "
            f"{', '.join(FORMATS)}, or let the name end in {', '.join(ENDINGS)}; "
            "export a workbook or a database as one of them first."
        )
    return ENDINGS[ending]


def unpack(path: Path, name: str, folder: Path, *, any_name: bool = False) -> Path:
    """Return the file, or where it is gzip its content as a file in the folder.

    Args:
        path: The file.
        name: Its name, which says by `.gz` at its end whether it is gzip.
        folder: An existing folder for the content.
        any_name: Whether the name says nothing.

    Raises:
        InputError: The file is empty or damaged, or only one of name and content says gzip.
    """
    with path.open("rb") as file:
        head = file.read(len(GZIP_MAGIC))
    if not head:
        raise InputError("The file is empty (0 bytes): name a table with a header and rows.")
    packed = head == GZIP_MAGIC
    if not any_name and packed != name.lower().endswith(GZIP_ENDING):
        found, remedy = ("is", "add .gz to") if packed else ("is not", "remove .gz from")
        raise InputError(f"The file {found} compressed with gzip: {remedy} its name.")
    if not packed:
        return path
    unpacked = folder / "unpacked"
    try:
        with gzip.open(path) as source, unpacked.open("wb") as target:
            shutil.copyfileobj(source, target, BLOCK)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"The gzip file is damaged ({error}): copy or download it again."
        raise InputError(message) from error
    if unpacked.stat().st_size == 0:
        raise InputError("The gzip file has no content: name a table with a header and rows.")
    return unpacked


def check_content(path: Path, expected: Format) -> None:
    """Make sure that a file's first bytes are those of a format.

    Raises:
        InputError: They are those of something else; the message says of what.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(-min(len(PARQUET_MAGIC), path.stat().st_size), 2)
        tail = file.read()
    found = _kind(head)
    if found != NAMES[expected]:
        raise InputError(f"The file is not {NAMES[expected]} but {found}: {_remedy(found)}.")
    if expected == "parquet" and (tail != PARQUET_MAGIC or len(head) < 3 * len(PARQUET_MAGIC)):
        raise InputError("The Parquet file is cut off: copy or download it again.")


def _kind(head: bytes) -> str:
    if head.startswith(PARQUET_MAGIC):
        return NAMES["parquet"]
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            return kind
    if b"\x00" in head:
        return "a binary file"
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1024].lower()
    for pattern, kind in TEXTS.items():
        if re.match(pattern, start):
            return kind
    return NAMES["csv"]


def _remedy(found: str) -> str:
    for name, kind in NAMES.items():
        if found == kind:
            return f"let its name end in .{name}, or set `format` to {name}, if it is a table"
    return REMEDIES.get(found, "export or unpack it as CSV, Parquet or JSON Lines")
