"""How the texts of a model's training table were read."""

from typing import Any

from components.shared.models.description import ModelDescription
from components.shared.tables.readings import Reading


def model_readings(model: ModelDescription) -> dict[str, Reading]:
    """Return how the texts of a model's training table were read, by column.

    Columns that were no texts there have none.
    """
    found = {reader["column"]: reader.get("reading") for reader in model.readers}
    return {name: _reading(content) for name, content in found.items() if content}


def _reading(content: dict[str, Any]) -> Reading:
    lists = {name: tuple(content.get(name, ())) for name in ("missing", "kept")}
    return Reading(**{**content, **lists})
