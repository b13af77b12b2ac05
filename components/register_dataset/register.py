"""Register a table, what it is like and where it comes from as one version of a data set."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

from components.register_dataset.described_columns import described_columns
from components.shared.errors import InputError
from components.shared.openlineage.datasets import LineageDataset, registered
from components.shared.patience import waiting_seconds
from components.shared.registry.client import RegisteredVersion, RegistryClient
from components.shared.registry.paths import DATASET
from components.shared.registry.provenance import Provenance
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.sources.address import (
    SCHEMA_FILE,
    TABLE_FILE,
    absolute_address,
    check_address,
    without_query,
)
from components.shared.tables.column_types import column_types
from components.shared.tables.digest import table_digest
from components.shared.tables.files import count_rows
from components.shared.tables.readings import table_readings

REPORT_FILE: Final = "validation.html"
REFERENCE: Final = "reference_only"
MOST_REMARKS: Final = 100


@dataclass(frozen=True)
class Lineage(Provenance):
    """Where a version of a data set comes from; what is unknown stays None.

    Attributes:
        source_fingerprint: What `fingerprint_source` said of it.
        parent: The version of a data set that the table was made from, as `name@version`; None
            for the data set that it was read from, where it was.
    """

    source_fingerprint: str | None = None
    parent: str | None = None


@dataclass(frozen=True)
class Reading:
    """How the table was read from its source, as `ingest_table` was told; empty as by default.

    Attributes:
        format: Its format.
        column_types: Types of columns that had the last word.
        missing_values: Texts that stood for a missing value.
        curated_schema: Where the schema lies that it was held against.
        query: What a database was asked.
    """

    format: str = ""
    column_types: str = ""
    missing_values: tuple[str, ...] = ()
    curated_schema: str = ""
    query: str = ""


@dataclass(frozen=True)
class RegisteredTable:
    """The version that a table is.

    Attributes:
        model_name: `dataset://` and the name of the data set.
        version: Name of the version.
        content_digest: SHA-256 of what the table says.
        digest: SHA-256 over the version's files.
        aliases: Aliases that it was given.
        registry_url: The registry that holds it.
        replayed: Whether an earlier attempt of the same run had already registered it.
        known: Whether a table of the same content had been registered before, as this version.
        bytes_left_out: Whether the rows were to be kept, and that version only refers to them.
    """

    model_name: str
    version: str
    content_digest: str
    digest: str
    aliases: tuple[str, ...]
    registry_url: str
    replayed: bool
    known: bool
    bytes_left_out: bool = False

    def as_lineage(self, table: str | Path) -> LineageDataset:
        """Return what an OpenLineage server is told of it; `table` is the Parquet of its rows."""
        name = self.model_name.removeprefix(DATASET)
        made = registered("TABLE", name, self.version, self.content_digest)
        return replace(made, rows=count_rows(table), columns=column_types(table))

    def metadata(self) -> dict[str, Any]:
        """Return what the KFP artifact says of the version."""
        notes = []
        if self.known:
            text = f"the table says what version {self.version} says: no further one was made"
            notes.append(Note("assumed", text))
        if self.bytes_left_out:
            text = (
                f"the rows, as version {self.version} only refers to them: archive it to register "
                f"them (kfp-tabular registry archive {self.model_name}@{self.version})"
            )
            notes.append(Note("left out", text))
        return asdict(self) | {"aliases": list(self.aliases), NOTES: notes_metadata(notes)}


def register_dataset(
    table: str | Path,
    schema: str | Path,
    report: str | Path,
    dataset_name: str,
    *,
    aliases: Sequence[str] = (),
    reference_only: bool = False,
    lineage: Lineage | None = None,
    reading: Reading | None = None,
    registry_url: str | None = None,
) -> RegisteredTable:
    """Register a table with its schema, report, figures and lineage.

    A table that says what a version of the data set says which is not archived is that version,
    and gives it the aliases; the registry decides that, also between two who register at once.

    Args:
        table: Parquet file that `ingest_table` wrote.
        schema: JSON file that `validate_table` wrote.
        report: HTML file of the same step.
        dataset_name: Name in the registry; it is created when new.
        aliases: Aliases that the version gets.
        reference_only: Register where the table lies and what its content is, not its bytes:
            whoever reads the data set reads that address, held against its fingerprint.
        lineage: Where it comes from.
        reading: How it was read.
        registry_url: The registry; `REGISTRY_URL` when None.

    Raises:
        InputError: No registry is named, the parent is not there, or what is only referred to
            could not be found again: its address is unknown or signed, or has no fingerprint.
        RegistryError: The registry could not be reached, or refused.
    """
    lineage, reading = lineage or Lineage(), reading or Reading()
    columns, rows = described_columns(table), count_rows(table)
    digest = table_digest(table)
    body: dict[str, Any] = {
        "dataset": {"name": dataset_name},
        "version": {"properties": {REFERENCE: True} if reference_only else {}},
        "contentDigest": digest,
        "metrics": {"rows": rows, "columns": len(columns)},
        "parameters": {**_told(reading), **_remarks(table)},
        "schema": {"columns": columns},
        "aliases": list(aliases),
    }
    told = {name: text for name, text in asdict(lineage).items() if text}
    if source := lineage.source:
        told["source"] = absolute_address(without_query(source))
    if reference_only:
        _check_reference(lineage)
    waiting = waiting_seconds()
    with (
        RegistryClient.from_environment(registry_url, wait_seconds=waiting) as registry,
        TemporaryDirectory() as folder,
    ):
        if parent := _parent(registry, lineage):
            told["parent"] = f"{parent.model_name}@{parent.version}"
            body["datasets"] = [_reference_to(parent)]
        body["lineage"] = told
        files = {SCHEMA_FILE: schema, REPORT_FILE: report}
        for name, path in (files if reference_only else {TABLE_FILE: table, **files}).items():
            (Path(folder) / name).symlink_to(Path(path).absolute())
        key = f"{lineage.run_id or uuid.uuid4()}/{dataset_name}/{digest}"
        receipt = registry.register(body, folder, key)
        there = registry.find(f"{DATASET}{dataset_name}", receipt.version)
    return RegisteredTable(
        *(f"{DATASET}{dataset_name}", receipt.version, digest, receipt.digest, receipt.aliases),
        registry_url=registry.url,
        replayed=receipt.replayed,
        known=receipt.known,
        bytes_left_out=not reference_only and there is not None and TABLE_FILE not in there.files,
    )


def _told(reading: Reading) -> dict[str, Any]:
    """Return what users said of the reading, without the signature of an address."""
    told = {name: value for name, value in asdict(reading).items() if value not in ("", (), "auto")}
    if "curated_schema" in told:
        told["curated_schema"] = without_query(told["curated_schema"])
    if "missing_values" in told:
        told["missing_values"] = list(told["missing_values"])
    return told


def _remarks(table: str | Path) -> Mapping[str, Any]:
    """Return what was lost, changed or assumed when the table was read."""
    remarks = table_readings(table).remarks
    told = [f"{each.column}: {each.message}" if each.column else each.message for each in remarks]
    if len(told) > MOST_REMARKS:
        told[MOST_REMARKS:] = [f"and {len(told) - MOST_REMARKS:,} more, see {REPORT_FILE}"]
    return {"changed_when_read": told} if told else {}


def _check_reference(lineage: Lineage) -> None:
    """See that what is not kept can be read again by what is known of it."""
    if not lineage.source or not lineage.source_fingerprint:
        raise InputError(
            "A table that is only referred to needs its address and its fingerprint: pass `source` "
            "and `source_fingerprint` of fingerprint_source, or register its bytes."
        )
    if urlsplit(lineage.source).query and lineage.source != without_query(lineage.source):
        raise InputError(
            f"{without_query(lineage.source)} was given with a query, which may be a signature and "
            "is not kept: name an address that lasts, such as s3://, or register the bytes."
        )
    check_address(lineage.source)


def _parent(registry: RegistryClient, lineage: Lineage) -> RegisteredVersion | None:
    source = lineage.source or ""
    named = lineage.parent or (source if source.startswith(DATASET) else "")
    if not named:
        return None
    return registry.get(f"{DATASET}{named.removeprefix(DATASET)}")


def _reference_to(parent: RegisteredVersion) -> dict[str, str]:
    return {
        "name": parent.model_name.removeprefix(DATASET),
        "role": "parent",
        "digest": parent.content_digest or parent.digest,
        "uri": f"{parent.model_name}@{parent.version}",
    }
