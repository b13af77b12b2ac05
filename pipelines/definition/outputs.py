"""What the steps of a run left behind, wherever it ran."""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from components.shared.reports.notes import Note, read_notes


@dataclass(frozen=True)
class StepOutputs:
    """What one step left behind, as far as it is known.

    Attributes:
        parameters: Output parameters by name.
        metadata: Metadata of each output artifact by name.
        uris: Where each output artifact lies: a path on this machine, or an address in the
            cluster's object store.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    uris: Mapping[str, str] = field(default_factory=dict)

    def flat(self) -> dict[str, Any]:
        """Return parameters and metadata as one mapping."""
        metadata = {key: value for each in self.metadata.values() for key, value in each.items()}
        return {**metadata, **self.parameters}


NOTHING: Final = StepOutputs()
REGISTRY: Final = "registry_url"
"""What only a step says of a version that registered it."""
NUMBER: Final = re.compile(r"_\d+$")


def component_of(step: str) -> str:
    """Return the name of a step without the number that it has beside others of its component."""
    return NUMBER.sub("", step)


@dataclass(frozen=True)
class RunOutputs:
    """What the steps of a run left behind; what is not known, or did not run, is None.

    A component that a pipeline uses in several branches has steps with numbers, such as
    `train_model_2`: asked for by the component's name, the one that ran answers.

    Attributes:
        steps: The outputs by the name of the step, such as `train_model`.
        read: Returns the text of an artifact at an address; None where it cannot be had.
        arguments: What the run was asked for, without what signs addresses, where that is known.
    """

    steps: Mapping[str, StepOutputs]
    read: Callable[[str], str | None]
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def _of(self, step: str) -> StepOutputs:
        numbered = (made for name, made in self.steps.items() if component_of(name) == step)
        return self.steps.get(step) or next(numbered, NOTHING)

    def parameter(self, step: str, name: str) -> Any:
        """Return an output parameter of a step."""
        return self._of(step).parameters.get(name)

    def metadata(self, step: str, artifact: str) -> Mapping[str, Any] | None:
        """Return the metadata of an artifact."""
        return self._of(step).metadata.get(artifact)

    def uri(self, step: str, artifact: str) -> str | None:
        """Return where an artifact lies."""
        return self._of(step).uris.get(artifact)

    def within(self, names: Mapping[str, str]) -> Self:
        """Return what the steps of a nested pipeline left behind, by their names in it.

        Args:
            names: Their names there by those here (`PipelinePackage.steps_within`).
        """
        steps = {names[name]: made for name, made in self.steps.items() if name in names}
        return replace(self, steps=steps)

    @property
    def properties(self) -> dict[str, str]:
        """What a step says of the whole run: `said_of_run` in the metadata of an artifact."""
        artifacts = (each for step in self.steps.values() for each in step.metadata.values())
        said = (metadata.get("said_of_run", {}) for metadata in artifacts)
        return {name: str(text) for each in said for name, text in each.items()}

    @property
    def registered(self) -> Mapping[str, Any] | None:
        """The version that a step registered: the metadata of its artifact `registered`."""
        return next((version for version in self._versions() if REGISTRY in version), None)

    @property
    def fetched(self) -> Mapping[str, Any] | None:
        """The version that a step fetched from the registry."""
        return next((version for version in self._versions() if REGISTRY not in version), None)

    def _versions(self) -> list[Mapping[str, Any]]:
        found = (step.metadata.get("registered") for step in self.steps.values())
        return [version for version in found if version]

    @property
    def metrics(self) -> dict[str, float]:
        """What the steps measured: the numbers in the metadata of their artifacts `metrics`.

        What several of them measured has the name of the step before it, as in
        `detect_drift.roc_auc`.
        """
        measured = [
            (step, name, float(value))
            for step, made in self.steps.items()
            for name, value in made.metadata.get("metrics", {}).items()
            if isinstance(value, int | float) and math.isfinite(value)
        ]
        times = Counter(name for _, name, _ in measured)
        return {n if times[n] == 1 else f"{step}.{n}": value for step, n, value in measured}

    @property
    def tables(self) -> dict[str, Mapping[str, Any]]:
        """What steps say of the tables that they read from a source, by the name of the step."""
        tables = {name: step.metadata.get("table", {}) for name, step in self.steps.items()}
        return {name: table for name, table in tables.items() if "digest" in table}

    @property
    def notes(self) -> list[Note]:
        """What the steps left out, assumed or found odd, each note once."""
        artifacts = (
            metadata for step in self.steps.values() for metadata in step.metadata.values()
        )
        return list(dict.fromkeys(note for metadata in artifacts for note in read_notes(metadata)))

    def text(self, step: str, artifact: str) -> str | None:
        """Return the content of an artifact that is text."""
        uri = self.uri(step, artifact)
        return None if uri is None else self.read(uri)

    def addresses(self, artifacts: Mapping[str, tuple[str, str]]) -> dict[str, str]:
        """Return where artifacts lie that are there, of those given by step and artifact."""
        found = {name: self.uri(*where) for name, where in artifacts.items()}
        return {name: uri for name, uri in found.items() if uri is not None}
