"""The settings of the registry are all in its document."""

import pytest

from pipelines.definition import catalog
from registry_service.settings import PREFIX, Settings

TEXT = (catalog.ROOT / "docs" / "registry.md").read_text("utf-8")
VARIABLES = [
    str(field.validation_alias or PREFIX + name.upper())
    for name, field in Settings.model_fields.items()
]


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_setting_is_documented(variable: str) -> None:
    """Each variable that the registry reads stands in docs/registry.md."""
    assert f"`{variable}`" in TEXT
