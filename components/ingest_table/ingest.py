"""Ingestion of a table: any source and format, into Parquet with a digest."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from components.ingest_table.formats import convert
from components.ingest_table.given_types import parse_column_types
from components.ingest_table.wishes import Wishes, schema_types
from components.shared.errors import InputError
from components.shared.models.description import read_description
from components.shared.models.readings import model_readings
from components.shared.openlineage.datasets import LineageDataset, read_from
from components.shared.reports.notes import NOTES, Kind, Note, notes_metadata
from components.shared.sources.address import Source, parse_source
from components.shared.sources.fingerprints import Fingerprint
from components.shared.sources.reading import local_file, pinned
from components.shared.tables.column_types import column_types
from components.shared.tables.curated_schemas import read_curated_schema
from components.shared.tables.digest import table_digest
from components.shared.tables.file_formats import Format, check_content, find_format, unpack
from components.shared.tables.files import count_rows
from components.shared.tables.readings import Remark, RemarkKind, TableReadings, table_readings


@dataclass(frozen=True)
class IngestedTable:
    """What was ingested.

    Attributes:
        digest: SHA-256 of the logical content, see `components.shared.tables.digest`.
        rows: Number of rows, at least 1.
        columns: Number of columns, at least 1.
        format: The format it was read from.
        source: Where it was read from, without the query of an address.
        readings: How its texts were read.
    """

    digest: str
    rows: int
    columns: int
    format: Format
    source: str
    readings: TableReadings = field(default_factory=TableReadings, repr=False)

    def metadata(self) -> dict[str, Any]:
        """Return what the Dataset artifact says about itself."""
        return {
            "digest": self.digest,
            "rows": self.rows,
            "columns": self.columns,
            "format": self.format,
            "source": self.source,
            NOTES: notes_metadata(map(_note, self.readings.remarks)),
        }

    def as_lineage(self, table: str | Path) -> LineageDataset:
        """Return what an OpenLineage server is told of it; `table` is its Parquet."""
        return read_from(self.source, self.digest, rows=self.rows, columns=column_types(table))


def _note(remark: Remark) -> Note:
    kinds: dict[RemarkKind, Kind] = {
        "strays": "read as missing",
        "missing": "read as missing",
        "text": "warning",
        "structure": "warning",
    }
    columns = (remark.column,) if remark.column else ()
    return Note(kinds.get(remark.kind, "assumed"), remark.message, columns)


def ingest_table(
    source: str,
    table: str | Path,
    format: str = "auto",  # noqa: A002
    *,
    fingerprint: str | None = None,
    column_types: str = "",
    missing_values: Sequence[str] = (),
    curated_schema: str | None = None,
    curated_schema_fingerprint: str | None = None,
    target: str | None = None,
    query: str = "",
    model: str | Path | None = None,
) -> IngestedTable:
    """Read a table and write it as Parquet, its rows in their order, in bounded memory.

    CSV has a header and is separated by `, ; | ` or tabs; JSON Lines has one flat object a line.
    Each of them may be compressed with gzip (`.csv.gz`). Blank lines are left out.

    The texts of a column are read by one grammar, see `docs/tables.md`, as its own values show:
    as integer, float, boolean, date or datetime where at least 95 % of them are, else as string.
    What is no such value counts as missing, and is said. Times with a time zone become UTC.

    Memory does not grow with the file. (Polars maps JSON Lines into memory: its pages count as
    resident, but the system takes them back when it needs them.)

    Args:
        source: A path, `file://`, `http(s)://`, `s3://bucket/key`,
            `postgresql://host/database?table=schema.table` or `dataset://name@version`, which is
            taken as it was registered: its texts are read anew only by `column_types` and
            `missing_values`. Credentials, and the registry of a data set, come from the
            environment, see `components.shared.sources.objects` and `postgresql` beside it.
        table: The Parquet file to write.
        format: `auto` (by the ending), `csv`, `parquet` or `jsonl`.
        fingerprint: What the source must be, see `components.shared.sources.fingerprints`.
        column_types: Types of columns that have the last word, such as
            `zip=string,when=datetime:%d/%m/%Y,amount=number`.
        missing_values: Texts that stand for a missing value, besides the usual ones.
        curated_schema: A schema as `validate_table` writes it, whose types are taken where nearly
            all values are of them, and text always: a path or an address.
        curated_schema_fingerprint: What that schema must be.
        target: The column that a model is to predict: NA is one of its classes.
        query: What to ask a database, instead of a table.
        model: Folder of a model that is to predict the table: its columns are read as those of the
            training table were, where at least 95 % of their texts are values then.

    Raises:
        InputError: There is no such file, it may not be read, it is not what its ending says, or
            it is damaged, empty or no table. The message names the line or the column.
        SourceUnavailableError: A server could not be reached, or failed.
        SourceChangedError: The source has another fingerprint.
    """
    origin = pinned(parse_source(source, query=query))
    promised = Fingerprint.from_text(fingerprint) if fingerprint else None
    wishes = Wishes(
        types=parse_column_types(column_types),
        schema=schema_types(read_curated_schema(curated_schema, curated_schema_fingerprint)),
        missing=tuple(text.strip() for text in missing_values),
        target=target,
        readings=model_readings(read_description(model)) if model else {},
    )
    output = Path(table)
    try:
        with local_file(origin, promised) as path, tempfile.TemporaryDirectory() as folder:
            try:
                kind = find_format(origin.name, format)
                content = unpack(path, origin.name, Path(folder), any_name=format != "auto")
                check_content(content, kind)
                output.parent.mkdir(parents=True, exist_ok=True)
                taken = origin.is_ingested and not (column_types or missing_values)
                if taken:
                    # It was read when it was registered: its texts are not read once more.
                    shutil.copyfile(content, output)
                    readings = table_readings(output)
                else:
                    readings = convert(content, kind, output, wishes)
                rows, columns = _size(output)
                digest = table_digest(output)
                _check_content(origin, digest, was_taken=taken)
            except InputError as error:
                raise InputError(f"{origin.shown}: {error}") from error
    except BaseException:
        output.unlink(missing_ok=True)
        raise
    return IngestedTable(digest, rows, columns, kind, origin.shown, readings)


def _check_content(origin: Source, digest: str, *, was_taken: bool) -> None:
    """See that what was read of a data set is what was registered as its content."""
    if origin.content_digest in (None, digest):
        return
    if was_taken:
        raise InputError(
            f"Its table says something else than was registered (digest {digest}, registered "
            f"{origin.content_digest}): whoever registered it gave a wrong digest. Register the "
            "table anew as another data set, and delete this version."
        )
    if not origin.is_ingested:
        raise InputError(
            f"Its bytes are those that were registered, and were read otherwise (digest {digest}, "
            f"registered {origin.content_digest}): give the format, column types and missing "
            f"values that `kfp-tabular data show {origin.location}` names."
        )


def _size(parquet: Path) -> tuple[int, int]:
    rows = count_rows(parquet)
    if not rows:
        raise InputError("The table has a header but no rows: name one with rows.")
    return rows, len(pl.scan_parquet(parquet).collect_schema())
