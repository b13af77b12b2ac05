"""A registry and a MinIO in containers, on a network without a way out, and a run against them."""

import io
import json
import secrets
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import docker
import pytest
from docker.models.networks import Network
from kfp.local import docker_task_handler
from minio import Minio

from pipelines.command_line.main import main
from pipelines.definition import catalog
from tests.integration.containers.engine import (
    COMPONENTS_IMAGE,
    PREDICTOR_IMAGE,
    REGISTRY_IMAGE,
    address,
    check_image,
    connect,
    remove_folder,
    server,
    wait_until_ready,
)
from tests.minio_server import minio_binary

KEYS: Final = {"AWS_ACCESS_KEY_ID": "test-administrator", "AWS_SECRET_ACCESS_KEY": "test-secret"}
TOKEN: Final = "a-token-for-tests"
SOURCE: Final = "s3://tables/bird strikes.csv"
ANYONE: Final = 54321


@dataclass(frozen=True)
class Servers:
    """Where the registry and the store are: on this machine, and on the network of the steps.

    Attributes:
        network: name of that network, which has no way out.
        registry_url: the registry as this machine reaches it.
        store: a client of the store.
        environment: how steps find both.
    """

    network: str
    registry_url: str
    store: Minio
    environment: dict[str, str]


@dataclass
class ContainerRun:
    """A training run in containers.

    Attributes:
        folder: where its steps wrote.
        summary: what the command printed.
        containers: image, command and options of the container of each step.
    """

    folder: Path
    summary: dict[str, Any] = field(default_factory=dict)
    containers: dict[str, dict[str, Any]] = field(default_factory=dict)


@pytest.fixture(name="engine", scope="session")
def container_engine() -> Iterator[docker.DockerClient]:
    """The engine, with images of the code of this checkout."""
    engine = connect()
    for image in (COMPONENTS_IMAGE, PREDICTOR_IMAGE, REGISTRY_IMAGE):
        check_image(engine, image)
    yield engine
    engine.close()


@pytest.fixture(name="network", scope="session")
def network_without_a_way_out(engine: docker.DockerClient) -> Iterator[Network]:
    """A network of the tests' own, whose containers reach one another and nothing else."""
    network = engine.networks.create(f"kfp-tabular-{secrets.token_hex(4)}", internal=True)
    yield network
    network.remove()


@pytest.fixture(name="store", scope="session")
def minio_in_a_container(engine: docker.DockerClient, network: Network) -> Iterator[Minio]:
    """A MinIO with the shipped table in the bucket `tables`, and a bucket for models."""
    # Its binary is static: any image carries it.
    mount = {minio_binary(): {"bind": "/minio", "mode": "ro"}}
    variables = {
        "MINIO_ROOT_USER": KEYS["AWS_ACCESS_KEY_ID"],
        "MINIO_ROOT_PASSWORD": KEYS["AWS_SECRET_ACCESS_KEY"],
        "MINIO_BROWSER": "off",
    }
    with server(
        *(engine, REGISTRY_IMAGE, f"{network.name}-minio", 9000),
        entrypoint=["/minio", "server", "/tmp/data", "--quiet"],  # noqa: S108
        environment=variables,
        volumes=mount,
        user=str(ANYONE),
    ) as container:
        network.connect(container, aliases=["minio"])
        at = address(container, 9000)
        wait_until_ready(container, f"http://{at}/minio/health/ready")
        client = Minio(at, *KEYS.values(), secure=False)
        for bucket in ("tables", "models"):
            client.make_bucket(bucket)
        table = catalog.ROOT / "data" / "bird_strikes.csv"
        client.fput_object("tables", "bird strikes.csv", str(table))
        yield client


@pytest.fixture(name="servers", scope="session")
def registry_in_a_container(
    engine: docker.DockerClient,
    network: Network,
    store: Minio,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Servers]:
    """A registry that asks for a token, on that MinIO, as a user of no name."""
    access = tmp_path_factory.mktemp("access") / "access.json"
    grants = {
        "tokens": [{"token": TOKEN, "subject": "steps"}],
        "grants": [{"subject": "steps", "role": "approver"}],
    }
    access.write_text(json.dumps(grants))
    access.chmod(0o644)
    variables = {
        "REGISTRY_HOST": "0.0.0.0",  # noqa: S104 - of its container
        "REGISTRY_DATA": "/tmp/registry",  # noqa: S108
        "REGISTRY_ACCESS_FILE": "/access.json",
        "REGISTRY_S3_ENDPOINT": "http://minio:9000",
        "REGISTRY_S3_BUCKET": "models",
        **KEYS,
    }
    with server(
        *(engine, REGISTRY_IMAGE, f"{network.name}-registry", 8080),
        environment=variables,
        volumes={str(access): {"bind": "/access.json", "mode": "ro"}},
        user=str(ANYONE),
    ) as container:
        network.connect(container, aliases=["registry"])
        url = f"http://{address(container, 8080)}"
        wait_until_ready(container, f"{url}/readyz")
        environment = {
            "REGISTRY_URL": "http://registry:8080",
            "REGISTRY_TOKEN": TOKEN,
            "AWS_ENDPOINT_URL": "http://minio:9000",
            **KEYS,
        }
        yield Servers(str(network.name), url, store, environment)


@pytest.fixture(name="trained", scope="session")
def training_in_containers(
    engine: docker.DockerClient, servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ContainerRun]:
    """`kfp-tabular run training --runner docker`, on a table in that MinIO."""
    done = ContainerRun(tmp_path_factory.mktemp("run"))
    run_container = docker_task_handler.run_docker_container

    def recording(**options: Any) -> Any:
        function = options["command"].index("--function_to_execute")
        done.containers[options["command"][function + 1]] = options
        return run_container(**options)

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
        patch.setattr(docker_task_handler, "run_docker_container", recording)
        for name, value in servers.environment.items():
            patch.setenv(name, value)
        command = ["run", "training", "--source", SOURCE, "--target", "damaged", "--promote"]
        command += ["--model-name", "bird-strikes", "--work-dir", str(done.folder), "--json"]
        command += ["--runner", "docker", "--docker-network", servers.network]
        with pytest.raises(SystemExit) as ended:
            main(command)
    assert not ended.value.code
    done.summary = json.loads(printed.getvalue())
    yield done
    remove_folder(engine, done.folder)
