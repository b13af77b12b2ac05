"""JSON in and out: checked models from a body, bytes from plain values."""

import math
from typing import Any, TypeVar

import pydantic_core
from fastapi import Response
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from registry_service.domain import limits
from registry_service.errors import InvalidRequestError, MissingFieldError, TooLargeError

NUL = "a text contains null bytes which are not allowed: bad request"

# The type of a PydanticCustomError whose message says where the problem is, in a client's words.
UNPLACED = "unplaced"

M = TypeVar("M", bound=BaseModel)


class Body(BaseModel):
    """A JSON object: camelCase on the wire, no unknown fields, no silent conversions."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        protected_namespaces=(),
    )


def json_response(value: Any, status: int = 200) -> Response:
    """Return a response with a plain value as JSON."""
    return Response(pydantic_core.to_json(value), status, media_type="application/json")


def parse(model: type[M], raw: bytes) -> M:
    """Return the checked body.

    Raises:
        TooLargeError: It has too many values.
        InvalidRequestError: It is not JSON, has an unknown field or a value of a wrong type.
        MissingFieldError: A required field is missing or empty.
    """
    if b"\0" in raw:
        raise InvalidRequestError(NUL)
    # Each value takes memory, and has one of these signs before it or is the first of an object.
    if sum(raw.count(sign) for sign in (b",", b"[", b"{")) > limits.JSON_VALUES:
        raise TooLargeError(
            f"the body has more than {limits.JSON_VALUES} commas, brackets and braces"
        )
    try:
        body = model.model_validate_json(raw)
    except ValidationError as error:
        raise _explain(error) from error
    if b"\\u0000" in raw:
        refuse_nul(pydantic_core.from_json(raw))
    return body


def refuse_nul(value: Any) -> None:
    """Raise InvalidRequestError when any text in a JSON value has a NUL: no database takes it."""
    match value:
        case str():
            if "\0" in value:
                raise InvalidRequestError(NUL)
        case list():
            for item in value:
                refuse_nul(item)
        case dict():
            for name, item in value.items():
                refuse_nul(name)
                refuse_nul(item)


def refuse_nan(value: Any) -> Any:
    """Return a JSON value; raise ValueError when it has NaN or infinities, which JSON lacks."""
    match value:
        case float():
            if not math.isfinite(value):
                raise ValueError("NaN and infinities are not JSON")
        case list():
            for item in value:
                refuse_nan(item)
        case dict():
            for item in value.values():
                refuse_nan(item)
    return value


def _explain(error: ValidationError) -> InvalidRequestError | MissingFieldError:
    """Say the first problem in the words of the Kubeflow registry: unknown fields come first."""
    problems = error.errors(include_url=False, include_context=False)
    for problem in problems:
        if problem["type"] == "extra_forbidden":
            return InvalidRequestError(f'json: unknown field "{problem["loc"][-1]}"')
    for problem in problems:
        if problem["type"] == UNPLACED:
            return InvalidRequestError(problem["msg"])
        if not _is_absent(problem):
            where = ".".join(str(part) for part in problem["loc"]) or "body"
            message = problem["msg"].removeprefix("Value error, ")
            return InvalidRequestError(f"{where}: {message}")
    return MissingFieldError(str(problems[0]["loc"][-1]))


def _is_absent(problem: ErrorDetails) -> bool:
    """Tell whether a field is missing, empty or null that must be there."""
    where = problem["loc"]
    if not where or "customProperties" in where:
        return False
    if problem["type"] == "string_type":
        return problem["input"] is None and isinstance(where[-1], str)  # not one of a list
    return problem["type"] in ("missing", "string_too_short")
