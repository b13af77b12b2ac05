"""What users say of how a table is to be read: types of columns, missing values, the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from components.ingest_table.given_types import GivenType
from components.shared.tables.columns import require_column
from components.shared.tables.schema import TableSchema


@dataclass(frozen=True)
class Wishes:
    """How users want a table to be read.

    Attributes:
        types: Types of columns that have the last word.
        schema: Types of a curated schema, taken where nearly all values are of them.
        missing: Texts that stand for a missing value, besides the usual ones.
        target: The column that a model is to predict, if any.
    """

    types: Mapping[str, GivenType] = field(default_factory=dict)
    schema: Mapping[str, GivenType] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    target: str | None = None

    def given(self, column: str) -> GivenType | None:
        """Return what is known of a column's type."""
        return self.types.get(column) or self.schema.get(column)

    def check(self, columns: Sequence[str]) -> None:
        """Make sure that a table has the columns whose types are given.

        Raises:
            InputError: It has not.
        """
        for column in self.types:
            require_column(column, columns, "column_types")


def schema_types(schema: TableSchema | None) -> dict[str, GivenType]:
    """Return the types of a curated schema: binding for text, else where nearly all values fit."""
    return {
        rule.name: GivenType(rule.type, binding=rule.type == "string")
        for rule in (schema.columns if schema else ())
    }
