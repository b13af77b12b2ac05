"""Trials that were made in parts, put together."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from sklearn.datasets import load_diabetes

from components.choose_estimator.choose import choose_estimator
from components.choose_trial.choose import choose_trial
from components.score_trials.score import score_trials
from components.shared.errors import InputError
from components.shared.models.found_hyperparameters import FoundHyperparameters
from components.shared.selection.settings import ChoiceSettings
from components.shared.selection.trials import read_trials


@pytest.fixture(name="patients", scope="module")
def table_of_patients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some hundred rows of a regression."""
    path = tmp_path_factory.mktemp("patients") / "train.parquet"
    pl.from_pandas(load_diabetes(as_frame=True).frame)[:150].write_parquet(path)
    return path


def _parts(patients: Path, folder: Path, *numbers: str, seed: int = 42) -> list[Path]:
    """Make so many parts of a search of six trials of boosting, and return their files."""
    paths = []
    for each in numbers:
        settings = ChoiceSettings(tune=6, seed=seed)
        given = {"estimator": "hist_gradient_boosting", "hyperparameters": '{"max_iter": 20}'}
        made = score_trials(patients, "target", each, settings, **given)
        paths.append(folder / f"{each}-{seed}")
        made.write(paths[-1])
        assert read_trials(paths[-1]) == made
    return paths


@pytest.fixture(name="parts", scope="module")
def three_parts(patients: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A search in three parts."""
    return _parts(patients, tmp_path_factory.mktemp("parts"), "1-2", "3-4", "5-6")


def test_however_many_parts_the_result_is_the_same(
    patients: Path, parts: list[Path], tmp_path: Path
) -> None:
    """In whatever order they come: trials go by their numbers and the seed."""
    alone = choose_trial(_parts(patients, tmp_path, "1-6"))
    assert choose_trial(parts[::-1]) == alone
    assert alone.choice.record.trials == 6
    assert {each.hyperparameters["max_iter"] for each in alone.choice.record.candidates} == {20}


def test_trials_do_not_repeat_each_other(parts: list[Path]) -> None:
    """Each has a learning rate of its own, within what is searched."""
    scored = [each for part in parts for each in read_trials(part).scored]
    rates = [each.candidate.hyperparameters["learning_rate"] for each in scored]
    assert len(set(rates)) == 6
    assert all(0.02 <= rate <= 0.3 for rate in rates)


def test_parts_that_are_missing_or_of_another_search_are_refused(
    patients: Path, parts: list[Path], tmp_path: Path
) -> None:
    """It is said what to give."""
    for some in (parts[:2], parts[1:], [parts[0], parts[2]], [*parts, parts[0]]):
        with pytest.raises(InputError, match="some are missing, or there twice"):
            choose_trial(some)
    with pytest.raises(InputError, match="not of one search"):
        choose_trial([*parts[:2], *_parts(patients, tmp_path, "5-6", seed=7)])
    (tmp_path / "other").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="not what score_trials writes"):
        choose_trial([tmp_path / "other"])
    with pytest.raises(InputError, match="no numbers of trials"):
        score_trials(patients, "target", "3-9", ChoiceSettings(tune=6))


def test_what_was_found_is_what_a_training_takes(
    patients: Path, parts: list[Path], tmp_path: Path
) -> None:
    """It goes with the estimator, and says so; for another target it is refused."""
    chosen = choose_trial(parts)
    chosen.write(tmp_path / "choice", tmp_path / "board", tmp_path / "found")
    text = (tmp_path / "found").read_text("utf-8")
    assert FoundHyperparameters.parse(text) == chosen.found
    taken = choose_estimator(patients, "target", hyperparameters=text)
    assert taken.record.estimator == "hist_gradient_boosting"
    assert taken.record.hyperparameters == chosen.found.hyperparameters
    assert "found before, by 6 trials" in taken.record.reason
    assert not taken.remarks
    with pytest.raises(InputError, match=r"found for 'target' \(regression\)"):
        choose_estimator(patients, "bmi", hyperparameters=text)
    with pytest.raises(InputError, match="`estimator` is ridge"):
        choose_estimator(patients, "target", estimator="linear", hyperparameters=text)
    settings = ChoiceSettings(tune=3)
    with pytest.raises(InputError, match="leave out one of"):
        choose_estimator(patients, "target", hyperparameters=text, settings=settings)
    pl.read_parquet(patients)[1:].write_parquet(tmp_path / "others")
    elsewhere = choose_estimator(tmp_path / "others", "target", hyperparameters=text)
    assert "found on other training rows" in elsewhere.remarks[0]


def test_a_short_budget_makes_fewer_trials(patients: Path, tmp_path: Path) -> None:
    """By estimates, in all parts alike, and it is said."""
    settings = ChoiceSettings(tune=6, time_budget=0.2)
    paths = []
    for numbers in ("1-3", "4-6"):
        made = score_trials(patients, "target", numbers, settings, estimator="extra_trees")
        paths.append(tmp_path / numbers)
        made.write(paths[-1])
    chosen = choose_trial(paths)
    assert 0 < chosen.found.trials < 6
    assert any("of 6 trials were made" in remark for remark in chosen.choice.remarks)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('{"max_iter": "many"}', "'max_iter' parameter"),
        ('{"max_leaf_nodes": -1}', "'max_leaf_nodes' parameter"),
        ('{"max_itr": 5}', "no hyper-parameter 'max_itr'.*Did you mean 'max_iter'"),
    ],
)
def test_hyperparameters_that_no_fit_takes_are_refused_before_any(
    patients: Path, given: str, told: str
) -> None:
    """By their names, of trials in parts as of those of one step."""
    asked = {"estimator": "hist_gradient_boosting", "hyperparameters": given}
    settings = ChoiceSettings(tune=2)
    with pytest.raises(InputError, match=told):
        score_trials(patients, "target", "1-2", settings, **asked)
    with pytest.raises(InputError, match=told):
        choose_estimator(patients, "target", settings=settings, **asked)


def test_nothing_is_found_where_nothing_could_be_fitted(parts: list[Path], tmp_path: Path) -> None:
    """It is said why."""
    failed = []
    for part in parts:
        made = read_trials(part)
        defaults, scored = (
            tuple(replace(each, values=(), failure="no leaves") for each in some)
            for some in (made.defaults, made.scored)
        )
        failed.append(tmp_path / part.name)
        replace(made, defaults=defaults, scored=scored).write(failed[-1])
    with pytest.raises(InputError, match="hist_gradient_boosting: no leaves"):
        choose_trial(failed)


def test_lightgbm_says_in_a_fit_what_it_does_not_take(patients: Path, tmp_path: Path) -> None:
    """Its own words reach the user, of trials in parts as of those of one step."""
    pytest.importorskip("lightgbm")
    asked = {"estimator": "lightgbm", "hyperparameters": '{"num_leaves": -1}'}
    settings = ChoiceSettings(tune=2)
    score_trials(patients, "target", "1-2", settings, **asked).write(tmp_path / "part")
    with pytest.raises(InputError, match="num_leaves"):
        choose_trial([tmp_path / "part"])
    with pytest.raises(InputError, match="num_leaves"):
        choose_estimator(patients, "target", settings=settings, **asked)
