"""Log a run to an MLflow server: what was measured, the model, and its version."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from components.shared.errors import InputError, TrackingError
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.tracking.tracked_run import RunFiles, TrackedRun, Wish, tracked_run

if TYPE_CHECKING:
    from components.log_to_mlflow.server import Told

URI_VARIABLE: Final = "MLFLOW_TRACKING_URI"
EXPERIMENT_VARIABLE: Final = "MLFLOW_EXPERIMENT_NAME"


@dataclass(frozen=True)
class Logged:
    """What an MLflow server has of a run.

    Attributes:
        run_id: The run; None where nothing was logged.
        model_name: Name of the registered model.
        version: Its version; None where none was registered.
        aliases: The aliases that point to it now.
        server: Address of the server, without credentials.
        known: Whether a version of the same bytes was there.
        notes: What the user should know.
    """

    run_id: str | None = None
    model_name: str | None = None
    version: str | None = None
    aliases: tuple[str, ...] = ()
    server: str | None = None
    known: bool = False
    notes: tuple[Note, ...] = ()

    def metadata(self) -> dict[str, Any]:
        """Return what the KFP artifact says of it."""
        told = {n: v for n, v in asdict(self).items() if v is not None and n != "aliases"}
        return told | {"aliases": list(self.aliases), NOTES: notes_metadata(self.notes)}


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
    return Logged(told.run_id, model_name, told.version, aliases, server, told.known)


def _tell(run: TrackedRun, model: Path, wish: Wish, server: str) -> "Told":
    try:
        from components.log_to_mlflow import server as mlflow_server
    except ModuleNotFoundError as error:
        if error.name != "mlflow":
            raise
        raise InputError(
            "MLflow's client is not installed, which log_to_mlflow needs: "
            "pip install 'kfp-tabular[mlflow]', or take the image kfp-tabular-mlflow."
        ) from error
    try:
        return mlflow_server.tell(run, model, wish)
    except mlflow_server.REFUSALS as error:
        raise TrackingError(
            f"could not log to MLflow at {server} ({_first_line(error)}). The model and its "
            "registration elsewhere are not touched by this: once the server answers, retry this "
            "step."
        ) from error


@contextmanager
def _environment_of_client(uri: str) -> Iterator[str]:
    """Give the address without credentials, by which MLflow's client knows the server meanwhile.

    The client prints the address with a link to the run; what it is to send goes into the
    variables that it has for it. And it would tell its makers of each use.
    """
    parts = urlsplit(uri)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    wanted = {URI_VARIABLE: plain, "MLFLOW_DISABLE_TELEMETRY": "true"}
    if parts.username is not None:
        wanted["MLFLOW_TRACKING_USERNAME"] = unquote(parts.username)
        wanted["MLFLOW_TRACKING_PASSWORD"] = unquote(parts.password or "")
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield plain
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0] if text else type(error).__name__
