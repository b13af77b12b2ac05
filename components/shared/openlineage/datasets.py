"""Data as OpenLineage names it, openlineage.io/docs/spec/naming, and what is known of it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from components.shared.sources.address import without_query

REGISTRY_VARIABLE: Final = "REGISTRY_URL"
POSTGRESQL_PORT: Final = 5432

Kind = Literal["TABLE", "FILE", "MODEL"]


@dataclass(frozen=True)
class Measures:
    """What the values of a column are like.

    Attributes:
        nulls: How many are missing.
        distinct: How many differ; None where that is not known exactly.
        minimum: The least number; None where there is none.
        maximum: The greatest number.
    """

    nulls: int
    distinct: int | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class LineageDataset:
    """Data that a run read or wrote.

    Attributes:
        namespace: Where it is: `s3://bucket`, `postgres://host:port`, `file`.
        name: What it is called there.
        uri: Its address, without credentials.
        kind: What it is.
        version: Which version of it; empty: unknown.
        digest: SHA-256 of its content; empty: unknown.
        rows: Number of rows; None where it is not known or has none.
        columns: Type by name; empty: unknown.
        measures: What its columns are like, by name; empty: unknown.
        broken: The rules that it breaks, each the column and what is wrong; None where it was held
            against none.
    """

    namespace: str
    name: str
    uri: str
    kind: Kind = "FILE"
    version: str = ""
    digest: str = ""
    rows: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, Measures] = field(default_factory=dict)
    broken: Sequence[tuple[str, str]] | None = None


def read_from(
    source: str,
    digest: str,
    *,
    rows: int | None = None,
    columns: Mapping[str, str] | None = None,
    measures: Mapping[str, Measures] | None = None,
    broken: Sequence[tuple[str, str]] | None = None,
) -> LineageDataset:
    """Return the data behind the address of a table, with what is known of it."""
    shown = without_query(source)
    scheme, separator, rest = shown.removeprefix("delta+").partition("://")
    kind: Kind = "FILE"
    # What has no version of its own is another when its content is another.
    version = digest
    if not separator:
        namespace, name = "file", str(Path(shown).absolute())
    elif scheme == "file":
        namespace, name = "file", unquote(urlsplit(shown.removeprefix("delta+")).path)
    elif scheme == "s3":
        bucket, _, key = rest.partition("?")[0].partition("/")
        namespace, name = f"s3://{bucket}", key
    elif scheme in ("postgresql", "postgres"):
        namespace, name = _in_database(shown)
        kind = "TABLE"
    elif scheme == "dataset":
        called, _, version = rest.partition("@")
        namespace, name, kind = registry_namespace(), f"datasets/{called}", "TABLE"
    else:
        parts = urlsplit(shown)
        namespace, name = f"{parts.scheme}://{parts.netloc}", parts.path.lstrip("/")
    return LineageDataset(
        *(namespace, name or "/", shown, kind, version, digest, rows),
        *(columns or {}, measures or {}, broken),
    )


def registered(kind: Kind, name: str, version: str, digest: str) -> LineageDataset:
    """Return a version of a model, or of a data set, in the registry of this run."""
    room = "models" if kind == "MODEL" else "datasets"
    address = f"{registry_namespace()}/{room}/{name}"
    return LineageDataset(
        registry_namespace(), f"{room}/{name}", address, kind, version=version, digest=digest
    )


def registry_namespace() -> str:
    """Return the namespace of the registry; that of this machine has another port each time."""
    parts = urlsplit(os.environ.get(REGISTRY_VARIABLE, ""))
    host = parts.hostname or "localhost"
    place = "localhost" if _is_loopback(host) else parts.netloc.rpartition("@")[2]
    return f"kfp-tabular://{place}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_database(shown: str) -> tuple[str, str]:
    parts = urlsplit(shown.partition(" (")[0])
    table = dict(parse_qsl(parts.query)).get("table", "")
    schema, _, name = table.rpartition(".")
    where = f"postgres://{parts.hostname}:{parts.port or POSTGRESQL_PORT}"
    database = parts.path.strip("/")
    return where, f"{database}.{schema or 'public'}.{name}" if name else database
