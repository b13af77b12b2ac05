"""Runs of this machine are kept in a real registry, and never fail for want of one."""

import json
import urllib.request
from typing import Any

import pytest

from pipelines.definition.outputs import RunOutputs, StepOutputs
from pipelines.errors import StepFailedError
from pipelines.local.tracking import tracked

TABLE = {"digest": "ab" * 32, "source": "my.csv", "rows": 3}
OUTPUTS = RunOutputs(
    {
        "ingest_table": StepOutputs(metadata={"table": TABLE}),
        "evaluate_model": StepOutputs(metadata={"metrics": {"roc_auc": 0.75, "f1": float("nan")}}),
        "register_model": StepOutputs(
            metadata={"registered": {"model_name": "churn", "version": "4"}}
        ),
    },
    lambda uri: None,
)


@pytest.fixture
def warnings(registry_url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is said of the tracking, with a registry in the environment."""
    monkeypatch.setenv("REGISTRY_URL", registry_url)
    return []


def kept(url: str, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a registry keeps of a run: the run, and what was logged by its name."""

    def get(path: str) -> Any:
        with urllib.request.urlopen(f"{url}/api/model_registry/v1alpha3/{path}") as answer:  # noqa: S310
            return json.load(answer)

    runs = get(f"experiment_runs?filterQuery=name%20%3D%20%27{name}%27")["items"]
    (run,) = runs
    logged = get(f"experiment_runs/{run['id']}/artifacts?pageSize=100")["items"]
    properties = {key: each["string_value"] for key, each in run["customProperties"].items()}
    return run | {"said": properties}, {item["name"]: item for item in logged}


def test_a_run_is_kept_from_its_start_to_its_end(registry_url: str, warnings: list[str]) -> None:
    """Arguments are kept as it begins; metrics, data, the version and the outcome as it ends."""
    arguments = {"source": "my.csv", "seed": 42, "promote": True, "drop_columns": ["a"]}
    with tracked("training", "kept-1", arguments, warnings.append) as ended:
        assert kept(registry_url, "kept-1")[0]["status"] == "RUNNING"
        ended(OUTPUTS, "registered churn version 4")
    run, logged = kept(registry_url, "kept-1")
    assert run["status"] == "FINISHED"
    assert int(run["endTimeSinceEpoch"]) >= int(run["startTimeSinceEpoch"])
    assert run["said"]["version"] == "churn@4"
    assert run["said"]["outcome"] == "registered churn version 4"
    assert run["said"]["place"] == "local"
    assert (logged["seed"]["value"], logged["seed"]["parameterType"]) == ("42", "number")
    assert (logged["promote"]["value"], logged["promote"]["parameterType"]) == ("true", "boolean")
    assert logged["drop_columns"]["value"] == "['a']"
    assert logged["roc_auc"]["value"] == 0.75
    assert "f1" not in logged
    assert logged["ingest_table"]["digest"] == TABLE["digest"]
    assert warnings == []


def test_a_failed_run_tells_its_step_and_why(registry_url: str, warnings: list[str]) -> None:
    """The step that failed and its own message are kept, and the error goes on."""
    with (
        pytest.raises(StepFailedError),
        tracked("training", "failed-1", {}, warnings.append),
    ):
        raise StepFailedError("validate_table", "3 violations", "run.log", 2)
    run, _ = kept(registry_url, "failed-1")
    assert run["status"] == "FAILED"
    assert (run["said"]["step"], run["said"]["outcome"]) == ("validate_table", "3 violations")


def test_an_interrupted_run_is_killed(registry_url: str, warnings: list[str]) -> None:
    """Ctrl-C ends the run as killed."""
    with pytest.raises(KeyboardInterrupt), tracked("training", "killed-1", {}, warnings.append):
        raise KeyboardInterrupt
    assert kept(registry_url, "killed-1")[0]["status"] == "KILLED"


def test_a_registry_that_is_away_fails_no_run(
    warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that cannot be kept goes on, and says so once."""
    monkeypatch.setenv("REGISTRY_URL", "http://127.0.0.1:9")
    with tracked("training", "away-1", {"seed": 1}, warnings.append) as ended:
        ended(OUTPUTS, "fine")
    (said,) = warnings
    assert said.startswith("the registry does not keep this run: could not")
