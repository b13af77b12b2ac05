"""The images of the steps that speak to trackers of experiments."""

from dataclasses import dataclass

import docker
import pytest

from tests.integration.containers.engine import (
    COMPONENTS_IMAGE,
    LOCKED_DOWN,
    MLFLOW_IMAGE,
    WANDB_IMAGE,
    check_image,
    run,
)


@dataclass(frozen=True)
class Tracker:
    """An image, the package that it alone has, our module that imports it, and its size."""

    image: str
    package: str
    module: str
    most_besides: int


TRACKERS = (
    Tracker(MLFLOW_IMAGE, "mlflow", "components.log_to_mlflow.server", 130_000_000),
    Tracker(WANDB_IMAGE, "wandb", "components.log_to_wandb.client", 110_000_000),
)


@pytest.fixture(name="tracker", params=TRACKERS, ids=lambda each: each.package)
def image_of_this_checkout(engine: docker.DockerClient, request: pytest.FixtureRequest) -> Tracker:
    """A tracker, if its image holds the code of this checkout."""
    tracker: Tracker = request.param
    check_image(engine, tracker.image)
    return tracker


def test_it_adds_the_client_alone(engine: docker.DockerClient, tracker: Tracker) -> None:
    """It is the image of the components with so much more at the most, of the same user."""
    ours, whole = (engine.images.get(each).attrs for each in (COMPONENTS_IMAGE, tracker.image))
    assert 0 < whole["Size"] - ours["Size"] < tracker.most_besides
    assert whole["Config"]["User"] == ours["Config"]["User"]


def test_its_steps_have_the_client_and_others_do_not(
    engine: docker.DockerClient, tracker: Tracker
) -> None:
    """The module that speaks to the tracker loads in it, locked down, and nowhere else."""
    ask = f"import importlib.util as u; print(u.find_spec('{tracker.package}') is not None)"
    assert run(engine, COMPONENTS_IMAGE, ["python", "-c", ask], **LOCKED_DOWN).strip() == "False"
    load = f"import {tracker.module} as module; print(len(module.REFUSALS) > 0)"
    assert run(engine, tracker.image, ["python", "-c", load], **LOCKED_DOWN).strip() == "True"
