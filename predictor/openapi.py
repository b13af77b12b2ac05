"""The OpenAPI document of a version: what its rows have, with an example that can be sent."""

from collections.abc import Mapping
from typing import Any, Final

from predictor.settings import Settings
from predictor.versions import ServedVersion

# Values may be given as the texts that the training table had.
TYPES: Final[Mapping[str, dict[str, Any]]] = {
    "integer": {"type": ["integer", "string", "null"]},
    "float": {"type": ["number", "string", "null"]},
    "boolean": {"type": ["boolean", "string", "null"]},
    "string": {"type": ["string", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
}


def openapi(version: ServedVersion, settings: Settings) -> dict[str, Any]:
    """Return the document."""
    origin = version.origin
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": origin.model,
            "version": origin.version,
            "description": f"Predicts {version.description.target} ({version.description.task}), "
            f"by the version with the SHA-256 digest {origin.digest}.",
        },
        "paths": {
            "/predict": {"post": _predict(version, settings)},
            "/metrics": {"get": _plain("Figures for Prometheus", "text/plain")},
            "/v2": {"get": _plain("What this server is")},
            "/v2/health/live": {"get": _open("Does the server live?")},
            "/v2/health/ready": {"get": _open("Can it predict?")},
            f"/v2/models/{origin.model}": {"get": _plain("What the model takes and gives")},
            f"/v2/models/{origin.model}/ready": {"get": _open("Can the model predict?")},
            f"/v2/models/{origin.model}/infer": {
                "post": {
                    **_plain("Predict by the Open Inference Protocol"),
                    "requestBody": _body({"type": "object"}),
                }
            },
        },
        "components": {"schemas": {"Row": _row(version), "Error": _ERROR}},
    }
    if settings.token is not None:
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
    return document


def _predict(version: ServedVersion, settings: Settings) -> dict[str, Any]:
    rows = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Row"},
        "minItems": 1,
        "maxItems": settings.max_rows,
    }
    properties: dict[str, Any] = {"rows": rows, "explain": {"type": "boolean", "default": False}}
    if version.description.task == "binary":
        properties["threshold"] = {
            "type": ["number", "null"],
            "minimum": 0,
            "maximum": 1,
            "description": f"Probability from which {(version.classes or [None])[-1]} is predicted",
        }
    asked = {
        "type": "object",
        "properties": properties,
        "required": ["rows"],
        "additionalProperties": False,
    }
    body = _body(asked)
    if version.example:
        body["content"]["application/json"]["example"] = {"rows": [version.example]}
    refusals = {
        "400": "The body is no JSON, or not of this form",
        "401": "The token is missing or wrong",
        "408": "The body does not arrive",
        "413": "Too many bytes or rows",
        "415": "The body is not said to be JSON",
        "422": "A row has an unknown column, lacks one, or has a value that the column cannot have",
        "503": "Too much to do now, or the request took too long",
    }
    return {
        "summary": f"Predict {version.description.target}",
        "requestBody": body,
        "responses": {
            "200": {
                "description": "A prediction for each row, in their order",
                "content": {"application/json": {"schema": _predicted(version)}},
            },
            **{
                status: {
                    "description": text,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
                    },
                }
                for status, text in refusals.items()
            },
        },
    }


def _predicted(version: ServedVersion) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": "number"}
    properties: dict[str, Any] = {}
    if version.classes is not None:
        kind = {"enum": version.classes}
        probability = {"type": "number", "minimum": 0, "maximum": 1}
        properties = {
            "classes": {"const": version.classes},
            "probabilities": {
                "type": "array",
                "items": {"type": "array", "items": probability},
                "description": "For each row, in the order of classes",
            },
        }
    return {
        "type": "object",
        "properties": {
            "model": {"const": version.origin.model},
            "version": {"const": version.origin.version},
            "digest": {"const": version.origin.digest},
            "predictions": {"type": "array", "items": kind},
            **properties,
            "explanations": {"type": "array", "items": _EXPLANATION},
        },
        "required": ["model", "version", "digest", "predictions"],
    }


def _row(version: ServedVersion) -> dict[str, Any]:
    columns = version.description.features
    return {
        "type": "object",
        "properties": {
            **{column.name: TYPES[column.type] for column in columns},
            **{
                name: {"description": "Was in the training table; not read"}
                for name in sorted(version.ignored)
            },
        },
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _plain(summary: str, content_type: str = "application/json") -> dict[str, Any]:
    answer = {"description": summary, "content": {content_type: {}}}
    return {"summary": summary, "responses": {"200": answer}}


def _open(summary: str) -> dict[str, Any]:
    return {**_plain(summary), "security": []}


_EXPLANATION: Final = {
    "type": "object",
    "description": "`base` and what each column contributed, which add up to what the model says",
    "properties": {
        "label": {"description": "The class that is explained; null of a regression"},
        "unit": {"type": "string"},
        "base": {"type": "number"},
        "contributions": {"type": "object", "additionalProperties": {"type": "number"}},
    },
}
_ERROR: Final = {
    "type": "object",
    "properties": {
        "error": {"type": "string", "description": "What is wrong, and what to do about it"},
        "code": {"type": "string"},
        "column": {"type": ["string", "null"]},
        "row": {"type": "integer", "minimum": 1, "description": "Number of the row, from 1"},
    },
    "required": ["error", "code"],
}
