"""Ingestion of a table: any source and format, into Parquet with a digest."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from components.ingest_table.digest import table_digest
from components.shared.errors import InputError
from components.shared.tables.file_formats import Format, check_content, find_format, unpack
from components.shared.tables.files import convert, count_rows
from components.shared.tables.sources import local_file, parse_source


@dataclass(frozen=True)
class IngestedTable:
    """What was ingested.

    Attributes:
        digest: SHA-256 of the logical content, see `components.ingest_table.digest`.
        rows: Number of rows, at least 1.
        columns: Number of columns, at least 1.
        format: The format it was read from.
        source: Where it was read from, without the query of an address.
    """

    digest: str
    rows: int
    columns: int
    format: Format
    source: str

    def metadata(self) -> dict[str, str | int]:
        """Return what the Dataset artifact says about itself."""
        return {
            "digest": self.digest,
            "rows": self.rows,
            "columns": self.columns,
            "format": self.format,
            "source": self.source,
        }


def ingest_table(source: str, table: str | Path, format: str = "auto") -> IngestedTable:  # noqa: A002
    """Read a table and write it as Parquet, its rows in their order, in bounded memory.

    CSV has a header and is separated by `, ; | ` or tabs; empty fields and NA, N/A, n/a, #N/A,
    <NA>, NaN, nan, NULL and null are missing values; rows without any value are left out. Types
    follow from all values: integer, float, boolean, date, datetime, else string. JSON Lines has
    one flat object a line. Each of them may be compressed with gzip (`.csv.gz`). NaN becomes
    missing, times with a time zone become UTC.

    Memory does not grow with the file. (Polars maps JSON Lines into memory: its pages count as
    resident, but the system takes them back when it needs them.)

    Args:
        source: A path, `file://`, `http(s)://` or `s3://bucket/key`. Credentials of S3 come from
            the environment, see `components.shared.tables.downloads`.
        table: The Parquet file to write.
        format: `auto` (by the ending), `csv`, `parquet` or `jsonl`.

    Raises:
        InputError: There is no such file, it may not be read, it is not what its ending says, or
            it is damaged, empty or no table. The message names the line or the column.
        SourceUnavailableError: A server could not be reached, or failed.
    """
    origin = parse_source(source)
    output = Path(table)
    try:
        with local_file(origin) as path, tempfile.TemporaryDirectory() as folder:
            try:
                kind = find_format(origin.name, format)
                content = unpack(path, origin.name, Path(folder), any_name=format != "auto")
                check_content(content, kind)
                output.parent.mkdir(parents=True, exist_ok=True)
                convert(content, kind, output)
                rows, columns = _size(output)
            except InputError as error:
                raise InputError(f"{origin.shown}: {error}") from error
    except BaseException:
        output.unlink(missing_ok=True)
        raise
    return IngestedTable(table_digest(output), rows, columns, kind, origin.shown)


def _size(parquet: Path) -> tuple[int, int]:
    rows = count_rows(parquet)
    if not rows:
        raise InputError("The table has a header but no rows: name one with rows.")
    return rows, len(pl.scan_parquet(parquet).collect_schema())
