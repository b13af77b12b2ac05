"""Log a run to Weights & Biases: what was measured, the plots, the model."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

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
    from components.log_to_wandb.client import Told

KEY_VARIABLE: Final = "WANDB_API_KEY"
MODE_VARIABLE: Final = "WANDB_MODE"
PROJECT_VARIABLE: Final = "WANDB_PROJECT"
SERVER_VARIABLE: Final = "WANDB_BASE_URL"
SERVER: Final = "https://api.wandb.ai"
OFFLINE: Final = "offline"
OFF: Final = frozenset({"disabled", "dryrun"})


def log_to_wandb(
    model: str | Path,
    evaluation: str | Path,
    report: str | Path,
    offline_folder: str | Path,
    model_name: str,
    *,
    comparison: str | Path | None = None,
    promote: bool = False,
    project: str | None = None,
    lineage: Mapping[str, str | None] | None = None,
) -> LoggedRun:
    """Log a run: config, metrics, plots, reports, and the model as an artifact.

    The key is that of `WANDB_API_KEY`; without it nothing is logged, and the result says so. Where
    `WANDB_MODE` is `offline`, no key is needed and nothing is sent. What is repeated, as by a
    retry, makes no second run.

    Args:
        model: Folder that `train_model` wrote.
        evaluation: JSON file that `evaluate_model` wrote.
        report: HTML file that `evaluate_model` wrote.
        offline_folder: Folder for what `wandb sync` is to send, where W&B is offline.
        model_name: Name of the artifact of the model.
        comparison: JSON file that `compare_with_champion` wrote: a model that it refused is
            logged under a name of its own. None: the model counts as approved.
        promote: Give the version the alias `champion` besides `challenger`.
        project: Name of the project; None: `WANDB_PROJECT`, or the model's name.
        lineage: Where the run comes from, by name, such as `kfp_run`.

    Raises:
        InputError: W&B's client is not installed, or a file is none of this version's.
        DigestMismatchError: The model is not the one that was evaluated.
        TrackingError: The server could not be reached, or refused.
    """
    offline = os.environ.get(MODE_VARIABLE, "").lower() == OFFLINE
    if reason := _reason_to_leave_out(offline):
        return LoggedRun(notes=(Note("left out", f"{reason}: W&B was told nothing"),))
    verdict = None if comparison is None else Path(comparison)
    files = RunFiles(Path(model), Path(evaluation), Path(report), verdict)
    run = tracked_run(files, lineage or {})
    named = project or os.environ.get(PROJECT_VARIABLE) or model_name
    wish = Wish(model_name, named, run.aliases(promote=promote))
    server = OFFLINE if offline else without_credentials(os.environ.get(SERVER_VARIABLE, SERVER))
    print(f"logging to W&B at {server}", flush=True)
    # It would tell its makers of its own errors.
    quiet = {"WANDB_ERROR_REPORTING": "false"}
    with TemporaryDirectory() as scratch, variables_set(quiet):
        folder = Path(offline_folder) if offline else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        told = _tell(run, files, wish, folder, server)
    notes: tuple[Note, ...] = ()
    if offline:
        kept = Path(told.folder)
        kept = kept.relative_to(Path.cwd()) if kept.is_relative_to(Path.cwd()) else kept
        sent_by = f"nothing was sent to W&B, which is offline: wandb sync {kept} sends it"
        notes = (Note("left out", sent_by),)
    return LoggedRun(told.run_id, told.artifact, told.version, wish.aliases, server, notes)


def _reason_to_leave_out(offline: bool) -> str | None:
    if os.environ.get(MODE_VARIABLE, "").lower() in OFF:
        return f"{MODE_VARIABLE} is {os.environ[MODE_VARIABLE]}"
    if not offline and not os.environ.get(KEY_VARIABLE):
        return f"{KEY_VARIABLE} is not set"
    return None


def _tell(run: TrackedRun, files: RunFiles, wish: Wish, folder: Path, server: str) -> "Told":
    with client_installed("W&B", "wandb"):
        from components.log_to_wandb import client
    try:
        return client.tell(run, files.model, wish, folder)
    except client.REFUSALS as error:
        raise not_logged("W&B", server, error) from error
