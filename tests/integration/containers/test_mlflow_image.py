"""The image of the steps that speak to an MLflow server."""

import docker
import pytest

from tests.integration.containers.engine import (
    COMPONENTS_IMAGE,
    LOCKED_DOWN,
    MLFLOW_IMAGE,
    check_image,
    run,
)

MOST_BESIDES = 130_000_000


@pytest.fixture(name="image")
def image_of_this_checkout(engine: docker.DockerClient) -> str:
    """The image, if it holds the code of this checkout."""
    check_image(engine, MLFLOW_IMAGE)
    return MLFLOW_IMAGE


def test_it_adds_the_client_alone(engine: docker.DockerClient, image: str) -> None:
    """It is that of the components with 130 MB more at the most, of the same user."""
    ours, whole = (engine.images.get(each).attrs for each in (COMPONENTS_IMAGE, image))
    assert 0 < whole["Size"] - ours["Size"] < MOST_BESIDES
    assert whole["Config"]["User"] == ours["Config"]["User"]


def test_its_steps_have_the_client_and_others_do_not(
    engine: docker.DockerClient, image: str
) -> None:
    """The module that speaks to MLflow loads in it, locked down, and nowhere else."""
    ask = "import importlib.util as u; print(u.find_spec('mlflow') is not None)"
    assert run(engine, COMPONENTS_IMAGE, ["python", "-c", ask], **LOCKED_DOWN).strip() == "False"
    load = "import components.log_to_mlflow.server as server; print(server.MODEL)"
    assert run(engine, image, ["python", "-c", load], **LOCKED_DOWN).strip() == "model"
