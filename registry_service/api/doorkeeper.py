"""What is refused before any route sees it: heads out of bounds, and what web pages elsewhere send.

A browser sends a gateway's cookie along, and reaches the loopback address of its own machine. It
sends texts, forms and empty bodies to any site, but asks first before it sends JSON, and is never
answered with a consent; which site a request is for and comes from it says itself.
"""

from collections.abc import Mapping, Set
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from registry_service.domain import limits
from registry_service.settings import is_loopback

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# A browser asks before it sends DELETE, whatever the body; ours have none.
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_OWN_SITE = frozenset({"same-origin", "none"})
_UPLOAD_PATH = "/api/registry/v1/blobs/"
# Of two of these what stands before the service might believe one, and the service the other.
_ONCE = frozenset(
    {
        *(b"authorization", b"content-type", b"host", b"idempotency-key", b"kubeflow-userid"),
        *(b"origin", b"sec-fetch-site", b"x-forwarded-client-cert"),
    }
)


class Refusal(NamedTuple):
    """Why a request is not looked at."""

    status: HTTPStatus
    code: str
    message: str


class Doorkeeper:
    """Refuses what no route should see.

    Args:
        names: Host names under which the service is known besides those of the loopback address;
            None where callers have to say who they are, which no page elsewhere can.
    """

    def __init__(self, names: Set[str] | None) -> None:
        self._names = None if names is None else frozenset(name.lower() for name in names)

    def refusal(self, scope: Scope) -> Refusal | None:
        """Return why a request is refused, None when it is not."""
        path, headers = str(scope["path"]), Headers(scope=scope)
        refused = _out_of_bounds(path, scope) or self._misdirected(headers.get("host", ""))
        if refused or scope["method"] in _READING:
            return refused
        if not _is_own_site(headers):
            return Refusal(
                HTTPStatus.FORBIDDEN,
                "foreign_origin",
                "a web page of another site sent this: the registry takes no changes from there",
            )
        is_upload = path.startswith(_UPLOAD_PATH)
        needed = "application/octet-stream" if is_upload else "application/json"
        given = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] in _WITH_BODY and given != needed:
            return Refusal(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                f"send the header Content-Type: {needed}, also with an empty body",
            )
        return None

    def _misdirected(self, host: str) -> Refusal | None:
        """Return why a host name is not this service's, None when it is."""
        if self._names is None:
            return None
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            name = ""
        if is_loopback(name) or name in self._names:
            return None
        return Refusal(
            HTTPStatus.MISDIRECTED_REQUEST,
            "misdirected",
            f"without an access file this registry is known as localhost only, not as {host!r}: "
            "REGISTRY_HOSTS may name more",
        )


def _out_of_bounds(path: str, scope: Scope) -> Refusal | None:
    """Return what is wrong with the URL or the headers as such."""
    query, headers = bytes(scope["query_string"]), scope["headers"]
    if "\0" in path or b"%00" in query or b"\0" in query:
        text = "the URL contains null bytes which are not allowed: bad request"
        return Refusal(HTTPStatus.BAD_REQUEST, "invalid_request", text)
    if len(query) + len(path) > limits.URL:
        text = f"the URL has more than {limits.URL} bytes"
        return Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "uri_too_long", text)
    if sum(len(name) + len(value) for name, value in headers) > limits.HEAD:
        text = f"the headers have more than {limits.HEAD} bytes"
        return Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", text)
    once = [name for name, _ in headers if name in _ONCE]
    if len(once) > len(set(once)):
        twice = next(name for name in once if once.count(name) > 1).decode()
        return Refusal(HTTPStatus.BAD_REQUEST, "invalid_request", f"send the header {twice} once")
    return None


def _is_own_site(headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes from no web page, or from one of this origin.

    `Sec-Fetch-Site` decides where there is one, since a gateway may have changed the host.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN_SITE
    origin = headers.get("origin")
    # What stands for a hidden origin is the text `null`.
    return origin is None or origin.partition("://")[2].lower() == headers.get("host", "?").lower()
