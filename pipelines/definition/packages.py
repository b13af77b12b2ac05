"""A compiled pipeline as it is sent to KFP: read, looked into, overridden."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from pipelines.definition.compiled_yaml import documents
from pipelines.definition.outputs import component_of
from pipelines.errors import UsageError


@dataclass(frozen=True)
class PipelinePackage:
    """A compiled pipeline.

    Attributes:
        spec: Its `PipelineSpec`, the first document of the YAML.
        platform: Its `PlatformSpec`, the second document; empty where there is none.
    """

    spec: dict[str, Any]
    platform: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a compiled pipeline."""
        spec, *platform = documents(path)
        return cls(spec, platform[0] if platform else {})

    @classmethod
    def of_run(cls, run: Any) -> Self | None:
        """Return the pipeline that a `V2beta1Run` was started with, if the API gives it."""
        spec = run.pipeline_spec
        if not isinstance(spec, Mapping):
            return None
        if "pipeline_spec" in spec:
            return cls(spec["pipeline_spec"], spec.get("platform_spec", {}))
        return cls(dict(spec), {})

    @property
    def name(self) -> str:
        """The name of the pipeline."""
        return str(self.spec["pipelineInfo"]["name"])

    @property
    def description(self) -> str:
        """What the pipeline says of itself."""
        return str(self.spec["pipelineInfo"].get("description", ""))

    @property
    def inputs(self) -> dict[str, dict[str, Any]]:
        """The definition of each input parameter, by its name."""
        found: dict[str, dict[str, Any]] = self.spec["root"]["inputDefinitions"]["parameters"]
        return found

    @property
    def steps(self) -> dict[str, str]:
        """The label of each step's executor by the step's name, such as `train_model`."""
        return {
            _python_name(name.removeprefix("comp-")): component["executorLabel"]
            for name, component in self.spec["components"].items()
            if "executorLabel" in component
        }

    @property
    def components(self) -> list[str]:
        """The components of its steps, each once, whatever the numbers of its steps."""
        return sorted({component_of(step) for step in self.steps})

    def steps_within(self, task: str) -> dict[str, str]:
        """Return the steps of a nested pipeline: their names there by their names here.

        A component that several pipelines use has a number here: `ingest_table_3` is the
        `ingest_table` of the third that reads a table. Where there is no such task, none.
        """
        components = self.spec["components"]
        dags = (
            each["dag"]["tasks"]
            for each in [self.spec["root"], *components.values()]
            if "dag" in each
        )
        nested = next((tasks[task] for tasks in dags if task in tasks), None)
        left = [nested["componentRef"]["name"]] if nested else []
        found = {}
        while left:
            for name, inner in components[left.pop()]["dag"]["tasks"].items():
                component = inner["componentRef"]["name"]
                if "dag" in components[component]:
                    left.append(component)
                else:
                    found[_python_name(component.removeprefix("comp-"))] = _python_name(name)
        return found

    @property
    def groups(self) -> dict[str, str]:
        """The nested pipeline or branch that each step is in, by the step; none of the outermost.

        As the source of the pipeline names them, such as `training` or `with labels`.
        """
        components = self.spec["components"]
        dags = [self.spec["root"], *components.values()]
        named = {
            task["componentRef"]["name"]: task["taskInfo"]["name"].replace("-", " ")
            for dag in dags
            for task in dag.get("dag", {}).get("tasks", {}).values()
        }
        return {
            _python_name(task["componentRef"]["name"].removeprefix("comp-")): named[name]
            for name, component in components.items()
            for task in component.get("dag", {}).get("tasks", {}).values()
        }

    def body(self) -> dict[str, Any]:
        """Return what the API takes as `pipeline_spec`, in the form that kfp's SDK sends."""
        if not self.platform:
            return self.spec
        return {"pipeline_spec": self.spec, "platform_spec": self.platform}

    def copy(self) -> Self:
        """Return a copy that can be changed without changing this one."""
        return replace(self, spec=deepcopy(self.spec), platform=deepcopy(self.platform))

    def container(self, step: str) -> dict[str, Any]:
        """Return the container of a step.

        Raises:
            UsageError: The pipeline has no such step; the message suggests the nearest one.
        """
        executors = self.spec["deploymentSpec"]["executors"]
        container: dict[str, Any] = executors[self._label(step)]["container"]
        return container

    def kubernetes(self, step: str) -> dict[str, Any]:
        """Return the Kubernetes settings of a step, to be read or changed."""
        settings = self.platform.setdefault("platforms", {}).setdefault("kubernetes", {})
        executors = settings.setdefault("deploymentSpec", {}).setdefault("executors", {})
        found: dict[str, Any] = executors.setdefault(self._label(step), {})
        return found

    def tasks(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the name and the `PipelineTaskSpec` of every step, those in conditions too."""
        dags = [self.spec["root"], *self.spec["components"].values()]
        for dag in dags:
            for name, task in dag.get("dag", {}).get("tasks", {}).items():
                if _python_name(task["componentRef"]["name"].removeprefix("comp-")) in self.steps:
                    yield _python_name(name), task

    def _label(self, step: str) -> str:
        name = _python_name(step)
        if name not in self.steps:
            near = get_close_matches(name, self.steps, n=1)
            meant = f"did you mean {near[0]}?" if near else f"it has {', '.join(self.steps)}"
            raise UsageError(f"pipeline {self.name} has no step {step}: {meant}")
        return self.steps[name]


def _python_name(name: str) -> str:
    return name.replace("-", "_")
