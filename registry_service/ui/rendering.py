"""Responses from the templates beside this module, with the headers that keep them harmless."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response

from registry_service.ui import formats
from registry_service.ui.line_chart import interval

if TYPE_CHECKING:
    from jinja2 import Environment

PREFIX = "/ui"
TEMPLATES = Path(__file__).parent / "templates"
ASSETS = Path(__file__).parent / "assets"
MEDIA_TYPES = {"style.css": "text/css", "icon.svg": "image/svg+xml"}

# No script runs, nothing comes from elsewhere, and only pages of the same origin may frame ours:
# Kubeflow's dashboard does.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
# A file that somebody registered: an origin of its own, which has no cookie of ours, no script and
# no form, and reaches nothing; its own styles and pictures are all that it may use.
UNTRUSTED: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(
        (
            "sandbox",
            "default-src 'none'",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}


def render(path: str, template: str, context: Mapping[str, object], status: int = 200) -> Response:
    """Return a page; all values are HTML-escaped.

    Args:
        path: Path of the request: links are relative to it, so that they hold behind any prefix.
        template: File name in `templates` beside this module.
        context: What the template names; an undefined name is an error.
        status: HTTP status.
    """
    page = _environment().get_template(template)
    html = page.render(up=up(path), digest_of=asset_digest, status=status, **context)
    # Pages differ from one reader to the next, and are as old as what they show.
    headers = {**_HEADERS, "Cache-Control": "private, no-cache"}
    return Response(html, status, headers, media_type="text/html")


def up(path: str) -> str:
    """Return what leads from a page to the folder of all pages: `../` for `/ui/models/1`."""
    return "../" * (path.count("/") - PREFIX.count("/") - 1) or "./"


def asset(name: str) -> Response:
    """Return a file of the folder `assets`; its URL changes with its content."""
    headers = {**_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return Response((ASSETS / name).read_bytes(), 200, headers, media_type=MEDIA_TYPES[name])


@cache
def asset_digest(name: str) -> str:
    """Return the beginning of a file's digest."""
    return hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[: formats.DIGEST_DIGITS]


@cache
def _environment() -> "Environment":
    # Imported with the first page: a registry that only machines ask does without.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        {
            each.__name__: each
            for each in (
                *(formats.number, formats.difference, formats.size, formats.text),
                *(formats.ago, formats.utc, formats.iso, formats.label, formats.short, interval),
            )
        }
    )
    return environment
