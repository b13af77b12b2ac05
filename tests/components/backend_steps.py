"""Steps as KFP's backend runs them: the compiled command, with what driver and launcher hand it.

The launcher keeps artifacts below `/minio`, `/s3` and `/gcs`, where kfp's executor looks for them.
A step here sees folders of the test there: it has a root directory of its own, in a namespace of
Linux that needs no privileges.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from pipelines.definition import catalog
from pipelines.definition.compiled_yaml import documents

SCHEMES: Final = {"minio": "minio", "s3": "s3", "gs": "gcs"}
"""The folder below `/` by the scheme of an artifact's address."""

NAMESPACE: Final = ("unshare", "--user", "--map-root-user", "--mount")
OWN_ROOT: Final = """
root=$1 store=$2; shift 2
mount -t tmpfs tmpfs "$root"
for each in /*; do
  if [ -L "$each" ]; then cp -a "$each" "$root$each"
  elif [ -d "$each" ]; then mkdir "$root$each"; mount --rbind "$each" "$root$each"; fi
done
for each in minio s3 gcs; do mkdir "$root/$each"; mount --bind "$store/$each" "$root/$each"; done
exec chroot "$root" "$@"
"""

Artifact = dict[str, Any]


class StepFailedError(Exception):
    """A step ended badly; the message is its output."""


@dataclass(frozen=True)
class StepResult:
    """What a step wrote for the launcher.

    Attributes:
        artifacts: each output artifact as MLMD would keep it, to be handed to later steps.
        parameters: each output parameter.
        log: what it printed.
    """

    artifacts: Mapping[str, Artifact]
    parameters: Mapping[str, Any]
    log: str


@dataclass(frozen=True)
class Scene:
    """What a step of the chain may be given besides artifacts.

    Attributes:
        table: path of the table.
        model_name: name of the model of this chain.
        done: what the steps before it gave, by their names.
    """

    table: str
    model_name: str
    done: Mapping[str, StepResult]


@dataclass(frozen=True)
class Given:
    """What a component is given in the chain: `tests/components/<name>/backend_inputs.py` says it.

    Attributes:
        artifacts: step and name of each input artifact.
        parameters: makes the parameters that it cannot do without.
        after: steps that come before it besides those of the artifacts.
        of_chain: output parameters that every chain has its own of.
    """

    artifacts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    parameters: Callable[[Scene], Mapping[str, Any]] = lambda scene: {}
    after: tuple[str, ...] = ()
    of_chain: frozenset[str] = frozenset()

    @property
    def before(self) -> set[str]:
        """The steps that come before it."""
        return {step for step, _ in self.artifacts.values()} | set(self.after)


@dataclass
class BackendSteps:
    """Runs single steps.

    Attributes:
        folder: where artifacts are kept, and what steps write for the launcher.
        environment: further variables of the steps.
        scheme: of the addresses of artifacts.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    scheme: str = "minio"
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        for name in ("root", "written", *(f"store/{each}" for each in SCHEMES.values())):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def run(
        self, name: str, parameters: Mapping[str, Any], artifacts: Mapping[str, Artifact]
    ) -> StepResult:
        """Run the component `name`; parameters that are not given have their defaults.

        Raises:
            StepFailedError: it failed.
        """
        spec = documents(catalog.component_yaml(name))[0]
        component = spec["components"][f"comp-{name.replace('_', '-')}"]
        container = spec["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
        return self.run_compiled(component, container, parameters, artifacts)

    def run_compiled(
        self,
        component: Mapping[str, Any],
        container: Mapping[str, Any],
        parameters: Mapping[str, Any],
        artifacts: Mapping[str, Artifact],
    ) -> StepResult:
        """Run a component as it stands in a compiled pipeline; raises like `run`."""
        attempt = f"{component['executorLabel'].removeprefix('exec-')}-{next(self._ids)}"
        handed = self._executor_input(component, attempt, parameters, artifacts)
        arguments = [part.replace("{{$}}", json.dumps(handed)) for part in container["args"]]
        variables = {each["name"]: each["value"] for each in container.get("env", [])}
        done = subprocess.run(
            [*self._own_root(), *container["command"], *arguments],
            env={**os.environ, "PATH": _path(), **variables, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StepFailedError(done.stdout + done.stderr)
        return self._result(Path(handed["outputs"]["outputFile"]), done.stdout + done.stderr)

    def path(self, artifact: Artifact) -> Path:
        """Return where an artifact lies on this machine."""
        scheme, _, rest = str(artifact["uri"]).partition("://")
        return self.folder / "store" / SCHEMES[scheme] / rest

    def _executor_input(
        self,
        component: Mapping[str, Any],
        attempt: str,
        parameters: Mapping[str, Any],
        artifacts: Mapping[str, Artifact],
    ) -> dict[str, Any]:
        declared = component.get("inputDefinitions", {}).get("parameters", {})
        defaults = {
            key: each["defaultValue"] for key, each in declared.items() if "defaultValue" in each
        }
        values = {**defaults, **parameters}
        outputs = component.get("outputDefinitions", {})
        written = self.folder / "written" / attempt
        return {
            "inputs": {
                # As Go writes the numbers of a protobuf: 42, not 42.0.
                "parameterValues": {key: _shortest(value) for key, value in values.items()},
                "artifacts": {key: {"artifacts": [each]} for key, each in artifacts.items()},
            },
            "outputs": {
                "parameters": {
                    key: {"outputFile": str(written / key)} for key in outputs.get("parameters", {})
                },
                "artifacts": {
                    key: {"artifacts": [self._output(key, each["artifactType"], attempt)]}
                    for key, each in outputs.get("artifacts", {}).items()
                },
                "outputFile": str(written / "output_metadata.json"),
            },
        }

    def _output(self, name: str, kind: Mapping[str, str], attempt: str) -> Artifact:
        uri = f"{self.scheme}://mlpipeline/v2/artifacts/{attempt}/{name}"
        return {"name": name, "type": dict(kind), "uri": uri, "metadata": {}}

    def _stored(self, uri: str, metadata: Mapping[str, Any]) -> Artifact:
        return {"name": str(next(self._ids)), "uri": uri, "metadata": dict(metadata)}

    def _result(self, output_file: Path, log: str) -> StepResult:
        written = json.loads(output_file.read_text("utf-8"))
        kept = {
            key: self._stored(each["artifacts"][0]["uri"], each["artifacts"][0]["metadata"])
            for key, each in written.get("artifacts", {}).items()
        }
        return StepResult(kept, written.get("parameterValues", {}), log)

    def _own_root(self) -> Sequence[str]:
        folders = (str(self.folder / "root"), str(self.folder / "store"))
        return [*NAMESPACE, "sh", "-ec", OWN_ROOT, "sh", *folders]


def check_namespaces() -> None:
    """Skip the test where this machine makes no namespaces; in CI, fail it."""
    command = [*NAMESPACE, "true"]
    made = shutil.which(NAMESPACE[0]) and not subprocess.run(command, check=False).returncode
    if not made:
        missing = f"this machine lets nobody make a namespace of users ({' '.join(command)})"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)


def _path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def _shortest(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
