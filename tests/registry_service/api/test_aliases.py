"""Aliases over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import Caller


@pytest.fixture
def model(ours: Caller, unique: str) -> str:
    """A model with the versions 1, 2 and 3."""
    for number in range(3):
        body = registration(unique, [], aliases=[])
        assert ours("POST", "/register", body, Idempotency_Key=f"{unique}-{number}")[0] == 201
    return unique


def put(ours: Caller, model: str, alias: str, **body: Any) -> tuple[int, Any]:
    """Move an alias."""
    return ours("PUT", f"/models/{model}/aliases/{alias}", body)


def test_an_alias_is_made_and_moved(ours: Caller, model: str) -> None:
    """Without an expectation, an alias goes wherever it is sent."""
    assert put(ours, model, "champion", version="1")[0] == 200
    assert put(ours, model, "champion", version="latest", reason="better")[0] == 200
    _, listed = ours("GET", f"/models/{model}/aliases")
    assert [(item["alias"], item["version"]["name"]) for item in listed["items"]] == [
        ("champion", "3")
    ]
    _, target = ours("GET", f"/models/{model}/aliases/champion")
    assert (target["version"]["name"], target["version"]["number"]) == ("3", 3)


def test_a_stale_expectation_is_refused(ours: Caller, model: str) -> None:
    """Compare-and-swap: the second of two promotions from the same state loses."""
    assert put(ours, model, "champion", version="1", expected=None)[0] == 200
    assert put(ours, model, "champion", version="2", expected="1")[0] == 200
    status, error = put(ours, model, "champion", version="3", expected="1")
    assert (status, error["code"]) == (409, "stale")
    assert put(ours, model, "champion", version="3", expected=None)[0] == 409


def test_a_registration_may_expect_where_an_alias_points(ours: Caller, model: str) -> None:
    """A registration that finds its alias moved is refused whole; no version remains of it."""
    put(ours, model, "champion", version="2")
    body = registration(model, [], aliases=["champion"]) | {"expectedAliases": {"champion": "1"}}
    status, error = ours("POST", "/register", body, Idempotency_Key=f"{model}-stale")
    assert (status, error["code"]) == (409, "stale")
    assert ours("GET", f"/models/{model}/versions/latest")[1]["version"]["name"] == "3"
    body["expectedAliases"] = {"champion": "2"}
    assert ours("POST", "/register", body, Idempotency_Key=f"{model}-right")[0] == 201


def test_racing_promotions_have_one_winner(ours: Caller, model: str) -> None:
    """Of 8 promotions that expect the same champion, one succeeds."""
    put(ours, model, "champion", version="1")
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: put(ours, model, "champion", version="2", expected="1"), range(8))
        )
    assert sorted(status for status, _ in answers) == [200] + [409] * 7


@pytest.mark.parametrize("alias", ["latest", "1", "-x", "a b", "x" * 129])
def test_some_texts_cannot_be_aliases(ours: Caller, model: str, alias: str) -> None:
    """An alias never looks like a number and is never `latest`."""
    status, error = put(ours, model, alias.replace(" ", "%20"), version="1")
    assert (status, error["code"]) == (400, "invalid_request")


def test_an_alias_needs_a_version_of_its_model(ours: Caller, model: str) -> None:
    """An unknown version is 404 and leaves no alias."""
    assert put(ours, model, "champion", version="9")[0] == 404
    assert ours("GET", f"/models/{model}/aliases")[1] == {"items": []}
