"""Every model folder is a model of MLflow's, where this package is not installed."""

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grimp
import numpy as np
import pytest
import urllib3
import yaml

from components.shared.models.description import read_description
from tests.benchmarks.registry.servers import running
from tests.environments import call
from tests.mlflow.conftest import Example
from tests.mlflow.programs import SETTINGS, mlflow_program
from tests.registry_service.running import free_port

PREDICTING = Path(__file__).with_name("predicting.py")
LOADER = "components.shared.models.mlflow_loader"


@pytest.fixture(name="elsewhere", scope="module")
def folder_of_a_user(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with a folder `components` that has nothing to do with ours."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "components").mkdir()
    (folder / "components" / "__init__.py").write_text("MINE = 'my own components'\n")
    (folder / PREDICTING.name).write_bytes(PREDICTING.read_bytes())
    return folder


@pytest.fixture(name="told", scope="module")
def what_mlflow_predicts(elsewhere: Path, strikes: Example, progress: Example) -> dict[str, Any]:
    """What models give that one process loads, beside the user's own package."""
    models = [str(strikes.folder), str(progress.folder)]
    program = str(elsewhere / PREDICTING.name)
    told: dict[str, Any] = json.loads(call([mlflow_program("python"), program, *models], elsewhere))
    return {"strikes": told[strikes.folder.name], "progress": told[progress.folder.name], **told}


def test_mlflow_predicts_what_we_do(
    told: dict[str, Any], strikes: Example, progress: Example
) -> None:
    """Labels, probabilities and numbers are ours to the last digit."""
    ours = strikes.loaded.pipeline
    assert told["strikes"]["predict"] == list(ours.predict(strikes.rows))
    probable = told["strikes"]["probable"]
    assert probable["columns"] == ["no", "yes"]
    assert np.array_equal(np.array(probable["data"]), ours.predict_proba(strikes.rows))
    numbers = list(progress.loaded.pipeline.predict(progress.rows))
    assert told["progress"]["predict"] == told["progress"]["raw"] == numbers


def test_a_users_own_package_stays_theirs(told: dict[str, Any]) -> None:
    """A model with a date loads beside a folder `components`, and neither hides the other."""
    assert told["own"] == "my own components"
    assert told["ours"] == []


def test_the_input_example_can_be_predicted(told: dict[str, Any], progress: Example) -> None:
    """The example in the folder is a row that the model takes, and no row of the training."""
    assert told["strikes"]["example"] == ["no"]
    assert len(told["progress"]["example"]) == 1
    example = json.loads((progress.folder / "model" / "input_example.json").read_text())
    row = dict(zip(example["columns"], example["data"][0], strict=True))
    assert not (progress.rows[list(row)] == list(row.values())).all(axis=1).any()


@pytest.fixture(name="port", scope="module")
def served_model(strikes: Example, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The model, as `mlflow models serve` serves it in the environment that it runs in."""
    port, log = free_port(), tmp_path_factory.mktemp("serve") / "log"
    model = str(strikes.folder / "model")
    serve = [mlflow_program("mlflow"), "models", "serve", "--env-manager", "local", "-m", model]
    path = f"{Path(mlflow_program('mlflow')).parent}{os.pathsep}{os.environ['PATH']}"
    with running([*serve, "-p", str(port)], port, "/ping", log, {**SETTINGS, "PATH": path}):
        yield port


def test_mlflow_serves_a_model(port: int, strikes: Example) -> None:
    """Rows as JSON, with texts and numbers as they come, get our probabilities."""
    rows = strikes.rows.astype({"flight_date": str}).head(3)
    body = {
        "dataframe_split": json.loads(rows.to_json(orient="split", index=False)),
        "params": {"predict_method": "predict_proba"},
    }
    answer = urllib3.request("POST", f"http://127.0.0.1:{port}/invocations", json=body)
    assert answer.status == 200, answer.data
    served = [[row["no"], row["yes"]] for row in answer.json()["predictions"]]
    assert np.array_equal(np.array(served), strikes.loaded.pipeline.predict_proba(rows))


def test_the_archive_holds_all_that_loading_needs(strikes: Example) -> None:
    """What the loader and the pickle import of this package, by another reckoning, is in it."""
    graph = grimp.build_graph("components", exclude_type_checking_imports=True)
    needed = {LOADER, "components.shared.features.date_features"}
    needed |= {m for each in needed for m in graph.find_upstream_modules(each)}
    names = {name.partition("/")[2] for name in _archive(strikes).namelist()}
    held = {name.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for name in names}
    assert needed <= {f"components.{name}" for name in held}


def test_the_archive_imports_nothing_of_another_name(strikes: Example) -> None:
    """Each module in it stands below one package, and imports only from there."""
    archive = _archive(strikes)
    (package,) = {name.partition("/")[0] for name in archive.namelist()}
    assert re.fullmatch(r"kfp_tabular_model_[0-9a-f]{12}", package)
    for name in archive.namelist():
        assert not re.search(r"^\s*(from|import) components\b", archive.read(name).decode(), re.M)


def test_every_file_is_named_with_its_digest(strikes: Example) -> None:
    """`model.json` has the digest of each other file, and the pins are those of the training."""
    folder = strikes.folder / "model"
    described = read_description(folder)
    assert {*described.files, "model.json"} == {path.name for path in folder.iterdir()}
    pins = (folder / "requirements.txt").read_text().splitlines()
    assert f"scikit-learn=={described.versions['scikit-learn']}" in pins
    conda = yaml.safe_load((folder / "conda.yaml").read_text())
    assert conda["dependencies"][-1] == {"pip": pins}


def _archive(example: Example) -> zipfile.ZipFile:
    content = (example.folder / "model" / "loader.zip").read_bytes()
    return zipfile.ZipFile(io.BytesIO(content))
