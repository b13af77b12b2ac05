"""Around every request: an id, a line in the log, figures for Prometheus, marks of age."""

import asyncio
import logging
import os
import re
import time
from functools import cache

import pydantic_core
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry_service.api.doorkeeper import Doorkeeper
from registry_service.api.errors import error_answer

log = logging.getLogger("registry_service.access")

DEPRECATED = "/api/model_registry/v1alpha3"
# RFC 9745, 8594 and 5829: since when the old API is deprecated, when it goes, what follows.
DEPRECATION = "@1767225600"
SUNSET = "Fri, 31 Dec 2027 23:59:59 GMT"
SUCCESSOR = '</api/model_registry/v1/>; rel="successor-version"'
SEND_SECONDS = 60
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Observation:
    """The figures that the middleware keeps."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "registry_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "registry_request_seconds",
            "Time to answer",
            ["method", "route"],
            registry=self.registry,
        )
        # Finding the figures of a route takes longer than counting does.
        self._figures = cache(
            lambda method, route, status: (
                self._requests.labels(method, route, status),
                self._seconds.labels(method, route),
            )
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        requests, latency = self._figures(method, route, status)
        requests.inc()
        latency.observe(seconds)


class ObservedApp:
    """An application whose requests have an id and leave a trace.

    The log names the path but never the query or a header: those may hold secrets.
    """

    def __init__(self, app: ASGIApp, observation: Observation, door: Doorkeeper) -> None:
        self._app = app
        self._observation = observation
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        status, is_read = 500, not _has_body(scope)

        async def heard() -> Message:
            nonlocal is_read
            message = await receive()
            is_read = not message.get("more_body", False)
            return message

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
                if not is_read:
                    # The rest of the body is not waited for: the next request takes another one.
                    headers["Connection"] = "close"
                if scope["path"].startswith(DEPRECATED):
                    headers["Deprecation"] = DEPRECATION
                    headers["Sunset"] = SUNSET
                    headers["Link"] = SUCCESSOR
            # Nobody holds an answer's bytes for ever who does not take them.
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        refusal = self._door.refusal(scope)
        app = self._app if refusal is None else error_answer(scope["path"], *refusal)
        try:
            await app(scope, heard, observed)
        finally:
            self._note(scope, request_id, status, time.perf_counter() - started)

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if route != "unmatched" else "any"
        self._observation.note(method, route, status, seconds)
        if log.isEnabledFor(logging.INFO):
            line = {
                "id": request_id,
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round(seconds * 1000, 2),
            }
            log.info(pydantic_core.to_json(line).decode())


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return os.urandom(16).hex()
