"""The schema of a table: what its columns must be like, as JSON that a person can curate."""

import dataclasses
import datetime
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.shared.errors import InputError
from components.shared.tables.column_types import COLUMN_TYPES, ColumnType

FORMAT = 1
Bound = int | float | datetime.date | datetime.datetime | None


@dataclass(frozen=True)
class ColumnRule:
    """What a column must be like.

    Attributes:
        name: Its name.
        type: Its type.
        required: Whether it must be there.
        nullable: Whether values may be missing.
        unique: Whether no value may be there twice; missing ones do not count.
        minimum: Least allowed value of a number, date or datetime; None for no limit.
        maximum: Greatest allowed value; None for no limit.
        categories: The allowed strings; None for any.
    """

    name: str
    type: ColumnType
    required: bool = True
    nullable: bool = True
    unique: bool = False
    minimum: Bound = None
    maximum: Bound = None
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TableSchema:
    """What a table must be like: one rule a column. Further columns are allowed."""

    columns: tuple[ColumnRule, ...]


def write_schema(schema: TableSchema, path: str | Path) -> None:
    """Write a schema as JSON: `{"format": 1, "columns": [{"name": ..., "type": ...}, ...]}`."""
    columns = [
        {key: value for key, value in dataclasses.asdict(rule).items() if value is not None}
        for rule in schema.columns
    ]
    text = json.dumps({"format": FORMAT, "columns": columns}, indent=2, default=_iso)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _iso(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} in a schema")


def read_schema(path: str | Path) -> TableSchema:
    """Read a schema that was written by `write_schema`, and perhaps changed by a person.

    Only a column's name and type are needed; what is left out is not checked.

    Raises:
        InputError: It is not JSON of that form; the message says where.
    """
    try:
        # Editors of Windows may put a mark of the order of bytes first.
        found = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"The curated schema is not JSON: {error}.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(
            f'The curated schema is not of format {FORMAT}: begin it with {{"format": {FORMAT}, '
            '"columns": [...]}, best by changing the `schema` artifact of an earlier run.'
        )
    columns = found.get("columns")
    if not isinstance(columns, list) or not columns:
        raise InputError('The curated schema has no list "columns".')
    rules = tuple(_rule(column, number) for number, column in enumerate(columns, start=1))
    names = [rule.name for rule in rules]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"The curated schema has more than one rule for the column {twice!r}.")
    return TableSchema(rules)


def _rule(column: Any, number: int) -> ColumnRule:
    where = f"Column {number} of the curated schema"
    if not isinstance(column, dict) or not isinstance(column.get("name"), str):
        raise InputError(f'{where} is no object with a "name".')
    where += f" ({column['name']!r})"
    known = {field.name for field in dataclasses.fields(ColumnRule)}
    if unknown := sorted(set(column) - known):
        raise InputError(f"{where} has the unknown key {unknown[0]!r}: use {', '.join(known)}.")
    kind = column.get("type")
    if kind not in COLUMN_TYPES:
        raise InputError(f"{where} has the type {kind!r}: use one of {', '.join(COLUMN_TYPES)}.")
    for key in ("required", "nullable", "unique"):
        if not isinstance(column.get(key, False), bool):
            raise InputError(f'{where} has a "{key}" that is neither true nor false.')
    bounds = {key: _bound(column.get(key), kind, f'{where}, "{key}"') for key in BOUNDS}
    categories = column.get("categories")
    if categories is not None:
        listed = isinstance(categories, list) and all(isinstance(each, str) for each in categories)
        if kind != "string" or not listed:
            raise InputError(f'{where} has "categories" that are no list of strings.')
        categories = tuple(categories)
    return ColumnRule(**{**column, **bounds, "categories": categories})


BOUNDS = ("minimum", "maximum")


def _bound(value: Any, kind: ColumnType, where: str) -> Bound:
    if value is None:
        return None
    if kind in ("integer", "float"):
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise InputError(f"{where} is no number: {value!r}.")
        return value
    if kind not in ("date", "datetime"):
        raise InputError(f"{where}: a column of type {kind} has no order to bound.")
    try:
        parsed = datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"{where} is no {kind} like 2024-12-31: {value!r}.") from error
    return parsed.date() if kind == "date" else parsed
