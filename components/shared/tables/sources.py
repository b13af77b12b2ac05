"""Where a table comes from: a path, `file://`, `http(s)://` or `s3://`, as a local file."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from components.shared.digests import file_digest
from components.shared.errors import InputError, SourceChangedError
from components.shared.tables.fingerprints import Fingerprint

SCHEMES = ("file", "http", "https", "s3")


@dataclass(frozen=True)
class Source:
    """A place to read from, taken apart.

    Attributes:
        scheme: `file`, `http`, `https` or `s3`.
        location: The path (`file`), the address (`http`, `https`) or `bucket/key` (`s3`).
        shown: What messages and metadata call it: without a query, which may be a signature.
        name: The file name that it ends with.
        parameter: The parameter that it was given in.
    """

    scheme: str
    location: str
    shown: str
    name: str
    parameter: str = "source"


def parse_source(source: str, parameter: str = "source") -> Source:
    """Take a source apart without touching it.

    Args:
        source: A path, or a `file://`, `http(s)://` or `s3://` address.
        parameter: The parameter that it was given in, for messages.

    Raises:
        InputError: It is empty, of an unknown scheme, incomplete, or contains a password.
    """
    return replace(_parse(source, parameter), parameter=parameter)


def _parse(source: str, parameter: str) -> Source:
    if not source.strip():
        raise InputError(
            f"No source was given (parameter `{parameter}`): name a file or an address."
        )
    scheme, separator, rest = source.partition("://")
    if not separator:
        return Source("file", source, source, Path(source).name)
    scheme = scheme.lower()
    if scheme == "file":
        return _file_source(rest, source)
    if scheme == "s3":
        return _s3_source(rest, source)
    if scheme in ("http", "https"):
        return _http_source(source)
    raise InputError(
        f"The source {scheme}://… has an unknown scheme: use a local path, or "
        f"{', '.join(f'{known}://' for known in SCHEMES)}."
    )


def _file_source(rest: str, source: str) -> Source:
    host, slash, path = rest.partition("/")
    if host not in ("", "localhost") or not slash:
        raise InputError(
            f"The source {source!r} is no file address: write file:///absolute/path "
            "with three slashes, or the path alone."
        )
    location = "/" + unquote(path)
    return Source("file", location, location, Path(location).name)


def _s3_source(rest: str, source: str) -> Source:
    bucket, _, key = rest.partition("/")
    if not bucket or not key or key.endswith("/"):
        raise InputError(f"The source {source!r} names no object: write s3://bucket/key.")
    return Source("s3", rest, source, PurePosixPath(key).name)


def _http_source(source: str) -> Source:
    try:
        parts = urlsplit(source)
        # A port that is no number shows when it is asked for.
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"The source is no web address: {error}.") from error
    if parts.username or parts.password:
        raise InputError(
            f"The source {parts.scheme}://…@{host}{parts.path} contains credentials, which would "
            "end up in the pipeline's YAML and logs: use a pre-signed address or s3:// instead."
        )
    if not host:
        raise InputError(f"The source {source!r} names no host.")
    name = PurePosixPath(unquote(parts.path)).name
    return Source(parts.scheme, source, without_query(source), name)


def without_query(source: str) -> str:
    """Return a source as people may see it: a web address without password and query.

    The query is often a signature.
    """
    if not source.lower().startswith(("http://", "https://")):
        return source
    parts = urlsplit(source)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def fingerprint(source: Source) -> Fingerprint:
    """Return what tells this content of the source from any other.

    An object of a store has its version, tag and size; a page its tag and size, where they are to
    be relied on. Of a file, and of any other page, it is the digest of the bytes.

    Raises:
        InputError: There is no such file, object, bucket or page, or access was denied.
        SourceUnavailableError: The server could not be reached or failed: a retry may help.
    """
    if source.scheme != "file":
        from components.shared.tables import downloads

        if source.scheme == "s3":
            return downloads.object_fingerprint(*_bucket_and_key(source))
        if told := downloads.page_fingerprint(source.location, source.shown):
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
    """
    if source.scheme == "file":
        path = Path(source.location)
        _check_file(path, source)
        yield path
        _check_digest(path, source, promised)
        return
    # urllib3 and minio are only imported by those who download.
    from components.shared.tables import downloads

    with tempfile.TemporaryDirectory(prefix="kfp-tabular-") as folder:
        path = Path(folder) / "download"
        if source.scheme == "s3":
            downloads.download_object(*_bucket_and_key(source), path, promised)
        else:
            downloads.download_page(source.location, source.shown, path, promised)
            _check_digest(path, source, promised)
        yield path


def _bucket_and_key(source: Source) -> tuple[str, str]:
    bucket, _, key = source.location.partition("/")
    return bucket, key


def _check_digest(path: Path, source: Source, promised: Fingerprint | None) -> None:
    if promised and promised.sha256 and promised.sha256 != file_digest(path):
        raise SourceChangedError(source.shown)


def _check_file(path: Path, source: Source) -> None:
    if path.is_dir():
        raise InputError(
            f"{source.shown} is a folder: name one file in it (parameter `{source.parameter}`)."
        )
    if not path.is_file():
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
