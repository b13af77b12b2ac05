"""The retraining pipeline, from the command line, and as it is compiled for a cluster."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from components.register_model.register import Lineage, register_model
from components.shared.registry.client import RegistryClient
from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage
from pipelines.training.summary import REFUSED
from tests.components.detect_drift.watched import watch
from tests.components.model_folders import train_bird_strikes
from tests.pipelines.conftest import Done, kfp_tabular
from tests.pipelines.local.test_tracking import kept

NESTED = ("monitoring", "training", "deployment", "deployment-2")
CODES = {"Small": "S", "Medium": "M", "Large": "L"}
GENEROUS = ("--settings", '{"margin": -0.3, "floor": "0.5"}')
"""Of so few rows, nothing is surely better."""


@dataclass(frozen=True)
class Laptop:
    """A folder with windows of a champion, which was trained before they came.

    Attributes:
        folder: The folder.
        registry_url: The registry.
        model: The model.
    """

    folder: Path
    registry_url: str
    model: str

    def retrain(self, window: str, *more: str) -> Done:
        """Run the pipeline."""
        told = ("--json", "--model", f"{self.model}@champion", "--source", window, *more)
        return self.run("run", "retraining", *told)

    def run(self, *arguments: str) -> Done:
        """Run a command."""
        return kfp_tabular(*arguments, folder=self.folder, REGISTRY_URL=self.registry_url)


@pytest.fixture(name="laptop", scope="module")
def laptop_with_a_champion(
    tmp_path_factory: pytest.TempPathFactory, registry_url: str
) -> Iterator[Laptop]:
    """A champion of few columns, a window as it knows them, and one with sizes as codes."""
    folder = tmp_path_factory.mktemp("retraining")
    model = f"strikes_{uuid.uuid4().hex[:12]}"
    watched = watch(train_bird_strikes(folder / "trained"), folder)
    asked = {"source": "then.csv", "target": "damaged", "estimator": "linear", "seed": 7}
    lineage = Lineage(run_id="then", arguments=json.dumps(asked), table_digest="ab" * 32)
    register_model(
        watched.model,
        watched.model.parent / "e.json",
        model,
        lineage=lineage,
        registry_url=registry_url,
    )
    with RegistryClient(registry_url) as registry:
        registry.promote(model, "champion", "1")
    rows = watched.rows.head(2_000)
    rows.write_csv(folder / "april.csv")
    recoded = pl.col("wildlife_size").replace(CODES)
    rows.with_columns(recoded).write_csv(folder / "may.csv")
    laptop = Laptop(folder, registry_url, model)
    yield laptop
    laptop.run("deployments", "stop", model)


def test_nothing_is_done_where_nothing_moved(laptop: Laptop) -> None:
    """It says so, ends well, and the registry keeps the run with its outcome."""
    done = laptop.retrain("april.csv", "--max-age", "30")
    assert done.exit_code == 0, done.errors
    told = done.json()
    assert (told["decision"], told["training"]) == ("nothing to do", None)
    assert (told["monitoring"]["status"], told["version"]) == ("no drift", None)


def test_a_model_that_the_gate_refuses_changes_nothing(laptop: Laptop) -> None:
    """The exit code is 3, and the champion stays."""
    done = laptop.retrain("april.csv", "--force", "--settings", '{"floor": "0.99"}')
    assert done.exit_code == REFUSED, done.errors
    told = done.json()
    assert (told["decision"], told["triggers"], told["version"]) == ("retrain", ["force"], None)
    assert told["training"]["comparison"]["approved"] is False
    with RegistryClient(laptop.registry_url) as registry:
        assert registry.get(f"{laptop.model}@champion").version == "1"


def test_drift_makes_a_champion(laptop: Laptop) -> None:
    """The version has what started it, and can be repeated; the run has both versions."""
    done = laptop.retrain("may.csv", *GENEROUS)
    assert done.exit_code == 0, done.errors
    told = done.json()
    assert (told["decision"], told["version"]) == ("retrain", f"{laptop.model}@2")
    assert told["triggers"][0] == "drift"
    with RegistryClient(laptop.registry_url) as registry:
        champion = registry.get(f"{laptop.model}@champion")
        assert champion.version == "2"
        assert champion.lineage["trigger"].startswith("drift")
        assert "wildlife_size" in champion.lineage["trigger"]
        again = json.loads(champion.lineage["arguments"])
        assert (again["source"], again["estimator"], again["seed"]) == ("may.csv", "linear", 7)
    run, logged = kept(
        laptop.registry_url, Path(told["training"]["files"]["validation"]).parent.name
    )
    assert run["said"]["version"] == f"{laptop.model}@2"
    assert run["said"]["watched"] == f"{laptop.model}@1"
    assert {"detect_drift.roc_auc", "evaluate_model.roc_auc"} <= logged.keys()


def test_a_repeated_trigger_makes_no_second_version(laptop: Laptop) -> None:
    """It names the first one, and does what was left: to deploy, as of a run that broke."""
    with RegistryClient(laptop.registry_url) as registry:
        registry.promote(laptop.model, "watched", "1")
    first = ("--model", f"{laptop.model}@watched", "--deploy", "--latency-limit", "10000")
    repeated = laptop.retrain("may.csv", *first, *GENEROUS)
    assert repeated.exit_code == 0, repeated.errors
    told = repeated.json()
    assert (told["decision"], told["version"]) == ("made before", f"{laptop.model}@2")
    assert told["training"] is None
    assert told["deployment"]["deployed"]["version"] == "2"
    with RegistryClient(laptop.registry_url) as registry:
        assert len(registry.list_versions(laptop.model)) == 2
        assert registry.get(f"{laptop.model}@deployed").version == "2"


def test_labels_need_a_table_to_train_on(laptop: Laptop) -> None:
    """They are joined to watch, and to nothing that is trained on."""
    done = laptop.retrain("april.csv", "--labels", "labels.csv", "--key", "strike")
    assert done.exit_code == 2
    assert "--train-on" in done.errors


@pytest.mark.parametrize("task", NESTED)
def test_a_nested_pipeline_is_compiled_whole(task: str) -> None:
    """It has the steps that it has on its own: no group of the same name took the place of one."""
    nested = PipelinePackage.read(catalog.pipeline_yaml("retraining")).steps_within(task)
    alone = PipelinePackage.read(catalog.pipeline_yaml(task.removesuffix("-2")))
    assert sorted(nested.values()) == sorted(name for name, _ in alone.tasks())
