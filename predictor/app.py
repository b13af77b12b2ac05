"""The application: which request goes where, and what is seen of it."""

import asyncio
import hmac
import logging
import os
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST

from predictor.asked import Asked, read_asked
from predictor.bodies import JSON, OCTETS, check_media_type, json_body, read_body
from predictor.errors import (
    InvalidRequestError,
    MethodError,
    MisdirectedError,
    RequestError,
    UnauthorizedError,
    UnknownPathError,
)
from predictor.figures import Figures
from predictor.inference_protocol import (
    inference,
    model_metadata,
    read_tensors,
    server_metadata,
)
from predictor.openapi import openapi
from predictor.prediction import Predicted, Predictions
from predictor.serving import Serving
from predictor.settings import Settings, is_loopback
from predictor.versions import ServedVersion
from predictor.web import (
    FAILED,
    Answer,
    Receive,
    Request,
    Scope,
    Send,
    error_answer,
    json_answer,
)

if TYPE_CHECKING:
    from predictor.prediction_log.log import PredictionLog

log = logging.getLogger(__name__)

SEND_SECONDS: Final = 60
# The system takes so much at once; a timer costs a tenth of what a request of one row does.
SMALL_ANSWER: Final = 32 << 10
LONGEST_NUMBER: Final = 12
UNMATCHED: Final = "unmatched"
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True)
class Route:
    """Where a request goes.

    Attributes:
        name: How figures call it.
        method: The method that it takes.
        handle: Answers.
        is_open: Whether it asks for no token.
    """

    name: str
    method: str
    handle: Callable[[Request], Awaitable[Answer]]
    is_open: bool = False


class Application:
    """An ASGI application that serves one version.

    Args:
        serving: Which one.
        settings: How the server is configured.
        figures: What is seen of requests.
        prediction_log: Where rows and predictions are kept, None keeps none.
    """

    def __init__(
        self,
        serving: Serving,
        settings: Settings,
        figures: Figures,
        prediction_log: "PredictionLog | None" = None,
    ) -> None:
        self._log = prediction_log
        self._serving = serving
        self._settings = settings
        self._figures = figures
        self._predictions = Predictions(settings.request_seconds, settings.max_explained_rows)
        self._token = None if settings.token is None else settings.token.encode()
        # A page on the web whose name means 127.0.0.1 would read what a server answers there.
        self._checks_host = settings.token is None and settings.is_local()
        self._stopping = False
        self._routes = {
            "/predict": Route("/predict", "POST", self._predict),
            "/metrics": Route("/metrics", "GET", self._metrics),
            "/openapi.json": Route("/openapi.json", "GET", self._openapi),
            "/v2": Route("/v2", "GET", self._server_metadata),
            "/v2/health/live": Route("/v2/health/live", "GET", self._live, is_open=True),
            "/v2/health/ready": Route("/v2/health/ready", "GET", self._ready, is_open=True),
        }
        self._of_model = {
            "": Route("/v2/models/{name}", "GET", self._model_metadata),
            "ready": Route("/v2/models/{name}/ready", "GET", self._ready, is_open=True),
            "infer": Route("/v2/models/{name}/infer", "POST", self._infer),
        }

    def stop(self) -> None:
        """Say from now on that no more requests are wanted, which are answered all the same."""
        self._stopping = True

    def close(self) -> None:
        """Wait for what is being scored, and for the log."""
        self._predictions.close()
        if self._log is not None:
            self._log.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        started = time.perf_counter()
        headers = scope["headers"]
        identity = _request_id(headers)
        request = Request(scope["method"], scope["path"], receive, identity, headers, started)
        name, answer = await self._answered(request)
        head = [
            (b"content-type", answer.content_type),
            (b"content-length", str(len(answer.body)).encode()),
            (b"x-request-id", request.id.encode()),
            (b"x-content-type-options", b"nosniff"),
            *answer.headers,
        ]
        if not request.is_read and request.has_body():
            # The rest of the body is not waited for: the next request takes another connection.
            head.append((b"connection", b"close"))
        start = {"type": "http.response.start", "status": answer.status, "headers": head}
        await send(start)
        body = {"type": "http.response.body", "body": answer.body}
        if len(answer.body) <= SMALL_ANSWER:
            await send(body)
        else:
            # Nobody holds an answer's bytes for ever who does not take them.
            async with asyncio.timeout(SEND_SECONDS):
                await send(body)
        self._figures.note(name, answer.status, time.perf_counter() - started)

    async def _answered(self, request: Request) -> tuple[str, Answer]:
        name = UNMATCHED
        try:
            route = self._route(request.path)
            name = route.name
            self._admit(request, route)
            return name, await route.handle(request)
        except RequestError as error:
            self._figures.note_error(error.code)
            return name, error_answer(error)
        except Exception:
            # Whatever it is, the caller is answered, and the log says what it was.
            log.exception("request %s to %s failed", request.id, name)
            self._figures.note_error("failed")
            return name, FAILED

    def _route(self, path: str) -> Route:
        route = self._routes.get(path)
        if route is not None:
            return route
        if path.startswith("/v2/models/"):
            return self._route_of_model(path)
        raise UnknownPathError(f"there is nothing at {path}: /openapi.json says what there is")

    def _route_of_model(self, path: str) -> Route:
        """Return the route of `/v2/models/{name}[/versions/{version}][/{what}]`."""
        origin = self._serving.now[0].origin
        name, *rest = path.removeprefix("/v2/models/").split("/")
        if name != origin.model:
            raise UnknownPathError(f"there is no model {name!r} here: this is {origin.model}")
        if rest[:1] == ["versions"]:
            version = rest[1] if len(rest) > 1 else ""
            if version not in (origin.version, origin.digest):
                raise UnknownPathError(
                    f"there is no version {version!r} of {name} here: this is {origin.version}"
                )
            rest = rest[2:]
        route = self._of_model.get("/".join(rest))
        if route is None:
            raise UnknownPathError(f"there is nothing at {path}: /openapi.json says what there is")
        return route

    def _admit(self, request: Request, route: Route) -> None:
        """Let a request in.

        Raises:
            MisdirectedError: It is for another host.
            UnauthorizedError: It shows no token, or another one.
            MethodError: It has another method.
        """
        if self._checks_host:
            self._check_host(request.header(b"host"))
        if self._token is not None and not route.is_open:
            scheme, _, given = request.header(b"authorization").partition(b" ")
            # Schemes are known in any case (RFC 9110, 11.1).
            is_bearer = scheme.lower() == b"bearer"
            if not is_bearer or not hmac.compare_digest(given.strip(b" "), self._token):
                raise UnauthorizedError("show the token of this server: Authorization: Bearer …")
        if request.method != route.method:
            raise MethodError(request.method, request.path, route.method)

    def _check_host(self, host: bytes) -> None:
        try:
            name = (urlsplit(f"//{host.decode('latin-1')}").hostname or "").rstrip(".")
        except ValueError:
            name = ""
        if not is_loopback(name) and name not in self._settings.hosts:
            raise MisdirectedError(
                f"this server is known as localhost only, not as {name!r}: PREDICTOR_HOSTS may "
                "name more"
            )

    async def _predict(self, request: Request) -> Answer:
        version, columns = self._serving.now
        settings = self._settings
        content = await json_body(request, settings.max_bytes, settings.request_seconds)
        asked = read_asked(content, columns, settings.max_rows)
        is_proof = version.is_proof(content)
        predicted = await self._scored(version, asked, request, is_logged=not is_proof)
        return json_answer(_told(version, predicted))

    async def _infer(self, request: Request) -> Answer:
        version, columns = self._serving.now
        settings = self._settings
        json_bytes = _json_bytes(request)
        check_media_type(request, JSON, *([] if json_bytes is None else [OCTETS]))
        body = await read_body(request, settings.max_bytes, settings.request_seconds)
        asked, content = read_tensors(body, json_bytes, columns, settings.max_rows)
        predicted = await self._scored(version, asked, request)
        return json_answer(inference(version, predicted, content, request.id))

    async def _scored(
        self, version: ServedVersion, asked: Asked, request: Request, *, is_logged: bool = True
    ) -> Predicted:
        predicted = await self._predictions.predict(version, asked, request.started)
        self._figures.note_scores(version, predicted.scores)
        if self._log is not None and is_logged:
            self._log.add(version, request.id, asked.rows, predicted.scores)
        return predicted

    async def _metrics(self, request: Request) -> Answer:
        del request
        return Answer(200, self._figures.page(), CONTENT_TYPE_LATEST.encode())

    async def _openapi(self, request: Request) -> Answer:
        del request
        return json_answer(openapi(self._serving.now[0], self._settings))

    async def _server_metadata(self, request: Request) -> Answer:
        del request
        return json_answer(server_metadata())

    async def _model_metadata(self, request: Request) -> Answer:
        del request
        return json_answer(model_metadata(self._serving.now[0]))

    async def _live(self, request: Request) -> Answer:
        del request
        return json_answer({"live": True})

    async def _ready(self, request: Request) -> Answer:
        del request
        return json_answer({"ready": not self._stopping}, 503 if self._stopping else 200)


def _told(version: ServedVersion, predicted: Predicted) -> dict[str, Any]:
    """Return what `/predict` answers."""
    origin, scores = version.origin, predicted.scores
    told: dict[str, Any] = {
        "model": origin.model,
        "version": origin.version,
        "digest": origin.digest,
        "predictions": scores.predictions,
    }
    if scores.probabilities is not None:
        told |= {"classes": version.classes, "probabilities": scores.probabilities}
    if predicted.explanations is not None:
        told["explanations"] = [vars(each) for each in predicted.explanations]
    return told


def _json_bytes(request: Request) -> int | None:
    """Return how much of the body is JSON, None for all of it.

    Raises:
        InvalidRequestError: The header that says it is no number.
    """
    given = request.header(b"inference-header-content-length")
    if not given:
        return None
    if not given.isdigit() or len(given) > LONGEST_NUMBER:
        raise InvalidRequestError("the header Inference-Header-Content-Length is a number of bytes")
    return int(given)


def _request_id(headers: list[tuple[bytes, bytes]]) -> str:
    for name, value in headers:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return value.decode()
    return os.urandom(8).hex()
