"""Bytes in a local folder, addressed by their SHA-256 digest (contract: `service.blob_ports`)."""

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from registry_service.errors import (
    CorruptBlobError,
    DigestMismatchError,
    NotFoundError,
    StorageError,
    StorageFullError,
)
from registry_service.service.blob_ports import GIVEN_UP_AFTER, Transfer

CHUNK = 1 << 18
SHA256_LENGTH = 64
BLOB_PATH = "/api/registry/v1/blobs/"


class FolderStore:
    """Keeps each blob in `<folder>/<first two hex digits>/<digest>`.

    A blob appears under its name only when it is complete, verified and on the disk: a crash at
    any moment leaves nothing but a temporary file, which a later start removes. A blob found
    damaged is set aside as `<digest>.corrupt`, so that the same bytes can be uploaded again. Who
    brought which bytes in the last day stands in `brought/<uploader>/<digest>`, empty files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._brought = folder / "brought"

    def prepare(self) -> None:
        """Make the folders, and clear what a crash left. Raises StorageError."""
        with _outages(self._folder):
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._brought.mkdir(exist_ok=True)
            for byte in range(256):
                (self._folder / f"{byte:02x}").mkdir(exist_ok=True)
            _sync_folder(self._folder)
        self.forget_unfinished(GIVEN_UP_AFTER)

    def forget_unfinished(self, seconds: float) -> None:
        with _outages(self._incoming):
            for leftover in (*self._incoming.iterdir(), *self._brought.glob("*/*")):
                # An upload that ends just now takes its file away.
                with suppress(FileNotFoundError):
                    if leftover.stat().st_mtime < time.time() - seconds:
                        leftover.unlink()

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int | None]:
        return {sha256: self.size(sha256) for sha256 in digests}

    def size(self, sha256: str) -> int | None:
        """Return the size of a stored blob in bytes, None when there is none."""
        path = self._path(sha256)
        with _outages(path.parent):
            try:
                return path.stat().st_size
            except FileNotFoundError:
                # Where the folder is missing too, nothing is known of what is in it.
                path.parent.stat()
                return None

    def brought(self, digests: Sequence[str], uploader: str) -> Mapping[str, int | None]:
        marks = self._brought / uploader
        return {
            sha256: self.size(sha256) if (marks / sha256).exists() else None for sha256 in digests
        }

    def upload(self, sha256: str, size: int, uploader: str) -> Transfer:
        del uploader  # It says itself who it is.
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        return Transfer("PUT", BLOB_PATH + sha256, headers)

    def part_size(self, size: int) -> int | None:
        del size  # One request carries a file of any.
        return None

    def download(self, sha256: str) -> Transfer:
        return Transfer("GET", BLOB_PATH + sha256)

    def writer(self, sha256: str, uploader: str) -> "FolderWriter":
        mark = self._brought / uploader / sha256
        return FolderWriter(self._incoming, self._path(sha256), sha256, mark)

    def read(self, sha256: str) -> tuple[int, Iterator[bytes]]:
        # One pass that verifies the digest comes first: of damaged bytes none are returned.
        return self.verify(sha256), _chunks(self._path(sha256))

    def verify(self, sha256: str) -> int:
        path = self._path(sha256)
        with _outages(path.parent):
            try:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                    found = os.fstat(file.fileno())
            except FileNotFoundError:
                path.parent.stat()
                if _aside(path).exists():
                    raise CorruptBlobError(sha256) from None
                raise NotFoundError(f"no blob with the digest {sha256}") from None
            if digest != sha256:
                if path.stat().st_ino == found.st_ino:
                    path.replace(_aside(path))
                raise CorruptBlobError(sha256)
        return found.st_size

    def delete(self, sha256: str) -> None:
        with _outages(self._folder):
            self._path(sha256).unlink(missing_ok=True)

    def older_than(self, seconds: float) -> Iterator[tuple[str, int]]:
        newest = time.time() - seconds
        with _outages(self._folder):
            for folder in sorted(self._folder.glob("[0-9a-f][0-9a-f]")):
                for path in sorted(folder.iterdir()):
                    found = path.stat()
                    if len(path.name) == SHA256_LENGTH and found.st_mtime <= newest:
                        yield path.name, found.st_size

    def check(self) -> None:
        if not os.access(self._incoming, os.W_OK):
            raise StorageError(f"the folder {self._incoming} cannot be written, or is not there")

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


class FolderWriter:
    """Takes one blob into a temporary file beside the store."""

    def __init__(self, incoming: Path, target: Path, sha256: str, mark: Path) -> None:
        self._target = target
        self._mark = mark
        self._sha256 = sha256
        self._hash = hashlib.sha256()
        with _outages(incoming):
            descriptor, name = tempfile.mkstemp(dir=incoming)
        self._temporary = Path(name)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, chunk: bytes) -> None:
        self._hash.update(chunk)
        with _outages(self._temporary):
            self._file.write(chunk)

    def commit(self) -> None:
        actual = self._hash.hexdigest()
        if actual != self._sha256:
            raise DigestMismatchError(
                f"the uploaded bytes have the SHA-256 digest {actual}, not {self._sha256}; "
                "nothing was kept"
            )
        with _outages(self._target.parent):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._temporary.replace(self._target)
            _sync_folder(self._target.parent)
            _aside(self._target).unlink(missing_ok=True)
            # Lost in a power cut, it only means that the bytes are brought again.
            self._mark.parent.mkdir(parents=True, exist_ok=True)
            self._mark.touch()

    def discard(self) -> None:
        # On a full disk the last bytes are still to be written: closing tries that once more.
        with suppress(OSError):
            self._file.close()
        with _outages(self._temporary):
            self._temporary.unlink(missing_ok=True)


@contextmanager
def _outages(path: Path) -> Iterator[None]:
    """Tell a full disk, and a folder that cannot be used, from each other."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFullError("the registry's disk is full") from error
        raise StorageError(f"{path} cannot be used: {error.strerror}") from error


def _aside(path: Path) -> Path:
    return path.with_suffix(".corrupt")


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
