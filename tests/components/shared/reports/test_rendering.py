"""What the report templates and their filters promise."""

import re

import pytest

from components.shared.reports.rendering import TEMPLATES, render


def test_base_renders_alone() -> None:
    """The base page is a whole document that follows the reader's light or dark preference."""
    page = render("base.html.j2")
    assert page.startswith("<!doctype html>")
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.glob("*.j2")))
def test_templates_fetch_nothing(template: str) -> None:
    """Reports are self-contained: no template names a script, a style sheet or an address."""
    source = (TEMPLATES / template).read_text()
    assert not re.search(r"<script|<link|https?://|@import|url\(", source)
