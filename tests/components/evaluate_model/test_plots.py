"""Plots as inline SVG."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from components.evaluate_model.partial_dependence import Dependence
from components.evaluate_model.plots import dependence_plot, histogram_plot


def dots(*names: str) -> str:
    """Draw the dependence on a column of these values."""
    found = Dependence("column", names, in_order=False, curves={"yes": (0.1,) * len(names)})
    return dependence_plot(found, (0.1, 0.1), "Mean probability")


def test_svg_takes_colours_and_font_from_the_page() -> None:
    """No stand-in colour is left over, and no font of the drawing library's."""
    svg = histogram_plot(np.array([1.0, 2.0]), np.array([0.0, 1.0, 2.0]), "Probability")
    assert "var(--accent)" in svg
    assert not re.search("#0101", svg)
    assert "DejaVu" not in svg


def test_names_of_values_stay_text() -> None:
    """Dollar signs, markup and long values are shown as they are, or cut."""
    svg = dots("cost_$_and_$", "<b>&", "x" * 99)
    text = "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 - our own
    assert "cost_$_and_$" in text
    assert "<b>&" in text
    assert "x" * 17 + "…" in text


@pytest.mark.filterwarnings("error")
def test_names_in_any_script_draw_without_a_warning() -> None:
    """The fonts that count are those of the reader; a tab has no glyph in any."""
    svg = dots("年齢", "a\tb")
    text = "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 - our own
    assert "年齢" in text
    assert "a b" in text


def test_same_input_same_bytes() -> None:
    """Plots are reproducible."""
    plots = {dots("a", "b") for _ in range(2)}
    assert len(plots) == 1
