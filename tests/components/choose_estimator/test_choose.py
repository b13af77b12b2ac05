"""Choosing the estimator by cross-validation."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_iris

from components.choose_estimator.choose import choose_estimator
from components.evaluate_model.evaluate import evaluate_model
from components.preprocess_table.preprocess import preprocess_table
from components.shared.errors import InputError
from components.shared.models.choices import read_choice
from components.shared.models.description import read_description
from components.shared.selection.candidates import candidates
from components.shared.selection.choice import Choice
from components.shared.selection.leaderboard import leaderboard_markdown
from components.shared.selection.settings import ChoiceSettings
from components.train_model.train import train_model


def _rings(rows: int = 240) -> pl.DataFrame:
    """Points within a ring are of one class, those beyond of the other: no line tells them."""
    points = np.random.default_rng(0).normal(size=(rows, 2))
    inside = np.hypot(*points.T) < 1.2
    return pl.DataFrame(points, ["x", "y"]).with_columns(
        label=pl.Series(np.where(inside, "yes", "no")), turn=pl.Series(range(rows)) // 8
    )


@pytest.fixture(name="rings", scope="module")
def table_of_rings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The training rows of rings."""
    path = tmp_path_factory.mktemp("rings") / "train.parquet"
    _rings().write_parquet(path)
    return path


@pytest.fixture(name="choice", scope="module")
def choice_for_rings(rings: Path) -> Choice:
    """What is chosen for them."""
    return choose_estimator(rings, "label")


def test_the_candidate_that_fits_the_rows_is_chosen(choice: Choice) -> None:
    """Where no line tells the classes, the linear model is last, with its interval."""
    assert choice.record.estimator in ("extra_trees", "hist_gradient_boosting")
    last = choice.record.candidates[-1]
    assert last.name == "linear"
    assert last.value is not None
    assert last.low is not None
    assert last.low <= last.value < 0.7
    assert choice.values().keys() == {each.name for each in candidates("binary")}


def test_the_same_rows_and_seed_give_the_same_choice(rings: Path, choice: Choice) -> None:
    """Every figure is the same, as no clock has a say."""
    assert choose_estimator(rings, "label").record == choice.record


def test_thirty_flowers_are_enough(tmp_path: Path) -> None:
    """Boosting cannot split so few rows, and a line tells them apart."""
    flowers = pl.from_pandas(load_iris(as_frame=True).frame)[::5]
    flowers.write_parquet(tmp_path / "train.parquet")
    record = choose_estimator(tmp_path / "train.parquet", "target").record
    assert record.estimator != "hist_gradient_boosting"
    assert record.candidates[0].value is not None
    assert record.candidates[0].value > 0.9


def test_a_table_that_no_fold_can_be_cut_of_gets_a_linear_model(tmp_path: Path) -> None:
    """It is said that nothing could be compared."""
    pl.DataFrame({"x": [1.0, 2.0, 3.0], "y": [0.1, 0.25, 0.37]}).write_parquet(tmp_path / "t")
    chosen = choose_estimator(tmp_path / "t", "y", task="regression")
    assert chosen.record.estimator == "ridge"
    assert "3 rows are too few" in chosen.remarks[0]


def _tiny(kind: str, rows: int) -> list[object]:
    """Return targets of a table of so few rows."""
    if kind == "regression":
        return [0.3 * row * row for row in range(rows)]
    rare = {"binary of one": ["yes"], "binary": ["yes"] * 2, "three classes": ["b", "c"]}[kind]
    return [*rare[: rows - 1], *["no"] * (rows - len(rare[: rows - 1]))]


@pytest.mark.parametrize("kind", ["binary of one", "binary", "three classes", "regression"])
@pytest.mark.parametrize("rows", [2, 4, 7, 12])
def test_no_table_is_too_small(
    kind: str, rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few rows get a linear model, no interval, and one sentence of ours that says why."""
    monkeypatch.setattr("components.shared.selection.candidates.FOLD_TREES", 3)
    values = _tiny(kind, rows)
    x = [float(row % 4) for row in range(rows)]
    days = [f"2024-01-{row + 1:02}" for row in range(rows)]
    who = [row // 2 for row in range(rows)]
    pl.DataFrame({"x": x, "day": days, "who": who, "y": values}).write_parquet(tmp_path / "t")
    classes = len(set(values))
    task = "regression" if kind == "regression" else ("multiclass" if classes > 2 else "binary")
    ways: list[dict[str, object]] = [{}]
    if rows in (4, 7):
        ways += [{"entity": ["who"]}, {"split_strategy": "time", "split_column": "day"}]
    for way in ways:
        settings = ChoiceSettings(metric="auto", seed=rows, **way)  # type: ignore[arg-type]
        chosen = choose_estimator(tmp_path / "t", "y", task=task, settings=settings)
        assert chosen.record.estimator in ("logistic_regression", "ridge")
        assert [each.low for each in chosen.record.candidates if each.low is not None] == []
        assert len(chosen.remarks) == 1
        told = " ".join(each.remark for each in chosen.record.candidates)
        assert "number of classes =" not in told
        assert "number of groups" not in told
        assert "train set" not in told


def test_rows_too_few_to_hold_some_back_are_told_once(tmp_path: Path) -> None:
    """Boosting is out for a class of a single row, which its line names and no remark repeats."""
    y = ["a"] * 30 + ["b"] * 25 + ["c"]
    frame = pl.DataFrame({"x": [float(len(y) - i) for i in range(len(y))], "y": y})
    frame.write_parquet(tmp_path / "t")
    chosen = choose_estimator(tmp_path / "t", "y", task="multiclass")
    boosting = next(each for each in chosen.record.candidates if each.name == "boosting")
    assert "class 'c' has 1 of the" in boosting.remark or "the rarest, 'c'" in boosting.remark
    assert not any("hist_gradient" in remark for remark in chosen.remarks)
    assert "no interval of the candidates, with " in chosen.remarks[0]
    assert "1 row of the class 'c'" in chosen.remarks[0]


def test_a_short_budget_cuts_candidates_and_says_so(rings: Path) -> None:
    """What there was no time for is among the candidates, the notes and the metadata."""
    chosen = choose_estimator(rings, "label", settings=ChoiceSettings(time_budget=0.1))
    assert chosen.record.estimator == "logistic_regression"
    remarks = {each.name: each.remark for each in chosen.record.candidates}
    assert "0.1 s does not allow it" in remarks["extra trees"]
    assert any("left out extra trees" in note["text"] for note in chosen.metadata()["notes"])


def test_a_named_estimator_is_taken_as_it_is(rings: Path) -> None:
    """Nothing is compared, and its hyper-parameters go on to the training."""
    chosen = choose_estimator(rings, "label", estimator="ridge", hyperparameters='{"alpha": 3}')
    assert (chosen.record.estimator, chosen.hyperparameters) == ("ridge", '{"alpha": 3}')
    assert not chosen.record.candidates
    assert "Nothing was compared" in leaderboard_markdown(chosen.record)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"hyperparameters": '{"max_iter": 5}'}, "`estimator` is auto: name it"),
        ({"settings": ChoiceSettings(time_budget=0.0)}, "`time_budget` is 0"),
        ({"settings": ChoiceSettings(time_budget=3601.0)}, "at most 3,600"),
        ({"settings": ChoiceSettings(metric="r2")}, "no metric 'r2'"),
        ({"settings": ChoiceSettings(sample_weight_column="w")}, "'w'"),
        ({"settings": ChoiceSettings(entity=("who",))}, "'who'"),
    ],
)
def test_a_mistake_is_told(rings: Path, given: dict[str, object], told: str) -> None:
    """Each names what is wrong and the remedy."""
    with pytest.raises(InputError, match=told):
        choose_estimator(rings, "label", **given)  # type: ignore[arg-type]


def test_rows_of_an_entity_judge_no_model_that_knows_it(tmp_path: Path) -> None:
    """Where a column only tells whose row it is, a model looks good until folds keep them apart."""
    who = np.arange(300) // 3
    answer = np.random.default_rng(1).random(100) < 0.5
    rows = {"who": who, "badge": who * 1.5, "y": np.where(answer[who], "yes", "no")}
    pl.DataFrame(rows).write_parquet(tmp_path / "t")
    loose = choose_estimator(tmp_path / "t", "y", settings=ChoiceSettings(drop_columns=["who"]))
    kept = choose_estimator(tmp_path / "t", "y", settings=ChoiceSettings(entity=["who"]))
    assert max(loose.values().values()) > 0.85
    assert max(kept.values().values()) < 0.7


def test_rows_without_weight_do_not_teach(tmp_path: Path) -> None:
    """Where half of the labels are wrong and weigh nothing, candidates learn from the others."""
    rows = _rings(400).drop("turn").with_row_index()
    wrong = pl.col("index") % 2 == 1
    flipped = pl.when(pl.col("label") == "yes").then(pl.lit("no")).otherwise(pl.lit("yes"))
    rows.with_columns(
        label=pl.when(wrong).then(flipped).otherwise("label"), w=pl.when(wrong).then(0).otherwise(1)
    ).drop("index").write_parquet(tmp_path / "t")
    weighed = ChoiceSettings(sample_weight_column="w")
    told = choose_estimator(tmp_path / "t", "label", settings=weighed).values()
    plain = ChoiceSettings(drop_columns=["w"])
    # Half of the rows that judge are wrong: knowing the right ones is as good as knowing none.
    assert told != choose_estimator(tmp_path / "t", "label", settings=plain).values()


def test_candidates_stand_in_the_model_and_in_the_report(
    rings: Path, choice: Choice, tmp_path: Path
) -> None:
    """What was compared goes with the model to whoever looks at it later."""
    choice.write(tmp_path / "choice", tmp_path / "choice.md")
    made = (tmp_path / "features", tmp_path / "preprocessor")
    name, settings = choice.record.estimator, choice.hyperparameters
    preprocess_table(rings, *made, "label", estimator=name)
    train = (rings, *made, tmp_path / "model", "label")
    train_model(*train, estimator=name, hyperparameters=settings, choice=tmp_path / "choice")
    assert read_choice(tmp_path / "choice") == choice.record
    kept = read_description(tmp_path / "model").choice
    assert kept is not None
    assert [each["name"] for each in kept["candidates"]] == list(choice.values())
    told = tmp_path / "report.html"
    evaluate_model(tmp_path / "model", rings, told, tmp_path / "e.json", tmp_path / "p")
    assert "Which estimators were compared" in told.read_text("utf-8")
    with pytest.raises(InputError, match="outputs of one run of choose_estimator"):
        train_model(*train, estimator="random_forest", choice=tmp_path / "choice")


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_candidate_has_a_plan(task: str, tmp_path: Path) -> None:
    """Whatever is chosen can be served without scikit-learn."""
    targets = {"binary": "label", "multiclass": "turn", "regression": "x"}
    rows = _rings(120).with_columns(turn=(pl.col("turn") % 3).cast(pl.String))
    rows.write_parquet(tmp_path / "t")
    for each in candidates(task):
        made = (tmp_path / "features", tmp_path / "preprocessor")
        preprocess_table(tmp_path / "t", *made, targets[task], estimator=each.estimator.name)
        trained = train_model(
            *(tmp_path / "t", *made, tmp_path / "model", targets[task]),
            estimator=each.estimator.name,
            hyperparameters=json.dumps(each.hyperparameters),
        )
        assert trained.description.plan_refusal == ""
