"""Say what came of a retraining, and whether its version is to be deployed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.shared.errors import RegistryError, RegistryRefusalError
from components.shared.patience import waiting_seconds
from components.shared.registry.client import RegistryClient
from components.shared.registry.records import CHAMPION, LIVE, VersionSummary
from components.shared.retraining import KEY_PROPERTY, MADE_BEFORE, NOTHING, RetrainingPlan


@dataclass(frozen=True)
class Training:
    """What came of the training, where there was one.

    Attributes:
        approved: Whether its model passed the gate, and is registered.
        digest: SHA-256 over the files of the model; empty: nothing was trained.
    """

    approved: bool = False
    digest: str = ""


@dataclass(frozen=True)
class Conclusion:
    """What came of a retraining.

    Attributes:
        plan: What was decided before.
        version: The version that came of it, now or the first time, as `name@version`; empty: none.
        deploy: Whether that is to be deployed.
        outcome: All of it in one line.
    """

    plan: RetrainingPlan
    version: str
    deploy: bool
    outcome: str

    def properties(self) -> dict[str, str]:
        """Return what the registry keeps with the run, besides its outcome."""
        told = {"trigger": self.plan.trigger, "watched": self.plan.watched}
        return told | {"decision": self.plan.decision}

    def metadata(self) -> dict[str, Any]:
        """Return what the KFP artifact says of it."""
        return {
            "outcome": self.outcome,
            "version": self.version,
            "deploy": self.deploy,
            "said_of_run": self.properties(),
        }


def conclude_retraining(
    plan: str | Path, training: Training, deploy: bool = False, registry_url: str | None = None
) -> Conclusion:
    """Find the version that came of a retraining, and say so.

    One that was made before, by a run that broke afterwards, is still to be deployed where it is
    the champion and never was: what was rolled back is not brought again.

    Args:
        plan: JSON file that `plan_retraining` wrote.
        training: What came of the training.
        deploy: Whether the user wants a new version deployed.
        registry_url: The registry; `REGISTRY_URL` when None.

    Raises:
        InputError: `plan` is another file.
        RegistryError: The registry could not be reached, or refused.
    """
    planned = RetrainingPlan.read(plan)
    with RegistryClient.from_environment(registry_url, wait_seconds=waiting_seconds()) as registry:
        if planned.decision == NOTHING:
            return Conclusion(planned, "", False, f"nothing to do: {planned.watched} stays")
        if planned.decision == MADE_BEFORE:
            left = deploy and _is_left_to_deploy(registry, planned)
            version = f"{planned.model_name}@{planned.made}"
            text = f"unchanged data: {version} was made of this table with these settings"
            return Conclusion(planned, version, left, text)
        if not training.approved:
            text = f"refused: {planned.watched} stays, no version was registered"
            return Conclusion(planned, "", False, text)
        made = _registered(registry, planned, training.digest)
        _remember(registry, planned, made)
        version = f"{planned.model_name}@{made.name}"
    started = ", ".join(planned.triggers)
    return Conclusion(planned, version, deploy, f"retrained to {version} ({started})")


def _remember(registry: RegistryClient, plan: RetrainingPlan, made: VersionSummary) -> None:
    """Have a version that was there before this run name the table and the settings, too.

    Otherwise each further run would train it again, and promote it after it was rolled back.
    """
    if made.properties.get(KEY_PROPERTY) == plan.key:
        return
    try:
        registry.describe_version(plan.model_name, made.name, tags={KEY_PROPERTY: plan.key})
    except RegistryRefusalError as refusal:
        print(
            f"note: {plan.model_name}@{made.name} was registered by another run, and cannot be "
            f"told that it is what this table makes: a further run trains it again ({refusal})"
        )


def _registered(registry: RegistryClient, plan: RetrainingPlan, digest: str) -> VersionSummary:
    for listed in registry.list_versions(plan.model_name):
        if listed.digest == digest and listed.state == LIVE:
            return listed
    raise RegistryError(
        f"the registry at {registry.url} has no version of {plan.model_name} with the digest "
        f"{digest}, which this run registered: it was archived or deleted meanwhile"
    )


def _is_left_to_deploy(registry: RegistryClient, plan: RetrainingPlan) -> bool:
    champion = registry.find(plan.model_name, CHAMPION)
    if champion is None or champion.version != plan.made:
        return False
    serving = registry.serving
    return not any(
        act.facts.version == plan.made
        for record in serving.deployments()
        if record.facts.model == plan.model_name
        for act in serving.history(record)
    )
