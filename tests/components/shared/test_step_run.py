"""Steps in a cluster tell a real registry of the run that they belong to."""

import json
import sys
import urllib.request
import uuid
from typing import Any

import pytest

from components.shared.errors import InputError
from components.shared.registry.client import RegistryClient
from components.shared.step import step_body


class Registry:
    """A registry, and what it keeps of one run."""

    def __init__(self, url: str, run_id: str) -> None:
        self.url = url
        self.run_id = run_id

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/api/model_registry/v1alpha3/{path}") as answer:  # noqa: S310
            return json.load(answer)

    @property
    def run(self) -> dict[str, Any]:
        """The run, its properties as plain texts."""
        (found,) = self._get(f"experiment_runs?filterQuery=name%3D%27{self.run_id}%27")["items"]
        said = {key: each["string_value"] for key, each in found["customProperties"].items()}
        return {**found, **said}

    @property
    def logged(self) -> dict[str, Any]:
        """What was logged to it: value or digest by name."""
        path = f"experiment_runs/{self.run['id']}/artifacts?pageSize=100"
        return {x["name"]: x.get("value", x.get("digest")) for x in self._get(path)["items"]}


@pytest.fixture
def kept(registry_url: str, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The environment of a step in a cluster, with a registry."""
    run_id = str(uuid.uuid4())
    monkeypatch.setenv("REGISTRY_URL", registry_url)
    monkeypatch.setenv("KFP_TABULAR_RUN_ID", run_id)
    monkeypatch.setenv("KFP_TABULAR_PIPELINE", "training")
    return Registry(registry_url, run_id)


def step(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make this process look like the one of a step."""
    monkeypatch.setattr(sys, "argv", ["executor_main.py", "--function_to_execute", name])


def test_steps_join_one_run(kept: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first step begins the run, later ones add to it, the last one ends it."""
    step(monkeypatch, "ingest_table")
    with step_body() as run:
        run.log_data("ab" * 32, "s3://tables/x.csv")
    assert (kept.run["status"], kept.run["at"]) == ("RUNNING", "ingest_table")
    step(monkeypatch, "register_model")
    with step_body() as run:
        run.log_metrics({"roc_auc": 0.75, "lift": float("inf")})
        run.finished("registered churn version 4", "churn@4")
    found = kept.run
    assert (found["status"], found["place"], found["version"]) == ("FINISHED", "cluster", "churn@4")
    assert kept.logged == {"ingest_table": "ab" * 32, "roc_auc": 0.75}


@pytest.mark.parametrize("error", [InputError("no such column"), ZeroDivisionError("by zero")])
def test_a_step_that_fails_says_why(
    kept: Registry, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The run fails with the name of the step and its own message, a defect of ours too."""
    step(monkeypatch, "validate_table")
    with pytest.raises((SystemExit, ZeroDivisionError)), step_body():
        raise error
    found = kept.run
    assert (found["status"], found["step"]) == ("FAILED", "validate_table")
    assert str(error) in found["outcome"]


def test_a_registry_that_is_away_fails_no_step(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The step runs, and its log says once that nothing is kept."""
    monkeypatch.setenv("REGISTRY_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("KFP_TABULAR_RUN_ID", "run")
    with step_body() as run:
        run.log_metrics({"a": 1.0})
        run.finished("fine")
    assert capsys.readouterr().out.count("note: the registry does not keep this run") == 1


def test_a_step_of_no_run_asks_no_registry(
    registry_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no run is named, as on a laptop, the step tells nothing."""
    monkeypatch.setenv("REGISTRY_URL", registry_url)
    monkeypatch.delenv("KFP_TABULAR_RUN_ID", raising=False)
    with step_body() as run:
        run.finished("fine")
    assert capsys.readouterr().out == ""


def test_a_run_that_goes_on_is_found_and_ended(
    kept: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends a run from outside finds it by its id alone, as long as it goes on."""
    step(monkeypatch, "train_model")
    with step_body():
        pass
    with RegistryClient(kept.url) as client:
        run = client.find_run(kept.run_id)
        assert run is not None
        run.end("KILLED", outcome="ended by ada")
        assert client.find_run(kept.run_id) is None
    found = kept.run
    assert (found["status"], found["outcome"]) == ("KILLED", "ended by ada")
    assert found["at"] == "train_model"
