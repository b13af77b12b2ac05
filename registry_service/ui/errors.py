"""What went wrong, as a page that says what to do."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from registry_service.ui.rendering import PREFIX, render

_TITLES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "This cannot be shown",
    HTTPStatus.UNAUTHORIZED: "The registry does not know who you are",
    HTTPStatus.FORBIDDEN: "You may not see this",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.SERVICE_UNAVAILABLE: "The registry cannot read its data right now",
}


def is_page(path: str) -> bool:
    """Tell whether people look at what is under this path."""
    return path.startswith(f"{PREFIX}/")


def error_page(path: str, status: int, message: str) -> Response:
    """Return the page about a request that cannot be fulfilled."""
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    # Bare phrases of the framework, such as "GET: Not Found", tell people nothing.
    known = message.partition(": ")[2] == HTTPStatus(status).phrase
    said = None if known else message
    context = {"title": title, "message": said, "reader": None}
    return render(path, "error.html.j2", context, status)
