"""The arguments of a run: what the user gave, and what is filled in."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pipelines.command_line.options import given_arguments
from pipelines.errors import UsageError

FILLED_IN: Final = {"model_name"}
"""Inputs that `filled_in` names when the user does not."""

SOURCES: Final = {"source", "curated_schema"}
"""Inputs that name a file or an address."""

LONGEST_MODEL_NAME: Final = 255


def filled_in(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, the model named after its source, and the commit of this folder.

    Raises:
        UsageError: the registry takes no model of the name, which would show after the training.
    """
    arguments = given_arguments(values)
    arguments.setdefault("model_name", _name_of(arguments["source"]))
    _check_model_name(arguments["model_name"])
    if commit := _git_commit():
        arguments.setdefault("git_commit", commit)
    return arguments


def reachable_from_cluster(arguments: Mapping[str, Any]) -> None:
    """Refuse a source that only this machine can read.

    Raises:
        UsageError: it is a path or a `file://` URL.
    """
    for name in SOURCES & arguments.keys():
        option, source = f"--{name.replace('_', '-')}", str(arguments[name])
        if urlsplit(source).scheme in ("", "file"):
            raise UsageError(
                f"{option} {source} is a file on this machine, and the steps run in the cluster: "
                "upload it to a store that they can read and name it as s3://bucket/key or "
                f"https://…, or train here with: kfp-tabular run training {option} {source}"
            )


def _check_model_name(name: str) -> None:
    if not name.strip() or "/" in name or len(name) > LONGEST_MODEL_NAME:
        raise UsageError(
            f"--model-name {name!r} is no name of a model: it has 1 to {LONGEST_MODEL_NAME} "
            "characters, none of them a '/'"
        )


def _name_of(source: str) -> str:
    return Path(urlsplit(source).path).name.split(".")[0] or "model"


def _git_commit() -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run(  # noqa: S603
        [git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None
