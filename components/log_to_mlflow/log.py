"""Log a run to an MLflow server: what was measured, the model, and its version."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from components.shared.reports.notes import Note
from components.shared.tracking.clients import (
    LoggedRun,
    client_installed,
    not_logged,
    variables_set,
    without_credentials,
)
from components.shared.tracking.tracked_run import RunFiles, TrackedRun, Wish, tracked_run

if TYPE_CHECKING:
    from components.log_to_mlflow.server import Told

URI_VARIABLE: Final = "MLFLOW_TRACKING_URI"
EXPERIMENT_VARIABLE: Final = "MLFLOW_EXPERIMENT_NAME"


@dataclass(frozen=True)
class Logged(LoggedRun):
    """What an MLflow server has of a run.

    Attributes:
        known: Whether a version of the same bytes was there.
    """

    known: bool = False


def log_to_mlflow(
    model: str | Path,
    evaluation: str | Path,
    report: str | Path,
    model_name: str,
    *,
    comparison: str | Path | None = None,
    promote: bool = False,
    experiment: str | None = None,
    lineage: Mapping[str, str | None] | None = None,
) -> Logged:
    """Log a run: parameters, metrics, plots, reports, tags, the model, and a version of it.

    The server is the one that `MLFLOW_TRACKING_URI` names; without it nothing is logged, and the
    result says so. What is repeated, as by a retry, makes no second run, and the same bytes no
    second version. Where `MLFLOW_RUN_ID` is set, that run is added to.

    Args:
        model: Folder that `train_model` wrote.
        evaluation: JSON file that `evaluate_model` wrote.
        report: HTML file that `evaluate_model` wrote.
        model_name: Name of the registered model.
        comparison: JSON file that `compare_with_champion` wrote: a model that it refused is
            logged, and not registered. None: it is registered.
        promote: Give the version the alias `champion` besides `challenger`.
        experiment: Name of the experiment; None: `MLFLOW_EXPERIMENT_NAME`, or the model's name.
        lineage: Where the run comes from, by name, such as `kfp_run`.

    Raises:
        InputError: MLflow's client is not installed, or a file is none of this version's.
        DigestMismatchError: The model is not the one that was evaluated.
        TrackingError: The server could not be reached, or refused.
    """
    uri = os.environ.get(URI_VARIABLE)
    if not uri:
        text = f"{URI_VARIABLE} is not set: MLflow was told nothing"
        return Logged(notes=(Note("left out", text),))
    verdict = None if comparison is None else Path(comparison)
    files = RunFiles(Path(model), Path(evaluation), Path(report), verdict)
    run = tracked_run(files, lineage or {})
    aliases = run.aliases(promote=promote)
    named = experiment or os.environ.get(EXPERIMENT_VARIABLE) or model_name
    with _environment_of_client(uri) as server:
        print(f"logging to MLflow at {server}", flush=True)
        told = _tell(run, files.model, Wish(model_name, named, aliases), server)
    return Logged(told.run_id, model_name, told.version, aliases, server, known=told.known)


def _tell(run: TrackedRun, model: Path, wish: Wish, server: str) -> "Told":
    with client_installed("MLflow", "mlflow"):
        from components.log_to_mlflow import server as mlflow_server
    try:
        return mlflow_server.tell(run, model, wish)
    except mlflow_server.REFUSALS as error:
        raise not_logged("MLflow", server, error) from error


@contextmanager
def _environment_of_client(uri: str) -> Iterator[str]:
    """Give the address without credentials, by which MLflow's client knows the server meanwhile.

    The client prints the address with a link to the run; what it is to send goes into the
    variables that it has for it. And it would tell its makers of each use.
    """
    parts, plain = urlsplit(uri), without_credentials(uri)
    wanted = {URI_VARIABLE: plain, "MLFLOW_DISABLE_TELEMETRY": "true"}
    if parts.username is not None:
        wanted["MLFLOW_TRACKING_USERNAME"] = unquote(parts.username)
        wanted["MLFLOW_TRACKING_PASSWORD"] = unquote(parts.password or "")
    with variables_set(wanted):
        yield plain
