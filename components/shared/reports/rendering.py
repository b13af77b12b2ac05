"""HTML reports from templates: self-contained, safe for untrusted text."""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from components.shared.reports.number_text import count, counted_rows, number, percent, trimmed

BASE_FOLDER: Final = Path(__file__).parent


def render(template: Path, **context: object) -> str:
    """Return the template filled in with the context; all values are HTML-escaped.

    Templates extend `base.html.j2`, which has the blocks `title`, `lead` and `body`, and may use
    the filters `number`, `trimmed`, `count`, `rows` and `percent`. An undefined name is an error,
    never blank text.

    Args:
        template: File of the template, beside the component that writes the report.
        **context: What the template names; wrap ready-made markup in `markupsafe.Markup`.
    """
    return _environment(template.parent).get_template(template.name).render(**context)


@cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([folder, BASE_FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=number, count=count, rows=counted_rows, percent=percent, trimmed=trimmed
    )
    return environment
