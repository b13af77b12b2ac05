"""The prediction server's image, with a version from the registry's."""

import docker
import urllib3
from docker.models.networks import Network

from tests.integration.containers.conftest import ANYONE, ContainerRun, Servers
from tests.integration.containers.engine import (
    PREDICTOR_IMAGE,
    address,
    run,
    server,
    wait_until_ready,
)

HEAVY = "sklearn pandas numpy polars scipy"


def test_the_image_serves_what_containers_trained(
    engine: docker.DockerClient, network: Network, servers: Servers, trained: ContainerRun
) -> None:
    """It fetches the version by its digest, proves it by its plan, and answers; it is read-only."""
    digest = trained.summary["registered"]["digest"]
    arguments = ["python", "-m", "predictor", "--model", "bird-strikes", "--digest", digest]
    with server(
        *(engine, PREDICTOR_IMAGE, f"{network.name}-predictor", 8080),
        command=arguments,
        environment=servers.environment,
        user=str(ANYONE),
    ) as container:
        network.connect(container, aliases=["predictor"])
        at = f"http://{address(container, 8080)}"
        wait_until_ready(container, f"{at}/v2/health/ready")
        model = urllib3.request("GET", f"{at}/v2/models/bird-strikes").json()["parameters"]
        assert (model["digest"], model["scored_by"]) == (digest, "plan")
        assert model["examples_reproduced"] > 0
        document = urllib3.request("GET", f"{at}/openapi.json").json()
        body = document["paths"]["/predict"]["post"]["requestBody"]["content"]
        example = body["application/json"]["example"]
        answer = urllib3.request("POST", f"{at}/predict", json=example)
        assert (answer.status, answer.json()["digest"]) == (200, digest)


def test_the_image_has_nothing_that_fits_models(engine: docker.DockerClient) -> None:
    """Neither scikit-learn nor a library of frames is in it."""
    look = f"import importlib.util as u; print([m for m in {HEAVY.split()} if u.find_spec(m)])"
    assert run(engine, PREDICTOR_IMAGE, ["python", "-c", look]).strip() == "[]"
