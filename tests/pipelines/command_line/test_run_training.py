"""The training pipeline, from the command line, on real data."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import urllib3
from sklearn.datasets import load_diabetes, load_wine

from pipelines.definition import catalog
from pipelines.local.registry import local_registry
from tests.pipelines.conftest import BOOSTING, CommandLine, Done, kfp_tabular
from tests.registry_service.stock_clients.environments import V1, call, python_of

BIRD_STRIKES = catalog.ROOT / "data" / "bird_strikes.csv"
READ = """
import json, sys
from urllib.parse import urlparse
from model_registry import ModelRegistry
url, name, ref = sys.argv[1:]
client = ModelRegistry("http://127.0.0.1", urlparse(url).port, author="ada", is_secure=False)
version, artifact = client.get_model_version(name, ref), client.get_model_artifact(name, ref)
print(json.dumps({
    "models": [model.name for model in client.get_registered_models()],
    "estimator": version.custom_properties["estimator"],
    "format": artifact.model_format_name,
    "digest": artifact.custom_properties["digest"],
}))
"""
QUICK = (*BOOSTING, '{"max_iter": 20}')


def _train(folder: Path, *more: str, **variables: str) -> Done:
    return kfp_tabular(
        *("run", "training", "--json", "--source", str(BIRD_STRIKES), "--target", "damaged"),
        *("--model-name", "bird-strikes", *QUICK, *more),
        folder=folder,
        **variables,
    )


@pytest.fixture(name="folder", scope="module")
def work_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that two runs share."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(name="runs", scope="module")
def two_runs(folder: Path) -> tuple[Done, Done]:
    """The same training twice in one work folder; the first makes the champion."""
    return _train(folder, "--promote"), _train(folder, "--promote")


def test_the_first_run_registers_the_champion(runs: tuple[Done, Done]) -> None:
    """With no champion to beat, a model above the floor is registered and promoted."""
    first = runs[0].json()
    assert first["registered"]["version"] == "1"
    assert set(first["registered"]["aliases"]) == {"challenger", "champion"}
    assert first["comparison"]["champion"] is None


def test_rows_are_accounted_for(runs: tuple[Done, Done]) -> None:
    """Rows in are rows out: train, test and those without a target."""
    first = runs[0].json()
    assert first["rows"] == 9985
    assert first["train_rows"] + first["test_rows"] + first["dropped_rows"] == first["rows"]


def test_a_version_is_made_again_by_its_name(folder: Path, runs: tuple[Done, Done]) -> None:
    """Its run is repeated from what it was registered with, and makes the same bytes."""
    assert runs[0].exit_code == 0
    done = kfp_tabular("run", "training", "--json", "--again", "bird-strikes@1", folder=folder)
    assert (done.exit_code, done.json()["again"]["same"]) == (0, True), done.errors


def test_the_model_has_learnt_something(runs: tuple[Done, Done]) -> None:
    """On the bird strikes the model is far better than chance, and not too good to be true."""
    assert 0.7 < runs[0].json()["metrics"]["roc_auc"]["value"] < 0.99


def test_reports_are_html_files(runs: tuple[Done, Done]) -> None:
    """Evaluation and validation leave reports that a browser opens by their ending."""
    for step in ("evaluation", "validation"):
        report = Path(runs[0].json()["files"][step])
        assert report.suffix == ".html"
        assert "<html" in report.read_text()


def test_the_same_model_again_is_refused(runs: tuple[Done, Done]) -> None:
    """A second run of the same data and seed meets the champion, and is not registered."""
    second = runs[1].json()
    assert second["registered"] is None
    assert second["comparison"]["champion"]["version"] == "1"
    assert second["comparison"]["reasons"]


def test_kubeflows_own_client_reads_what_was_registered(
    runs: tuple[Done, Done], folder: Path
) -> None:
    """The unmodified model-registry client finds model, version, artifact and digest."""
    registered = runs[0].json()["registered"]
    with local_registry(folder / ".kfp-tabular" / "registry", folder / "registry.log") as url:
        arguments = [str(python_of(V1)), "-c", READ, url, "bird-strikes", registered["version"]]
        seen = json.loads(call(arguments).splitlines()[-1])
    assert seen == {
        "models": ["bird-strikes"],
        "estimator": "hist_gradient_boosting",
        "format": "sklearn",
        "digest": registered["digest"],
    }


def test_a_better_model_replaces_the_champion(tmp_path: Path) -> None:
    """A model that is surely better than the champion is registered as version 2."""
    weak = _train(tmp_path, "--promote", *BOOSTING, '{"max_iter": 1, "max_depth": 1}')
    strong = _train(tmp_path, "--promote", *BOOSTING, '{"max_iter": 60}')
    assert weak.json()["registered"]["version"] == "1"
    assert strong.json()["registered"]["version"] == "2"
    assert "champion" in strong.json()["registered"]["aliases"]
    assert strong.json()["comparison"]["champion"]["version"] == "1"


def test_a_model_below_the_floor_is_refused(tmp_path: Path) -> None:
    """A floor that no model reaches keeps the registry empty."""
    done = _train(tmp_path, "--floor", "0.999")
    assert done.exit_code == 3
    assert done.json()["registered"] is None


def test_a_run_does_not_begin_without_its_registry(tmp_path: Path) -> None:
    """An error that names it comes before the first step, and not after the training."""
    done = _train(tmp_path, REGISTRY_URL="http://127.0.0.1:9", KFP_TABULAR_WAIT_SECONDS="0")
    assert done.exit_code == 1
    assert "http://127.0.0.1:9" in done.errors
    assert "fingerprint_source" not in done.output + done.errors
    assert "Traceback" not in done.errors


def test_a_registry_that_stays_shows_the_version(
    command_line: CommandLine, tmp_path: Path, registry_url: str
) -> None:
    """The summary ends with the address of the version's page, which is there."""
    load_wine(as_frame=True).frame.to_csv(tmp_path / "wine.csv", index=False)
    asked = ("run", "training", "--source", "wine.csv", "--target", "target")
    done = command_line(*asked, REGISTRY_URL=registry_url)
    address = next(part for part in done.output.split() if part.startswith(f"{registry_url}/ui/"))
    page = urllib3.request("GET", address)
    assert page.status == 200
    assert re.search(r"<title>wine version 1\b", page.data.decode())


def test_multiclass_is_found_from_the_target(command_line: CommandLine, tmp_path: Path) -> None:
    """Three kinds of wine are a multi-class problem."""
    frame = load_wine(as_frame=True)
    frame.frame.to_csv(tmp_path / "wine.csv", index=False)
    summary = _summary(command_line, "wine.csv", "target")
    assert summary["comparison"]["metric"] == "balanced_accuracy"
    assert summary["registered"]["model_name"] == "wine"


def test_regression_is_found_from_the_target(command_line: CommandLine, tmp_path: Path) -> None:
    """Disease progression is a regression; Parquet and JSON Lines are read as well."""
    import polars as pl

    bundle = load_diabetes()
    table = pl.DataFrame(bundle.data, schema=bundle.feature_names).with_columns(
        progression=bundle.target + 0.5
    )
    table.write_ndjson(tmp_path / "diabetes.jsonl")
    summary = _summary(command_line, "diabetes.jsonl", "progression", "--estimator", "ridge")
    assert summary["comparison"]["metric"] == "r2"
    assert summary["metrics"]["r2"]["value"] > 0.2


def _summary(command_line: CommandLine, source: str, target: str, *more: str) -> Mapping[str, Any]:
    done = command_line("run", "training", "--json", "--source", source, "--target", target, *more)
    assert done.exit_code == 0, done.errors
    return done.json()
