"""Where the files of the log go: a folder, or an S3 store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from components.shared.errors import InputError
from predictor.errors import LogError, SettingsError

S3: Final = "s3://"
PARTIAL: Final = ".partial"
"""What the names of files end with that are being written, or were when their server was killed."""

STORE_SECONDS: Final = 10
"""So long one attempt waits for a store; what fails is tried again with the next rows."""


class Place(Protocol):
    """Keeps files."""

    def prepare(self) -> None:
        """Make sure that files can be kept.

        Raises:
            SettingsError: They cannot, and never will.
            LogError: They cannot now.
        """

    def put(self, path: PurePosixPath, content: bytes) -> None:
        """Keep a file; when this returns, it outlives the process and the machine's power.

        Raises:
            LogError: It could not be kept; nothing of it is seen.
        """


def place_of(address: str) -> Place:
    """Return the place that an address names: a path, or `s3://bucket/prefix`.

    Raises:
        SettingsError: It names none.
    """
    if not address.startswith(S3):
        if "://" in address:
            raise SettingsError(
                f"PREDICTION_LOG cannot be {address.partition('://')[0]}://…: name a folder, or "
                "s3://bucket/prefix"
            )
        return FolderPlace(Path(address))
    bucket, _, prefix = address.removeprefix(S3).partition("/")
    if not bucket:
        raise SettingsError("PREDICTION_LOG names no bucket: write s3://bucket/prefix")
    return S3Place(bucket, prefix.strip("/"))


class FolderPlace:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder, and see that it can be written to; raises as `Place.prepare`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe = self._folder / f".probe-{os.getpid()}{PARTIAL}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise SettingsError(
                f"PREDICTION_LOG cannot be {self._folder}: {error.strerror}. Name a folder that "
                "this process may write to"
            ) from error

    def put(self, path: PurePosixPath, content: bytes) -> None:
        """Write beside, and rename; raises as `Place.put`."""
        final = self._folder / path
        partial = final.with_name(f".{final.name}{PARTIAL}")
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(final)
            self._keep_names(final.parent)
        except OSError as error:
            raise LogError(f"{final} cannot be written: {error.strerror}") from error

    def _keep_names(self, folder: Path) -> None:
        """Have the names of what is in a folder outlive the power, up to the log's own."""
        for each in (folder, *folder.parents):
            handle = os.open(each, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            if each == self._folder:
                return


class S3Place:
    """A bucket of an S3 store, below a prefix; store and credentials are those of sources."""

    def __init__(self, bucket: str, prefix: str) -> None:
        # Imported only where there is an S3: the library costs 0.2 s and 6 MB.
        from components.shared.patience import PatientRetry
        from components.shared.sources.objects import DEFAULT_ENDPOINT, named_endpoint, store_client

        self._endpoint = named_endpoint() or DEFAULT_ENDPOINT
        retries = PatientRetry(
            server=f"the store at {self._endpoint}",
            seconds=STORE_SECONDS,
            status_forcelist=(429, 500, 502, 503, 504),
        )
        try:
            self._client = store_client(self._endpoint, retries)
        except InputError as error:
            raise SettingsError(f"PREDICTION_LOG is in an S3 store: {error}") from error
        self._bucket = bucket
        self._prefix = PurePosixPath(prefix)

    def prepare(self) -> None:
        """See that the bucket is there; raises as `Place.prepare`."""
        from minio.error import S3Error

        with self._explained(f"{S3}{self._bucket}"):
            try:
                there = self._client.bucket_exists(self._bucket)
            except S3Error as error:
                if error.code != "AccessDenied":
                    raise
                # Who may only write there may be refused to ask.
                there = True
        if not there:
            raise SettingsError(
                f"PREDICTION_LOG cannot be {S3}{self._bucket}: there is no such bucket at "
                f"{self._endpoint}"
            )

    def put(self, path: PurePosixPath, content: bytes) -> None:
        """Upload a file; raises as `Place.put`."""
        key = str(self._prefix / path)
        with self._explained(f"{S3}{self._bucket}/{key}"):
            self._client.put_object(self._bucket, key, BytesIO(content), len(content))

    @contextmanager
    def _explained(self, shown: str) -> Iterator[None]:
        from minio.error import MinioException, S3Error
        from urllib3.exceptions import HTTPError

        from components.shared.sources.connections import reason

        try:
            yield
        except S3Error as error:
            told = f"{error.code}, {error.message}"
            raise LogError(f"{shown} cannot be written at {self._endpoint}: {told}") from error
        except (HTTPError, MinioException) as error:
            told = reason(error)
            raise LogError(f"{shown} cannot be written at {self._endpoint}: {told}") from error
