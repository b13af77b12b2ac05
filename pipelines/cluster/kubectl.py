"""Ask the cluster itself what KFP's API does not tell, through kubectl."""

import shutil
import subprocess
from typing import Final

LONGEST_LOOK: Final = 20
KEYS: Final = "go-template={{range $key, $value := .data}}{{$key}} {{end}}"
"""The names of the keys alone: the values of a Secret are none of our business."""
MESSAGES: Final = (
    "go-template={{range .items}}{{range $id, $node := .status.nodes}}"
    '{{if $node.message}}{{$node.message}}{{"\\n"}}{{end}}{{end}}{{end}}'
)
"""What Argo says of the nodes of workflows, a line for each that it says something of."""


def keys_of(kind: str, name: str, namespace: str) -> list[str] | None:
    """Return the names of what an object holds; None where that cannot be seen from here.

    Raises:
        LookupError: The object is not there.
    """
    done = _get(namespace, kind.lower(), name, "-o", KEYS)
    if done is None:
        return None
    if done.returncode and "(NotFound)" in done.stderr:
        raise LookupError(f"namespace {namespace} has no {kind} {name}")
    return None if done.returncode else done.stdout.split()


def said_by_argo(run_id: str, namespace: str) -> tuple[str, ...]:
    """Return what Argo says of the nodes of a run's workflow; nothing where it cannot be asked."""
    selector = ("-l", f"pipeline/runid={run_id}")
    done = _get(namespace, "workflows.argoproj.io", *selector, "-o", MESSAGES)
    lines = done.stdout.splitlines() if done and not done.returncode else []
    return tuple(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip()))


def _get(namespace: str, *arguments: str) -> "subprocess.CompletedProcess[str] | None":
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        return None
    return subprocess.run(  # noqa: S603 - kubectl with our own arguments
        [kubectl, "-n", namespace, "get", *arguments, f"--request-timeout={LONGEST_LOOK}s"],
        capture_output=True,
        text=True,
        check=False,
    )
