"""HTTP to a registry: retries with backoff, and errors that say what could not be done."""

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout

from components.shared.errors import (
    InputError,
    RegistryError,
    RegistryRefusalError,
    StoreUnreachableError,
)
from components.shared.patience import PatientRetry
from components.shared.trust import RetryWhereTrusted, distrusted, how_to_trust, tls_context

CA_VARIABLE: Final = "REGISTRY_CA_FILE"
DEFAULT_RETRIES: Final = 6
BUSY: Final = (502, 503, 504)
CONNECTIONS: Final = 8
BLOCK_BYTES: Final = 1 << 20
"""How much of a file is sent at a time, instead of the 16 KiB of http.client."""

# For what a registry answers only when it has read a large file whole.
PATIENT: Final = Timeout(connect=5, read=3600)


class RegistryHttp:
    """Sends requests to one registry, and to the stores whose URLs it hands out.

    Requests that fail on the way, or that meet 502, 503 or 504, are repeated with exponential
    backoff, unless the caller says that a second one would do something else: then only
    connecting is tried again. The token goes to the registry alone.

    Args:
        url: Where the registry listens.
        token: Bearer token, when the registry asks for one.
        retries: How often a request is repeated.
        wait_seconds: How long requests are repeated instead, with words in the log; None: no
            longer than `retries` says.

    Raises:
        InputError: `url` is no HTTP URL, or a file of certificate authorities cannot be read.
    """

    def __init__(
        self, url: str, token: str | None, retries: int, wait_seconds: float | None = None
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise InputError(
                f"{url!r} is not the URL of a registry: it should look like http://127.0.0.1:8080"
            )
        self.url = url.rstrip("/")
        self._authorization = {"Authorization": f"Bearer {token}"} if token else {}
        backoff = _backoff(self.url, retries, wait_seconds)
        self._once = backoff.new(read=False, status=0, other=0, status_forcelist=())
        self._pool = urllib3.PoolManager(
            maxsize=CONNECTIONS,
            blocksize=BLOCK_BYTES,
            retries=backoff,
            timeout=Timeout(connect=5, read=60),
            ssl_context=tls_context(CA_VARIABLE),
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def json(
        self,
        method: str,
        path: str,
        action: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: bool = True,
        **options: Any,
    ) -> dict[str, Any]:
        """Send JSON and return the JSON that comes back; options are those of urllib3's request.

        Raises:
            RegistryRefusalError: The registry answered with an error.
            RegistryError: It could not be reached, or what answers is no registry.
        """
        response = self.send(method, path, action, body, headers, repeat, **options)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise RegistryError(
                f"could not {action}: what answers at {self.url} is no registry. Check the URL."
            )
        return answer

    def send(
        self,
        method: str,
        path: str,
        action: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: bool = True,
        **options: Any,
    ) -> BaseHTTPResponse:
        """Send JSON and return the answer, which may be empty; raises like `json`."""
        return self.request(
            method,
            path,
            action,
            body=None if body is None else json.dumps(body, allow_nan=False),
            headers={"Content-Type": "application/json", **(headers or {})},
            **({} if repeat else {"retries": self._once}),
            **options,
        )

    def request(self, method: str, url: str, action: str, **options: Any) -> BaseHTTPResponse:
        """Send a request to a path of the registry or to a whole URL; raises like `json`."""
        url = urljoin(self.url + "/", url)
        ours = self._authorization if self._is_ours(url) else {}
        headers = {**options.pop("headers", {}), **ours}
        try:
            response = self._pool.request(method, url, headers=headers, **options)
        except HTTPError as error:
            raise self.unreachable(action, url, error) from error
        if response.status >= 400:
            raise _refusal(action, response)
        return response

    def unreachable(self, action: str, url: str, error: HTTPError) -> RegistryError:
        """Make the error of a connection that failed."""
        url = urljoin(self.url + "/", url)
        reason = getattr(error, "reason", None) or error
        unanswered = isinstance(reason, NewConnectionError | ConnectTimeoutError)
        place = f"the registry at {self.url}"
        if not self._is_ours(url):
            # The rest of such a URL is a signature.
            store = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
            if unanswered:
                return StoreUnreachableError(action, store, reason)
            place = f"the registry's object store at {store}"
        advice = "It may have been done all the same: look before you try again."
        if unanswered:
            advice = "Try again once it is up."
        if distrusted(reason):
            advice = how_to_trust(CA_VARIABLE) + "."
        return RegistryError(f"could not {action}: {place} cannot be reached ({reason}). {advice}")

    def _is_ours(self, url: str) -> bool:
        return url.startswith(self.url + "/")


def _backoff(url: str, retries: int, wait_seconds: float | None) -> RetryWhereTrusted:
    options: dict[str, Any] = {
        "backoff_factor": 0.5,
        "backoff_jitter": 0.2,
        "status_forcelist": BUSY,
        "allowed_methods": None,
        "raise_on_status": False,
    }
    if wait_seconds is None:
        return RetryWhereTrusted(total=retries, backoff_max=10, **options)
    return PatientRetry(server=f"the registry at {url}", seconds=wait_seconds, **options)


def _refusal(action: str, response: BaseHTTPResponse) -> RegistryRefusalError:
    text = response.data.decode("utf-8", "replace")
    # An object store's own refusal; what it says is shown, and never parsed as XML.
    if (code := _tagged("Code", text)) is not None:
        said = _tagged("Message", text) or code
        return RegistryRefusalError(action, response.status, code, f"the object store: {said}")
    try:
        body = json.loads(text)
        code, message = str(body["code"]), str(body["message"])
    except (ValueError, KeyError, TypeError):
        code, message = "unexpected answer", text[:200]
    return RegistryRefusalError(action, response.status, code, message)


def _tagged(name: str, text: str) -> str | None:
    found = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return unescape(found[1]) if found else None
