"""The training pipeline as one plain function."""

import uuid
from pathlib import Path

import polars as pl
import pytest

from components.shared.digests import folder_digest
from components.shared.errors import InputError
from components.shared.models.description import read_description
from pipelines.training.plain import Registry, TrainedTable, TrainingSettings, train_table
from tests.components.model_folders import BIRD_STRIKES
from tests.pipelines.conftest import BOOSTING, kfp_tabular

QUICK = '{"max_iter": 20}'


@pytest.fixture(name="trained", scope="module")
def trained_in_plain_python(
    tmp_path_factory: pytest.TempPathFactory, registry_url: str
) -> TrainedTable:
    """The bird strikes, trained and registered."""
    return train_table(
        str(BIRD_STRIKES),
        "damaged",
        tmp_path_factory.mktemp("plain"),
        TrainingSettings(
            estimator="hist_gradient_boosting",
            hyperparameters=QUICK,
            entity=["origin_state"],
            calibrate="sigmoid",
        ),
        Registry(model_name=f"strikes-{uuid.uuid4().hex}", url=registry_url, promote=True),
    )


def test_it_makes_the_model_of_the_pipeline(trained: TrainedTable, tmp_path: Path) -> None:
    """A run of the pipeline with the same inputs predicts the same, to the last digit."""
    kfp_tabular(
        *("run", "training", "--json", "--source", str(BIRD_STRIKES), "--target", "damaged"),
        *(*BOOSTING, QUICK, "--entity", "origin_state", "--calibrate", "sigmoid"),
        folder=tmp_path,
    )
    (theirs,) = tmp_path.glob(".kfp-tabular/runs/*/artifacts/*/evaluate-model/predictions")
    assert pl.read_parquet(theirs).equals(pl.read_parquet(trained.folder / "predictions.parquet"))


def test_an_entity_is_on_one_side(trained: TrainedTable) -> None:
    """What tells whose rows they are parts the table, and the model does not read it."""
    sides = [pl.read_parquet(trained.folder / f"{side}.parquet") for side in ("train", "test")]
    states = [set(side["origin_state"]) for side in sides]
    assert not states[0] & states[1]
    read = {column.name for column in read_description(trained.model).features}
    assert "operator" in read
    assert "origin_state" not in read


def test_a_model_that_passes_the_gate_is_registered(trained: TrainedTable) -> None:
    """The version is told, with its digest and its aliases."""
    assert trained.registered is not None
    assert trained.registered.digest == folder_digest(trained.model)
    assert set(trained.registered.aliases) == {"challenger", "champion"}


def test_it_is_told_in_a_line(trained: TrainedTable) -> None:
    """What Python shows of the result is short; a notebook gets the metrics too."""
    assert len(repr(trained)) < 250
    assert "roc_auc" in repr(trained)
    assert "<td>" in trained._repr_html_()


def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    """Whoever asks hears of each step as it starts; without a registry the gate is none of them."""
    (tmp_path / "ok.csv").write_text("x,y\n" + "1,a\n2,b\n" * 40, "utf-8")
    steps: list[str] = []
    result = train_table(str(tmp_path / "ok.csv"), "y", tmp_path / "out", progress=steps.append)
    assert steps[0] == "ingest_table"
    assert steps[-1] == "evaluate_model"
    assert result.registered is None


def test_a_mistake_is_an_exception_with_the_text_of_a_run(tmp_path: Path) -> None:
    """A source that is not there is told as a run tells it."""
    with pytest.raises(InputError, match="There is no file"):
        train_table(str(tmp_path / "absent.csv"), "y", tmp_path / "out")
