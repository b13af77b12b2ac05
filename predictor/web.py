"""The little of ASGI that the server needs: requests, answers, errors as answers."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import orjson

from predictor.errors import (
    BusyError,
    InvalidRequestError,
    MediaTypeError,
    MethodError,
    MisdirectedError,
    RefusedRowError,
    RequestError,
    TooLargeError,
    TooSlowError,
    UnauthorizedError,
    UnknownPathError,
    UnsupportedError,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

STATUS: Final[Mapping[type[RequestError], HTTPStatus]] = {
    InvalidRequestError: HTTPStatus.BAD_REQUEST,
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    UnknownPathError: HTTPStatus.NOT_FOUND,
    MethodError: HTTPStatus.METHOD_NOT_ALLOWED,
    TooSlowError: HTTPStatus.REQUEST_TIMEOUT,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    MisdirectedError: HTTPStatus.MISDIRECTED_REQUEST,
    RefusedRowError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnsupportedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of every error; that of a class counts for those that are made of it."""

LONGEST_NAME: Final = 1_000
"""Characters of a column's name in an answer; whoever sends a longer one gets its beginning."""

Headers = tuple[tuple[bytes, bytes], ...]


class Answer(NamedTuple):
    """An answer to a request."""

    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: Headers = ()


@dataclass
class Request:
    """A request.

    Attributes:
        method: Such as POST.
        path: Without the query.
        receive: Gives parts of the body, as ASGI has it.
        id: What the caller calls it, or a random name.
        headers: Names in small letters, and values.
        started: When it came, of `time.perf_counter`.
        is_read: Whether its body, if it has one, was read to the end.
    """

    method: str
    path: str
    receive: Receive
    id: str
    headers: list[tuple[bytes, bytes]] = field(repr=False)
    started: float
    is_read: bool = False

    def header(self, name: bytes) -> bytes:
        """Return a header by its name in small letters, empty where there is none."""
        for each, value in self.headers:
            if each == name:
                return value
        return b""

    def has_body(self) -> bool:
        """Tell whether a body comes with it."""
        return any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
            for name, value in self.headers
        )


def json_answer(content: Any, status: int = HTTPStatus.OK) -> Answer:
    """Return an answer with JSON; what is no finite number is null there."""
    return Answer(status, orjson.dumps(content))


def error_answer(error: RequestError) -> Answer:
    """Return the answer that says an error; the field `error` is that of the open protocol."""
    kinds = type(error).__mro__
    status = next(STATUS[kind] for kind in kinds if kind in STATUS)
    content: dict[str, Any] = {"error": str(error), "code": error.code}
    headers: Headers = ()
    if isinstance(error, RefusedRowError):
        column = error.column
        if column is not None and len(column) > LONGEST_NAME:
            column = None
        content |= {"column": column, "row": error.row}
    elif isinstance(error, UnauthorizedError):
        headers = ((b"www-authenticate", b"Bearer"),)
    elif isinstance(error, MethodError):
        headers = ((b"allow", error.allowed.encode()),)
    elif isinstance(error, BusyError):
        headers = ((b"retry-after", b"1"),)
    return Answer(status, orjson.dumps(content), headers=headers)


FAILED: Final = Answer(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    orjson.dumps(
        {"error": "the server failed; its log says more under this request's id", "code": "failed"}
    ),
)
