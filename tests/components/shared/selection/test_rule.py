"""The rule that picks a candidate."""

from dataclasses import replace

import numpy as np
import pytest

from components.shared.evaluation.metrics import metric_named
from components.shared.selection.candidates import Size, candidates, plan_candidates
from components.shared.selection.compared import Sizes
from components.shared.selection.cross_validation import Scored
from components.shared.selection.rule import (
    cheapest_fitted,
    choose,
    choose_tuned,
    estimate,
)

CHEAP, DEARER, DEAREST = candidates("binary")
ROC_AUC = metric_named("roc_auc", "binary")
MANY = Sizes(rarest=200, deciding=200)
LOG_LOSS = metric_named("log_loss", "binary")


def test_a_cheaper_one_within_a_standard_error_is_taken() -> None:
    """0.01 behind with folds that differ by more is as good."""
    scored = [
        Scored(CHEAP, (0.80, 0.84, 0.79, 0.85)),
        Scored(DEARER, (0.82, 0.82, 0.82, 0.83)),
    ]
    chosen = choose(scored, ROC_AUC, prefer_cheap=True)
    assert chosen is not None
    assert chosen.scored.candidate is CHEAP
    assert chosen.remark == "chosen: within one standard error of boosting, and cheaper"
    best = choose(scored, ROC_AUC, prefer_cheap=False)
    assert best is not None
    assert best.scored.candidate is DEARER


def test_the_best_trial_is_taken_if_it_is_surely_ahead() -> None:
    """More than two standard errors on the same folds; what is hardly ahead is left alone."""
    default = Scored(CHEAP, (0.80, 0.84, 0.79, 0.85))
    untuned = choose([default], ROC_AUC, prefer_cheap=True)
    assert untuned is not None
    ahead = Scored(replace(CHEAP, name="trial 2", trial=2), (0.82, 0.86, 0.80, 0.87))
    hardly = Scored(replace(CHEAP, name="trial 3", trial=3), (0.80, 0.86, 0.79, 0.86))
    taken = choose_tuned(untuned, [hardly, ahead], ROC_AUC)
    assert taken.scored is ahead
    assert "more than two standard errors ahead of linear" in taken.reason
    kept = choose_tuned(untuned, [hardly], ROC_AUC)
    assert kept.scored is default
    assert "no trial is more than two standard errors ahead of linear" in kept.reason
    assert choose_tuned(untuned, [], ROC_AUC).scored is default


def test_a_cheaper_one_that_is_surely_worse_is_not() -> None:
    """0.01 behind on each fold is worse."""
    scored = [Scored(CHEAP, (0.80, 0.90, 0.70)), Scored(DEARER, (0.81, 0.91, 0.712))]
    chosen = choose(scored, ROC_AUC, prefer_cheap=True)
    assert chosen is not None
    assert chosen.scored.candidate is DEARER


def test_of_a_loss_the_least_is_the_best() -> None:
    """The direction of the metric counts."""
    scored = [Scored(CHEAP, (0.5, 0.5)), Scored(DEARER, (0.4, 0.4))]
    chosen = choose(scored, LOG_LOSS, prefer_cheap=True)
    assert chosen is not None
    assert chosen.scored.candidate is DEARER


def test_what_could_not_be_fitted_or_judged_is_not_chosen() -> None:
    """A failure, or a fold without a value, leaves the others."""
    scored = [
        Scored(CHEAP, (), "refused"),
        Scored(DEARER, (0.9, float("nan"))),
        Scored(DEAREST, (0.6, 0.6)),
    ]
    chosen = choose(scored, ROC_AUC, prefer_cheap=True)
    assert chosen is not None
    assert chosen.scored.candidate is DEAREST
    assert choose(scored[:2], ROC_AUC, prefer_cheap=True) is None


def test_the_interval_is_wider_than_that_of_independent_folds() -> None:
    """Folds share rows: with five of them the variance counts 0.45 fold, and not 0.2."""
    values = np.array([0.70, 0.72, 0.74, 0.76, 0.78])
    found = estimate(Scored(CHEAP, tuple(values.tolist())), ROC_AUC, MANY)
    assert found.value == pytest.approx(0.74)
    reach = 2.776 * np.std(values, ddof=1) * np.sqrt(0.45)
    assert found.low == pytest.approx(0.74 - reach, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "rarest"),
    [((0.7, 0.8, 0.9), 19), ((0.7, 0.8), 200), ((1.0, 1.0, 1.0), 200), ((), 200)],
)
def test_no_interval_of_few_rows_or_folds(values: tuple[float, ...], rarest: int) -> None:
    """Nor where all folds agree: it would have no width."""
    found = estimate(Scored(CHEAP, values), ROC_AUC, Sizes(rarest, rarest))
    assert found.low is found.high is None
    assert (found.value is None) == (not values)


def test_of_few_rows_the_cheapest_that_could_be_fitted_is_taken() -> None:
    """However good another looks, and it is said."""
    scored = [Scored(CHEAP, (), "refused"), Scored(DEARER, (0.1, 0.1)), Scored(DEAREST, (1.0, 1.0))]
    sizes = Sizes.of(np.array(["a"] * 90 + ["b"] * 6), "binary")
    chosen = cheapest_fitted(scored, sizes)
    assert chosen is not None
    assert chosen.scored.candidate is DEARER
    assert "6 rows of the class 'b' to compare by, where it takes 20" in chosen.reason
    assert cheapest_fitted(scored[:1], sizes) is None


def test_a_rare_class_among_several_leaves_rows_to_decide_by() -> None:
    """It has no interval, as in the evaluation, and the choice goes by the other classes."""
    sizes = Sizes.of(np.array(["a"] * 60 + ["b"] * 30 + ["c"] * 2), "multiclass")
    assert (sizes.rarest, sizes.deciding, sizes.label) == (2, 32, "c")


def test_a_forest_is_no_candidate_of_many_rows() -> None:
    """On 50,000 rows the others are compared, on a sample of 20,000."""
    plan = plan_candidates(candidates("binary"), Size(50_000, 10, 1), 20_000, 60.0)
    assert [each.name for each in plan.candidates] == ["linear", "boosting"]
    assert plan.rows == 20_000
    assert [each.name for each, _ in plan.left_out] == ["extra trees"]


def test_a_budget_takes_rows_before_candidates() -> None:
    """A wide table is compared on fewer rows, which is said."""
    plan = plan_candidates(candidates("binary"), Size(9_000, 2_000, 1), 20_000, 200.0)
    assert plan.rows < 9_000
    assert len(plan.candidates) == 3
    assert "instead of 9,000" in plan.notes[0]
