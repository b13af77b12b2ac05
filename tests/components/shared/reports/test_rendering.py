"""What the report templates and their filters promise."""

import re
from pathlib import Path

import pytest

from components.shared.reports.rendering import BASE_FOLDER, render
from pipelines.definition.catalog import ROOT

TEMPLATES = sorted((ROOT / "components").rglob("*.j2"))


def test_base_renders_alone() -> None:
    """The base page is a whole document that follows the reader's light or dark preference."""
    page = render(BASE_FOLDER / "base.html.j2")
    assert page.startswith("<!doctype html>")
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_fetch_nothing(template: Path) -> None:
    """Reports are self-contained: no template names a script, a style sheet or an address."""
    assert not re.search(r"<script|<link|https?://|@import|url\(", template.read_text("utf-8"))
