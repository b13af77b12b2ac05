"""Fingerprints of the sources of a run."""

from dataclasses import dataclass

from components.shared.sources.address import parse_source
from components.shared.sources.reading import fingerprint, pinned


@dataclass(frozen=True)
class Fingerprints:
    """What tells the contents of the sources of a run from earlier ones.

    Attributes:
        source: Fingerprint of the table's source.
        curated_schema: Fingerprint of the curated schema's; empty without one.
        pinned: The source itself; of a data set the version that its alias names now.
    """

    source: str
    curated_schema: str
    pinned: str


def fingerprint_source(
    source: str, curated_schema_source: str | None = None, query: str = ""
) -> Fingerprints:
    """Take the fingerprints of a table's source and of a curated schema's, without reading much.

    Equal fingerprints are of equal bytes. An object of a store is told by its version, tag and
    size, a page by a strong tag and its size; of a file, of a page without such a tag or changed
    within the last minute, and of the rows of a database, it is the SHA-256 of the bytes.

    Args:
        source: A path, `file://`, `http(s)://`, `s3://bucket/key`, `dataset://name@version` or
            `postgresql://host/database?table=schema.table`.
        curated_schema_source: The same of a curated schema.
        query: What to ask a database, instead of a table.

    Raises:
        InputError: There is no such file, object or page, or access was denied.
        SourceUnavailableError: A server could not be reached, or failed.
    """
    origin = pinned(parse_source(source, query=query))
    told = fingerprint(origin).to_text()
    schema = ""
    if curated_schema_source is not None:
        schema = fingerprint(parse_source(curated_schema_source, "curated_schema")).to_text()
    return Fingerprints(told, schema, origin.shown if origin.scheme == "dataset" else source)
