"""What people look at together: models with their newest version, versions with their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry_service.domain.paging import Page
from registry_service.domain.registration import Alias, Approval, AuditEntry, VersionDetail
from registry_service.domain.resources import ModelVersion, RegisteredModel
from registry_service.domain.serving import InferenceService, ServingEnvironment


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model in a list, with its newest version and its aliases."""

    model: RegisteredModel
    latest: ModelVersion | None
    aliases: Sequence[Alias]


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
class VersionOverview:
    """A version with all that is known of it.

    Attributes:
        detail: The version and what belongs to it.
        aliases: Those of its model, also where they point to other versions.
        deployments: Where it is served by name.
        history: What happened to it, newest first.
        registered_by: Who registered it; None where the log does not have that.
    """

    detail: VersionDetail
    aliases: Sequence[HeldAlias]
    deployments: Sequence[tuple[InferenceService, ServingEnvironment]]
    history: Sequence[AuditEntry]
    registered_by: str | None
