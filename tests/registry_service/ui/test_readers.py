"""Who sees which pages."""

import json
import re

import pytest

from tests.registry_service.people import TOKENS, as_user, register
from tests.registry_service.ui.conftest import Browser


@pytest.fixture(name="models", scope="module")
def two_models(guarded: str) -> dict[str, tuple[str, str]]:
    """A model that the readers may read, and one that they may not: ids of model and version."""
    found = {}
    for name in ("churn-ui", "fraud-ui"):
        assert register(guarded, "admin", name) == 201
        shown = as_user(guarded, "admin")("GET", f"/models/{name}/versions/1")[1]
        found[name] = (shown["model"]["id"], shown["version"]["id"])
    return found


def reader(url: str) -> Browser:
    """Looks with the token of someone who may read `churn…` alone."""
    return Browser(url, Authorization=f"Bearer {TOKENS['reader']}")


def test_the_list_has_only_what_may_be_read(
    guarded: str, models: dict[str, tuple[str, str]]
) -> None:
    """Other models are not in it, not even where they are searched for."""
    assert "churn-ui" in reader(guarded)("").text
    for query in ({}, {"q": "ui"}):
        assert "fraud-ui" not in reader(guarded)("", **query).text
    assert "fraud-ui" in Browser(guarded, Authorization=f"Bearer {TOKENS['admin']}")("").text


def test_a_forbidden_page_does_not_tell_the_name(
    guarded: str, models: dict[str, tuple[str, str]]
) -> None:
    """Whoever guesses an id learns nothing of what it names, nor that it names something."""
    (_, own), (model, version) = models["churn-ui"], models["fraud-ui"]
    for path in (
        f"models/{model}",
        f"versions/{version}",
        f"compare?version={own}&version={version}",
    ):
        seen = reader(guarded)(path)
        assert seen.status == 404, path
        nowhere = reader(guarded)(re.sub(f"({model}|{version})$", "987654321", path))
        assert re.sub(r"\d+", "N", nowhere.text) == re.sub(r"\d+", "N", seen.text)
        assert "fraud" not in seen.text


def test_the_audit_log_of_all_is_for_readers_of_all(
    guarded: str, models: dict[str, tuple[str, str]]
) -> None:
    """Others name a model of theirs, and data lead to theirs alone."""
    look = reader(guarded)
    assert "Name a model or a data set that you may read" in look("audit").text
    assert look("audit", model="fraud-ui").status == 403
    assert "version.register" in look("audit", model="churn-ui").text
    text = look("data", digest="d1").text
    assert "churn-ui" in text
    assert "fraud-ui" not in text


def test_nobody_sees_a_page_without_saying_who_they_are(guarded: str) -> None:
    """It is 401 with what to do, in the look of the others, whose style needs no token."""
    for path in ("", "models/1", "versions/1", "audit", "find?model=churn-ui"):
        seen = Browser(guarded)(path)
        assert seen.status == 401
        assert "REGISTRY_TOKEN" in seen.text
    assert Browser(guarded)("assets/style.css").status == 200


def test_the_gateways_users_see_their_own_models(
    guarded: str, models: dict[str, tuple[str, str]]
) -> None:
    """The header of the trusted gateway says who looks, which the page shows."""
    gateway = "By=spiffe://cluster.local/ns/here/sa/registry;Hash=" + "0" * 64
    gateway += ';Subject="";URI=spiffe://cluster.local/ns/istio-system/sa/gateway'
    seen = Browser(guarded, X_Forwarded_Client_Cert=gateway, kubeflow_userid="user@example.org")("")
    assert seen.status == 200
    assert "You are user@example.org" in seen.text
    assert "churn-ui" in seen.text
    assert "fraud-ui" not in seen.text
    assert Browser(guarded, kubeflow_userid="user@example.org")("").status == 401


def test_an_unknown_error_names_no_secret(guarded: str) -> None:
    """A token is never part of a page."""
    seen = Browser(guarded, Authorization="Bearer " + "s3cr3t" * 5)("")
    assert seen.status == 401
    assert "s3cr3t" not in json.dumps(dict(seen.headers)) + seen.html
