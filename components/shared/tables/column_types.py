"""The six column types of this package, and the Polars types that they stand for."""

from pathlib import Path
from typing import Literal, get_args

import polars as pl

from components.shared.errors import InputError

ColumnType = Literal["integer", "float", "boolean", "string", "date", "datetime"]
COLUMN_TYPES: tuple[ColumnType, ...] = get_args(ColumnType)

CANONICAL: dict[ColumnType, pl.DataType] = {
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "boolean": pl.Boolean(),
    "string": pl.String(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
}
"""The one Polars type in which a column of each type is stored and digested."""


def column_type(dtype: pl.DataType) -> ColumnType | None:
    """Return our name for a Polars type; None for a type that a table here cannot hold.

    Decimals count as floats, categories and columns without any value as strings.
    """
    if dtype.is_integer():
        return "integer"
    if dtype.is_float() or isinstance(dtype, pl.Decimal):
        return "float"
    if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum, pl.Null)):
        return "string"
    simple: dict[type[pl.DataType], ColumnType] = {
        pl.Boolean: "boolean",
        pl.Date: "date",
        pl.Datetime: "datetime",
    }
    return simple.get(type(dtype))


def schema_types(schema: pl.Schema) -> dict[str, ColumnType]:
    """Return the type name of every column, in order.

    Raises:
        InputError: A column is nested, binary or otherwise not of a table's types.
    """
    types: dict[str, ColumnType] = {}
    for name, dtype in schema.items():
        found = column_type(dtype)
        if found is None:
            raise InputError(
                f"Column {name!r} has the type {dtype}, which is not a table's: the types are "
                f"{', '.join(COLUMN_TYPES)}. Flatten, convert or remove the column."
            )
        types[name] = found
    return types


def column_types(path: str | Path) -> dict[str, ColumnType]:
    """Return the type name of every column of a Parquet file, in order; reads only its schema.

    Raises:
        InputError: A column is nested, binary or otherwise not of a table's types.
    """
    return schema_types(pl.scan_parquet(path).collect_schema())
