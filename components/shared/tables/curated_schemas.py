"""Schemas that users curate, from where they lie."""

from pathlib import Path

from components.shared.errors import InputError
from components.shared.sources.address import parse_source
from components.shared.sources.fingerprints import Fingerprint
from components.shared.sources.reading import local_file
from components.shared.tables.schema import TableSchema, read_schema


def read_curated_schema(
    source: str | Path | None, fingerprint: str | None = None
) -> TableSchema | None:
    """Read a curated schema from a path or an address.

    Args:
        source: A path, or a `file://`, `http(s)://` or `s3://` address; None for no schema.
        fingerprint: What it must be, see `components.shared.sources.fingerprints`.

    Raises:
        InputError: It is not there, or no schema; the message names the file.
        SourceUnavailableError: A server could not be reached, or failed.
        SourceChangedError: It has another fingerprint.
    """
    if source is None:
        return None
    origin = parse_source(str(source), "curated_schema")
    promised = Fingerprint.from_text(fingerprint) if fingerprint else None
    with local_file(origin, promised) as path:
        try:
            return read_schema(path)
        except InputError as error:
            raise InputError(f"{origin.shown}: {error}") from error
