"""Deployments by the name that a user gives: in the registry, and on this machine."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from components.shared.deployments.local_place import LocalPlace
from components.shared.deployments.local_state import Status
from components.shared.deployments.plans import DeploymentPlan, PinnedVersion
from components.shared.registry.client import RegistryClient
from components.shared.registry.serving import DeploymentRecord
from components.shared.work_dir import WORK_DIR, WORK_DIR_VARIABLE
from pipelines.errors import UsageError


@dataclass(frozen=True)
class Found:
    """A deployment, as the registry keeps it, and what runs of it on this machine.

    Attributes:
        record: What the registry keeps.
        status: What runs here; None of one that is elsewhere, or not running.
    """

    record: DeploymentRecord
    status: Status | None

    @property
    def is_here(self) -> bool:
        """Whether it is one of this machine."""
        return self.record.environment == f"local:{socket.gethostname()}"

    @property
    def state(self) -> str:
        """What is so now, in a word."""
        if self.record.state != "DEPLOYED":
            return "stopped"
        if not self.is_here:
            return "deployed"
        if self.status is None:
            return "not running"
        return "failing" if self.status.failure else "running"

    @property
    def failure(self) -> str:
        """Why it is failing; empty where it is not."""
        return self.status.failure if self.state == "failing" and self.status else ""


def this_machine() -> LocalPlace:
    """Return where deployments of this machine are, to look at them and stop them."""

    def no_registry(version: PinnedVersion, folder: Path) -> None:
        del folder
        raise UsageError(
            f"the files of {version} are not on this machine, or damaged: deploy it anew"
        )

    work_dir = Path(os.environ.get(WORK_DIR_VARIABLE) or WORK_DIR)
    return LocalPlace(work_dir, no_registry)


def all_deployments(registry: RegistryClient) -> list[Found]:
    """Return all deployments that the registry keeps, those that were changed last first."""
    here = this_machine()
    own = f"local:{socket.gethostname()}"
    return [
        Found(record, here.status(record.name) if record.environment == own else None)
        for record in registry.serving.deployments()
    ]


def find(found: Sequence[Found], name: str, environment: str | None, state: str = "") -> Found:
    """Return the one deployment that a user means, by its own name or by that of its model.

    Args:
        found: All that there are.
        name: Name of the deployment, or of its model.
        environment: Where it is; None: anywhere.
        state: What the registry says of it; empty: anything.

    Raises:
        UsageError: There is none, or more than one; the message says which there are.
    """
    fitting = [
        each
        for each in found
        if name in (each.record.name, each.record.facts.model)
        and environment in (None, each.record.environment)
        and state in ("", each.record.state)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        known = ", ".join(sorted({each.record.name for each in found})) or "none"
        raise UsageError(
            f"nothing is deployed as {name}{f' in {environment}' if environment else ''}; there "
            f"are: {known}. `kfp-tabular deployments list` shows them."
        )
    choices = "\n".join(
        f"  --environment {each.record.environment}   {each.record.name}" for each in fitting
    )
    raise UsageError(f"{name} is deployed {len(fitting)} times; say which:\n{choices}")


def plan_of(found: Found) -> DeploymentPlan:
    """Return what a deployment is to be, as the registry keeps it."""
    return DeploymentPlan.parse(found.record.facts.plan)
