"""Keep in the registry what serves, and let an alias follow it; or put back what served."""

from pathlib import Path

from components.shared.deployments.bringing import Brought, put_back
from components.shared.deployments.handing_on import HandedOn
from components.shared.deployments.opening import open_place
from components.shared.deployments.places import Place
from components.shared.deployments.recording import (
    Circumstances,
    facts_of,
    how_to_be_allowed,
    record,
)
from components.shared.errors import (
    ComponentError,
    DeploymentError,
    RegistryError,
    RegistryRefusalError,
)
from components.shared.patience import waiting_seconds
from components.shared.registry.client import RegistryClient
from components.shared.registry.serving import Facts

RESTORE_SECONDS = 300.0


def record_deployment(
    deployed: str | Path, circumstances: Circumstances, registry_url: str | None = None
) -> Facts:
    """Record a deployment, and move the alias that follows it; a canary moves none.

    Args:
        deployed: What `deploy_model` wrote.
        circumstances: Who deploys, and why; the alias is that of `deployed`.
        registry_url: The registry; `REGISTRY_URL` when None.

    Raises:
        DeploymentError: It could not be recorded, so that what served before was put back; or
            another deployment has taken its place, which is left as it is.
        InputError: `deployed` is none.
    """
    told = HandedOn.read(deployed)
    brought = told.brought
    wait = waiting_seconds()
    with RegistryClient.from_environment(registry_url, wait_seconds=wait) as registry:
        place, _ = open_place(brought.plan.mode, brought.plan.place, registry)
        _see_that_it_serves(place, brought)
        try:
            record(
                registry,
                brought,
                circumstances,
                lambda: _move(registry, told, circumstances.reason),
                lambda: _move_back(registry, told),
            )
        except RegistryError as error:
            try:
                now = put_back(place, brought, RESTORE_SECONDS)
            except ComponentError as failure:
                now = f"what served before could not be restored ({failure})"
            raise DeploymentError(f"{_why(error, told)}\n{now}") from error
    return facts_of(brought, circumstances)


def _see_that_it_serves(place: Place, brought: Brought) -> None:
    plan, current = brought.plan, place.current(brought.plan.name)
    if current is None or current.versions != plan.versions:
        raise DeploymentError(
            f"{plan.name} in {plan.environment} serves {current.stable if current else 'nothing'} "
            f"now, and not {plan.versions[-1]}: another deployment has taken its place meanwhile. "
            "Nothing was recorded."
        )


def _move(registry: RegistryClient, told: HandedOn, reason: str) -> None:
    plan = told.brought.plan
    if plan.canary or told.alias_before == plan.stable.version:
        return
    registry.promote(
        plan.stable.model_name,
        told.alias,
        plan.stable.version,
        told.alias_before,
        reason or f"deployed as {plan.name} in {plan.environment}",
    )


def _move_back(registry: RegistryClient, told: HandedOn) -> None:
    plan = told.brought.plan
    if plan.canary or told.alias_before == plan.stable.version:
        return
    model, why = plan.stable.model_name, "the deployment could not be recorded"
    if told.alias_before is None:
        registry.remove_alias(model, told.alias, why)
    else:
        registry.promote(model, told.alias, told.alias_before, plan.stable.version, why)


def _why(error: RegistryError, told: HandedOn) -> str:
    stable = told.brought.plan.stable
    if isinstance(error, RegistryRefusalError):
        version = f"{stable.model_name}@{stable.version}"
        return f"{stable} was not deployed: {how_to_be_allowed(error, version, told.alias)}"
    return f"{stable} was not deployed, as it could not be recorded: {error}"
