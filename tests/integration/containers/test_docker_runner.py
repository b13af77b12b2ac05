"""`kfp-tabular run --runner docker` as it is used on one machine."""

from pathlib import Path

import docker
import pytest

from pipelines.definition import catalog
from tests.integration.containers.engine import remove_folder
from tests.pipelines.conftest import Done, kfp_tabular

QUICK = ("--estimator", "hist_gradient_boosting", "--hyperparameters", '{"max_iter": 10}')


def _run(folder: Path, *more: str, **variables: str) -> Done:
    command = ("run", "training", "--json", "--target", "damaged", "--runner", "docker", *QUICK)
    return kfp_tabular(*command, *more, folder=folder, **variables)


def test_a_local_table_becomes_a_version_in_the_registry_of_this_machine(
    engine: docker.DockerClient, tmp_path: Path
) -> None:
    """A table named by a relative path reaches the containers, and they reach the registry."""
    table = (catalog.ROOT / "data" / "bird_strikes.csv").read_text("utf-8")
    (tmp_path / "my table.csv").write_text("".join(table.splitlines(keepends=True)[:2000]))
    done = _run(tmp_path, "--source", "my table.csv", "--floor", "0")
    remove_folder(engine, tmp_path)
    assert done.exit_code == 0, done.errors
    assert done.json()["rows"] == 1999
    assert done.json()["registered"]["model_name"] == "my table"


@pytest.mark.usefixtures("engine")
def test_an_image_is_never_pulled(tmp_path: Path) -> None:
    """An image that is not here might be anybody's elsewhere: its absence ends the run."""
    done = _run(tmp_path, "--source", "t.csv", KFP_TABULAR_IMAGE="kfp-tabular-absent:0.0.1")
    assert done.exit_code == 2
    assert "there is no image kfp-tabular-absent" in done.errors
    assert "none kfp-tabular-absent:0.0.1 on this machine" in done.errors


@pytest.mark.usefixtures("engine")
def test_a_network_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The network of the containers must exist."""
    network = ("--docker-network", "kfp-tabular-absent")
    done = _run(tmp_path, "--source", "t.csv", *network, REGISTRY_URL="http://registry:8080")
    assert done.exit_code == 2
    assert "docker has no network kfp-tabular-absent" in done.errors
