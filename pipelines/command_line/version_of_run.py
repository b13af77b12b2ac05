"""Find the version that a run registered, where its own outputs do not tell any more."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from components.shared.errors import ComponentError
from components.shared.registry.client import TOKEN_VARIABLE, URL_VARIABLE, RegistryClient

RETRIES: Final = 2
"""Someone waits at the terminal."""


@dataclass(frozen=True)
class VersionOfRun:
    """What the registry says of a run.

    Attributes:
        registered: The version as the step that registers it describes it; None if not found.
        metrics: Its figures, without the intervals that an evaluation has.
        said: Why there is none; empty where there is one.
    """

    registered: Mapping[str, Any] | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    said: str = ""


def version_of_run(run_id: str) -> VersionOfRun:
    """Ask the registry that the environment names for what a run registered."""
    if not os.environ.get(URL_VARIABLE):
        return VersionOfRun(
            said="its name is not to be had from here: put the address that its registry has for "
            f"this machine into {URL_VARIABLE}, and a token into {TOKEN_VARIABLE} where it asks "
            "for one, to have it looked up by the run"
        )
    try:
        with RegistryClient.from_environment(retries=RETRIES) as registry:
            found = registry.registered_by(run_id)
            url = registry.url
    except ComponentError as error:
        return VersionOfRun(said=f"its name is not to be had: {error}")
    if not found:
        return VersionOfRun(said=f"the registry at {url} knows none of this run (any more)")
    version = found[0]
    registered = {
        "model_name": version.model_name,
        "version": version.version,
        "digest": version.digest,
        "aliases": list(version.aliases),
        "registry_url": url,
    }
    return VersionOfRun(registered, version.metrics)
