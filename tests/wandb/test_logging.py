"""`log_to_wandb` with W&B's own client, read back by W&B's own program."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.log_to_wandb.log import log_to_wandb
from components.shared.digests import folder_digest
from components.shared.errors import InputError, TrackingError
from components.shared.evaluation.records import EvaluationRecord
from components.shared.reports.notes import NOTES
from components.shared.tracking.clients import LoggedRun
from tests.environments import call
from tests.mlflow.conftest import Evaluated
from tests.registry_service.running import free_port

SECRET_SOURCE = "https://tables.example.com/strikes.csv?token=unguessable"
Log = Callable[..., LoggedRun]


@pytest.fixture(name="log")
def logged_here(evaluated: Evaluated, tmp_path: Path) -> Log:
    """Logs the evaluated model of a KFP run."""

    def log(kfp_run: str | None = "kfp-1", **changes: Any) -> LoggedRun:
        given: dict[str, Any] = {"comparison": evaluated.comparison, "promote": True, **changes}
        folder = given.pop("folder", tmp_path / "logged")
        lineage = {"kfp_run": kfp_run, "source": SECRET_SOURCE}
        return log_to_wandb(
            *(evaluated.model, evaluated.evaluation, evaluated.report, folder, "bird strikes"),
            lineage=lineage,
            **given,
        )

    return log


@pytest.fixture(name="offline")
def offline_mode(client: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """W&B keeps runs on this machine, and has no key."""
    monkeypatch.setenv("WANDB_MODE", "offline")


Records = list[dict[str, Any]]
Read = Callable[[Path], Records]


@pytest.fixture(name="read")
def reading_program(program: Path) -> Read:
    """Returns the records of the only run below a folder, as W&B's program reads them."""

    def read(folder: Path) -> Records:
        (path,) = folder.glob("wandb/offline-run-*/*.wandb")
        lines = call([str(program), "leet", "inspect", "--json", str(path)]).splitlines()
        return [json.loads(line) for line in lines]

    return read


def _of(records: Records, kind: str) -> list[dict[str, Any]]:
    return [record[kind] for record in records if record["type"] == kind]


@pytest.mark.usefixtures("offline")
def test_a_run_is_read_back_by_its_own_program(
    log: Log, read: Read, evaluated: Evaluated, tmp_path: Path
) -> None:
    """Figures, how the model was made, plots, reports and the model are in W&B's file."""
    logged = log()
    kept = read(tmp_path / "logged")
    (run,) = _of(kept, "run")
    assert (run["run_id"], run["project"]) == (logged.run_id, "bird-strikes")
    config = run["config"]["update"]
    assert config["hyperparameter"] == {"max_iter": 5}
    assert config["lineage"]["model_digest"] == folder_digest(evaluated.model)
    assert config["lineage"]["source"] == "https://tables.example.com/strikes.csv"
    measured = EvaluationRecord.parse(evaluated.evaluation.read_text("utf-8")).metrics["roc_auc"]
    (history,) = _of(kept, "history")
    assert history["item"]["roc_auc"] == measured.value
    assert history["item"]["roc_auc_low"] == measured.low
    files = {each["path"] for files in _of(kept, "files") for each in files["files"]}
    plain = {re.sub(r"_0_[0-9a-f]+", "", path) for path in files}
    assert plain == {
        *("media/images/confusion_matrix.png", "media/images/feature_importance.png"),
        *("media/html/report/evaluation.html", "reports/evaluation.json"),
        "reports/comparison.json",
    }
    (artifact,) = _of(kept, "artifact")
    assert (artifact["name"], artifact["type"]) == (logged.model_name, "model")
    assert {*artifact["aliases"]} == {"challenger", "champion", "latest"}
    told = {each["path"] for each in artifact["manifest"]["contents"]}
    assert told == {path.name for path in evaluated.model.iterdir()}


@pytest.mark.usefixtures("offline")
def test_a_repeated_step_is_the_same_run(log: Log, tmp_path: Path) -> None:
    """Its id is made of the KFP run and the model; another KFP run is another run."""
    first, again = log("kfp-1"), log("kfp-1", folder=tmp_path / "again")
    other = log("kfp-2", folder=tmp_path / "other")
    assert first.run_id == again.run_id != other.run_id


@pytest.mark.usefixtures("offline")
def test_nothing_of_the_process_or_of_a_source_is_told(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command of a step, which has its inputs, and the query of an address stay here."""
    monkeypatch.setattr(sys, "argv", ["step", "--executor_input", "inputs-of-the-step"])
    log()
    for path in (tmp_path / "logged").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"inputs-of-the-step" not in content, path
            assert b"unguessable" not in content, path


@pytest.mark.usefixtures("offline")
def test_a_refused_model_has_a_name_of_its_own(
    log: Log, evaluated: Evaluated, tmp_path: Path
) -> None:
    """No alias of the model's name leads to it, not even W&B's `latest`."""
    logged = log(comparison=evaluated.refused(tmp_path))
    assert (logged.model_name, logged.aliases) == ("bird-strikes-refused", ())


def test_without_a_key_nothing_is_logged_and_that_is_said(log: Log) -> None:
    """The step ends well, and its note names the variable."""
    logged = log()
    assert logged.run_id is None
    assert "WANDB_API_KEY is not set" in logged.metadata()[NOTES][0]["text"]


@pytest.mark.usefixtures("client")
def test_a_server_that_is_down_is_said(
    log: Log, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The error names the server, without credentials, and what to do; the key is nowhere."""
    import wandb

    wandb.teardown()  # it reads its variables once
    address = f"127.0.0.1:{free_port()}"
    key = "k" * 40
    monkeypatch.setenv("WANDB_BASE_URL", f"http://{address}")
    monkeypatch.setenv("WANDB_API_KEY", key)
    monkeypatch.setenv("WANDB_INIT_TIMEOUT", "2")
    with pytest.raises(TrackingError) as raised:
        log()
    assert f"could not log to W&B at http://{address}" in str(raised.value)
    assert key not in str(raised.value) + "".join(capfd.readouterr())


def test_a_client_that_is_not_installed_is_named(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """One error says what to install."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setitem(sys.modules, "wandb", None)
    monkeypatch.delitem(sys.modules, "components.log_to_wandb.client", raising=False)
    monkeypatch.delattr("components.log_to_wandb.client", raising=False)
    with pytest.raises(InputError, match=r"pip install 'kfp-tabular\[wandb\]'"):
        log()
