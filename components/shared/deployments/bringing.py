"""Bring a version to serve, or leave what served."""

import time
from dataclasses import dataclass
from typing import Final

from components.shared.deployments.examples import Examples, served_digest, smoke_test
from components.shared.deployments.places import Place
from components.shared.deployments.plans import DeploymentPlan, PinnedVersion
from components.shared.deployments.rollouts import Progress, wait_until_done
from components.shared.errors import ComponentError, DeploymentError

SWITCH_SECONDS: Final = 30
"""How long old servers may still be sent requests after new ones are ready."""


@dataclass(frozen=True)
class Brought:
    """What came of bringing a version to serve.

    Attributes:
        plan: What the deployment is now.
        before: What it was; None where there was none.
        address: Where it answers.
        seconds: How long it took to the first answer of the version.
    """

    plan: DeploymentPlan
    before: DeploymentPlan | None
    address: str
    seconds: float


def bring(
    place: Place, plan: DeploymentPlan, examples: Examples | None, wait_seconds: float
) -> Brought:
    """Make a deployment what a plan says, and ask it for the examples of its version.

    Args:
        place: Where it is.
        plan: What it is to be.
        examples: Those of its stable version; None where that has none.
        wait_seconds: How long it may take.

    Raises:
        DeploymentError: It did not get ready, or says something else than the model did; what
            served before does.
        ComponentError: The place refuses, or cannot be reached.
    """
    began = time.monotonic()
    before = place.current(plan.name)
    try:
        place.apply(plan, wait_seconds)
        endpoint = place.endpoint(plan)
        wait_until_done(
            lambda: _answering(place, plan, plan.stable), str(plan.stable), SWITCH_SECONDS
        )
        answered = time.monotonic() - began
        smoke_test(endpoint, plan.stable, examples)
    except ComponentError as error:
        raise _undone(place, plan, before, wait_seconds, error) from error
    return Brought(plan, before, endpoint.address, answered)


def put_back(place: Place, brought: Brought, wait_seconds: float) -> str:
    """Undo `bring`; return what is so now, in words.

    Raises:
        ComponentError: It cannot be undone.
    """
    if brought.before is None:
        place.remove(brought.plan.name)
        return "nothing serves, as before"
    place.apply(brought.before, wait_seconds)
    return f"{brought.before.stable} serves, as before"


def _answering(place: Place, plan: DeploymentPlan, version: PinnedVersion) -> Progress:
    try:
        found = served_digest(place.endpoint(plan), version.model_name)
    except DeploymentError as error:
        return Progress(False, str(error))
    return Progress(found == version.digest, f"{found[:12]} still answers")


def _undone(
    place: Place,
    plan: DeploymentPlan,
    before: DeploymentPlan | None,
    wait_seconds: float,
    error: ComponentError,
) -> DeploymentError:
    try:
        now = put_back(place, Brought(plan, before, "", 0), wait_seconds)
    except ComponentError as failure:
        now = f"what served before could not be restored ({failure})"
    return DeploymentError(f"{plan.name} was not deployed: {error}\n{now}")
