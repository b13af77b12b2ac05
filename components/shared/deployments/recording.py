"""Keep in the registry what serves, and let an alias follow it."""

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from components.shared.deployments.bringing import Brought
from components.shared.errors import RegistryError, RegistryRefusalError
from components.shared.registry.client import RegistryClient
from components.shared.registry.serving import Facts

ALIAS: Final = "deployed"
"""The alias that follows a deployment where nobody names another."""

CONFLICT: Final = 409
FORBIDDEN: Final = 403


@dataclass(frozen=True)
class Circumstances:
    """Who deploys, and why.

    Attributes:
        alias: The alias that follows the deployment.
        by: Who; empty: not known, as in a pod.
        run: The run of a pipeline; empty: none.
        reason: Why; empty: nobody said.
        action: What is done: deployed, rolled back, canary or removed.
    """

    alias: str
    by: str = ""
    run: str = ""
    reason: str = ""
    action: str = "deployed"


def facts_of(brought: Brought, circumstances: Circumstances) -> Facts:
    """Return what the registry keeps of a deployment."""
    plan = brought.plan
    return Facts(
        model=plan.stable.model_name,
        version=plan.stable.version,
        digest=plan.stable.digest,
        alias=circumstances.alias,
        address=brought.address,
        plan=plan.to_json(),
        canary=plan.canary.version.version if plan.canary else "",
        canary_percent=plan.canary.percent if plan.canary else 0,
        by=circumstances.by,
        run=circumstances.run,
        action=circumstances.action,
        reason=circumstances.reason,
    )


def record(
    registry: RegistryClient,
    brought: Brought,
    circumstances: Circumstances,
    move: Callable[[], None],
    undo: Callable[[], None],
) -> None:
    """Move an alias, and keep what serves; both or neither.

    Args:
        registry: Keeps it.
        brought: What serves.
        circumstances: Who, why, and which alias.
        move: Moves the alias.
        undo: Moves it back.

    Raises:
        RegistryError: The registry refuses, or cannot be reached.
    """
    move()
    plan = brought.plan
    facts = facts_of(brought, circumstances)
    try:
        registry.serving.record(plan.environment, plan.name, plan.mode, facts)
    except RegistryError:
        undo()
        raise


def alias_target(registry: RegistryClient, model: str, alias: str) -> str | None:
    """Return the name of the version that an alias points to; None where it is not there."""
    return {held.name: held.version for held in registry.aliases(model)}.get(alias)


def how_to_be_allowed(refusal: RegistryRefusalError, version: str, alias: str) -> str:
    """Return what lets an alias be moved that the registry refused to move."""
    said = f"{alias} of it may not be moved: {refusal.message}. Nothing was changed."
    if refusal.status == CONFLICT and "not approved" in refusal.message:
        return f"{said} Approve it first: kfp-tabular registry approve {version} --reason …"
    if refusal.status == FORBIDDEN:
        return f"{said} Have an approver deploy it, or name another alias (parameter `alias`)."
    return said


def who() -> str:
    """Return who runs this; empty where nobody is known by a name, as in a pod."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
