"""Addresses of tables: a path, `file://`, `http(s)://` or `s3://`, taken apart."""

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from components.shared.errors import InputError

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
