"""A stock MLflow client against our registry."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.shared.registry.client import RegistryClient
from tests.environments import call
from tests.mlflow.conftest import Example
from tests.mlflow.programs import mlflow_program
from tests.registry_service.people import GRANTS, TOKENS
from tests.registry_service.running import start_registry

READING = Path(__file__).with_name("reading.py")
NAME = "churn-strikes"


@pytest.fixture(name="url", scope="module")
def guarded_registry(tmp_path_factory: pytest.TempPathFactory, strikes: Example) -> Iterator[str]:
    """A registry that asks for tokens, with a champion."""
    folder = tmp_path_factory.mktemp("guarded")
    tokens = [{"token": token, "subject": name} for name, token in TOKENS.items()]
    access = folder / "access.json"
    access.write_text(json.dumps({"tokens": tokens, "grants": GRANTS}))
    running = start_registry(folder / "data", REGISTRY_ACCESS_FILE=str(access))
    with RegistryClient(running.url, TOKENS["admin"]) as registry:
        body = {"model": {"name": NAME}, "aliases": ["champion"]}
        registry.register(body, strikes.folder / "model", "once")
        registry.register({"model": {"name": "fraud"}}, strikes.folder / "model", "other")
    yield running.url
    running.stop()


@pytest.fixture(name="told", scope="module")
def what_a_client_reads(url: str, strikes: Example, tmp_path_factory: Any) -> dict[str, Any]:
    """What a client sees whose token may read some models."""
    program = [mlflow_program("python"), str(READING), url, NAME]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_TOKEN", TOKENS["reader"])
        folder = tmp_path_factory.mktemp("reader")
        told = call([*program, str(strikes.folder / "rows.parquet")], folder)
    found: dict[str, Any] = json.loads(told)
    return found


def test_models_load_by_alias_number_and_latest(told: dict[str, Any], strikes: Example) -> None:
    """`models:/` addresses lead to our model, which predicts what it does here."""
    ours = list(strikes.loaded.pipeline.predict(strikes.rows))
    for address in (f"models:/{NAME}@champion", f"models:/{NAME}/1", f"models:/{NAME}/latest"):
        assert told[address] == ours


def test_a_client_sees_what_its_token_may_read(told: dict[str, Any]) -> None:
    """Other models are not listed, and a token that nobody knows reads nothing."""
    assert told["models"] == [NAME]
    assert (told["aliases"], told["versions"]) == ({"champion": "1"}, ["1"])
    assert told["unknown"].startswith("UNAUTHENTICATED: ")


def test_a_client_is_told_that_it_reads_only(told: dict[str, Any]) -> None:
    """What would change something says so, and where it is done."""
    assert "is not offered: this registry lets MLflow's clients read" in told["create"]
