"""From what a user says of a place to the place."""

import os
import socket
from pathlib import Path
from typing import Final

from components.shared.deployments.cluster import connected_cluster
from components.shared.deployments.deployment_place import IN_CLUSTER, DeploymentPlace
from components.shared.deployments.kserve_place import KServePlace
from components.shared.deployments.local_place import LocalPlace
from components.shared.deployments.places import Place
from components.shared.deployments.plans import MODES, Mode, PinnedVersion
from components.shared.errors import DigestMismatchError, InputError
from components.shared.parameters import given
from components.shared.registry.client import RegistryClient

CLUSTER_MODE: Final = "deployment"
CONTAINER_VARIABLE: Final = "KFP_TABULAR_CONTAINER"
"""The image of the steps that deploy sets it."""


def chosen_mode(text: str) -> Mode:
    """Return the mode that a parameter says: unset, this machine, or in a cluster a Deployment.

    Raises:
        InputError: There is no such mode, or it is local in a pod, which ends.
    """
    in_cluster = IN_CLUSTER in os.environ
    in_container = in_cluster or CONTAINER_VARIABLE in os.environ
    said = given(text, CLUSTER_MODE if in_cluster else "local")
    if said not in MODES:
        raise InputError(f"there is no mode {text!r} (parameter `mode`): {', '.join(MODES)}")
    if said == "local" and in_container:
        raise InputError(
            "mode local serves on the machine of whoever asks for it, and this is a container, "
            "which ends with its step: take mode deployment or kserve, or `kfp-tabular run "
            "deployment` without --runner docker"
        )
    found: Mode = said
    return found


def open_place(mode: Mode, place: str | None, registry: RegistryClient) -> tuple[Place, str]:
    """Return where deployments of a mode live, and its name.

    Args:
        mode: How they are served.
        place: Namespace; None for that of the pod, or of the context of kubectl.
        registry: Gives this machine the files of versions.

    Raises:
        InputError: No cluster is named, or it is another machine.
    """
    if mode == "local":
        here = socket.gethostname()
        if place not in (None, here):
            raise InputError(
                f"that deployment is on the machine {place}, and this is {here}: go there"
            )
        return LocalPlace(None, lambda version, folder: _fetch(registry, version, folder)), here
    cluster = connected_cluster(place)
    kind = KServePlace if mode == "kserve" else DeploymentPlace
    return kind(cluster), cluster.namespace


def _fetch(registry: RegistryClient, version: PinnedVersion, folder: Path) -> None:
    found = registry.get(f"{version.model_name}@{version.version}")
    if found.digest != version.digest:
        raise DigestMismatchError(str(version), version.digest, found.digest)
    found.download(folder)
