"""`log_to_mlflow` against an MLflow server that runs."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from components.log_to_mlflow.log import Logged, log_to_mlflow
from components.shared.digests import folder_digest
from components.shared.errors import InputError, TrackingError
from components.shared.evaluation.records import EvaluationRecord
from tests.environments import call
from tests.mlflow.conftest import Evaluated, Example
from tests.mlflow.programs import mlflow_program
from tests.registry_service.running import free_port

LOAD = """
import json, sys, mlflow, pandas as pd, polars as pl
mlflow.set_tracking_uri(sys.argv[3])
rows = pd.DataFrame(pl.read_parquet(sys.argv[2]).to_dict(as_series=False))
model = mlflow.pyfunc.load_model(sys.argv[1])
probable = model.predict(rows, params={"predict_method": "predict_proba"})
print(json.dumps(probable.to_numpy().tolist()))
"""

CREDENTIALS = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD")
Log = Callable[..., Logged]


@pytest.fixture(name="client")
def client_of_the_server(server: str, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """The server, named to steps by their environment."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.replace("://", "://user:secret@"))
    for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_NAME", *CREDENTIALS):
        monkeypatch.delenv(name, raising=False)
    return MlflowClient(server)


@pytest.fixture(name="log")
def logging_step(evaluated: Evaluated) -> Log:
    """The step, with what one run left."""

    def log(name: str, run: str, **wish: Any) -> Logged:
        comparison = wish.pop("comparison", evaluated.comparison)
        lineage = {"kfp_run": run, "source": "https://tables.example.com/strikes.csv?signature=abc"}
        return log_to_mlflow(
            *(evaluated.model, evaluated.evaluation, evaluated.report, name),
            comparison=comparison,
            lineage=lineage,
            **wish,
        )

    return log


def test_a_run_is_logged_whole(
    client: MlflowClient, log: Log, evaluated: Evaluated, capsys: pytest.CaptureFixture[str]
) -> None:
    """Parameters, metrics, tags, plots and reports are in the run, and no credential is told."""
    logged = log("whole", "kfp-1", promote=True)
    run = client.get_run(str(logged.run_id))
    figures = EvaluationRecord.parse(evaluated.evaluation.read_text("utf-8"))
    assert run.info.status == "FINISHED"
    assert run.data.params["kfp_tabular.estimator"] == "hist_gradient_boosting"
    assert run.data.params["kfp_tabular.hyperparameter.max_iter"] == "5"
    assert all(name.startswith("kfp_tabular.") for name in run.data.params)
    assert run.data.metrics["roc_auc"] == figures.metrics["roc_auc"].value
    assert run.data.metrics["roc_auc.low"] == figures.metrics["roc_auc"].low
    tags = run.data.tags
    assert tags["kfp_tabular.model_digest"] == folder_digest(evaluated.model)
    assert (tags["kfp_tabular.kfp_run"], tags["kfp_tabular.approved"]) == ("kfp-1", "true")
    assert tags["kfp_tabular.source"] == "https://tables.example.com/strikes.csv"
    names = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert names >= {"confusion_matrix.png", "feature_importance.png", "reports"}
    picture = client.download_artifacts(run.info.run_id, "confusion_matrix.png")
    assert Path(picture).read_bytes().startswith(b"\x89PNG")
    assert "secret" not in json.dumps(logged.metadata()) + "".join(capsys.readouterr())
    assert not set(CREDENTIALS) & set(os.environ)


def test_the_logged_model_predicts_as_ours(
    client: MlflowClient, server: str, log: Log, strikes: Example, tmp_path: Path
) -> None:
    """From the server it loads by alias where this package is not installed, to the last digit."""
    logged = log("loaded", "kfp-1", promote=True)
    model = client.get_registered_model("loaded")
    assert model.aliases == dict.fromkeys(logged.aliases, logged.version)
    rows = str(strikes.folder / "rows.parquet")
    program = [mlflow_program("python"), "-c", LOAD, "models:/loaded@champion", rows, server]
    told = call(program, tmp_path)
    assert json.loads(told) == strikes.loaded.pipeline.predict_proba(strikes.rows).tolist()


def test_a_repeated_step_makes_nothing_twice(client: MlflowClient, log: Log) -> None:
    """The same KFP run is one run there, and the same bytes of another run are one version."""
    first, again, other = log("twice", "kfp-1"), log("twice", "kfp-1"), log("twice", "kfp-2")
    assert (again.run_id, again.version, again.known) == (first.run_id, first.version, True)
    assert other.run_id != first.run_id
    assert (other.version, other.known) == (first.version, True)
    assert len(client.search_model_versions("name = 'twice'")) == 1
    history = client.get_metric_history(str(first.run_id), "roc_auc")
    assert len(history) == 1


def test_a_refused_model_is_logged_and_not_registered(
    client: MlflowClient, log: Log, evaluated: Evaluated, tmp_path: Path
) -> None:
    """Its figures can be compared with others, and no alias leads to it."""
    logged = log("refused", "kfp-1", comparison=evaluated.refused(tmp_path))
    assert client.get_run(str(logged.run_id)).data.tags["kfp_tabular.approved"] == "false"
    assert (logged.version, logged.aliases) == (None, ())
    assert client.search_registered_models("name = 'refused'") == []


def test_a_run_that_kfp_began_is_added_to(
    client: MlflowClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run of MLFLOW_RUN_ID keeps what is in it, gets ours besides, and is not ended."""
    experiment = client.create_experiment("of kfp")
    begun = client.create_run(experiment)
    client.log_param(begun.info.run_id, "estimator", '"of another"')
    monkeypatch.setenv("MLFLOW_RUN_ID", begun.info.run_id)
    logged = log("attached", "kfp-1")
    run = client.get_run(begun.info.run_id)
    assert logged.run_id == begun.info.run_id
    assert run.data.params["estimator"] == '"of another"'
    assert run.data.params["kfp_tabular.estimator"] == "hist_gradient_boosting"
    assert run.info.status == "RUNNING"


def test_without_an_address_nothing_is_logged_and_that_is_said(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step ends well, and its note names the variable."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    logged = log("off", "kfp-1")
    assert logged.run_id is None
    assert "MLFLOW_TRACKING_URI is not set" in logged.metadata()["notes"][0]["text"]


def test_a_server_that_is_down_is_said(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the server, without credentials, and what to do."""
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://user:secret@{address}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError) as raised:
        log("down", "kfp-1")
    assert f"could not log to MLflow at http://{address}" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_client_that_is_not_installed_is_named(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """One error says what to install."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "mlflow", None)
    monkeypatch.delitem(sys.modules, "components.log_to_mlflow.server", raising=False)
    monkeypatch.delattr("components.log_to_mlflow.server", raising=False)
    with pytest.raises(InputError, match=r"pip install 'kfp-tabular\[mlflow\]'"):
        log("absent", "kfp-1")
