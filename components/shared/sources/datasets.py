"""Tables that are versions of registered data sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from components.shared.errors import InputError
from components.shared.patience import waiting_seconds
from components.shared.registry.client import RegisteredVersion, RegistryClient
from components.shared.registry.paths import DATASET
from components.shared.sources.address import SCHEMA_FILE, TABLE_FILE, Source, parse_source
from components.shared.sources.fingerprints import Fingerprint

SCHEMA_PARAMETER: Final = "curated_schema"
"""What is given here is no table, but a schema: that of the version."""


def pinned(source: Source) -> Source:
    """Return the version that a source names now, with the digest of its content."""
    with _version(source) as (_, version):
        file, address = _file(source), _reference(version)
        stored = file in version.files or address is None
        return replace(
            source,
            location=f"{version.model_name.removeprefix(DATASET)}@{version.version}",
            shown=f"{version.model_name}@{version.version}",
            name=file if stored or address is None else address.name,
            content_digest=version.content_digest,
            is_ingested=stored,
        )


def fingerprint(source: Source) -> Fingerprint:
    """Return the digest of a version's table; where it is only referred to, what it was known by.

    Raises:
        InputError: There is no such version.
        RegistryError: The registry could not be reached, or refused.
    """
    with _version(source) as (_, version):
        file = _file(source)
        if file in version.files:
            return Fingerprint(sha256=version.files[file])
        return _promised(version)


def fetch(source: Source, path: Path, promised: Fingerprint | None = None) -> None:
    """Write the table of a version to a file, or its schema where that is asked for.

    Args:
        source: The version.
        path: The file to write.
        promised: Is compared with the digest of what was written, by who asked for it.

    Raises:
        InputError: There is no such version, or it has no such file.
        DigestMismatchError: The registry gave other bytes than were registered.
        RegistryError: The registry could not be reached, or refused.
    """
    del promised
    with _version(source) as (registry, version):
        file = _file(source)
        if file not in version.files:
            raise InputError(
                f"{source.shown} has no {file}: name a version that register_dataset registered."
            )
        registry.download_file(version, file, path.parent).replace(path)


def reference(source: Source) -> tuple[Source, Fingerprint] | None:
    """Return where a table lies that was registered without its bytes, and what it must be.

    None where the registry has the bytes.
    """
    with _version(source) as (_, version):
        address = _reference(version)
        if _file(source) in version.files or address is None:
            return None
        return address, _promised(version)


@contextmanager
def _version(source: Source) -> Iterator[tuple[RegistryClient, RegisteredVersion]]:
    with RegistryClient.from_environment(wait_seconds=waiting_seconds()) as registry:
        yield registry, registry.get(f"{DATASET}{source.location}")


def _file(source: Source) -> str:
    return SCHEMA_FILE if source.parameter == SCHEMA_PARAMETER else TABLE_FILE


def _reference(version: RegisteredVersion) -> Source | None:
    """Return where the table of a version lies that was registered without its bytes."""
    address = version.lineage.get("source")
    if address is None or "source_fingerprint" not in version.lineage:
        return None
    return parse_source(address)


def _promised(version: RegisteredVersion) -> Fingerprint:
    return Fingerprint.from_text(version.lineage.get("source_fingerprint", "{}"))
