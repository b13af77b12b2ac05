"""Versions of Delta tables, as Parquet.

Reading them takes the extra `delta`. A store and its credentials come from the same variables of
the environment as for other objects, see `components.shared.sources.objects`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from components.shared.errors import InputError, SourceChangedError, SourceUnavailableError
from components.shared.sources.address import Source
from components.shared.sources.fingerprints import Fingerprint
from components.shared.sources.objects import named_endpoint

COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
LONGEST_REASON: Final = 400


def fingerprint(source: Source) -> Fingerprint:
    """Return the number of the version, and the id of the table that it is one of.

    Raises:
        InputError: There is no such table or version, or the extra is not installed.
        SourceUnavailableError: The store could not be read.
    """
    with _explained(source):
        table = _table(source, source.version)
        return Fingerprint(etag=str(table.metadata().id), version=str(table.version()))


def fetch(source: Source, path: Path, promised: Fingerprint | None = None) -> None:
    """Stream the rows of a version into a Parquet file, in bounded memory.

    Args:
        source: The table, and the version if not the newest.
        path: The file to write.
        promised: The version that it must be, however many came after it.

    Raises:
        InputError: As of `fingerprint`.
        SourceUnavailableError: As of `fingerprint`.
        SourceChangedError: There is another table in its place.
    """
    import polars as pl

    version = int(promised.version) if promised and promised.version else source.version
    with _explained(source):
        table = _table(source, version)
        if promised and promised.etag != str(table.metadata().id):
            raise SourceChangedError(source.shown)
        pl.scan_delta(table).sink_parquet(path)


def _table(source: Source, version: int | None) -> Any:
    from deltalake import DeltaTable

    endpoint = named_endpoint() or ""
    options = {"aws_endpoint": endpoint} if endpoint else {}
    if endpoint.startswith("http://"):
        options["aws_allow_http"] = "true"
    return DeltaTable(source.location, version=version, storage_options=options)


@contextmanager
def _explained(source: Source) -> Iterator[None]:
    try:
        from deltalake.exceptions import DeltaError, TableNotFoundError
    except ImportError as error:
        raise InputError(
            f"{source.shown} is a Delta table, and the package deltalake is not installed: "
            "pip install 'kfp-tabular[delta]' (in a cluster, in an image of your own)."
        ) from error
    try:
        yield
    except TableNotFoundError as error:
        raise InputError(
            f"There is no Delta table {source.shown}: name the folder that holds its _delta_log."
        ) from error
    except (DeltaError, OSError) as error:
        reason = " ".join(COLOUR.sub("", str(error)).split())[:LONGEST_REASON]
        if source.version is not None:
            raise InputError(
                f"{source.shown} could not be read: {reason}. Is there such a version?"
            ) from error
        raise SourceUnavailableError(
            f"{source.shown} could not be read: {reason}. Check AWS_ENDPOINT_URL, the credentials "
            "and the store; then run the step again."
        ) from error
