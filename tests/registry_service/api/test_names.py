"""Names of versions and aliases are kept apart, and names that look the same are one."""

import json
import unicodedata
from typing import Any

import pytest
import urllib3
from sqlalchemy import create_engine, text

from tests.registry_service.api.test_registration import registration
from tests.registry_service.people import as_user, register
from tests.registry_service.running import KUBEFLOW, Caller, RunningRegistry, start_registry

UNSEEN = ["a\u202eb", "a\u2066b", "a\tb", "a\x7fb", "a\u0085b", "a\u2028b", "a\u200bb", "\ufeffa"]
BLANK_AT_AN_END = [" a", "a ", "\u00a0a", "a\u3000", " "]


def register_named(ours: Caller, model: str, name: str | None, **more: Any) -> tuple[int, Any]:
    """Register a version of a name, or of none."""
    body = registration(model, [], **{"version": {"name": name}, "aliases": [], **more})
    return ours("POST", "/register", body, Idempotency_Key=json.dumps([model, name]))


def create_named(kubeflow: Caller, model: str, name: str) -> int:
    """Create a version of a name through Kubeflow's API; return the status."""
    _, found = kubeflow("GET", f"/registered_model?name={model}")
    body = {"name": name, "registeredModelId": found["id"]}
    return kubeflow("POST", "/model_versions", body)[0]


def test_a_version_cannot_be_called_like_an_alias(
    ours: Caller, kubeflow: Caller, unique: str
) -> None:
    """Neither API takes the name of an alias that is there."""
    register_named(ours, unique, "first", aliases=["champion"])
    assert register_named(ours, unique, "champion")[0] == 409
    assert create_named(kubeflow, unique, "champion") == 409
    assert register_named(ours, unique, "both", aliases=["both"])[0] == 409
    assert ours("GET", f"/models/{unique}/versions/both")[0] == 404


def test_an_alias_cannot_be_called_like_a_version(
    ours: Caller, kubeflow: Caller, unique: str
) -> None:
    """Whichever API made the version, and whether the alias is set alone or by a registration."""
    register_named(ours, unique, "champion")
    assert create_named(kubeflow, unique, "shadow") == 201
    for alias in ("champion", "shadow"):
        body = {"version": "1"}
        assert ours("PUT", f"/models/{unique}/aliases/{alias}", body)[0] == 409
        assert register_named(ours, unique, f"with-{alias}", aliases=[alias])[0] == 409
        assert ours("GET", f"/models/{unique}/aliases/{alias}")[0] == 404


def test_latest_is_nobodys_name(ours: Caller, kubeflow: Caller, unique: str) -> None:
    """In neither API."""
    register_named(ours, unique, "first")
    assert register_named(ours, unique, "latest")[0] == 400
    assert create_named(kubeflow, unique, "latest") == 409


def test_a_protected_alias_is_nobodys_name(guarded: str) -> None:
    """Also before the alias is set, a writer's version cannot pass for what it will point to."""
    register(guarded, "writer", "churn-names")
    body = registration("churn-names", [], version={"name": "champion"}, aliases=[])
    writer = as_user(guarded, "writer")
    assert writer("POST", "/register", body, Idempotency_Key="named")[0] == 409
    assert create_named(as_user(guarded, "writer", KUBEFLOW), "churn-names", "champion") == 409
    assert writer("GET", "/models/churn-names/versions/champion")[0] == 404


@pytest.fixture(name="collided")
def collided_registry(stores: dict[str, str], tmp_path: Any) -> Any:
    """A registry whose database has a version called like an alias, and like a protected one."""
    data = tmp_path / "data"
    before = start_registry(data, **stores)
    ours = Caller(before.url, "/api/registry/v1")
    register_named(ours, "churn", "good", aliases=["champion"])
    register_named(ours, "churn", "bad")
    register_named(ours, "churn", "worse")
    before.stop()
    url = stores.get("REGISTRY_DATABASE_URL", f"sqlite:///{data / 'registry.db'}")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for old, new in (("bad", "champion"), ("worse", "production")):
            connection.execute(
                text("UPDATE model_versions SET name = :new WHERE name = :old"),
                {"old": old, "new": new},
            )
    engine.dispose()
    running = start_registry(data, REGISTRY_PROTECTED_ALIASES="production", **stores)
    yield running
    running.stop()


def test_an_alias_counts_before_a_name_that_collides_already(collided: RunningRegistry) -> None:
    """On every way from a name to bytes, and the answer says so."""
    ours = Caller(collided.url, "/api/registry/v1")
    _, shown = ours("GET", "/models/churn/versions/champion")
    assert shown["version"]["name"] == "good"
    (warning,) = shown["warnings"]
    assert "name of version number 2" in warning
    assert ours("GET", "/models/churn/aliases/champion")[1]["version"]["name"] == "good"
    page = urllib3.request("GET", collided.url + "/ui/find?model=churn&version=champion")
    assert b"version good" in page.data
    assert ours("GET", "/models/churn/versions/2")[1]["version"]["name"] == "champion"
    assert ours("GET", "/models/churn/versions/good")[1]["warnings"] == []


def test_a_name_that_is_kept_for_an_alias_leads_nowhere(collided: RunningRegistry) -> None:
    """A version of that name from before is found by its number, which the error tells."""
    ours = Caller(collided.url, "/api/registry/v1")
    status, error = ours("GET", "/models/churn/versions/production")
    assert (status, "number 3" in error["message"]) == (404, True)
    assert ours("GET", "/models/churn/versions/3")[1]["version"]["name"] == "production"


@pytest.mark.parametrize("name", [*UNSEEN, *BLANK_AT_AN_END])
def test_a_name_has_nothing_that_nobody_sees(
    ours: Caller, kubeflow: Caller, unique: str, name: str
) -> None:
    """Models, versions, metrics, properties and all that Kubeflow's API names: 400."""
    register_named(ours, unique, "first")
    registrations = (
        {"model": {"name": f"{name}{unique}{name}"}},
        {"version": {"name": name}},
        {"metrics": {name: 1.0}},
        {"parameters": {name: 1}},
        {"version": {"properties": {name: 1}}},
        {"files": [{"path": f"folder/{name}", "sha256": "0" * 64, "size": 1}]},
    )
    for change in registrations:
        body = registration(unique, []) | {"aliases": []} | change
        status, error = ours("POST", "/register", body, Idempotency_Key=f"{unique}{change}"[:255])
        assert status == 400, (change, error)
    assert create_named(kubeflow, unique, name) == 400
    for path in ("/registered_models", "/serving_environments"):
        assert kubeflow("POST", path, {"name": f"{name}{unique}{name}"})[0] == 400


@pytest.mark.parametrize("name", ["café", "Ångström", "が", "👩‍🔬", "a b", "ü-1.2+3"])
def test_names_of_all_scripts_are_names(ours: Caller, unique: str, name: str) -> None:
    """Letters with accents, emojis with joiners and blanks between words."""
    assert register_named(ours, unique, name)[0] == 201
    assert register_named(ours, f"{unique} {name}", None)[0] == 201


def test_no_new_model_is_called_like_a_version(ours: Caller, kubeflow: Caller, unique: str) -> None:
    """`m@champion` is a version of m in all that people write, whichever API is asked."""
    for name in (f"{unique}@champion", f"@{unique}"):
        told = (
            register_named(ours, name, None),
            kubeflow("POST", "/registered_models", {"name": name}),
        )
        assert [(status, "has an @" in error["message"]) for status, error in told] == [
            (400, True)
        ] * 2


def test_spellings_of_one_name_are_one(ours: Caller, kubeflow: Caller, unique: str) -> None:
    """A model and a version are found, and not made twice, however an accent was written."""
    composed = unicodedata.normalize("NFC", f"{unique}-café")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert register_named(ours, decomposed, decomposed)[0] == 201
    assert register_named(ours, composed, composed)[0] == 409
    for model in (composed, decomposed):
        for version in (composed, decomposed):
            status, shown = ours("GET", f"/models/{model}/versions/{version}")
            assert (status, shown["model"]["name"]) == (200, composed)
        assert kubeflow("GET", f"/registered_model?name={model}")[0] == 200
        assert ours("GET", f"/audit?model={model}")[1]["items"]
    assert kubeflow("POST", "/registered_models", {"name": decomposed})[0] == 409


def test_what_is_expected_of_an_alias_needs_the_alias(ours: Caller, unique: str) -> None:
    """An expectation that nothing would check is refused."""
    status, error = register_named(ours, unique, "1", expectedAliases={"champion": None})
    assert (status, "'champion'" in error["message"]) == (400, True)
    assert (
        register_named(ours, unique, "1", aliases=["champion"], expectedAliases={"champion": None})[
            0
        ]
        == 201
    )
