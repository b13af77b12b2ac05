"""Bring the files of a version to a registry, and fetch them from it."""

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from urllib3.exceptions import HTTPError

from components.shared.digests import file_digest, manifest_digest
from components.shared.errors import (
    DigestMismatchError,
    InputError,
    RegistryError,
    RegistryRefusalError,
    StoreUnreachableError,
)
from components.shared.registry.file_paths import clash_among
from components.shared.registry.http import CONNECTIONS, RegistryHttp
from components.shared.registry.parts import upload_in_parts
from components.shared.registry.paths import API, version_path
from components.shared.registry.records import RegisteredVersion

CHUNK_BYTES: Final = 1 << 20
FORBIDDEN: Final = 403

T = TypeVar("T")
R = TypeVar("R")

log = logging.getLogger(__name__)


def upload(http: RegistryHttp, folder: Path) -> list[dict[str, Any]]:
    """Bring the bytes of a folder that the registry lacks; return how its files are registered."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = _each(lambda path: _described(path, folder), paths)
    plan = http.json("POST", f"{API}/uploads", "prepare the upload", {"files": files})
    by_digest = {file["sha256"]: file["path"] for file in files}
    missing = [planned for planned in plan["files"] if planned["state"] != "present"]
    _each(lambda planned: _bring(http, planned, folder / by_digest[planned["sha256"]]), missing)
    return files


def download(
    http: RegistryHttp, version: RegisteredVersion, folder: Path, only: str | None = None
) -> None:
    """Fetch the files of a version, or one of them, into a folder, each checked on the way.

    They are written beside what the folder holds, and take its place only when all of them are
    whole. They come from the registry's object store; where that cannot be reached from here, as
    one inside of a cluster cannot from outside, the registry passes them on.
    """
    name = f"{version.model_name}@{version.version}"
    files = _listed(http, version, "files")
    actual = manifest_digest({file["path"]: file["sha256"] for file in files})
    if actual != version.digest:
        raise DigestMismatchError(name, version.digest, actual)
    files = [file for file in files if only in (None, file["path"])]
    _arrive(http, version, folder, files, "files")


def download_evidence(http: RegistryHttp, version: RegisteredVersion, folder: Path) -> None:
    """Fetch the files about a version, each held against the digest that `version` has of it."""
    files = _listed(http, version, "evidence")
    for file in files:
        known = version.evidence.get(file["path"])
        if known is not None and known != file["sha256"]:
            raise DigestMismatchError(file["path"], known, file["sha256"])
    _arrive(http, version, folder, files, "evidence")


def _arrive(
    http: RegistryHttp,
    version: RegisteredVersion,
    folder: Path,
    files: Sequence[Mapping[str, Any]],
    part: str,
) -> None:
    """Fetch files beside what a folder holds, and let them take its place together.

    Raises:
        RegistryError: A file cannot lie in a folder with another one.
        InputError: What the folder holds is in the way.
    """
    targets = {file["path"]: _inside(folder, file["path"]) for file in files}
    name = f"{version.model_name}@{version.version}"
    if clash := clash_among(targets):
        raise RegistryError(
            f"the {part} of {name} cannot be fetched into a folder: {clash[0]} and {clash[1]} "
            "cannot lie in one. Fetch them one by one, and register them by other names."
        )
    _refuse_obstacles(folder.resolve(), list(targets.values()), name)

    folder.mkdir(parents=True, exist_ok=True)
    # In the folder itself: a rename within one file system is all or nothing.
    with TemporaryDirectory(prefix=".download-", dir=folder) as beside:
        arrived = {path: Path(beside) / path for path in targets}
        _fetch_all(http, version, files, arrived, part)
        for path, target in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            arrived[path].replace(target)


def _refuse_obstacles(folder: Path, targets: Sequence[Path], version: str) -> None:
    """Raise InputError where a folder lies in a file's place, or a file in a folder's."""
    parents = {parent for target in targets for parent in target.parents}
    within = [parent for parent in parents if parent.is_relative_to(folder)]
    if obstacle := next((path for path in targets if path.is_dir()), None):
        kind, wanted = "folder", "file"
    elif obstacle := next((path for path in within if path.exists() and not path.is_dir()), None):
        kind, wanted = "file", "folder"
    else:
        return
    raise InputError(
        f"{obstacle} is a {kind} where {version} has a {wanted}: nothing was fetched. Name another "
        f"folder, or move that {kind} away."
    )


def _fetch_all(
    http: RegistryHttp,
    version: RegisteredVersion,
    files: Sequence[Mapping[str, Any]],
    paths: Mapping[str, Path],
    part: str,
) -> None:
    """Fetch files of a version, each to its place among `paths`."""
    through_registry, once = threading.Event(), threading.Lock()

    def fetch(file: Mapping[str, Any]) -> None:
        path, passed_on = paths[file["path"]], f"{API}/blobs/{file['sha256']}"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            url = passed_on if through_registry.is_set() else file["url"]
            _fetch(http, url, path, file)
        except StoreUnreachableError as error:
            through_registry.set()
            if once.acquire(blocking=False):
                log.warning(
                    "%s cannot be reached from here: the registry passes the files on", error.store
                )
            _fetch(http, passed_on, path, file)
        except RegistryRefusalError as refusal:
            if refusal.status != FORBIDDEN:
                raise
            # See `_bring`: the URL may have outlived its minutes.
            anew = {again["path"]: again["url"] for again in _listed(http, version, part)}
            _fetch(http, anew[file["path"]], path, file)

    _each(fetch, files)


def _listed(
    http: RegistryHttp, version: RegisteredVersion, part: str
) -> Sequence[Mapping[str, Any]]:
    """Return `files` or `evidence` of a version, each with a URL that is good for some minutes."""
    path = f"{version_path(version.model_name, version.version)}/{part}"
    action = f"read the {part} of {version.model_name}@{version.version}"
    files: Sequence[Mapping[str, Any]] = http.json("GET", path, action)["files"]
    return files


def _each(do: Callable[[T], R], files: Sequence[T]) -> list[R]:
    """Deal with files side by side; the first that fails ends it, and its error is raised."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        # Leaving `map` by an error cancels what has not begun.
        return list(pool.map(do, files))


def _bring(http: RegistryHttp, planned: Mapping[str, Any], path: Path) -> None:
    if planned["state"] == "parts":
        upload_in_parts(http, planned, path)
        return
    try:
        _put(http, planned, path)
    except RegistryRefusalError as refusal:
        if refusal.status != FORBIDDEN:
            raise
        # A store's requests are good for minutes: what had to wait longer gets a new one.
        file = {"path": path.name, "sha256": planned["sha256"], "size": path.stat().st_size}
        anew = http.json("POST", f"{API}/uploads", f"upload {path.name}", {"files": [file]})
        if anew["files"][0]["state"] == "upload":
            _put(http, anew["files"][0], path)


def _put(http: RegistryHttp, planned: Mapping[str, Any], path: Path) -> None:
    headers = {**planned.get("headers", {}), "Content-Length": str(path.stat().st_size)}
    with path.open("rb") as body:
        http.request(
            planned["method"], planned["url"], f"upload {path.name}", body=body, headers=headers
        ).drain_conn()


def _fetch(http: RegistryHttp, url: str, path: Path, file: Mapping[str, Any]) -> None:
    """Write what a URL answers to a new file, as long as it can be the file that was registered.

    Raises:
        DigestMismatchError: It is not; no more was read than its size.
    """
    action = f"download {path.name}"
    response = http.request("GET", url, action, preload_content=False, decode_content=False)
    digest, left = hashlib.sha256(), file["size"]
    try:
        with path.open("wb") as target, ThreadPoolExecutor(1) as hashing:
            for chunk in response.stream(CHUNK_BYTES):
                left -= len(chunk)
                if left < 0:
                    # What follows, however much it is, would not make it the file.
                    response.close()
                    raise DigestMismatchError(
                        path.name, file["sha256"], f"more than its {file['size']} bytes"
                    )
                if len(chunk) < CHUNK_BYTES:
                    digest.update(chunk)
                    target.write(chunk)
                    continue
                # Hashing lets go of Python's lock: it is done beside the writing.
                hashed = hashing.submit(digest.update, chunk)
                target.write(chunk)
                hashed.result()
    except HTTPError as error:
        raise http.unreachable(action, url, error) from error
    finally:
        response.release_conn()
    if (actual := digest.hexdigest()) != file["sha256"]:
        raise DigestMismatchError(path.name, file["sha256"], actual)


def _inside(folder: Path, path: str) -> Path:
    """Return where `path` lies in `folder`; a registry cannot make us write anywhere else."""
    inside = (folder / path).resolve()
    if not inside.is_relative_to(folder.resolve()):
        raise RegistryError(f"the registry names a file outside of its version's folder: {path}")
    return inside


def _described(path: Path, folder: Path) -> dict[str, Any]:
    return {
        "path": path.relative_to(folder).as_posix(),
        "sha256": file_digest(path),
        "size": path.stat().st_size,
    }
