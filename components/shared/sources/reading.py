"""Sources as local files, and what tells one content of a source from another."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from components.shared.digests import file_digest
from components.shared.errors import ReferenceChangedError, SourceChangedError
from components.shared.sources.address import PLAIN, Source
from components.shared.sources.fingerprints import Fingerprint
from components.shared.sources.plain_files import (
    Reader,
    check_digest,
    fetched,
    plain_file,
    remote_reader,
)


def pinned(source: Source) -> Source:
    """Return a source that names one content for good: of a data set the version, not its alias.

    Raises:
        InputError: There is no such data set or version, or no registry is named.
        RegistryError: The registry could not be reached, or refused.
    """
    if source.scheme != "dataset":
        return source
    from components.shared.sources import datasets

    return datasets.pinned(source)


def fingerprint(source: Source) -> Fingerprint:
    """Return what tells this content of the source from any other.

    An object of a store has its version, tag and size; a page its tag and size, where they are to
    be relied on; what DVC tracks its MD5; a Delta table its version. Of a file, of any other page
    and of a database, it is the digest of the bytes.

    Raises:
        InputError: There is no such file, object, bucket or page, or access was denied.
        SourceUnavailableError: The server could not be reached or failed: a retry may help.
    """
    if source.scheme != "file" and (told := _reader(source).fingerprint(source)):
        return told
    with local_file(source) as path:
        return Fingerprint(sha256=file_digest(path))


@contextmanager
def local_file(source: Source, promised: Fingerprint | None = None) -> Iterator[Path]:
    """Yield a local path with the bytes of the source; what was downloaded is removed after.

    Downloads are streamed to a temporary file (below `TMPDIR`), so memory stays small.

    Args:
        source: What to read.
        promised: The fingerprint that it must have. A file of this machine is held against it
            when it was read: what is made of it counts only if the block ends well.

    Raises:
        InputError: There is no such file, object, bucket or page, or access was denied.
        SourceUnavailableError: The server could not be reached or failed: a retry may help.
        SourceChangedError: The source has another fingerprint.
        ReferenceChangedError: What a data set refers to is not what was registered.
    """
    if source.scheme in PLAIN:
        with plain_file(source, promised) as path:
            yield path
        return
    if source.scheme == "dataset" and (referred := _referred_to(source)):
        with referred as path:
            yield path
        return
    with fetched(source, _reader(source), promised) as path:
        yield path


def _referred_to(source: Source) -> AbstractContextManager[Path] | None:
    """Return what yields the table that a data set has no bytes of its own of."""
    from components.shared.sources import datasets

    found = datasets.reference(source)
    return None if found is None else _reference(source, *found)


@contextmanager
def _reference(source: Source, address: Source, known: Fingerprint) -> Iterator[Path]:
    try:
        with local_file(address, known) as path:
            check_digest(path, address, known)
            yield path
    except SourceChangedError as error:
        raise ReferenceChangedError(source.shown, address.shown) from error


def _reader(source: Source) -> Reader:
    """Return who reads a source; what reading it takes is imported by those alone who read it."""
    if source.scheme == "delta":
        from components.shared.sources import delta

        return delta
    if source.scheme == "folder":
        from components.shared.sources import folders

        return folders
    if source.scheme == "dataset":
        from components.shared.sources import datasets

        return datasets
    if source.scheme == "dvc":
        from components.shared.sources import dvc

        return dvc
    if source.scheme == "postgresql":
        from components.shared.sources import postgresql

        return postgresql
    return remote_reader(source)
