"""Files of this machine, pages and objects of stores, as local files."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from components.shared.digests import file_digest
from components.shared.errors import InputError, SourceChangedError
from components.shared.sources.address import Source
from components.shared.sources.fingerprints import Fingerprint

LONGEST_SHOWN: Final = 80


class Reader(Protocol):
    """Reads the sources of some schemes, which are not files of this machine."""

    def fingerprint(self, source: Source) -> Fingerprint | None:
        """Return what tells this content from any other; None where that takes all its bytes."""

    def fetch(self, source: Source, path: Path, promised: Fingerprint | None) -> None:
        """Write its bytes to a file, and refuse others than were promised where it can tell."""


@contextmanager
def plain_file(source: Source, promised: Fingerprint | None = None) -> Iterator[Path]:
    """Do what `reading.local_file` does, for one file, page or object, whatever it stands for."""
    if source.scheme == "file":
        path = Path(source.location)
        _check_file(path, source)
        yield path
        check_digest(path, source, promised)
        return
    with fetched(source, remote_reader(source), promised) as path:
        yield path


@contextmanager
def fetched(source: Source, reader: Reader, promised: Fingerprint | None) -> Iterator[Path]:
    """Yield a temporary file with what a reader fetches, held against what was promised."""
    with tempfile.TemporaryDirectory(prefix="kfp-tabular-") as folder:
        path = Path(folder) / "table"
        reader.fetch(source, path, promised)
        check_digest(path, source, promised)
        yield path


def remote_reader(source: Source) -> Reader:
    """Return who reads a page or an object; what it takes is imported by those alone who do."""
    if source.scheme == "s3":
        from components.shared.sources import objects

        return objects
    from components.shared.sources import pages

    return pages


def check_digest(path: Path, source: Source, promised: Fingerprint | None) -> None:
    """Hold what was read against the digest that was promised, if one was.

    Raises:
        SourceChangedError: It has another one.
    """
    if promised and promised.sha256 and promised.sha256 != file_digest(path):
        raise SourceChangedError(source.shown)


def _check_file(path: Path, source: Source) -> None:
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        # It is too long for a path, or lies in a folder that may not be entered.
        shown = source.shown
        shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
        raise InputError(
            f"{shown} cannot be read (parameter `{source.parameter}`): {error.strerror}."
        ) from error
    if is_folder:
        raise InputError(
            f"{source.shown} is a folder: name one file in it (parameter `{source.parameter}`), or "
            "write / at its end for all the Parquet files below it."
        )
    if not is_file:
        folder = path.parent
        hint = "" if folder.is_dir() else f" There is no folder {folder} either."
        raise InputError(
            f"There is no file {source.shown} (parameter `{source.parameter}`, read in "
            f"{Path.cwd()}).{hint} "
            "Check the path; in a cluster, use s3:// or https://, which every pod can read."
        )
    try:
        with path.open("rb"):
            pass
    except PermissionError as error:
        raise InputError(
            f"{source.shown} may not be read by this user: change its permissions."
        ) from error
    source.check_size(path.stat().st_size)
