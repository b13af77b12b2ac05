"""The reference of the registry's API, made from the OpenAPI description that it serves."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import schemathesis

from pipelines.definition import catalog
from registry_service.app import create_app
from registry_service.settings import Settings

PAGE: Final = catalog.ROOT / "docs" / "registry-api.md"
OURS: Final = "/api/registry/v1"
KUBEFLOWS: Final = ("/api/model_registry/v1", "/api/model_registry/v1alpha3")
METHODS: Final = ("get", "post", "put", "patch", "delete")
LISTING: Final = {"pageSize", "orderBy", "sortOrder", "nextPageToken", "filterQuery"}
# The name under which the in-process client of schemathesis calls an application.
CLIENT_HOST: Final = "testserver"
INTRODUCTION: Final = f"""# The registry's API

<!-- `make docs` writes this page from the OpenAPI description at /openapi.json. -->

What stands below `{OURS}` is this registry's own. Below `{KUBEFLOWS[0]}` and
`{KUBEFLOWS[1]}` it speaks the REST API of Kubeflow's Model Registry,
[listed at the end](#kubeflows-api). A registry that is served describes itself at `/openapi.json`.

- **Who asks** is said by `Authorization: Bearer …`, unless the registry serves this machine alone.
- **What changes something** is sent with `Content-Type: application/json`, also where the body is
  empty; bytes with `application/octet-stream`. A field that is not known is refused.
- **Data sets** have all that models have: what is said here of `{OURS}/models`
  holds of `{OURS}/datasets`, whose answers say `dataset` for `model`.
- **`ref`** is a version's name, its number, an alias, or `latest`.
- **Lists** take `pageSize`, `nextPageToken`, `orderBy` (ID, CREATE_TIME, LAST_UPDATE_TIME),
  `sortOrder` (ASC, DESC) and `filterQuery`, such as
  `name LIKE 'churn%' AND task.string_value = 'binary'`, and answer
  `items` and `nextPageToken`. A page has at most [so many](registry.md#limits) rows.
- **Times** are milliseconds since 1970, as texts. Numbers of versions are numbers.
"""


Operation = tuple[str, str, Mapping[str, Any]]
"""A path, a method, and what OpenAPI says of them."""


def page() -> str:
    """Return docs/registry-api.md as the service describes itself now."""
    # Where the bytes are in an S3, files come in parts; where they are in a folder, as they are.
    descriptions = [_description(in_s3=False), _description(in_s3=True)]
    found = {
        (path, method): operation
        for described in descriptions
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    operations = [(path, method, operation) for (path, method), operation in found.items()]
    ours = [operation for operation in operations if not operation[0].startswith(KUBEFLOWS)]
    parts = [
        INTRODUCTION,
        *_errors(ours[0][2]),
        *_ours(ours),
        *_bodies(ours, descriptions[0]["components"]["schemas"]),
        *_kubeflows(operations),
    ]
    return "\n".join(parts)


def _description(in_s3: bool) -> Mapping[str, Any]:
    store: dict[str, Any] = {
        "s3_endpoint": "http://127.0.0.1:9",
        "s3_bucket": "described",
        "s3_access_key": "none",
        "s3_secret_key": "none",
    }
    with TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder), hosts=frozenset({CLIENT_HOST}), **(store if in_s3 else {})
        )
        described: Mapping[str, Any] = schemathesis.openapi.from_asgi(
            "/openapi.json", create_app(settings)
        ).raw_schema
        return described


def _errors(operation: Mapping[str, Any]) -> Iterator[str]:
    """Yield the errors, which every operation may answer with."""
    codes = sorted(code for code in operation["responses"] if code >= "4")
    names = [f"{code} {operation['responses'][code]['description']}" for code in codes]
    yield f'An error is `{{"code": …, "message": …}}`, with one of: {", ".join(names)}.\n'


def _ours(operations: list[Operation]) -> Iterator[str]:
    """Yield our own operations, by subject."""
    own = [each for each in operations if not _is_of_models_too(*each[:2], operations)]
    for tag in dict.fromkeys(operation["tags"][0] for _, _, operation in own):
        yield f"## {tag}\n"
        for path, method, operation in own:
            if operation["tags"][0] == tag:
                yield f"### {method.upper()} {path}\n"
                yield operation["description"] + "\n"
                yield from _requests(operation)
                successes = sorted(code for code in operation["responses"] if code < "4")
                yield f"- answers {' or '.join(successes)}\n"


def _is_of_models_too(path: str, method: str, operations: list[Operation]) -> bool:
    """Tell whether a route of data sets is that of models, under another name."""
    of_models = path.replace(f"{OURS}/datasets", f"{OURS}/models")
    return path != of_models and (of_models, method) in {each[:2] for each in operations}


def _requests(operation: Mapping[str, Any]) -> Iterator[str]:
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    if names >= LISTING:
        yield "- a list, as above"
    for parameter in operation.get("parameters", []):
        if parameter["in"] != "path" and not (names >= LISTING and parameter["name"] in LISTING):
            yield f"- `{parameter['name']}` ({parameter['in']}): {_type(parameter['schema'])}"
    if body := _body(operation):
        yield f"- body: [{body}](#{body.lower()})"


def _bodies(operations: list[Operation], schemas: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields of the bodies of operations, and of what these hold."""
    yield "## Bodies\n"
    waiting = [body for _, _, operation in operations if (body := _body(operation))]
    shown: set[str] = set()
    while waiting:
        name = waiting.pop(0)
        if name in shown:
            continue
        shown.add(name)
        yield f"### {name}\n"
        yield f"{schemas[name].get('description', '')}\n"
        yield "| field | type | default |"
        yield "|---|---|---|"
        for field, schema in schemas[name]["properties"].items():
            default = _default(schema, required=field in schemas[name].get("required", []))
            yield f"| `{field}` | {_type(schema)} | {default} |"
            waiting += _referred(schema)
        yield ""


def _default(schema: Mapping[str, Any], *, required: bool) -> str:
    if required:
        return "required"
    default = schema.get("default", {})
    if default is None:
        return "none"
    return "empty" if isinstance(default, dict) else f"`{json.dumps(default)}`"


def _kubeflows(operations: list[Operation]) -> Iterator[str]:
    """Yield a row for each path of Kubeflow's API, with what each of its versions takes there."""
    yield "## Kubeflow's API\n"
    yield "`v1alpha3` is answered with the headers `Deprecation` and `Sunset`.\n"
    yield "| path | v1 | v1alpha3 |"
    yield "|---|---|---|"
    taken: dict[str, dict[str, list[str]]] = {}
    for path, method, _ in operations:
        for prefix in KUBEFLOWS:
            if path.startswith(f"{prefix}/"):
                of_path = taken.setdefault(path.removeprefix(prefix), {})
                of_path.setdefault(prefix, []).append(method.upper())
    for path, methods in sorted(taken.items()):
        cells = [", ".join(sorted(methods.get(prefix, []))) for prefix in KUBEFLOWS]
        yield f"| `{path}` | {' | '.join(cells)} |"
    yield ""


def _body(operation: Mapping[str, Any]) -> str | None:
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return reference.rpartition("/")[2] or None


def _type(schema: Mapping[str, Any]) -> str:
    """Return a type as a reader says it, with its bounds."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}{_bounds(schema, 'Items')}"
    if kind == "object":
        values = schema.get("additionalProperties", {})
        return f"object of {_type(values if isinstance(values, dict) else {})}"
    return f"{kind}{_bounds(schema, 'Length')}{_bounds(schema, '')}"


def _bounds(schema: Mapping[str, Any], of: str) -> str:
    """Return the least and the greatest of something, where the schema has them."""
    names = (f"min{of}", f"max{of}") if of else ("minimum", "maximum")
    least, most = (schema.get(name) for name in names)
    if least is None and most is None:
        return ""
    unit = {"Length": " characters", "Items": " items", "": ""}[of]
    words = [
        f"{word} {bound:,}" for word, bound in (("at least", least), ("at most", most)) if bound
    ]
    return f" ({', '.join(words)}{unit})" if words else ""


def _referred(schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    inner = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]
    for part in inner:
        yield from _referred(part)
