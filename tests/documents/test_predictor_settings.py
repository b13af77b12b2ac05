"""The settings of the prediction server are all in its document."""

from dataclasses import fields

import pytest

from pipelines.definition import catalog
from predictor.settings import Settings, variable

TEXT = (catalog.ROOT / "docs" / "serving.md").read_text("utf-8")


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_every_setting_is_documented(name: str) -> None:
    """Each variable that the server reads stands in docs/serving.md."""
    assert f"`{variable(name)}`" in TEXT
