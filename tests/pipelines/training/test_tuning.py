"""`run training --tune`."""

from pathlib import Path

from tests.components.model_folders import BIRD_STRIKES
from tests.pipelines.conftest import kfp_tabular


def test_a_tuned_training_tells_of_its_trials(tmp_path: Path) -> None:
    """In its summary, in the evaluation report and with the registered version."""
    lines = BIRD_STRIKES.read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "few.csv").write_text("".join(lines[:1500]), "utf-8")
    done = kfp_tabular(
        *("run", "training", "--json", "--source", "few.csv", "--target", "damaged"),
        *("--floor", "0.5", "--tune", "5", "--estimator", "hist_gradient_boosting"),
        folder=tmp_path,
    )
    assert done.exit_code == 0, done.errors
    summary = done.json()
    assert summary["choice"]["trials"] == 5
    trial = next(each for each in summary["choice"]["candidates"] if each["trial"])
    assert "learning_rate" in trial["hyperparameters"]
    report = Path(summary["files"]["evaluation"]).read_text("utf-8")
    assert "5 trials of hyper-parameters" in report
    shown = kfp_tabular("registry", "show", "few@1", folder=tmp_path)
    assert "5 trials of hyper-parameters" in shown.output
