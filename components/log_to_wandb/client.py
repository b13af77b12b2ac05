"""Weights & Biases, told of a run through its own client."""

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import wandb
from PIL import Image
from wandb.errors import Error

from components.shared.tracking.tracked_run import TrackedRun, Wish

REFUSALS: Final = (Error, TimeoutError)
REFUSED: Final = "-refused"
"""Ends the name of an artifact that nobody should take, as W&B gives the newest of each name the
alias `latest`."""

LONGEST_NAME: Final = 128
SECONDS_TO_SEND: Final = 20 * 60.0


@dataclass(frozen=True)
class Told:
    """What W&B has.

    Attributes:
        run_id: The run.
        artifact: Name of the artifact of the model.
        version: Its version; None where W&B is offline.
        folder: Where the run is on this machine.
    """

    run_id: str
    artifact: str
    version: str | None
    folder: str


def tell(run: TrackedRun, model: Path, wish: Wish, folder: Path) -> Told:
    """Log a run and its model.

    Args:
        run: What there is to tell.
        model: The model folder.
        wish: How it is to be logged.
        folder: Where the client keeps what it sends.

    Raises:
        Error: The server refused, or could not be reached.
        TimeoutError: It did not take all that there is within 20 minutes.
    """
    name = _name(wish.model_name, "" if wish.aliases else REFUSED)
    artifact = wandb.Artifact(name, "model", metadata=dict(run.tags))
    # Its bytes are where they stay: W&B need not copy them before it sends them.
    artifact.add_dir(str(model), policy="immutable", skip_cache=True)
    with wandb.init(
        project=_name(wish.experiment),
        id=_run_id(run),
        name=f"{wish.model_name} {run.digest[:12]}",
        config=_nested({**run.parameters, **{f"lineage.{n}": v for n, v in run.tags.items()}}),
        dir=str(folder),
        resume="allow",
        settings=_settings(),
    ) as active:
        metrics = {name.replace(".", "_"): value for name, value in run.metrics.items()}
        if active.step == 0:  # a repeated step finds them there
            active.log(metrics | _media(run.files))
        _save(active, run.files)
        logged = active.log_artifact(artifact, aliases=list(wish.aliases))
        version = None if active.offline else str(logged.wait().version)
    return Told(str(active.id), name, version, str(Path(active.dir).parent))


def _settings() -> wandb.Settings:
    """Return settings that send what the run is, and nothing of the process that tells it.

    The command of a step has its inputs in it, addresses among them.
    """
    return wandb.Settings(
        console="off",
        disable_code=True,
        disable_git=True,
        disable_job_creation=True,
        finish_timeout=SECONDS_TO_SEND,
        finish_timeout_raises=True,
        quiet=True,
        x_disable_meta=True,
        x_disable_stats=True,
        x_save_requirements=False,
    )


def _run_id(run: TrackedRun) -> str | None:
    """Return an id of the KFP run and the model; None lets W&B make one."""
    if run.kfp_run is None:
        return None
    return hashlib.sha256(f"{run.kfp_run}\n{run.digest}".encode()).hexdigest()[:16]


def _media(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return plots and report as W&B shows them on the page of the run."""
    shown: dict[str, Any] = {}
    for path, content in files.items():
        name, _, ending = Path(path).name.rpartition(".")
        if ending == "png":
            shown[name] = wandb.Image(Image.open(io.BytesIO(content)))
        elif ending == "html":
            shown[f"report/{name}"] = wandb.Html(content.decode("utf-8"), inject=False)
    return shown


def _save(active: wandb.Run, files: Mapping[str, bytes]) -> None:
    """Put the records of the steps among the files of the run."""
    for path, content in files.items():
        if path.endswith(".json"):
            target = Path(active.dir) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            active.save(target, base_path=active.dir, policy="now")


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return names with dots as records in records, as W&B shows a config."""
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        *above, last = name.split(".")
        place = nested
        for each in above:
            place = place.setdefault(each, {})
        place[last] = value
    return nested


def _name(name: str, ending: str = "") -> str:
    """Return a name that W&B takes for a project or an artifact: letters, digits, `-`, `_`, `.`."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "-", name)
    return plain[: LONGEST_NAME - len(ending)] + ending
