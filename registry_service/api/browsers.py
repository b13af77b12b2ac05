"""What a web page elsewhere can make a browser send here, told apart before any route sees it.

A browser sends a gateway's cookie along, and reaches the loopback address of its own machine. It
sends texts, forms and empty bodies to any site, but asks first before it sends JSON, and is never
answered with a consent; which site a request is for and comes from it says itself.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from registry_service.settings import is_loopback

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# A browser asks before it sends DELETE, whatever the body; ours have none.
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_OWN_SITE = frozenset({"same-origin", "none"})
UPLOAD_PATH = "/api/registry/v1/blobs/"
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not looked at."""

    status: HTTPStatus
    code: str
    message: str


class Doorkeeper:
    """Refuses what a web page elsewhere could have made a browser send.

    Args:
        names: Host names under which the service is known besides those of the loopback address;
            None where callers have to say who they are, which no page elsewhere can.
    """

    def __init__(self, names: Set[str] | None) -> None:
        self._names = None if names is None else frozenset(name.lower() for name in names)

    def refusal(self, method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
        """Return why a request is refused, None when it is not.

        Args:
            method: Its method.
            path: Its path.
            headers: Its headers, whose names are found in lower case.
        """
        if self._names is not None and not self._is_ours(headers.get("host", "")):
            return Refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "misdirected",
                f"without an access file this registry is known as localhost only, not as "
                f"{headers.get('host', '')!r}: REGISTRY_HOSTS may name more",
            )
        if method in _READING:
            return None
        if not _is_own_site(headers):
            return Refusal(
                HTTPStatus.FORBIDDEN,
                "foreign_origin",
                "a web page of another site sent this: the registry takes no changes from there",
            )
        needed = BYTES if path.startswith(UPLOAD_PATH) else "application/json"
        given = headers.get("content-type", "").partition(";")[0].strip().lower()
        if method in _WITH_BODY and given != needed:
            return Refusal(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                f"send the header Content-Type: {needed}, also with an empty body",
            )
        return None

    def _is_ours(self, host: str) -> bool:
        assert self._names is not None  # noqa: S101 - asked only then
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        return is_loopback(name) or name in self._names


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
