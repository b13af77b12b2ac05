"""What users say of how a table is to be read: types of columns, missing values, the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from components.ingest_table.given_types import GivenType
from components.shared.tables.columns import require_column
from components.shared.tables.readings import Reading
from components.shared.tables.schema import TableSchema


@dataclass(frozen=True)
class Wishes:
    """How users want a table to be read.

    Attributes:
        types: Types of columns that have the last word.
        schema: Types of a curated schema, taken where nearly all values are of them.
        missing: Texts that stand for a missing value, besides the usual ones.
        target: The column that a model is to predict, if any.
        readings: How a model's training table was read: taken where nearly all texts are values of
            it, and where the user says nothing else.
    """

    types: Mapping[str, GivenType] = field(default_factory=dict)
    schema: Mapping[str, GivenType] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    target: str | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)

    def given(self, column: str) -> GivenType | None:
        """Return what is known of a column's type."""
        return self.types.get(column) or self.schema.get(column)

    def trained(self) -> dict[str, Reading]:
        """Return how the columns of a model are read of which the user says nothing else."""
        return {
            name: replace(reading, missing=tuple(dict.fromkeys([*reading.missing, *self.missing])))
            for name, reading in self.readings.items()
            if name not in self.types
        }

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
