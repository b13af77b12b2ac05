"""`run tuning`, and the training that takes what it found."""

import json
from pathlib import Path

from tests.components.model_folders import BIRD_STRIKES
from tests.pipelines.conftest import kfp_tabular


def test_a_training_takes_what_a_tuning_found(tmp_path: Path) -> None:
    """The file is all that it needs, and its own record has what is in it."""
    lines = BIRD_STRIKES.read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "few.csv").write_text("".join(lines[:1500]), "utf-8")
    (tmp_path / "given.json").write_text('{"max_iter": 500}', "utf-8")
    table = ("--source", "few.csv", "--target", "damaged")
    done = kfp_tabular(
        *("run", "tuning", *table, "--json", "--trials", "3", "--parallel", "2"),
        *("--estimator", "linear", "--hyperparameters", "given.json"),
        folder=tmp_path,
    )
    assert done.exit_code == 0, done.errors
    summary = done.json()
    assert summary["choice"]["trials"] == 3
    file = Path(summary["files"]["hyperparameters"])
    found = json.loads(file.read_text("utf-8"))
    assert found["estimator"] == "logistic_regression"
    assert found["hyperparameters"]["max_iter"] == 500
    done = kfp_tabular(
        *("run", "training", *table, "--floor", "0.5", "--hyperparameters", str(file)),
        folder=tmp_path,
    )
    assert done.exit_code == 0, done.errors
    assert "found before" in done.output
    file.unlink()
    again = kfp_tabular("run", "training", "--again", "few@1", folder=tmp_path)
    assert again.exit_code == 0, again.errors
    assert "the same model as few version 1" in again.output
