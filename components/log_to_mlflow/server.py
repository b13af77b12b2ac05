"""An MLflow server, told of a run through MLflow's own client."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZipFile

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from requests.exceptions import RequestException

from components.shared.tracking.tracked_run import TrackedRun, Wish

REFUSALS: Final = (MlflowException, RequestException)
MODEL: Final = "model"
PREFIX: Final = "kfp_tabular."
"""Keeps parameters and tags apart from those that others log of the same run."""

RUN_TAG: Final = f"{PREFIX}kfp_run"
DIGEST_TAG: Final = f"{PREFIX}model_digest"
DONE_TAG: Final = f"{PREFIX}model_logged"
LOADER: Final = "python_function"
ATTACHED: Final = "MLFLOW_RUN_ID"
"""KFP's own plugin sets it to the run that it began."""


@dataclass(frozen=True)
class Told:
    """What the server has.

    Attributes:
        run_id: The run.
        version: The registered version; None where none was wished for.
        known: Whether it was there before.
    """

    run_id: str
    version: str | None
    known: bool


def tell(run: TrackedRun, model: Path, wish: Wish) -> Told:
    """Log a run and its model, and register the model where aliases are wished for.

    Raises:
        MlflowException: The server refused, or could not be reached.
    """
    client = MlflowClient()
    attached = os.environ.get(ATTACHED)
    if attached:
        begun: str | None = attached
        mlflow.set_experiment(experiment_id=client.get_run(attached).info.experiment_id)
    else:
        experiment = mlflow.set_experiment(wish.experiment).experiment_id
        begun = _earlier_run(client, experiment, run)
    name = None if begun else f"{wish.model_name} {run.digest[:12]}"
    with mlflow.start_run(run_id=begun, run_name=name) as active:
        run_id = str(active.info.run_id)
        model_uri = _log_all(client, run_id, run, model)
    if attached:
        # Whoever began it ends it.
        client.update_run(run_id, "RUNNING")
    if not wish.aliases:
        return Told(run_id, None, known=False)
    version, known = _version(client, run, model_uri, wish.model_name)
    for alias in wish.aliases:
        client.set_registered_model_alias(wish.model_name, alias, version)
    return Told(run_id, version, known)


def _log_all(client: MlflowClient, run_id: str, run: TrackedRun, model: Path) -> str:
    """Log what the run does not have yet; return the address of the model."""
    there = client.get_run(run_id).data.tags
    now = time.time_ns() // 1_000_000
    if there.get(DIGEST_TAG) != run.digest:
        client.log_batch(
            run_id,
            metrics=[Metric(name, value, now, 0) for name, value in run.metrics.items()],
            params=[Param(PREFIX + name, str(value)) for name, value in run.parameters.items()],
            tags=[RunTag(PREFIX + name, value) for name, value in run.tags.items()],
        )
    if DONE_TAG in there:
        return str(there[DONE_TAG])
    _log_files(client, run_id, run)
    model_uri = _log_model(model)
    client.set_tag(run_id, DONE_TAG, model_uri)
    return model_uri


def _earlier_run(client: MlflowClient, experiment: str, run: TrackedRun) -> str | None:
    """Return the run that an earlier attempt of the same KFP run with the same model began."""
    if run.kfp_run is None:
        return None
    wanted = {RUN_TAG: run.kfp_run, DIGEST_TAG: run.digest}
    found = client.search_runs([experiment], _all_of(wanted), max_results=1)
    return str(found[0].info.run_id) if found else None


def _log_files(client: MlflowClient, run_id: str, run: TrackedRun) -> None:
    with TemporaryDirectory() as folder:
        for path, content in run.files.items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        client.log_artifacts(run_id, folder)


def _log_model(folder: Path) -> str:
    """Log the model folder as it is, with the code that loads it; return its address."""
    described = Model.load(str(folder))
    flavour: dict[str, Any] = described.flavors[LOADER]
    loader = str(flavour["loader_module"])
    example = json.loads((folder / "input_example.json").read_text("utf-8"))
    with TemporaryDirectory() as beside:
        ZipFile(folder / flavour["code"]).extractall(beside)
        info = mlflow.pyfunc.log_model(
            name=MODEL,
            loader_module=loader,
            data_path=str(folder),
            code_paths=[str(Path(beside) / loader.partition(".")[0])],
            signature=described.signature,
            input_example=_frame(example),
            pip_requirements=(folder / "requirements.txt").read_text("utf-8").splitlines(),
        )
    return str(info.model_uri)


def _frame(example: dict[str, Any]) -> Any:
    import pandas as pd

    return pd.DataFrame(example["data"], columns=example["columns"])


def _version(client: MlflowClient, run: TrackedRun, model: str, name: str) -> tuple[str, bool]:
    """Return the version of these bytes, and whether it was there; else one is made."""
    known = f"name = {_quoted(name)} and {_all_of({DIGEST_TAG: run.digest})}"
    if found := client.search_model_versions(known, max_results=1):
        return str(found[0].version), True
    made = mlflow.register_model(model, name, tags={DIGEST_TAG: run.digest})
    return str(made.version), False


def _all_of(tags: dict[str, str]) -> str:
    return " and ".join(f"tags.`{name}` = {_quoted(value)}" for name, value in tags.items())


def _quoted(text: str) -> str:
    """Return a text as filters have it; MLflow's have no way to quote both kinds of quotes."""
    return f'"{text}"' if "'" in text else f"'{text}'"
