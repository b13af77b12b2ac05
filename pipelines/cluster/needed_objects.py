"""What a pipeline needs in the namespace of its runs, looked for before anything is sent."""

import shutil
import subprocess
from typing import Final

from pipelines.cluster.step_environment import creation, required
from pipelines.definition.packages import PipelinePackage
from pipelines.errors import PipelineError

LONGEST_LOOK: Final = 20
KEYS: Final = "go-template={{range $key, $value := .data}}{{$key}} {{end}}"
"""The names of the keys alone: the values of a Secret are none of our business."""


class MissingObjectError(PipelineError, LookupError):
    """A step could not start, because an object or a key of it is not there."""


def look_for_objects(package: PipelinePackage, namespace: str) -> None:
    """Ask kubectl for what the steps cannot start without; a later step fails hours later.

    Whoever may not look, or has no kubectl, learns it from the step that waits.

    Raises:
        MissingObjectError: an object is not there, or lacks a key.
    """
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        return
    for (kind, name), keys in required(package).items():
        done = _get(kubectl, namespace, kind, name)
        if done.returncode and "(NotFound)" in done.stderr:
            raise MissingObjectError(
                f"namespace {namespace} has no {kind} {name}, which gives the steps "
                f"{' and '.join(keys)}\n  Make it: {creation(kind, name, namespace)}"
            )
        absent = [key for key in keys if key not in done.stdout.split()]
        if done.returncode == 0 and absent:
            raise MissingObjectError(
                f"{kind} {name} in namespace {namespace} lacks {' and '.join(absent)}\n"
                f"  Add it: kubectl -n {namespace} edit {kind.lower()} {name}"
            )


def _get(kubectl: str, namespace: str, kind: str, name: str) -> "subprocess.CompletedProcess[str]":
    patience = f"--request-timeout={LONGEST_LOOK}s"
    return subprocess.run(  # noqa: S603 - kubectl with our own arguments
        [kubectl, "-n", namespace, "get", kind.lower(), name, "-o", KEYS, patience],
        capture_output=True,
        text=True,
        check=False,
    )
