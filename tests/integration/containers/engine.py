"""The container engine, and containers that live as long as a test needs them."""

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import docker
import pytest
import urllib3
from docker.models.containers import Container

from components.shared.image import REPOSITORY, VERSION
from pipelines.definition import catalog

COMPONENTS_IMAGE: Final = f"{REPOSITORY}:{VERSION}"
MLFLOW_IMAGE: Final = f"{REPOSITORY}-mlflow:{VERSION}"
WANDB_IMAGE: Final = f"{REPOSITORY}-wandb:{VERSION}"
PREDICTOR_IMAGE: Final = f"{REPOSITORY}-predictor:{VERSION}"
DEPLOYMENT_IMAGE: Final = f"{REPOSITORY}-deployment:{VERSION}"
REGISTRY_IMAGE: Final = f"{REPOSITORY}-registry:{VERSION}"
CODE_OF: Final = {
    COMPONENTS_IMAGE: "components",
    MLFLOW_IMAGE: "components",
    WANDB_IMAGE: "components",
    PREDICTOR_IMAGE: "predictor",
    REGISTRY_IMAGE: "registry_service",
}
SECONDS_TO_START: Final = 30

LOCKED_DOWN: Final[dict[str, Any]] = {
    "read_only": True,
    "tmpfs": {"/tmp": ""},  # noqa: S108
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
}
"""No capability and no way to get one, and nothing to write to but /tmp."""

DIGEST_OF_CODE: Final = """
import hashlib, pathlib, sys
code = pathlib.Path("/opt/kfp-tabular/code")
digest = hashlib.sha256()
for path in sorted(code.glob(sys.argv[1] + "/**/*.py")):
    digest.update(path.relative_to(code).as_posix().encode() + path.read_bytes())
print(digest.hexdigest())
"""


def unavailable(reason: str) -> NoReturn:
    """Fail in CI, skip elsewhere: what the tests need is not on this machine."""
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    raise AssertionError


def connect() -> docker.DockerClient:
    """Connect to the engine, or give the test up."""
    try:
        return docker.from_env()
    except docker.errors.DockerException as error:
        unavailable(f"no container engine answers: start docker ({error})")


def check_image(engine: docker.DockerClient, image: str) -> None:
    """Give the test up unless the image holds the code of this checkout."""
    try:
        engine.images.get(image)
    except docker.errors.ImageNotFound:
        unavailable(f"there is no image {image}: make images builds it")
    package = CODE_OF[image]
    if run(engine, image, ["python", "-c", DIGEST_OF_CODE, package]).strip() != _digest(package):
        unavailable(f"the image {image} holds other code than this checkout: make images")


def run(engine: docker.DockerClient, image: str, command: Sequence[str], **options: Any) -> str:
    """Run a command in a container of its own; return what it prints.

    Raises:
        AssertionError: it failed; the error tells what it printed.
    """
    options = {"network": "none", **options}
    container = engine.containers.create(image, list(command), **options)
    try:
        container.start()
        code = container.wait()["StatusCode"]
        # The engine's own way to do all this at once now and then loses what a quick one prints.
        printed: str = container.logs().decode()
    finally:
        container.remove(force=True)
    assert code == 0, printed
    return printed


@contextmanager
def server(
    engine: docker.DockerClient, image: str, name: str, port: int, **options: Any
) -> Iterator[Container]:
    """Run a locked down server, which this machine reaches on a port of its own, for a while."""
    published = {f"{port}/tcp": ("127.0.0.1", None)}
    container = engine.containers.run(
        image, name=name, detach=True, ports=published, **LOCKED_DOWN, **options
    )
    try:
        container.reload()
        yield container
    finally:
        container.remove(force=True)


def address(container: Container, port: int) -> str:
    """Return where this machine reaches a server."""
    published = container.ports[f"{port}/tcp"][0]
    return f"127.0.0.1:{published['HostPort']}"


def wait_until_ready(container: Container, url: str) -> None:
    """Wait until a server answers 200."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        try:
            if urllib3.request("GET", url, retries=False, timeout=1).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail(f"{container.name} was not ready in time:\n{container.logs().decode()}")


def _digest(package: str) -> str:
    digest = hashlib.sha256()
    for path in sorted((catalog.ROOT / package).glob("**/*.py")):
        digest.update(path.relative_to(catalog.ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def remove_folder(engine: docker.DockerClient, folder: Path) -> None:
    """Empty a folder in which containers wrote as users that this one may not be."""
    command = ["sh", "-c", f"rm -rf {folder}/*"]
    volumes = {str(folder): {"bind": str(folder), "mode": "rw"}}
    run(engine, COMPONENTS_IMAGE, command, user="0", volumes=volumes)
