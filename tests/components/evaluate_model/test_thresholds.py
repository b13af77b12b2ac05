"""What thresholds find and cost."""

import numpy as np
import pytest
from sklearn import metrics as sk

from components.evaluate_model.thresholds import Costs, thresholds
from components.shared.errors import InputError


def scored(rows: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of which a fifth is positive, with probabilities that know something of it."""
    rng = np.random.default_rng(seed)
    positive = rng.random(rows) < 0.2
    score = 1 / (1 + np.exp(-(rng.normal(size=rows) + 2 * positive - 2)))
    return positive, np.round(score, 2)


@pytest.mark.parametrize("costs", [Costs(1, 1), Costs(1, 10), Costs(25, 1), Costs(0, 1)])
def test_no_threshold_costs_less_than_the_best(costs: Costs) -> None:
    """Every other cut on the same rows makes mistakes that cost at least as much."""
    positive, score = scored()
    found = thresholds(positive, score, costs)
    assert found is not None

    def cost(threshold: float) -> float:
        called = score >= threshold
        false_alarms, missed = (called & ~positive).sum(), (~called & positive).sum()
        return float(false_alarms * costs.false_positive + missed * costs.false_negative)

    best = found.named("best")
    assert best.cost * found.rows == pytest.approx(cost(best.threshold))
    assert cost(best.threshold) == min(cost(each) for each in np.linspace(0, 1, 1001))


def test_a_model_that_knows_nothing_pays_at_no_threshold() -> None:
    """The best costs what calling all rows costs, or none; one that ranks them costs less."""
    positive, score = scored()
    known = thresholds(positive, score, Costs(1, 2))
    nothing = thresholds(positive, np.full(len(positive), 0.2), Costs(1, 2))
    assert known is not None
    assert nothing is not None
    share = positive.mean()
    assert (known.cost_of_none, known.cost_of_all) == pytest.approx((2 * share, 1 - share))
    assert (known.pays, nothing.pays) == (True, False)


def test_a_row_of_the_table_is_what_scikit_learn_counts() -> None:
    """Rows called, those found among them, those missed, false alarms."""
    positive, score = scored()
    found = thresholds(positive, score, Costs())
    assert found is not None
    for row in found.table:
        called = score >= row.threshold
        (_, alarms), (missed, hits) = sk.confusion_matrix(positive, called)
        assert (row.rows, row.found, row.missed) == (called.sum(), hits, missed)
        assert row.false_alarms == alarms
    falling = [row.threshold for row in found.table]
    assert falling == sorted(falling, reverse=True)


def test_the_gain_curve_goes_from_nothing_to_all() -> None:
    """It rises from no row called and none found to all."""
    positive, score = scored(5000)
    found = thresholds(positive, score, Costs())
    assert found is not None
    assert (found.called_share[0], found.found_share[0]) == (0, 0)
    assert (found.called_share[-1], found.found_share[-1]) == (1, 1)
    assert (np.diff(found.found_share) >= 0).all()


def test_a_certain_probability_is_called_at_every_threshold() -> None:
    """No threshold above 1 is offered, however dear a false alarm is."""
    found = thresholds(np.array([False, True, False]), np.array([1.0, 0.5, 0.2]), Costs(100, 1))
    assert found is not None
    assert found.best <= 1
    assert found.named("best").rows == 2


def test_there_is_no_threshold_where_a_class_is_missing() -> None:
    """Nothing can be found, or nothing can be a false alarm."""
    assert thresholds(np.array([True, True]), np.array([0.1, 0.9]), Costs()) is None


@pytest.mark.parametrize("costs", [Costs(-1, 1), Costs(1, float("nan")), Costs(0, 0)])
def test_senseless_costs_are_refused(costs: Costs) -> None:
    """What is negative, no number, or nothing at all ends in a message."""
    with pytest.raises(InputError, match="cost_f"):
        costs.check()
