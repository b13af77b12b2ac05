"""Addresses of tables: paths, `file://`, `http(s)://`, `s3://`, `postgresql://`, `dataset://`."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from components.shared.errors import InputError
from components.shared.sources.credentials import refuse_credentials

PLAIN = ("file", "http", "https", "s3")
SCHEMES = (*PLAIN, "postgresql", "delta+s3", "delta+file", "dataset")
LONGEST_QUERY_SHOWN = 200
LONGEST_SCHEME_SHOWN = 40
NAMED = re.compile(r"[^\s;=@?&]*")
"""Databases and tables that an address can name, without anything that looks like an option."""

DVC_FILE = re.compile(r"(?P<file>.+\.dvc|(?:.*/)?dvc\.lock)(?:#(?P<member>.+))?")
"""A file that `dvc add` or `dvc repro` wrote, and behind a # what is meant of all it stands for."""
TABLE_FILE = "table.parquet"
SCHEMA_FILE = "schema.json"
"""The files of a version of a data set that are read as a table, and as a curated schema."""


@dataclass(frozen=True)
class Source:
    """A place to read from, taken apart.

    Attributes:
        scheme: `file`, `http`, `https`, `s3`, `postgresql`, `dvc`, `delta`, `folder` or
            `dataset`.
        location: The path (`file`), the address (`http`, `https`, `postgresql`), `bucket/key`
            (`s3`), the address of the file that stands for the table (`dvc`), the path or
            `s3://` address of its folder (`delta`, `folder`), or `name@version` (`dataset`).
        shown: What messages and metadata call it: without a query, which may be a signature.
        name: The file name that it ends with.
        parameter: The parameter that it was given in.
        table: The table of a database, if not a query.
        query: The query to a database.
        member: What is meant of all that a file of DVC stands for.
        version: The number of a version of a Delta table; None for the newest.
        content_digest: SHA-256 of what a data set says; None of others, and before it is looked
            up (`components.shared.sources.reading.pinned`).
        is_ingested: Whether the bytes are those that `ingest_table` wrote.
        most_bytes: What a file, a page or an object has at the most, and is refused beyond; None:
            it may have any number.
    """

    scheme: str
    location: str
    shown: str
    name: str
    parameter: str = "source"
    table: str = ""
    query: str = ""
    member: str = ""
    version: int | None = None
    content_digest: str | None = None
    is_ingested: bool = False
    most_bytes: int | None = None

    def check_size(self, size: int) -> None:
        """Refuse more bytes than are allowed.

        Raises:
            InputError: There are.
        """
        if self.most_bytes is not None and size > self.most_bytes:
            raise InputError(
                f"{self.shown} has more than {self.most_bytes:,} bytes, which are the most for "
                f"the parameter `{self.parameter}`."
            )


def parse_source(source: str, parameter: str = "source", query: str = "") -> Source:
    """Take a source apart without touching it.

    Args:
        source: A path, or a `file://`, `http(s)://`, `s3://`, `postgresql://` or `dataset://`
            address.
        parameter: The parameter that it was given in, for messages.
        query: What to ask a database, instead of a table.

    Raises:
        InputError: It is empty, of an unknown scheme, incomplete, or contains a password.
    """
    return replace(_parse(source, parameter, query.strip()), parameter=parameter)


def _parse(source: str, parameter: str, query: str) -> Source:
    if not source.strip():
        raise InputError(
            f"No source was given (parameter `{parameter}`): name a file or an address."
        )
    refuse_credentials(source, parameter)
    if source.lower().startswith(("postgresql://", "postgres://")):
        return _database_source(source, query)
    if query:
        raise InputError(
            "Only a database can be asked a query (parameter `query`): name it as the source, "
            "postgresql://host/database."
        )
    if source.lower().startswith("dataset://"):
        return _dataset_source(source.partition("://")[2], source)
    if source.lower().startswith("delta+"):
        return _delta_source(source)
    if source.endswith("/") and (found := _folder_source(source)):
        return found
    if tracked := DVC_FILE.fullmatch(source):
        return _dvc_source(tracked["file"], tracked["member"] or "")
    return plain_source(source)


def plain_source(source: str) -> Source:
    """Take the address of one file, page or object apart, whatever it may stand for.

    Raises:
        InputError: As of `parse_source`.
    """
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
        f"The source {scheme[:LONGEST_SCHEME_SHOWN]}://… has an unknown scheme: use a local path, "
        f"or {', '.join(f'{known}://' for known in SCHEMES)}."
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


def _dataset_source(rest: str, source: str) -> Source:
    name, _, ref = rest.partition("@")
    if not name.strip() or "/" in rest or "@" in ref:
        raise InputError(
            f"The source {source!r} names no data set: write dataset://name@version, where the "
            "version is its number, its name, an alias or latest."
        )
    return Source("dataset", rest, f"dataset://{rest}", TABLE_FILE)


def _http_source(source: str) -> Source:
    parts = _parts(source)
    if parts.username or parts.password:
        raise _credentials(parts, "use a pre-signed address or s3:// instead")
    if not parts.hostname:
        raise InputError(f"The source {source!r} names no host.")
    name = PurePosixPath(unquote(parts.path)).name
    return Source(parts.scheme, source, without_query(source), name)


def _database_source(source: str, query: str) -> Source:
    parts = _parts(source)
    database = parts.path.strip("/")
    if parts.password:
        raise _credentials(parts, "name user and password as PGUSER and PGPASSWORD instead")
    options = dict(parse_qsl(parts.query))
    table = options.pop("table", "")
    if options:
        raise InputError(
            f"The source {without_query(source)} has the option {next(iter(options))!r}: only "
            "`table` may stand in it; libpq's variables, such as PGSSLMODE, say the rest."
        )
    if not NAMED.fullmatch(database) or not NAMED.fullmatch(table or "none"):
        raise InputError(
            "The source postgresql://… names a database or a table with blanks, semicolons or "
            "equal signs in its name: ask for it with `query`."
        )
    if not database or bool(table) == bool(query):
        raise InputError(
            f"The source {without_query(source)} must name a database, and either a table or a "
            "query: write postgresql://host/database?table=schema.table, or set `query`."
        )
    location = parts._replace(scheme="postgresql", query="", fragment="").geturl()
    asked = query if len(query) <= LONGEST_QUERY_SHOWN else f"{query[:LONGEST_QUERY_SHOWN]}…"
    shown = f"{location}?table={table}" if table else f"{location} ({' '.join(asked.split())})"
    return Source("postgresql", location, shown, "table.csv", table=table, query=query)


def absolute_address(source: str) -> str:
    """Return an address that is the same from any folder: a path as an absolute one."""
    is_path = "://" not in source
    return str(Path(source).absolute()) if is_path else source


def check_address(source: str) -> None:
    """Raise InputError unless a source can be read by its address alone."""
    parse_source(source)


def _dvc_source(address: str, member: str) -> Source:
    pointer = plain_source(address)
    shown = f"{pointer.shown}#{member}" if member else pointer.shown
    name = PurePosixPath(member or pointer.name.removesuffix(".dvc")).name
    return Source("dvc", address, shown, name, member=member)


def _delta_source(source: str) -> Source:
    address, _, query = source.partition("?")
    scheme, separator, rest = address.removeprefix("delta+").partition("://")
    name, _, number = query.partition("=")
    if not separator or scheme not in ("s3", "file") or not rest.strip("/"):
        raise InputError(
            f"The source {without_query(source)} names no Delta table: write "
            "delta+s3://bucket/folder or delta+file:///absolute/path."
        )
    if query and (name != "version" or not number.isdecimal()):
        raise InputError(
            f"The source {address} is followed by {query!r}: only the number of a version may be, "
            "as in ?version=3."
        )
    location = plain_source(f"{scheme}://{rest.rstrip('/')}").location
    location = f"s3://{location}" if scheme == "s3" else location
    version = int(number) if query else None
    return Source("delta", location, source, "table.parquet", version=version)


def _folder_source(source: str) -> Source | None:
    """Return the Parquet files below a folder or a prefix; None of what is no such address."""
    scheme, separator, rest = source.partition("://")
    if separator and scheme.lower() not in ("file", "s3"):
        return None
    if separator and scheme.lower() == "s3":
        if not rest.partition("/")[0]:
            return None
        return Source("folder", f"s3://{rest}", source, TABLE_FILE)
    location = plain_source(source).location
    return Source("folder", location, source, TABLE_FILE)


def _parts(source: str) -> SplitResult:
    try:
        parts = urlsplit(source)
        # A port that is no number shows when it is asked for.
        _ = parts.port
    except ValueError as error:
        raise InputError(f"The source is no address: {error}.") from error
    return parts


def _credentials(parts: SplitResult, remedy: str) -> InputError:
    return InputError(
        f"The source {parts.scheme}://…@{parts.hostname or ''}{parts.path} contains credentials, "
        f"which would end up in the pipeline's YAML and logs: {remedy}."
    )


ADDRESS_INPUTS: Final = ("source", "curated_schema")
"""Inputs of a training that are addresses."""


def without_queries(
    arguments: Mapping[str, Any], addresses: Collection[str] = ADDRESS_INPUTS
) -> dict[str, Any]:
    """Return inputs of a run as they may be kept: addresses without what may sign them."""
    return {
        name: without_query(str(value)) if name in addresses else value
        for name, value in arguments.items()
    }


def without_query(source: str) -> str:
    """Return a source as people may see it: an address without password and query.

    The query of a web address is often a signature; that of a database names a table.
    """
    scheme = source.lower().partition("://")[0]
    if scheme not in ("http", "https", "postgresql", "postgres"):
        return source
    parts = urlsplit(source)
    table = dict(parse_qsl(parts.query)).get("table", "")
    query = f"table={table}" if scheme.startswith("postgres") and NAMED.fullmatch(table) else ""
    query = query if table else ""
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query=query, fragment="").geturl()
