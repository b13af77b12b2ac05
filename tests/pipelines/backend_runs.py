"""Runs of a compiled pipeline as KFP's backend drives them, with its cache.

The key of a step is made of what the driver makes it of (`backend/src/v2/cacheutils/cache.go`): the
names of input artifacts, which are the ids that the metadata store gave them, the values of input
parameters, what the outputs are, and the container. Outputs of a hit are the very artifacts of the
step that ran.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from pipelines.definition.packages import PipelinePackage
from tests.components.backend_steps import BackendSteps, StepResult

CONDITION = re.compile(r"inputs\.parameter_values\['(?P<name>[^']+)'\] == (?P<value>\w+)")

Spec = Mapping[str, Any]


@dataclass
class BackendRun:
    """What came of one run.

    Attributes:
        steps: the outputs of each step.
        hits: the steps that were found in the cache.
    """

    steps: dict[str, StepResult] = field(default_factory=dict)
    hits: set[str] = field(default_factory=set)


class Backend:
    """Drives runs, and remembers what cached steps left behind."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._steps = BackendSteps(folder, environment)
        self._cache: dict[str, StepResult] = {}

    def run(self, package: PipelinePackage, arguments: Mapping[str, Any]) -> BackendRun:
        """Run a pipeline; inputs that are not given have their defaults."""
        run = BackendRun()
        declared = package.spec["root"]["inputDefinitions"]["parameters"]
        defaults = {
            k: each["defaultValue"] for k, each in declared.items() if "defaultValue" in each
        }
        self._drive(package, package.spec["root"]["dag"], {**defaults, **arguments}, {}, run)
        return run

    def _drive(
        self,
        package: PipelinePackage,
        dag: Spec,
        parameters: Mapping[str, Any],
        artifacts: Mapping[str, Any],
        run: BackendRun,
    ) -> None:
        for name in _ordered(dag["tasks"]):
            task = dag["tasks"][name]
            component = package.spec["components"][task["componentRef"]["name"]]
            inputs = task.get("inputs", {})
            values = {k: _value(each, parameters, run) for k, each in _of(inputs, "parameters")}
            taken = {k: _artifact(each, artifacts, run) for k, each in _of(inputs, "artifacts")}
            if not _opens(task, values):
                continue
            if "dag" in component:
                self._drive(package, component["dag"], values, taken, run)
                continue
            label = component["executorLabel"]
            container = package.spec["deploymentSpec"]["executors"][label]["container"]
            key = _cache_key(component, container, values, taken)
            cached = task.get("cachingOptions", {}).get("enableCache", False)
            if cached and key in self._cache:
                run.hits.add(name)
                run.steps[name] = self._cache[key]
                continue
            run.steps[name] = self._steps.run_compiled(component, container, values, taken)
            if cached:
                self._cache[key] = run.steps[name]


def _cache_key(component: Spec, container: Spec, values: Spec, artifacts: Spec) -> str:
    key = {
        "inputArtifactNames": {name: each["name"] for name, each in artifacts.items()},
        "inputParameterValues": values,
        "outputs": component.get("outputDefinitions", {}),
        "image": container["image"],
        "cmdArgs": [*container["command"], *container["args"]],
        "env": container.get("env", []),
    }
    return json.dumps(key, sort_keys=True)


def _of(inputs: Spec, kind: str) -> Iterator[tuple[str, Spec]]:
    yield from inputs.get(kind, {}).items()


def _value(source: Spec, parameters: Spec, run: BackendRun) -> Any:
    if "runtimeValue" in source:
        constant = source["runtimeValue"]["constant"]
        return "run-1" if constant == "{{$.pipeline_job_uuid}}" else constant
    if "componentInputParameter" in source:
        return parameters[source["componentInputParameter"]]
    output = source["taskOutputParameter"]
    return run.steps[output["producerTask"]].parameters[output["outputParameterKey"]]


def _artifact(source: Spec, artifacts: Spec, run: BackendRun) -> Any:
    if "componentInputArtifact" in source:
        return artifacts[source["componentInputArtifact"]]
    output = source["taskOutputArtifact"]
    return run.steps[output["producerTask"]].artifacts[output["outputArtifactKey"]]


def _opens(task: Spec, values: Spec) -> bool:
    if (condition := task.get("triggerPolicy", {}).get("condition")) is None:
        return True
    found = CONDITION.fullmatch(condition)
    assert found, condition
    return bool(values[found["name"]] == json.loads(found["value"]))


def _ordered(tasks: Spec) -> list[str]:
    return list(
        TopologicalSorter(
            {name: task.get("dependentTasks", []) for name, task in tasks.items()}
        ).static_order()
    )
