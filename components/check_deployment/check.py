"""See that a version can be served, before anything is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from components.shared.deployments.examples import (
    FILE,
    Latency,
    examples_of,
    latency,
    smoke_test,
)
from components.shared.deployments.opening import chosen_mode
from components.shared.deployments.plans import PinnedVersion
from components.shared.deployments.recording import ALIAS, alias_target, how_to_be_allowed
from components.shared.deployments.servers import ServerProcess
from components.shared.errors import DeploymentError, InputError, RegistryRefusalError
from components.shared.parameters import given
from components.shared.registry.client import URL_VARIABLE, RegistryClient
from components.shared.reports.notes import Note

START_SECONDS: Final = 120.0
WARM: Final = 10
PREDICTION_LOG: Final = "PREDICTION_LOG"
"""So many requests are answered before the clock is looked at."""


@dataclass(frozen=True)
class Checked:
    """A version that can be served.

    Attributes:
        version: It.
        latency: How fast it answers.
        examples: How many of its examples it reproduced.
        notes: What whoever deploys should know.
    """

    version: PinnedVersion
    latency: Latency
    examples: int
    notes: tuple[Note, ...] = ()

    def metrics(self) -> Mapping[str, float]:
        """Return what was measured, by name."""
        return {
            "examples": self.examples,
            "latency_median_ms": round(self.latency.median, 3),
            "latency_p95_ms": round(self.latency.p95, 3),
            "latency_worst_ms": round(self.latency.worst, 3),
        }


def check_deployment(
    model: str,
    *,
    mode: str = "auto",
    alias: str = ALIAS,
    latency_limit: float = 100.0,
    requests: int = 100,
    registry_url: str | None = None,
) -> Checked:
    """Pin a version, ask whether an alias may point to it, and have a server prove it.

    Args:
        model: `name@version`, where the version is a name, a number or an alias.
        mode: How it is to be served.
        alias: The alias that is to follow it.
        latency_limit: Most milliseconds that a request of one row may take, the median of all.
        requests: How many are sent, one after the other.
        registry_url: The registry; `REGISTRY_URL` when None.

    Raises:
        InputError: There is no such version, mode or registry; or the alias may not point to it.
        DeploymentError: It does not load, has no examples, does not reproduce them, or is too
            slow.
        RegistryError: The registry could not be reached, or refused.
    """
    chosen_mode(mode)
    alias = given(alias, ALIAS)
    with RegistryClient.from_environment(registry_url) as registry:
        found = registry.get(model)
        version = PinnedVersion(found.model_name, found.version, found.digest)
        before = alias_target(registry, version.model_name, alias)
        try:
            registry.promote(
                version.model_name, alias, version.version, expected=before, dry_run=True
            )
        except RegistryRefusalError as refusal:
            told = how_to_be_allowed(refusal, f"{version.model_name}@{version.version}", alias)
            raise InputError(f"{version} may not be deployed: {told}") from refusal
        examples = examples_of(registry, version)
    if examples is None:
        raise DeploymentError(
            f"{version} has no {FILE}: that it is served rightly cannot be proven. Nothing was "
            "changed. Train the model again, and register it, to have some."
        )
    # What the version is tried by is no request of anybody's.
    named = {PREDICTION_LOG: ""} | ({URL_VARIABLE: registry_url} if registry_url else {})
    arguments = [*version.arguments(), "--host", "127.0.0.1"]
    with (
        TemporaryDirectory() as folder,
        ServerProcess(arguments, Path(folder, "server.log"), named) as server,
    ):
        server.wait_until_ready(START_SECONDS)
        smoke_test(server.endpoint, version, examples)
        latency(server.endpoint, examples, WARM)
        measured = latency(server.endpoint, examples, requests)
    if measured.median > latency_limit:
        raise DeploymentError(
            f"{version} takes {measured.median:.1f} ms for a request of one row (median of "
            f"{measured.requests}, {measured.p95:.1f} ms for 95 of 100), more than the limit of "
            f"{latency_limit:g} ms. Nothing was changed. Raise latency_limit, or train a model "
            "that is smaller."
        )
    return Checked(version, measured, len(examples.rows))
