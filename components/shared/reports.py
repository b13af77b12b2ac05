"""HTML reports from the templates beside this module: self-contained, safe for untrusted text."""

import math
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES: Final = Path(__file__).parent / "templates"
NOTHING: Final = "–"  # noqa: RUF001 - what a table shows where there is no number


def render(template: str, **context: object) -> str:
    """Return the template filled in with the context; all values are HTML-escaped.

    Templates extend `base.html.j2`, which has the blocks `title`, `lead` and `body`, and may use
    the filters `number`, `count` and `percent`. An undefined name is an error, never blank text.

    Args:
        template: File name in `components/shared/templates`, such as `"evaluation.html.j2"`.
        **context: What the template names; wrap ready-made markup in `markupsafe.Markup`.
    """
    return _environment().get_template(template).render(**context)


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with that many significant digits, and a dash for none, NaN or infinite.

    Between 1e-4 and 1e9 the notation is plain (`0.8123`, `1,235`), outside scientific (`3.2e-07`).
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    magnitude = abs(value)
    if magnitude == 0:
        return "0"
    if magnitude < 1e-4 or magnitude >= 1e9:
        return f"{value:.{digits - 1}e}"
    decimals = digits - 1 - math.floor(math.log10(magnitude))
    return f"{value:,.{max(decimals, 0)}f}".replace("-", "−")  # noqa: RUF001 - a minus sign


def count(value: int) -> str:
    """Return a whole number with thousands separated: `9,985`."""
    return f"{value:,}"


def percent(value: float | None, decimals: int = 1) -> str:
    """Return a fraction of 1 as a percentage, and a dash for none or NaN: `12.5 %`."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value * 100:.{decimals}f} %"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, count=count, percent=percent)
    return environment
