"""Tables that DVC tracks: the file that a `.dvc` file or an entry of a `dvc.lock` stands for.

What is tracked lies by its MD5 in the cache of the checkout, or in a remote: the one that the
checkout's configuration names, or `DVC_REMOTE_URL`, which a cluster without a checkout needs.
The layout of both is that of DVC 3 (`files/md5/ab/cdef…`), or of files that DVC 2 has added
(`ab/cdef…`). See https://dvc.org/doc/user-guide/project-structure.
"""

import configparser
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

from components.shared.errors import InputError, SourceChangedError
from components.shared.sources.address import Source, plain_source
from components.shared.sources.fingerprints import Fingerprint
from components.shared.sources.objects import named_endpoint
from components.shared.sources.plain_files import plain_file

REMOTE_VARIABLE: Final = "DVC_REMOTE_URL"
READ_REMOTES: Final = ("s3", "http", "https", "")
FOLDER_ENDING: Final = ".dir"
MD5: Final = re.compile(r"[0-9a-f]{32}(\.dir)?")
MOST_BYTES: Final = 1 << 20
"""What a file of DVC may have at most: more is parsed for minutes."""


@dataclass(frozen=True)
class _Tracked:
    """What DVC knows of a file or a folder.

    Attributes:
        path: Where it lies in the checkout, relative to the file that stands for it.
        md5: Digest of a file; of the list of its files for a folder, with `.dir` behind it.
        size: Number of bytes, where it is told.
        layout: Folder of a store that its objects lie in.
    """

    path: str
    md5: str
    size: int | None
    layout: str


def fingerprint(source: Source) -> Fingerprint:
    """Return the MD5 that stands for the table; nothing of the table is read.

    Raises:
        InputError: There is no such file or entry, it is none of DVC's, or it stands for a folder
            and the address names no file in it.
    """
    tracked = _tracked_file(source)
    return Fingerprint(etag=tracked.md5, size=tracked.size)


def fetch(source: Source, path: Path, promised: Fingerprint | None = None) -> None:
    """Bring the table from the cache of the checkout, or from the remote, and check its MD5.

    Raises:
        InputError: As of `fingerprint`; or it is neither in the cache nor in the remote, or has
            another MD5 there.
        SourceUnavailableError: The remote could not be reached, or failed.
        SourceChangedError: It is another table than was promised.
    """
    tracked = _tracked_file(source)
    if promised and promised.etag != tracked.md5:
        raise SourceChangedError(source.shown)
    with _stored(source, tracked) as stored:
        shutil.copyfile(stored, path)


def _tracked_file(source: Source) -> _Tracked:
    with plain_file(_pointer(source)) as path:
        tracked, member = _entry(source, _outputs(source, path))
    if not tracked.md5.endswith(FOLDER_ENDING):
        return tracked
    with _stored(source, tracked) as listed:
        files = _files(source, listed)
    if member not in files:
        raise InputError(
            f"{source.shown} stands for a folder: name one of its files behind a #, such as "
            f"{_pointer(source).shown}#{next(iter(files), 'table.csv')}."
        )
    return _Tracked(f"{tracked.path}/{member}", files[member], None, tracked.layout)


def _files(source: Source, listed: Path) -> dict[str, str]:
    """Return the MD5s of the files of a folder by their paths in it."""
    try:
        entries = json.loads(listed.read_bytes())
        return {each["relpath"]: _known_md5(each["md5"]) for each in entries}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"The list of files of {source.shown} is none of DVC's.") from error


def _pointer(source: Source) -> Source:
    return replace(plain_source(source.location), parameter=source.parameter)


def _outputs(source: Source, path: Path) -> list[_Tracked]:
    if path.stat().st_size > MOST_BYTES:
        raise InputError(
            f"{source.shown} has more than {MOST_BYTES:,} bytes: files of DVC are small ones."
        )
    try:
        content = yaml.safe_load(path.read_bytes())
        stages = content["stages"].values() if "stages" in content else [content]
        return [_tracked(output) for stage in stages for output in stage.get("outs", ())]
    except (
        *(yaml.YAMLError, UnicodeDecodeError, RecursionError),
        *(AttributeError, KeyError, TypeError, ValueError),
    ) as error:
        raise InputError(
            f"{source.shown} is no file of DVC: name one that `dvc add` or `dvc repro` wrote."
        ) from error


def _tracked(output: dict[str, Any]) -> _Tracked:
    # What DVC 2 has added says nothing of its hash, and lies at the top of a store.
    layout = "files/md5" if output.get("hash") == "md5" else ""
    md5, size = _known_md5(output["md5"]), output.get("size")
    size = None if size is None or md5.endswith(FOLDER_ENDING) else int(size)
    return _Tracked(output["path"], md5, size, layout)


def _known_md5(text: str) -> str:
    """Return an MD5, which becomes part of a path. Raises ValueError for anything else."""
    if not MD5.fullmatch(text):
        raise ValueError("it is no MD5")
    return text


def _entry(source: Source, outputs: list[_Tracked]) -> tuple[_Tracked, str]:
    """Return what an address names, and the file in it that it names if that is a folder."""
    is_single = _pointer(source).name.endswith(".dvc") and len(outputs) == 1
    for tracked in outputs:
        if is_single:
            if source.member and not tracked.md5.endswith(FOLDER_ENDING):
                break
            return tracked, source.member
        if source.member == tracked.path:
            return tracked, ""
        if source.member.startswith(f"{tracked.path}/"):
            return tracked, source.member.removeprefix(f"{tracked.path}/")
    known = ", ".join(tracked.path for tracked in outputs) or "nothing"
    raise InputError(
        f"{source.shown} names no table: {_pointer(source).shown} stands for {known}. "
        "Name what is meant behind a #, as in dvc.lock#data/table.csv."
    )


@contextmanager
def _stored(source: Source, tracked: _Tracked) -> Iterator[Path]:
    """Yield what is stored of a tracked file or folder, its MD5 checked."""
    key = PurePosixPath(tracked.layout, tracked.md5[:2], tracked.md5[2:])
    checkout = _checkout(source)
    settings = _settings(checkout)
    cached = _cache(checkout, settings) / key if checkout else None
    if cached is not None and cached.is_file():
        _check(source, cached, tracked)
        yield cached
        return
    with plain_file(plain_source(f"{_remote(source, checkout, settings)}/{key}")) as path:
        _check(source, path, tracked)
        yield path


def _check(source: Source, path: Path, tracked: _Tracked) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != tracked.md5.removesuffix(FOLDER_ENDING):
        raise InputError(
            f"{source.shown}: what is stored has the MD5 {found}, and DVC knows {tracked.md5}: "
            "it is damaged there. Push it anew (dvc push)."
        )


def _checkout(source: Source) -> Path | None:
    """Return the folder whose `.dvc` holds settings and cache, around a file of this machine."""
    pointer = _pointer(source)
    if pointer.scheme != "file":
        return None
    folders = Path(pointer.location).absolute().parents
    return next((folder for folder in folders if (folder / ".dvc").is_dir()), None)


def _settings(checkout: Path | None) -> configparser.ConfigParser:
    settings = configparser.ConfigParser(interpolation=None)
    if checkout:
        settings.read([checkout / ".dvc" / "config", checkout / ".dvc" / "config.local"])
    return settings


def _cache(checkout: Path, settings: configparser.ConfigParser) -> Path:
    return checkout / ".dvc" / settings.get("cache", "dir", fallback="cache")


def _remote(source: Source, checkout: Path | None, settings: configparser.ConfigParser) -> str:
    section = f"'remote \"{settings.get('core', 'remote', fallback='')}\"'"
    url = os.environ.get(REMOTE_VARIABLE) or settings.get(section, "url", fallback="")
    if not url:
        raise InputError(
            f"{source.shown} is not in the cache of its checkout, and no remote is known: set "
            f"{REMOTE_VARIABLE}, as to s3://bucket/folder, or a default (dvc remote default)."
        )
    scheme = url.partition("://")[0] if "://" in url else ""
    if scheme not in READ_REMOTES:
        raise InputError(
            f"{source.shown} lies in the remote {scheme}://…, which is not read from here: get "
            "it with dvc pull first, and name the file itself."
        )
    endpoint = settings.get(section, "endpointurl", fallback="")
    if scheme == "s3" and endpoint and not named_endpoint():
        raise InputError(
            f"{source.shown} lies in the store at {endpoint}, as the remote's configuration has "
            f"it: set AWS_ENDPOINT_URL={endpoint}, and the credentials for it."
        )
    # A path in the configuration is relative to the folder that it stands in.
    return str(checkout / ".dvc" / url) if checkout and not scheme else url.rstrip("/")
