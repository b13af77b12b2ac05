"""Errors as MLflow's clients read them: `error_code` and `message`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import Response

from registry_service.api.json import json_response

PREFIXES: Final = ("/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/")
NOT_OFFERED: Final = "ENDPOINT_NOT_FOUND"

_CODES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "INVALID_PARAMETER_VALUE",
    HTTPStatus.UNPROCESSABLE_ENTITY: "INVALID_PARAMETER_VALUE",
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "RESOURCE_DOES_NOT_EXIST",
    HTTPStatus.METHOD_NOT_ALLOWED: NOT_OFFERED,
    HTTPStatus.SERVICE_UNAVAILABLE: "TEMPORARILY_UNAVAILABLE",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_ERROR",
}


def is_mlflow(path: str) -> bool:
    """Tell whether a path is one of MLflow's API."""
    return path.startswith(PREFIXES)


def mlflow_error(status: int, message: str, code: str | None = None) -> Response:
    """Return an answer that MLflow's clients show as the message of their `RestException`."""
    known = code or _CODES.get(status, "BAD_REQUEST")
    return json_response({"code": known.lower(), "error_code": known, "message": message}, status)
