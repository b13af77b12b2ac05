"""Trials of further hyper-parameters."""

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes

from components.choose_estimator.choose import choose_estimator
from components.choose_estimator.tuning import tune
from components.shared.errors import InputError
from components.shared.evaluation.metrics import metric_named
from components.shared.models.estimators import ESTIMATORS
from components.shared.selection.candidates import Candidate, Plan, Size, candidate, candidates
from components.shared.selection.compared import Compared, Sizes
from components.shared.selection.cross_validation import FoldedRows, Scored
from components.shared.selection.folding import Folded
from components.shared.selection.leaderboard import leaderboard_markdown
from components.shared.selection.search_spaces import SPACES, Search, space_of, trial_of
from components.shared.selection.settings import ChoiceSettings
from pipelines.definition import catalog

DOCUMENT = catalog.ROOT / "docs" / "tuning.md"
ROC_AUC = metric_named("roc_auc", "binary")
LINEAR, BOOSTING, FOREST = candidates("binary")


class _Slope(FoldedRows):
    """Rows on which boosting is the better the nearer its learning rate is to 0.05."""

    def __init__(self) -> None:
        self.asked: list[Candidate] = []

    def values(self, candidate: Candidate) -> Iterator[float]:
        self.asked.append(candidate)
        rate = candidate.hyperparameters.get("learning_rate", 0.1)
        for fold in range(4):
            yield 0.9 - 0.1 * abs(math.log(rate / 0.05)) + 0.02 * fold


def _folded(rows: FoldedRows) -> Folded:
    sizes = Sizes(rarest=200, deciding=200)
    compared = Compared("binary", "roc_auc", 4, sizes, 400, 400, 60.0, LINEAR, (), ())
    plan = Plan(60.0, (LINEAR, BOOSTING), 400)
    return Folded(rows, plan, Size(300, 5, 1), compared)


def _search(trials: int = 20, seconds: float = 1e6) -> Search:
    spaces = {each.name: space_of(each, 1, {}) for each in (LINEAR, BOOSTING)}
    return Search(spaces, {}, trials, seconds, seed=3)


def _defaults() -> list[Scored]:
    return [Scored(each, tuple(_Slope().values(each))) for each in (LINEAR, BOOSTING)]


def test_trials_find_what_is_better_and_stop_where_it_is_worse() -> None:
    """Of twenty, one comes near the best learning rate, and some far from it see fewer folds."""
    tuned = tune(_defaults(), _search(), _folded(_Slope()), ROC_AUC)
    best = max(tuned.scored, key=lambda each: each.values)
    assert 0.04 < best.candidate.hyperparameters["learning_rate"] < 0.0625
    assert tuned.tried == 20
    assert tuned.stopped == 20 - len(tuned.scored) > 2


def test_an_estimator_of_many_hyperparameters_has_many_trials() -> None:
    """Six of boosting and one of a linear model are tuned: seven trials are shared so."""
    rows = _Slope()
    tune(_defaults(), _search(7), _folded(rows), ROC_AUC)
    names = [each.estimator.name for each in rows.asked]
    assert names.count("hist_gradient_boosting") == 6
    assert names.count("logistic_regression") == 1


def test_the_same_seed_makes_the_same_trials() -> None:
    """And another one makes others."""
    first, second = (tune(_defaults(), _search(8), _folded(_Slope()), ROC_AUC) for _ in range(2))
    assert first == second


def test_a_budget_cuts_trials_and_says_so() -> None:
    """By estimates: what a trial takes goes by its rounds and leaves."""
    tuned = tune(_defaults(), _search(20, seconds=1.5), _folded(_Slope()), ROC_AUC)
    assert 0 < tuned.tried < 20
    assert f"{tuned.tried} of 20 trials were made" in tuned.notes[0]


@pytest.fixture(name="patients", scope="module")
def table_of_patients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some hundred rows of a regression."""
    path = tmp_path_factory.mktemp("patients") / "train.parquet"
    pl.from_pandas(load_diabetes(as_frame=True).frame)[:150].write_parquet(path)
    return path


def test_a_choice_that_was_tuned_tells_of_its_trials(patients: Path) -> None:
    """The default stands among the best trials, with their intervals, and nobody is lost."""
    settings, named = ChoiceSettings(tune=9), "hist_gradient_boosting"
    record = choose_estimator(patients, "target", estimator=named, settings=settings).record
    assert record.trials == 9
    assert {named} < {each.name for each in record.candidates}
    trials = [each for each in record.candidates if each.trial]
    assert 0 < len(trials) <= 9 - record.stopped
    assert all(each.low is not None for each in trials)
    told = leaderboard_markdown(record)
    assert f"9 trials of hyper-parameters, {record.stopped} stopped early" in told
    assert trials[0].described in told
    again = choose_estimator(patients, "target", estimator=named, settings=settings)
    assert again.record == record


def test_it_is_said_where_no_trial_stayed_ahead(patients: Path) -> None:
    """Boosting of 150 rows does not come near a linear model, and a fold is enough to see it."""
    record = choose_estimator(patients, "target", settings=ChoiceSettings(tune=4)).record
    assert (record.trials, record.stopped) == (4, 4)
    assert record.reason.endswith("Of the trials, none is ahead of linear on all folds.")


def test_what_a_named_estimator_is_given_is_not_tuned(patients: Path) -> None:
    """All trials have it, and only the others differ."""
    chosen = choose_estimator(
        *(patients, "target"),
        estimator="hist_gradient_boosting",
        hyperparameters='{"max_iter": 20, "learning_rate": 0.2}',
        settings=ChoiceSettings(tune=4),
    )
    tried = [each.hyperparameters for each in chosen.record.candidates]
    assert {(each["max_iter"], each["learning_rate"]) for each in tried} == {(20, 0.2)}
    assert len({each.get("max_leaf_nodes") for each in tried}) > 1


def test_an_estimator_without_hyperparameters_is_not_tuned(patients: Path) -> None:
    """It is said, with those that can be."""
    with pytest.raises(
        InputError, match=r"linear_regression has no hyper-parameter to tune.*ridge"
    ):
        choose_estimator(
            patients, "target", estimator="linear_regression", settings=ChoiceSettings(tune=4)
        )
    with pytest.raises(InputError, match="`tune` is 1001"):
        choose_estimator(patients, "target", settings=ChoiceSettings(tune=1001))


def test_a_handful_of_rows_is_not_tuned(tmp_path: Path) -> None:
    """No trial could be told to be better, which is said."""
    y = ["a"] * 30 + ["b"] * 6
    rng = np.random.default_rng(0)
    pl.DataFrame({"x": rng.normal(size=36), "y": y}).write_parquet(tmp_path / "t")
    chosen = choose_estimator(tmp_path / "t", "y", settings=ChoiceSettings(tune=4))
    assert chosen.record.trials == 0
    assert any("nothing was tuned" in remark for remark in chosen.remarks)


@pytest.mark.parametrize("name", SPACES)
def test_every_hyperparameter_that_is_searched_is_one_of_the_estimator(name: str) -> None:
    """With whole numbers where it takes whole ones, and the default within its range."""
    estimator = ESTIMATORS[name]
    for space in SPACES[name].values():
        assert space.low <= space.usual <= space.high
        assert isinstance(space.low, int) == isinstance(space.high, int) == space.whole
    module, _, made = str(estimator.classifier or estimator.regressor).partition(":")
    known = getattr(__import__(module, fromlist=[made]), made)().get_params()
    assert set(SPACES[name]) <= set(known)
    assert candidate(name, estimator).estimator is estimator


def test_models_of_many_classes_have_fewer_leaves() -> None:
    """Each round grows a tree for each class, and a plan has a greatest number of leaves."""
    lightgbm = candidate("lightgbm", ESTIMATORS["lightgbm"])
    for default, name, most in ((BOOSTING, "max_leaf_nodes", 63), (lightgbm, "n_estimators", 400)):
        assert space_of(default, 1, {})[name].high == most
        assert space_of(default, 26, {})[name].high < 0.7 * most


def test_rounds_of_boosting_end_by_themselves() -> None:
    """As those of the default; a user who sets them has as many."""
    trial = trial_of(BOOSTING, 1, {"learning_rate": 0.05}, {})
    assert trial.hyperparameters == {**BOOSTING.hyperparameters, "learning_rate": 0.05}
    assert trial.fixed == BOOSTING.fixed
    given = {"early_stopping": False, "max_iter": 300}
    assert trial_of(BOOSTING, 1, {}, given).hyperparameters == given
    assert trial_of(BOOSTING, 1, {}, given).fixed == 3 * BOOSTING.fixed


@pytest.mark.parametrize("outputs", [1, 31, 32, 106, 1_000])
def test_the_default_is_within_what_is_searched(outputs: int) -> None:
    """Also of so many classes that the default itself has more leaves than a plan may have."""
    for searched in space_of(BOOSTING, outputs, {}).values():
        assert searched.low <= searched.usual <= searched.high


def test_nothing_of_tuning_is_imported_where_nothing_is_tuned(patients: Path) -> None:
    """A comparison of defaults starts no slower for it."""
    program = (
        "import sys; from components.choose_estimator.choose import choose_estimator;"
        f"choose_estimator({str(patients)!r}, 'target', estimator='ridge');"
        "import components.shared.selection.deciding; sys.exit('optuna' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_document_tells_what_is_searched() -> None:
    """Every range stands in its table as it is."""
    section = DOCUMENT.read_text("utf-8").partition("## What is searched")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    told, estimator = {}, ""
    for row in rows[1:]:
        first, name, low, high, how = (cell.strip(" `") for cell in row.strip("|").split("|"))
        estimator = first or estimator
        told[estimator, name] = (float(low), float(high), how == "by orders of magnitude")
    assert told == {
        (estimator, name): (space.low, space.high, space.log)
        for estimator, spaces in SPACES.items()
        for name, space in spaces.items()
    }


def test_commands_load_nothing_of_a_search_for_its_bounds() -> None:
    """The help of a command is there as soon as without it."""
    program = (
        "import sys, pipelines.training.interface, pipelines.tuning.interface;"
        "sys.exit(bool({'optuna', 'polars', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
