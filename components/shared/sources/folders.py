"""Folders of Parquet files, such as a prediction log, as one table."""

import hashlib
import json
import tempfile
from pathlib import Path, PurePosixPath
from typing import Final

from components.shared.digests import file_digest
from components.shared.errors import InputError, SourceChangedError
from components.shared.sources.address import Source
from components.shared.sources.fingerprints import Fingerprint

SUFFIX: Final = ".parquet"
S3: Final = "s3://"


def fingerprint(source: Source) -> Fingerprint:
    """Return what tells the files of a folder from any others: a digest over names and contents.

    Of objects of a store, tag and size stand for the content.

    Raises:
        InputError: There is no such folder or bucket, or no Parquet file in it.
        SourceUnavailableError: The store could not be read.
    """
    return _told(_listed(source))


def fetch(source: Source, path: Path, promised: Fingerprint | None = None) -> None:
    """Stream the rows of all files, in the order of their names, into one Parquet file.

    A column that some files lack is null there; one of several types is read as one that holds
    them all.

    Args:
        source: The folder.
        path: The file to write.
        promised: What its files must be.

    Raises:
        InputError: As of `fingerprint`, or the files do not go together.
        SourceUnavailableError: As of `fingerprint`.
        SourceChangedError: The files are others than were promised.
    """
    listed = _listed(source)
    if promised and promised != _told(listed):
        raise SourceChangedError(source.shown)
    if not source.location.startswith(S3):
        _join([Path(source.location) / name for name in listed], source, path)
        return
    from components.shared.sources import objects

    with tempfile.TemporaryDirectory(prefix="kfp-tabular-") as folder:
        files = []
        for number, name in enumerate(listed):
            files.append(Path(folder) / f"{number}{SUFFIX}")
            location = source.location.removeprefix(S3) + name
            objects.fetch(Source("s3", location, f"{S3}{location}", name), files[-1])
        _join(files, source, path)


def _listed(source: Source) -> dict[str, str]:
    """Return what tells the content of each file, by its name below the folder, in order."""
    if source.location.startswith(S3):
        from components.shared.sources import objects

        found = objects.listed(source, source.location.removeprefix(S3))
    else:
        folder = Path(source.location)
        if not folder.is_dir():
            raise InputError(
                f"There is no folder {source.shown} (parameter `{source.parameter}`, read in "
                f"{Path.cwd()}): check the path; of a file, write no / at the end."
            )
        found = {
            each.relative_to(folder).as_posix(): file_digest(each)
            for each in folder.rglob(f"*{SUFFIX}")
            if each.is_file()
        }
    named = {name: found[name] for name in sorted(found) if PurePosixPath(name).suffix == SUFFIX}
    if not named:
        raise InputError(
            f"{source.shown} holds no file that ends in {SUFFIX} (parameter `{source.parameter}`): "
            "name the folder that such files are in, at any depth."
        )
    return named


def _told(listed: dict[str, str]) -> Fingerprint:
    digest = hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()
    return Fingerprint(etag=digest, size=len(listed))


def _join(files: list[Path], source: Source, path: Path) -> None:
    import polars as pl
    from polars.exceptions import PolarsError

    try:
        parts = [pl.scan_parquet(file) for file in files]
        pl.concat(parts, how="diagonal_relaxed").sink_parquet(path)
    except PolarsError as error:
        reason = str(error).partition("\n")[0]
        raise InputError(
            f"The Parquet files of {source.shown} do not make one table: {reason}. Name a folder "
            "of files with the same columns."
        ) from error
