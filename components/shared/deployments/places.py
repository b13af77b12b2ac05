"""Where deployments live: what every such place can do, whichever it is."""

from typing import Protocol

from components.shared.deployments.endpoints import Endpoint
from components.shared.deployments.plans import DeploymentPlan


class Place(Protocol):
    """Brings versions to serve, and keeps what it was told."""

    def current(self, name: str) -> DeploymentPlan | None:
        """Return what a deployment is; None where there is none.

        Raises:
            ComponentError: The place cannot be reached.
        """

    def check(self, plan: DeploymentPlan) -> tuple[str, ...]:
        """Return what whoever deploys should know of a plan.

        Raises:
            InputError: This place cannot do it; the message says what would let it.
        """

    def apply(self, plan: DeploymentPlan, wait_seconds: float) -> None:
        """Make a deployment what the plan says, and wait until it is.

        What served before serves until the new version is ready.

        Raises:
            DeploymentError: It does not get ready.
            ComponentError: The place cannot be reached, or refuses.
        """

    def remove(self, name: str) -> None:
        """Take a deployment away, if it is there."""

    def endpoint(self, plan: DeploymentPlan) -> Endpoint:
        """Return where a deployment answers; what is asked there reaches its stable version.

        Raises:
            DeploymentError: It is not there.
        """

    def log(self, name: str, lines: int) -> str:
        """Return the last lines that the servers of a deployment printed."""
