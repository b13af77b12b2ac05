"""preprocess_table and train_model as KFP components, run on this machine."""

from pathlib import Path
from typing import Any

import pytest
from kfp import dsl, local
from kfp.dsl import Dataset

from components.preprocess_table.component import preprocess_table
from components.shared.models.folders import load_model
from components.train_model.component import train_model
from tests.components.training_tables import wine


@dsl.pipeline(name="fit")  # type: ignore[untyped-decorator]
def fit(table: str, target: str, hyperparameters: str) -> str:
    """Preprocess and train."""
    train = dsl.importer(artifact_uri=table, artifact_class=Dataset, reimport=True)
    preprocessed = preprocess_table(train=train.output, target=target, drop_columns=["ash"])
    trained = train_model(
        train=train.output,
        features=preprocessed.outputs["features"],
        preprocessor=preprocessed.outputs["preprocessor"],
        target=target,
        hyperparameters=hyperparameters,
    )
    digest: str = trained.outputs["Output"]
    return digest


def run(folder: Path, **arguments: Any) -> Any:
    """Run the pipeline in subprocesses of this environment."""
    local.init(runner=local.SubprocessRunner(use_venv=False), pipeline_root=str(folder / "outputs"))
    table = wine(folder / "train.parquet")
    return fit(**{"table": str(table), "target": "target", "hyperparameters": "{}", **arguments})


def only(folder: Path, name: str) -> Path:
    """Return the one artifact of this name in the outputs."""
    (found,) = (folder / "outputs").rglob(name)
    return found


def test_components_make_a_model(tmp_path: Path) -> None:
    """Two steps end in a model folder whose digest is the output."""
    task = run(tmp_path, hyperparameters='{"max_iter": 3}')
    loaded = load_model(only(tmp_path, "model"))
    assert task.output == loaded.digest
    assert loaded.description.hyperparameters == {"max_iter": 3}
    assert [column["name"] for column in loaded.description.dropped_columns] == ["ash"]


def test_users_mistake_ends_the_step_without_a_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A wrong hyper-parameter is one line in the log."""
    with pytest.raises(RuntimeError, match="train-model"):
        run(tmp_path, hyperparameters='{"max_itr": 3}')
    captured = capfd.readouterr()
    log = captured.out + captured.err
    assert "error: hist_gradient_boosting has no hyper-parameter 'max_itr'" in log
    assert "Traceback" not in log
    assert not list((tmp_path / "outputs").rglob("model.joblib"))
