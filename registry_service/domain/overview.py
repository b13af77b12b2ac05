"""What people look at together: models with their newest version, versions with their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from registry_service.domain.experiments import Experiment, ExperimentRun
from registry_service.domain.paging import Page
from registry_service.domain.registration import Alias, Approval, AuditEntry, VersionDetail
from registry_service.domain.resources import (
    Artifact,
    DatasetArtifact,
    Metric,
    ModelVersion,
    Parameter,
    RegisteredModel,
)
from registry_service.domain.serving import InferenceService, ServingEnvironment

OF_WINDOWS: Final = frozenset(
    ("rows", "drifted", "performance_dropped", "drifted_columns", "drift_score", "largest_move")
)
"""What a check measures of its window; all else are metrics of the model."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model in a list, with its newest version, the metrics of that, and its aliases."""

    model: RegisteredModel
    latest: ModelVersion | None
    aliases: Sequence[Alias]
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class HeldAlias:
    """An alias, and the move that brought it where it is; None where the log has none."""

    alias: Alias
    move: AuditEntry | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in a list."""

    version: ModelVersion
    aliases: Sequence[str]
    metrics: Mapping[str, float]
    approval: Approval | None


@dataclass(frozen=True, slots=True)
class ModelOverview:
    """A model with its aliases and one page of its versions."""

    model: RegisteredModel
    aliases: Sequence[HeldAlias]
    versions: Page[VersionRow]


@dataclass(frozen=True, slots=True)
class Check:
    """A window of rows that was held against a version.

    Attributes:
        run: The run that did.
        figures: What it measured: its drift score, and the metrics on the window.
    """

    run: ExperimentRun
    figures: Mapping[str, float]

    @property
    def version(self) -> str:
        """The version, as `name@version`."""
        return self.run.said("version")

    @property
    def outcome(self) -> str:
        """What it came to, in one line."""
        return self.run.said("outcome")

    @property
    def at(self) -> int:
        """When it was made, in epoch milliseconds."""
        run = self.run
        return run.end_time_since_epoch or run.start_time_since_epoch or run.created_at

    @property
    def metrics(self) -> Mapping[str, float]:
        """The metrics of the model on the window, realised and estimated."""
        return {name: value for name, value in self.figures.items() if name not in OF_WINDOWS}


@dataclass(frozen=True, slots=True)
class Measured:
    """A version and the value of one metric; None where it was not registered with it."""

    version: ModelVersion
    value: float | None


@dataclass(frozen=True, slots=True)
class VersionOverview:
    """A version with all that is known of it.

    Attributes:
        detail: The version and what belongs to it.
        aliases: Those of its model, also where they point to other versions.
        deployments: Where it is served by name.
        history: What happened to it, newest first.
        registered_by: Who registered it; None where the log does not have that.
        checks: The newest windows of rows that were held against it, newest first.
        run: The run that made it, where the registry keeps it and whoever asks may read runs.
    """

    detail: VersionDetail
    aliases: Sequence[HeldAlias]
    deployments: Sequence[tuple[InferenceService, ServingEnvironment]]
    history: Sequence[AuditEntry]
    registered_by: str | None
    checks: Sequence[Check] = ()
    run: ExperimentRun | None = None


@dataclass(frozen=True, slots=True)
class RunOverview:
    """A run of an experiment, and what was logged to it."""

    run: ExperimentRun
    experiment: Experiment
    logged: Sequence[Artifact]

    @property
    def metrics(self) -> Mapping[str, float]:
        """The newest value of each metric."""
        return {
            str(each.name): each.value
            for each in self.logged
            if isinstance(each, Metric) and each.value is not None
        }

    @property
    def parameters(self) -> Mapping[str, str]:
        """What it was given."""
        return {
            str(each.name): each.value or "" for each in self.logged if isinstance(each, Parameter)
        }

    @property
    def data(self) -> Sequence[DatasetArtifact]:
        """Which tables it read."""
        return [each for each in self.logged if isinstance(each, DatasetArtifact)]

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on, or where it was not told."""
        start, end = self.run.start_time_since_epoch, self.run.end_time_since_epoch
        return None if start is None or end is None else (end - start) / 1000
