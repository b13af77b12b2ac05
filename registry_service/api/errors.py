"""From an error to a response: the one table of status codes."""

import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from registry_service.api.json import json_response
from registry_service.api.mlflow.errors import is_mlflow, mlflow_error
from registry_service.errors import (
    ConflictError,
    CorruptBlobError,
    DigestMismatchError,
    ForbiddenError,
    InvalidRequestError,
    MissingFieldError,
    NotFoundError,
    RegistryError,
    StorageError,
    StorageFullError,
    TooLargeError,
    TooSlowError,
    UnauthorizedError,
)
from registry_service.service.refusals import Refusals
from registry_service.ui.errors import error_page, is_page

STATUS: Mapping[type[RegistryError], HTTPStatus] = {
    InvalidRequestError: HTTPStatus.BAD_REQUEST,
    DigestMismatchError: HTTPStatus.BAD_REQUEST,
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    # The bytes are gone, and asking again does not bring them back.
    CorruptBlobError: HTTPStatus.GONE,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooSlowError: HTTPStatus.REQUEST_TIMEOUT,
    MissingFieldError: HTTPStatus.UNPROCESSABLE_ENTITY,
    StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    StorageFullError: HTTPStatus.INSUFFICIENT_STORAGE,
}
Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
KUBEFLOW = "/api/model_registry/"

log = logging.getLogger(__name__)


def status_of(error: RegistryError) -> HTTPStatus:
    """Return the status of an error, or of the nearest class above it that has one."""
    for cls in type(error).__mro__:
        if cls in STATUS:
            return STATUS[cls]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def error_answer(path: str, status: int, code: str, message: str) -> Response:
    """Return the answer to a request for a path that cannot be fulfilled."""
    if is_page(path):
        return error_page(path, status, message)
    if is_mlflow(path):
        return mlflow_error(status, message)
    if path.startswith(KUBEFLOW):
        # Its clients know the phrase of the status; 422 has that of 400 there.
        shown = HTTPStatus.BAD_REQUEST if status == HTTPStatus.UNPROCESSABLE_ENTITY else status
        code = HTTPStatus(shown).phrase
    return json_response({"code": code, "message": message}, status)


async def _on_registry_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RegistryError)  # noqa: S101 - registered for this class
    if isinstance(error, StorageError):
        # Nothing that the caller did: whoever keeps the service has to see it.
        log.warning("%s %s: %s", request.method, request.url.path, error)
    response = error_answer(request.url.path, status_of(error), error.code, str(error))
    if isinstance(error, UnauthorizedError):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def on_forbidden(refusals: Refusals) -> Handler:
    """Return what answers a refusal, once it is in the audit log."""

    # One at a time, so that many refusals take no worker from others.
    one = CapacityLimiter(1)

    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, ForbiddenError)  # noqa: S101 - registered for this class
        asked = f"{request.method} {request.url.path}"
        await to_thread.run_sync(refusals.note, error, asked, limiter=one)
        return await _on_registry_error(request, error.told)

    return answer


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    code = HTTPStatus(error.status_code).name.lower()
    response = error_answer(
        request.url.path, error.status_code, code, f"{request.method}: {error.detail}"
    )
    response.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(sorted({*_methods(request)}))
    return response


def _methods(request: Request) -> Iterator[str]:
    """Yield the methods of all routes of a path; the framework names those of the first alone."""
    for method in _METHODS:
        asked = {**request.scope, "method": method}
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.routes):
            yield method


async def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return error_answer(
        request.url.path, HTTPStatus.BAD_REQUEST, "invalid_request", f"{where}: {first['msg']}"
    )


async def _on_disconnect(request: Request, _: Exception) -> Response:
    # Nobody reads this answer; it only keeps a broken upload from being logged as our failure.
    return error_answer(
        request.url.path, HTTPStatus.BAD_REQUEST, "disconnected", "the caller went away"
    )


async def _on_bug(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    message = "the registry failed in a way it should not; its log says more"
    return error_answer(request.url.path, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message)


# Every error of the service becomes an answer of the form {"code", "message"}.
ERROR_HANDLERS: dict[int | type[Exception], Handler] = {
    RegistryError: _on_registry_error,
    HTTPException: _on_http_error,
    RequestValidationError: _on_validation_error,
    ClientDisconnect: _on_disconnect,
    Exception: _on_bug,
}
