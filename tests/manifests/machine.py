"""A machine with only some tools, for the scripts of `make kind`."""

import stat
import subprocess
from pathlib import Path

from tests.manifests.rendering import copy_manifests

TOOLS = [
    *(
        "awk",
        "basename",
        "bash",
        "cat",
        "cksum",
        "cp",
        "dirname",
        "env",
        "grep",
        "head",
        "mkdir",
        "mv",
    ),
    *("ls", "mktemp", "od", "paste", "rm", "sed", "seq", "sleep", "sort", "tail", "touch", "tr"),
]
FAKES = {
    "docker": """
case "$1" in
  info) [ -z "$ENGINE_DOWN" ] || exit 1; echo "${MEMORY:-16000000000} ${CGROUPS:-2}" ;;
  image)
    case "$3" in $ABSENT_IMAGE) exit 1 ;; --format) echo "${IMAGE_ID:-sha256:first}" ;; esac ;;
esac
""",
    "kind": """
case "$1" in
  version) echo "kind v${KIND_VERSION:-0.31.0} go1.25.0 linux/amd64" ;;
  get) [ -e "$STATE/cluster" ] && echo kfp-tabular ;;
  create) touch "$STATE/cluster" ;;
  delete) rm "$STATE/cluster" ;;
esac
exit 0
""",
    "kubectl": """
[ "$1" = --context ] && shift 2
[ ! -e "$STATE/api-down" ] || { rm "$STATE/api-down"; exit 1; }
case "$1 $2" in
  "kustomize "*) [ ! -e "$STATE/no-argo" ] && echo "rendered: $2" ;;
  "get secret")
    case "$3 $4 $5" in *kubeflow*) echo "tables key" ;; *) exit 1 ;; esac ;;
  "get deployments,statefulsets") cat "$STATE/$4" 2>/dev/null || true ;;
  "get deployment") cat "$STATE/noted" 2>/dev/null || true ;;
  annotate*) echo "${6#*=}" >"$STATE/noted" ;;
  "get jobs") cat "$STATE/$4-jobs" 2>/dev/null || true ;;
  "get pods") cat "$STATE/$4-pods" 2>/dev/null || true ;;
  "get events")
    case "$6" in
      type=Warning) echo "ReplicaSet ui-5f FailedCreate exceeded quota" ;;
      *) for _ in $(seq "${EVENTS:-1}"); do echo "Warning Failed ${6#*=} has no image"; done ;;
    esac ;;
  "wait --for") [ ! -e "$STATE/node-down" ] ;;
  "logs -n") echo "[pod/$4/main] ${LOG:-cannot start}" ;;
  exec*) cat >"$STATE/uploaded" ;;
esac
""",
    "git": "exit 0",
}


def rendered_kfp(folder: Path) -> Path:
    """Make a folder with Kubeflow Pipelines as it is applied."""
    folder.mkdir(parents=True)
    for part in ("cluster-scoped-resources", "platform-agnostic"):
        (folder / f"{part}.yaml").write_text("kind: List\n", "utf-8")
    return folder


class Machine:
    """A checkout on a machine with only some tools, which record how they are called."""

    def __init__(self, folder: Path) -> None:
        self.checkout = copy_manifests(folder / "checkout")
        self.bin, self.state = folder / "bin", folder / "state"
        self.bin.mkdir()
        self.state.mkdir()
        for name in TOOLS:
            found = next(p for p in (Path("/usr/bin") / name, Path("/bin") / name) if p.exists())
            (self.bin / name).symlink_to(found)
        for name, body in FAKES.items():
            self.install(name, body)
        rendered_kfp(folder / "kfp")
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder),
            "STATE": str(self.state),
            "KFP_MANIFESTS": str(folder / "kfp"),
            "POLL": "0.05",
        }
        data = self.checkout / "data"
        data.mkdir()
        (data / "bird_strikes.csv").write_text("a,b\n1,2\n", "utf-8")

    def install(self, name: str, body: str) -> None:
        """Put a tool in place that records its arguments and then runs `body`."""
        tool = self.bin / name
        # What is there may be a link to the tool of the machine that runs the tests.
        tool.unlink(missing_ok=True)
        tool.write_text(f'#!/bin/sh\necho "{name} $*" >>"$STATE/calls"\n{body}\n', "utf-8")
        tool.chmod(stat.S_IRWXU)

    def remove(self, name: str) -> None:
        """Take a tool away."""
        (self.bin / name).unlink()

    def run(
        self, script: str, *arguments: str, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run a script of the checkout."""
        path = self.checkout / "manifests" / "kind" / script
        return subprocess.run(
            [path, *arguments],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def calls(self, tool: str) -> list[str]:
        """Return how a tool was called, and forget it."""
        record = self.state / "calls"
        lines = record.read_text("utf-8").splitlines() if record.exists() else []
        return [line for line in lines if line.startswith(f"{tool} ")]
