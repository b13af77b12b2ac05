"""What columns contribute to predictions."""

import math
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from components.shared.plans.plan import LEAF, PLAN_FILE, Linear, Tree, Trees, parse_plan
from components.shared.plans.row_scores import logistic
from components.shared.plans.scorer import PlanScorer
from tests.components.planned_models import Planned, planned, trained
from tests.components.training_tables import diabetes

SIX = ["bmi", "s5", "bp", "s6", "age", "s2"]
ESTIMATORS = ("hist_gradient_boosting", "random_forest", "extra_trees", "lightgbm", "linear")


def answer(tree: Tree, row: list[float], known: frozenset[int], node: int = 0) -> float:
    """Return what a tree says of a row of which it knows some features."""
    feature = tree.feature[node]
    if feature == LEAF:
        return float(tree.number[node])
    left, right = node + 1, tree.right[node]
    if feature in known:
        return answer(tree, row, known, left if row[feature] <= tree.number[node] else right)
    weighted = sum(tree.cover[child] * answer(tree, row, known, child) for child in (left, right))
    return weighted / tree.cover[node]


def by_all_subsets(trees: Trees, row: list[float]) -> Iterator[float]:
    """Yield the Shapley value of each feature by its definition, over all subsets of the others."""
    count = len(row)
    of_set = {
        frozenset(chosen): math.fsum(answer(tree, row, frozenset(chosen)) for tree in trees.trees)
        for size in range(count + 1)
        for chosen in combinations(range(count), size)
    }
    for feature in range(count):
        yield math.fsum(
            (of_set[known | {feature}] - without)
            * math.factorial(len(known))
            * math.factorial(count - len(known) - 1)
            / math.factorial(count)
            for known, without in of_set.items()
            if feature not in known
        )


def test_contributions_are_those_over_all_subsets(tmp_path: Path) -> None:
    """Of a model of six features, each contribution is the Shapley value by its definition."""
    table = diabetes(tmp_path / "train.parquet")
    pl.read_parquet(table).select(*SIX, "target").write_parquet(table)
    settings = '{"max_iter": 4, "max_leaf_nodes": 24}'
    model = trained(table, "target", "hist_gradient_boosting", hyperparameters=settings)
    plan = parse_plan((model / PLAN_FILE).read_text("utf-8"))
    assert isinstance(plan.estimator, Trees)
    for record in pl.read_parquet(table).drop("target").to_dicts()[:5]:
        (found,) = PlanScorer.load(model).explain([record])
        expected = list(by_all_subsets(plan.estimator, list(record.values())))
        np.testing.assert_allclose(list(found.contributions.values()), expected, atol=1e-9)


@pytest.mark.parametrize("table", ["birds", "wine", "diabetes"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_contributions_add_up_to_the_prediction(folder: Path, estimator: str, table: str) -> None:
    """The base and all contributions are what the model says, in the unit that is named."""
    model = planned(folder, table, estimator)
    rows = [*model.rows[:8], dict.fromkeys(model.scorer.features)]
    scores = model.scorer.score(rows)
    for number, found in enumerate(model.scorer.explain(rows)):
        if scores.probabilities is None:
            assert (found.label, found.unit) == (None, "target")
            assert found.total == pytest.approx(scores.predictions[number], abs=1e-9, rel=1e-12)
            continue
        classes = model.scorer.classes or []
        probability = scores.probabilities[number][classes.index(found.label)]
        forest = estimator in ("random_forest", "extra_trees")
        of_sums = "log-odds" if table == "birds" else "logit"
        assert found.unit == ("probability" if forest else of_sums)
        if forest:
            assert found.total == pytest.approx(probability, abs=1e-9)
        elif table == "birds":
            assert found.label == "yes"
            assert logistic(found.total) == pytest.approx(probability, abs=1e-9)
        else:
            assert found.label == scores.predictions[number]
            logits = sums_of_sklearn(model, rows[number])
            assert found.total == pytest.approx(logits[classes.index(found.label)], abs=1e-9)


def sums_of_sklearn(model: Planned, row: dict[str, Any]) -> list[float]:
    """Return what the probabilities of several classes are the softmax of."""
    pipeline = model.loaded.pipeline
    if hasattr(pipeline, "decision_function"):
        return list(pipeline.decision_function([row])[0])
    return list(pipeline[-1].predict(pipeline[:-1].transform([row]), raw_score=True)[0])


def test_contributions_are_lightgbms(folder: Path) -> None:
    """Of LightGBM's trees they are what LightGBM itself says, summed over a column's features."""
    model = planned(folder, "birds", "lightgbm")
    pipeline, rows = model.loaded.pipeline, model.rows[:20]
    features = pipeline[:-1].transform(rows)
    expected = pipeline[-1].predict(features, pred_contrib=True)
    for row, found in zip(expected, model.scorer.explain(rows), strict=True):
        assert found.base == pytest.approx(row[-1], abs=1e-9)
        assert found.total == pytest.approx(row.sum(), abs=1e-9)
        alone = found.contributions["speed_knots"]
        names = list(pipeline[1].get_feature_names_out())
        assert alone == pytest.approx(row[names.index("numeric__speed_knots")], abs=1e-9)
        dates = [i for i, name in enumerate(names) if name.startswith("date__")]
        assert found.contributions["flight_date"] == pytest.approx(row[dates].sum(), abs=1e-9)


def test_linear_contributions_are_distances_from_the_mean(folder: Path) -> None:
    """A row of means has no contributions; a feature one unit up contributes its coefficient."""
    model = planned(folder, "diabetes", "linear")
    estimator = parse_plan((model.folder / PLAN_FILE).read_text("utf-8")).estimator
    assert isinstance(estimator, Linear)
    half = pl.read_parquet(model.folder.parents[1] / "train.parquet").drop("target")
    (at_mean,) = model.scorer.explain(half.mean().to_dicts())
    np.testing.assert_allclose(list(at_mean.contributions.values()), 0.0, atol=1e-9)
    assert at_mean.base == pytest.approx(
        pl.read_parquet(model.folder.parents[1] / "train.parquet")["target"].mean(), abs=1e-6
    )
