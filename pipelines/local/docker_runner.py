"""Run the steps of a local run in containers of their image, as a cluster would."""

import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import docker
from docker.errors import DockerException, ImageNotFound, NotFound
from docker.types import Mount
from kfp import local
from kfp.components import BaseComponent

from components.shared.errors import InputError
from components.shared.registry.client import TOKEN_VARIABLE, URL_VARIABLE
from components.shared.sources.address import parse_source
from components.shared.step_run import LINEAGE_VARIABLE, LOCAL_VARIABLE, PIPELINE_VARIABLE
from pipelines.definition.needs import (
    DATABASE_CREDENTIALS,
    DATABASE_SETTINGS,
    DVC_SETTINGS,
    LINEAGE_CREDENTIALS,
    LINEAGE_SETTINGS,
    STORE_CREDENTIALS,
    STORE_SETTINGS,
    TRACKING_CREDENTIALS,
    TRACKING_SETTINGS,
)
from pipelines.errors import UsageError

PASSED_ON: Final = (
    *(URL_VARIABLE, TOKEN_VARIABLE, *STORE_SETTINGS, *STORE_CREDENTIALS),
    *(*DATABASE_SETTINGS, *DATABASE_CREDENTIALS, *DVC_SETTINGS),
    *chain.from_iterable((*TRACKING_SETTINGS.values(), *TRACKING_CREDENTIALS.values())),
    *("WANDB_MODE", *LINEAGE_SETTINGS, *LINEAGE_CREDENTIALS, LINEAGE_VARIABLE, PIPELINE_VARIABLE),
    LOCAL_VARIABLE,
    *("AWS_ENDPOINT_URL_S3", "AWS_DEFAULT_REGION"),
)
"""Variables that reach the steps; in a cluster they come from a ConfigMap and a Secret."""

IMAGE_USER: Final = 65532
"""Who the image runs as, and who stands in for root here."""


def docker_runner(
    pipeline: BaseComponent, data: Sequence[str], artifacts: Path, network: str
) -> local.DockerRunner:
    """Return a runner whose containers may write to `artifacts` and /tmp, and nothing else.

    They run as this user (never as root), without capabilities, on a read-only root file system.
    The local files of `data` are mounted, read-only, where they are.

    Args:
        pipeline: Its images must be on this machine.
        data: Addresses of the data that the run reads.
        artifacts: Folder that the steps write to; it is made.
        network: A network of docker's; `host` reaches what listens on this machine.

    Raises:
        UsageError: No engine answers, or an image or the network is not there.
    """
    _check(images(pipeline), network)
    artifacts.mkdir(parents=True, exist_ok=True)
    return local.DockerRunner(
        user=_user_who_owns(artifacts),
        network=network,
        environment={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        working_dir=str(Path.cwd()),
        mounts=[Mount(str(path), str(path), type="bind", read_only=True) for path in _files(data)],
        read_only=True,
        # Folders of the container's own; /root, closed to others in images, may hold the artifacts.
        tmpfs={"/tmp": "", "/root": "mode=755"},  # noqa: S108
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
    )


def images(pipeline: BaseComponent) -> set[str]:
    """Return the images that the steps of a pipeline run."""
    executors = pipeline.pipeline_spec.deployment_spec["executors"]
    return {executors[label]["container"]["image"] for label in executors}


def _check(needed: set[str], network: str) -> None:
    try:
        engine = docker.from_env()
    except DockerException as error:
        raise UsageError(
            "--runner docker needs a container engine, and none answers: start docker, and see "
            f"that you may use it (docker info). It says: {error}"
        ) from error
    try:
        if missing := [image for image in sorted(needed) if not _is_here(engine, image)]:
            # kfp would pull it, from whoever has that name on the public registry.
            raise UsageError(
                f"there is no image {', and none '.join(missing)} on this machine: build them with "
                f"make images, or get them: docker pull {missing[0]}"
            )
        engine.networks.get(network)
    except NotFound as error:
        raise UsageError(
            f"docker has no network {network}: docker network ls shows them"
        ) from error
    finally:
        engine.close()


def _is_here(engine: docker.DockerClient, image: str) -> bool:
    try:
        engine.images.get(image)
    except ImageNotFound:
        return False
    return True


def _user_who_owns(artifacts: Path) -> str:
    """Return this user; for root, the image's own user, who is given the folder."""
    if os.getuid() == 0:
        os.chown(artifacts, IMAGE_USER, IMAGE_USER)
        return f"{IMAGE_USER}:{IMAGE_USER}"
    return f"{os.getuid()}:{os.getgid()}"


def _files(data: Sequence[str]) -> list[Path]:
    """Return the local files among addresses of data."""
    paths = [_local_path(address) for address in data]
    # Unlike Path's, this says no to whatever cannot be the name of a file.
    return [Path(path).absolute() for path in paths if os.path.isfile(path)]  # noqa: PTH113


def _local_path(text: str) -> str:
    try:
        source = parse_source(text)
    except InputError:
        return ""
    return source.location if source.scheme == "file" else ""
