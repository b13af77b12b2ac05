"""HTML reports from the templates beside this module: self-contained, safe for untrusted text."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from components.shared.reports.number_text import count, number, percent

TEMPLATES: Final = Path(__file__).parent / "templates"


def render(template: str, **context: object) -> str:
    """Return the template filled in with the context; all values are HTML-escaped.

    Templates extend `base.html.j2`, which has the blocks `title`, `lead` and `body`, and may use
    the filters `number`, `count` and `percent`. An undefined name is an error, never blank text.

    Args:
        template: File name in `templates` beside this module, such as `"evaluation.html.j2"`.
        **context: What the template names; wrap ready-made markup in `markupsafe.Markup`.
    """
    return _environment().get_template(template).render(**context)


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
