"""The same operations in the words of both registries, on the same made-up models."""

import json
import random
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.benchmarks.registry.load import Operation, request

MODELS: Final = 10_000
TEAMS: Final = 1_000
"""Values of the property that is searched by: each is that of ten models."""
PAGE: Final = 100

Make = Callable[[], Operation]


def model_name(number: int) -> str:
    """Return the name of one of the models that are there from the beginning."""
    return f"model-{number:05d}"


def model_properties(number: int) -> dict[str, str]:
    """Return the properties of a model."""
    return {"team": f"team-{number % TEAMS:03d}", "task": "classification"}


def version_properties(number: int) -> dict[str, str]:
    """Return the properties of its version."""
    return {
        "framework": "sklearn",
        "framework_version": "1.8.0",
        "git_commit": f"{number:040x}",
        "training_data": f"{number:064x}",
        "roc_auc": f"0.{number:05d}",
    }


def describe(number: int) -> str:
    """Return the description of a model, and of its version."""
    return f"Churn of the customers of region {number}, monthly"


def ours() -> Mapping[str, Make]:
    """Return what is asked of our registry, by the name of the row."""
    api = "/api/registry/v1"
    some = random.Random(1)  # noqa: S311 - which model is asked for

    def get(path: str) -> Operation:
        return [request("GET", api + path)]

    return {
        "register": lambda: our_registration(f"new-{uuid.uuid4().hex}", some.randrange(MODELS)),
        "get by name": lambda: get(f"/models/{model_name(some.randrange(MODELS))}"),
        "get by alias": lambda: get(
            f"/models/{model_name(some.randrange(MODELS))}/aliases/champion"
        ),
        "list 100": lambda: get(f"/models?pageSize={PAGE}"),
        "search by property": lambda: get(
            f"/models?pageSize={PAGE}&filterQuery=team%3D%27team-{some.randrange(TEAMS):03d}%27"
        ),
    }


def our_registration(
    name: str, number: int, key: str | None = None, alias: str | None = None
) -> Operation:
    """Return the request that registers a version of a model, which is made when it is new."""
    body: dict[str, Any] = {
        "model": {
            "name": name,
            "description": describe(number),
            "customProperties": model_properties(number),
        },
        "version": {"description": describe(number), "properties": version_properties(number)},
        "files": [],
    }
    if alias is not None:
        body["aliases"] = [alias]
    raw = json.dumps(body).encode()
    return [request("POST", "/api/registry/v1/register", raw, Idempotency_Key=key or name)]


def mlflows() -> Mapping[str, Make]:
    """Return what is asked of mlflow's registry, by the name of the row."""
    api = "/api/2.0/mlflow/registered-models"
    some = random.Random(1)  # noqa: S311 - which model is asked for

    def get(path: str) -> Operation:
        return [request("GET", api + path)]

    return {
        "register": lambda: _mlflow_registration(f"new-{uuid.uuid4().hex}", some.randrange(MODELS)),
        "get by name": lambda: get(f"/get?name={model_name(some.randrange(MODELS))}"),
        "get by alias": lambda: get(
            f"/alias?name={model_name(some.randrange(MODELS))}&alias=champion"
        ),
        "list 100": lambda: get(f"/search?max_results={PAGE}"),
        "search by property": lambda: get(
            f"/search?max_results={PAGE}&filter=tags.team%3D%27team-{some.randrange(TEAMS):03d}%27"
        ),
    }


def _mlflow_registration(name: str, number: int) -> Operation:
    """Return the two requests that register a model with a version."""
    api = "/api/2.0/mlflow"
    model: dict[str, Any] = {
        "name": name,
        "description": describe(number),
        "tags": _tags(model_properties(number)),
    }
    version = {
        "name": name,
        "source": f"s3://models/{name}",
        "description": describe(number),
        "tags": _tags(version_properties(number)),
    }
    return [
        request("POST", f"{api}/{path}/create", json.dumps(body).encode())
        for path, body in (("registered-models", model), ("model-versions", version))
    ]


def _tags(properties: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in properties.items()]
