"""Limits on what a body holds, the same on both pairs of stores."""

import hashlib
import socket
from contextlib import closing
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from registry_service.api.json import parse
from registry_service.api.registry.schemas import RegisterBody
from registry_service.domain import limits
from registry_service.errors import TooLargeError
from tests.registry_service.api.test_registration import registration
from tests.registry_service.people import TOKENS
from tests.registry_service.running import Caller, upload

# Four bytes each in UTF-8, the most that a character takes in an index.
WIDE = "\N{ALIEN MONSTER}"


def full(unique: str) -> str:
    """Return a name as long as names may be, and as wide."""
    return (unique + WIDE * limits.NAME)[: limits.NAME]


def test_indexed_texts_fit_both_databases(ours: Caller, kubeflow: Caller, unique: str) -> None:
    """The longest texts that are taken are stored, found, and no index is too narrow for them."""
    long = full(unique)
    model = {"name": long, "externalId": long, "owner": long}
    status, made = kubeflow(
        "POST",
        "/registered_models",
        model | {"customProperties": {long: string("x" * limits.TEXT)}},
    )
    assert status == 201, made
    data = {"artifactType": "dataset-artifact", "name": full("d")[:230], "digest": long}
    version = {"name": full("v")[:230], "author": long, "externalId": long}
    version["registeredModelId"] = made["id"]
    status, version = kubeflow("POST", f"/registered_models/{made['id']}/versions", version)
    assert status == 201, version
    path = f"/model_versions/{version['id']}/artifacts"
    assert kubeflow("POST", path, data)[0] == 201
    body = registration(unique, [], aliases=[], version={"name": long, "author": long})
    body["model"] = {"name": unique, "owner": long, "customProperties": {long: long}}
    body["datasets"] = [{"name": long, "digest": long, "role": long}]
    body |= {"metrics": {long: 1}, "parameters": {long: "x"}, "lineage": {long: "y"}}
    status, registered = ours("POST", "/register", body, Idempotency_Key="k" * limits.NAME)
    assert status == 201, registered
    found = kubeflow("GET", f"/registered_model?externalId={quote(long)}")
    assert (found[0], found[1]["id"]) == (200, made["id"])


def string(value: str) -> dict[str, str]:
    """Return a custom property of the Kubeflow API."""
    return {"metadataType": "MetadataStringValue", "string_value": value}


LONG = "x" * (limits.NAME + 1)
LONGER = "x" * (limits.TEXT + 1)
TOO_LONG: dict[str, dict[str, Any]] = {
    "name": {"name": LONG},
    "external id": {"name": "m", "externalId": LONG},
    "owner": {"name": "m", "owner": LONG},
    "description": {"name": "m", "description": LONGER},
    "read-me": {"name": "m", "readme": "x" * (limits.DOCUMENT + 1)},
    "task": {"name": "m", "tasks": [LONG]},
    "tasks": {"name": "m", "tasks": ["t"] * (limits.TAGS + 1)},
    "property's name": {"name": "m", "customProperties": {LONG: string("x")}},
    "property": {"name": "m", "customProperties": {"p": string(LONGER)}},
    "properties": {
        "name": "m",
        "customProperties": {f"p{each}": string("x") for each in range(limits.PROPERTIES + 1)},
    },
}


@pytest.mark.parametrize("body", TOO_LONG.values(), ids=list(TOO_LONG))
def test_what_is_longer_is_refused(kubeflow: Caller, body: dict[str, Any]) -> None:
    """One more than the limit is a bad request on either database, before it is asked."""
    status, error = kubeflow("POST", "/registered_models", body)
    assert (status, error["code"]) == (400, "Bad Request")
    assert "at most" in error["message"]


TOO_MANY: dict[str, dict[str, Any]] = {
    "metrics": {"metrics": {f"m{each}": each for each in range(limits.METRICS + 1)}},
    "parameters": {"parameters": {f"m{each}": each for each in range(limits.METRICS + 1)}},
    "aliases": {"aliases": [f"a{each}" for each in range(limits.ALIASES + 1)]},
    "lineage": {"lineage": {f"a{each}": "x" for each in range(limits.LINKS + 1)}},
    "datasets": {"datasets": [{"name": "d", "digest": "d", "role": "train"}] * (limits.LINKS + 1)},
    "a version's author": {"version": {"author": LONG}},
    "a version's property": {"version": {"properties": {"p": LONGER}}},
    "a dataset's digest": {"datasets": [{"name": "d", "digest": LONG, "role": "train"}]},
}


@pytest.mark.parametrize("more", TOO_MANY.values(), ids=list(TOO_MANY))
def test_a_registration_has_its_limits(ours: Caller, unique: str, more: dict[str, Any]) -> None:
    """More of anything than is documented is a bad request, and nothing is registered."""
    body = registration(unique, [], **more)
    status, error = ours("POST", "/register", body, Idempotency_Key=unique)
    assert (status, error["code"]) == (400, "invalid_request")
    assert ours("GET", f"/models/{unique}")[0] == 404


EMPTY = hashlib.sha256(b"").hexdigest()
IMPOSSIBLE: dict[str, tuple[list[str], str]] = {
    "twice": (["a", "a"], "'a' is there twice"),
    "file and folder": (["a/b/c", "a"], "'a' is a file, and a folder with 'a/b/c' in it"),
    "long name": (["a/" + WIDE * 64], "no file system takes a name of more than 255 bytes"),
    "capitals": (["F", "f"], "'F' and 'f' are one file where capitals do not count"),
    "accents": (["é", "e\u0301"], "are one file where capitals do not count"),
    "folder in capitals": (["A", "a/b"], "'A' is a file, and a folder with 'a/b' in it"),
    "drive": (["C:/x"], "'C:' has the character :, which Windows takes in no name"),
    "stream": (["model.joblib:x"], "has the character :"),
    "backslash": (["a\\b"], "has the character \\"),
    "device": (["folder/nul.tar.gz"], "'nul.tar.gz' is the name of a device on Windows"),
    "device and digit": (["Com1"], "'Com1' is the name of a device on Windows"),
    "dot at the end": (["folder./x"], "'folder.' ends in a dot, which Windows leaves out"),
    "hook": ([".git/hooks/post-checkout"], "'.git' is where Git keeps what it runs"),
    "short name of a hook": (["a/GIT~1/config"], "'GIT~1' is where Git keeps what it runs"),
}


@pytest.mark.parametrize(("paths", "why"), IMPOSSIBLE.values(), ids=list(IMPOSSIBLE))
def test_files_can_lie_beside_each_other(
    ours: Caller, unique: str, paths: list[str], why: str
) -> None:
    """Paths that not every system's folders can hold are refused, rather than never downloaded."""
    files = [{"path": path, "sha256": EMPTY, "size": 0} for path in paths]
    status, error = ours("POST", "/register", registration(unique, files), Idempotency_Key=unique)
    assert (status, error["code"]) == (400, "invalid_request")
    assert why in error["message"]


def test_names_that_only_look_dangerous_are_names(ours: Caller, unique: str) -> None:
    """What begins with a dot, and what a device or Git is only a part of."""
    entry = upload(ours, unique.encode())
    paths = (".gitignore", "git/config", "console.txt", "COM10", "a.nul", "model.tar.gz", "é 1+2=3")
    files = [{"path": path, **entry} for path in paths]
    body = registration(unique, files)
    assert ours("POST", "/register", body, Idempotency_Key=unique)[0] == 201


def test_a_body_of_many_values_is_refused_before_it_is_parsed() -> None:
    """Empty objects, which take the most memory for their bytes, are counted and not made."""
    raw = b"[" + b"{}," * (limits.JSON_VALUES + 1) + b"{}]"
    with pytest.raises(TooLargeError, match=f"more than {limits.JSON_VALUES} commas"):
        parse(RegisterBody, raw)


def test_rights_come_before_the_body(guarded: str) -> None:
    """Who may change nothing is answered while all of the body is still to come."""
    address = urlsplit(guarded)
    head = (
        f"POST /api/registry/v1/register HTTP/1.1\r\nHost: registry\r\n"
        f"Authorization: Bearer {TOKENS['stranger']}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {8 << 20}\r\nIdempotency-Key: k\r\n\r\n"
    )
    with closing(socket.create_connection((address.hostname, address.port), 10)) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 403 ")
    # What is still to come would be taken for the next request, or be cut off with it.
    assert b"connection: close" in answer.lower()


def test_a_body_of_too_many_bytes_is_refused(ours: Caller, kubeflow: Caller) -> None:
    """Bodies that may name many files have more room than others."""
    spaces = b" " * (limits.SMALL_BODY + 1)
    assert kubeflow("POST", "/registered_models", spaces)[0] == 413
    assert ours("POST", "/register", spaces, Idempotency_Key="k")[0] == 400
    more = b" " * (limits.LARGE_BODY + 1)
    assert ours("POST", "/register", more, Idempotency_Key="k")[0] == 413


def test_each_body_is_bounded_as_it_is_described(ours: Caller, registry_url: str) -> None:
    """One byte more than the description says is refused, whatever the kind of work."""
    _, described = Caller(registry_url)("GET", "/openapi.json")
    bodies = {
        (method.upper(), path): operation["requestBody"]["description"]
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if "description" in operation.get("requestBody", {})
    }
    for (method, path), description in bodies.items():
        most = int(description.split()[2].replace(",", ""))
        place = path.replace("{", "").replace("}", "")
        answer = Caller(registry_url)(method, place, b" " * (most + 1), Idempotency_Key="k")
        assert answer[0] == 413, (method, path)
    kinds = {description.split()[2] for description in bodies.values()}
    assert kinds == {f"{limits.SMALL_BODY:,}", f"{limits.LARGE_BODY:,}"}
    assert ours("POST", "/gc", b" " * (limits.SMALL_BODY + 1))[0] == 413


def test_limits_are_in_the_description(registry_url: str) -> None:
    """The OpenAPI document says how much of everything there may be."""
    described = Caller(registry_url)("GET", "/openapi.json")[1]
    body = described["paths"]["/api/registry/v1/register"]["post"]["requestBody"]
    assert f"{limits.LARGE_BODY:,} bytes" in body["description"]
    schemas = described["components"]["schemas"]
    registered = schemas["RegisterBody"]["properties"]
    assert registered["metrics"]["maxProperties"] == limits.METRICS
    assert registered["files"]["maxItems"] == limits.FILES
    model = schemas["RegisteredModelCreate"]["properties"]
    assert model["name"]["maxLength"] == limits.NAME
