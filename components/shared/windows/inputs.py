"""Whether a model can read the columns of a table, and which it does not."""

from collections.abc import Collection
from typing import Final

from components.shared.models.description import InputColumn, ModelDescription
from components.shared.reports.notes import Note
from components.shared.tables.column_types import ColumnType

NUMBERS: Final = frozenset({"integer", "float"})
MOMENTS: Final = frozenset({"date", "datetime"})


def input_problem(feature: InputColumn, found: ColumnType | None) -> str | None:
    """Return why a model cannot read a column, None where it can.

    Args:
        feature: The column as the model reads it.
        found: The type of the column in the table; None where it is not there.
    """
    if found is None:
        return "is missing, and the model reads it"
    for kinds in (NUMBERS, MOMENTS):
        if {found, feature.type} <= kinds:
            return None
    # Whatever has a text can be a category.
    if found == feature.type or feature.type == "string":
        return None
    return f"is of type {found}, and was {feature.type} when the model was trained"


def further_columns(columns: Collection[str], model: ModelDescription) -> list[Note]:
    """Remark on the columns that were not there when the model was trained."""
    known = {feature.name for feature in model.features}
    known |= {column["name"] for column in model.dropped_columns}
    known |= {model.target, model.sample_weight_column or model.target}
    new = tuple(name for name in columns if name not in known)
    text = "was not there when the model was trained, which does not read it"
    return [Note("warning", text, new)] if new else []
