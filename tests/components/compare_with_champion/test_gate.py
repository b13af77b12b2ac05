"""The gate's decisions."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.compare_with_champion.gate import Champion, Decision, Floor, decide
from components.compare_with_champion.row_sentences import sentences
from components.shared.evaluation.comparisons import Chance, ComparedRows
from components.shared.evaluation.metrics import METRICS, Estimate, Metric, metric_named

AUC = metric_named("roc_auc", "binary")
LOSS = metric_named("log_loss", "binary")
CONSTANT = Floor(0.5, Estimate(0.1, 0.05, 0.15))
CHANCE = Floor(0.5, Estimate(0.05, -0.06, 0.16))


def against(low: float, value: float, high: float) -> Champion:
    """Return a champion from which the candidate differs by an interval."""
    return Champion("3", "d" * 64, "champion", Estimate(0.7), Estimate(value, low, high))


def test_a_first_model_needs_the_floor_only() -> None:
    """Without a champion, being surely better than a constant approves, and it says so."""
    decision = decide(AUC, 0.6, CONSTANT, None)
    assert decision == Decision(
        True,
        (
            "ROC AUC is 0.1000 better than the 0.5000 of a constant prediction, and at the "
            "unfavourable end of the 95 % interval 0.05000 better.",
            "There is no version to beat yet, so the floor alone decides.",
        ),
    )


def test_what_chance_may_do_is_refused_with_the_remedy() -> None:
    """Better than a constant by its value alone is not enough, and what would be is said."""
    decision = decide(AUC, 0.55, CHANCE, None)
    assert decision == Decision(
        False,
        (
            "ROC AUC is 0.05000 better than the 0.5000 of a constant prediction, and at the "
            "unfavourable end of the 95 % interval 0.06000 worse: surely better is asked for, as "
            "chance may do this. Take more rows or better columns, or say what is enough (floor).",
        ),
    )


@pytest.mark.parametrize(
    ("metric", "over", "approved"),
    [
        (AUC, Estimate(0.1, 0.001, 0.2), True),
        (AUC, Estimate(0.1, 0.0, 0.2), False),
        (LOSS, Estimate(-0.1, -0.2, -0.001), True),
        (LOSS, Estimate(-0.1, -0.2, 0.001), False),
        (AUC, Estimate(0.1), False),
        (AUC, Estimate(None), False),
        (AUC, Estimate(0.1, math.nan, 0.2), False),
    ],
)
def test_better_than_a_constant(metric: Metric, over: Estimate, approved: bool) -> None:
    """The unfavourable end decides, on the side that is better; without an interval none passes."""
    assert decide(metric, 0.3, Floor(0.25, over), None).approved == approved


@pytest.mark.parametrize(
    ("as_good", "constant", "approved"),
    [(9, 0.0, True), (10, 0.0, False), (9, 0.2, True), (10, 0.2, False), (0, 0.5, False)],
)
def test_shufflings_decide_beside_the_constant(
    as_good: int, constant: float, approved: bool
) -> None:
    """A recall of 0 is no floor, as chance is above it: 2.5 % of the shufflings may be as good."""
    over = Estimate(0.4 - constant, 0.3 - constant, 0.5 - constant)
    floor = Floor(constant, over, Chance(0.2, as_good, 399, 100))
    decision = decide(metric_named("recall", "binary"), 0.4, floor, None)
    assert decision.approved == approved
    if as_good == 10:
        assert "10 of 399 shufflings are as good, so that chance may do this" in decision.reasons[0]


def test_no_more_is_asked_than_shufflings_can_tell() -> None:
    """At 99.9 % the predictions must be better than all of 399, which the reason says."""
    f1 = metric_named("f1", "binary")
    for as_good, approved in ((0, True), (1, False)):
        floor = Floor(0.0, Estimate(0.9, 0.8, 1.0), Chance(0.2, as_good, 399, 100, 40))
        decision = decide(f1, 0.9, floor, None, confidence=0.999)
        assert decision.approved == approved
        assert "among the 40 entities of 100 rows" in decision.reasons[0]
        assert "99.9 % asks for more shufflings than are made" in decision.reasons[0]


@pytest.mark.parametrize(("as_good", "approved"), [(4, True), (5, False)])
def test_shufflings_enough_for_the_confidence_decide_by_it(as_good: int, approved: bool) -> None:
    """Of 999 shufflings four may be as good at a confidence of 99 %, half a per cent with it."""
    floor = Floor(0.0, Estimate(0.9, 0.8, 1.0), Chance(0.2, as_good, 999, 100))
    f1 = metric_named("f1", "binary")
    assert decide(f1, 0.9, floor, None, confidence=0.99).approved == approved


@pytest.mark.parametrize(
    ("metric", "candidate", "floor", "approved"),
    [
        (AUC, 0.5, 0.5, True),
        (AUC, 0.4999, 0.5, False),
        (LOSS, 0.32, 0.32, True),
        (LOSS, 0.33, 0.32, False),
        (AUC, math.nan, 0.5, False),
        (AUC, None, 0.5, False),
        (AUC, 0.9, None, False),
        (AUC, 0.9, math.nan, False),
        (LOSS, -math.inf, 0.5, False),
    ],
)
def test_floor(
    metric: Metric, candidate: float | None, floor: float | None, approved: bool
) -> None:
    """The floor is a least value or, for losses, a greatest; what is undefined never passes."""
    assert decide(metric, candidate, Floor(floor), None).approved == approved


@pytest.mark.parametrize(
    ("metric", "difference", "margin", "approved"),
    [
        (AUC, (0.001, 0.01, 0.02), 0.0, True),
        (AUC, (0.0, 0.01, 0.02), 0.0, False),
        (AUC, (0.001, 0.01, 0.02), 0.001, False),
        (AUC, (-0.01, 0.0, 0.01), -0.01, True),
        (AUC, (-0.02, 0.0, 0.01), -0.01, False),
        (LOSS, (-0.02, -0.01, -0.001), 0.0, True),
        (LOSS, (-0.02, -0.01, 0.001), 0.0, False),
        (LOSS, (-0.02, -0.01, 0.001), -0.01, True),
        (LOSS, (0.01, 0.02, 0.03), -0.01, False),
        (AUC, (math.nan, 0.01, 0.02), 0.0, False),
        (AUC, (0.001, math.nan, 0.02), 0.0, False),
    ],
)
def test_champion(
    metric: Metric, difference: tuple[float, float, float], margin: float, approved: bool
) -> None:
    """The unfavourable end of the interval must exceed the margin, on the side that is better."""
    candidate = 0.8 if metric is AUC else 0.1
    decision = decide(metric, candidate, Floor(0.5), against(*difference), margin)
    assert decision.approved == approved
    assert decision.reasons


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (0.0, "ROC AUC is as good as that of the champion"),
        (-0.1, "ROC AUC is 0.1000 worse than that of the champion"),
        (math.nan, "is undefined on these rows"),
    ],
)
def test_a_difference_without_an_interval_is_told(difference: float, said: str) -> None:
    """What there is of it is said, and how many rows an interval takes."""
    champion = replace(against(0, 0, 0), difference=Estimate(difference))
    decision = decide(AUC, 0.8, Floor(0.5), champion)
    assert not decision.approved
    (reason,) = decision.reasons
    assert said in reason
    assert ("it takes 20 rows of each class" in reason) == math.isfinite(difference)
    assert ("accuracy and log_loss take 20 in all" in reason) == math.isfinite(difference)


def test_a_refusal_gives_every_reason_that_refuses() -> None:
    """Below the floor and worse than the champion: both are said, and nothing in favour."""
    decision = decide(AUC, 0.4, Floor(0.5), against(-0.3, -0.2, -0.1))
    assert not decision.approved
    assert decision.reasons == (
        "ROC AUC 0.4000 is below the floor 0.5000 that was asked for.",
        "ROC AUC is 0.2000 worse than that of the champion, version 3, and at the unfavourable "
        "end of the 95 % interval 0.3000 worse: better is asked for.",
    )


def test_an_obstacle_refuses_with_its_own_words() -> None:
    """A champion that cannot be compared with is never beaten."""
    champion = replace(against(0.1, 0.2, 0.3), obstacle="The champion speaks another language.")
    decision = decide(AUC, 0.9, CONSTANT, champion)
    assert decision == Decision(False, ("The champion speaks another language.",))


def test_without_a_champion_the_newest_version_is_to_beat() -> None:
    """Reasons call it so, whether it is beaten or not, and say why it is compared with."""
    newest = replace(against(-0.02, 0.01, 0.04), alias=None)
    decision = decide(AUC, 0.7, CONSTANT, newest)
    assert not decision.approved
    assert decision.reasons == (
        "ROC AUC is 0.01000 better than that of version 3, the newest, and at the unfavourable end "
        "of the 95 % interval 0.02000 worse: better is asked for.",
        "There is no champion: version 3, the newest, is the one to beat.",
    )
    beaten = decide(AUC, 0.7, CONSTANT, replace(against(0.02, 0.03, 0.04), alias=None))
    assert beaten.approved
    assert beaten.reasons[-1] == decision.reasons[-1]


def test_nothing_between_two_models_is_told_as_such() -> None:
    """They are as good as each other, and neither is 0 better."""
    decision = decide(AUC, 0.7, CONSTANT, against(0.0, 0.0, 0.0))
    assert decision.reasons[0].startswith(
        "ROC AUC is as good as that of the champion, version 3, and at the unfavourable end of the "
        "95 % interval as good: better is asked for."
    )


def test_rows_are_known_to_the_version_that_there_is() -> None:
    """Where there is no champion, no sentence about the rows speaks of one."""
    newest = replace(against(0.02, 0.03, 0.04), alias=None)
    rows = ComparedRows(rows=380, compared=72, of_champion=300, of_candidate=8)
    assert sentences(rows, newest.briefly) == [
        "300 of 380 rows were in version 3's training rows and were left out of the comparison.",
        "8 of 380 rows equal training rows of the candidate that version 3 was not trained "
        "on, and were left out of the comparison.",
    ]


def test_the_newest_version_itself_may_become_champion() -> None:
    """The champion's bytes are refused, as nothing would change; the newest version's pass."""
    same = Champion("3", "d" * 64, "champion", Estimate(0.7), same=True)
    assert not decide(AUC, 0.7, CONSTANT, same).approved
    newest = decide(AUC, 0.7, CONSTANT, replace(same, alias=None))
    assert newest.approved
    assert "version 3, the newest, byte for byte" in newest.reasons[1]


reals = st.floats(-2, 2) | st.just(math.nan)
METRIC = st.sampled_from([metric for metrics in METRICS.values() for metric in metrics])


@given(
    metric=METRIC,
    candidate=reals,
    ends=st.lists(reals, min_size=3, max_size=3),
    floor=reals | st.none(),
    constant=st.booleans(),
    margin=st.floats(-1, 1),
    better=st.floats(0, 1),
    first=st.booleans(),
)
def test_a_better_candidate_is_never_refused_where_a_worse_one_was_approved(
    metric: Metric,
    candidate: float,
    ends: list[float],
    floor: float | None,
    constant: bool,
    margin: float,
    better: float,
    first: bool,
) -> None:
    """The decision is monotone in the candidate's metric and in its lead over the champion."""
    shift = better if metric.greater_is_better else -better
    low, value, high = ends

    def verdict(by: float) -> bool:
        champion = None if first else against(low + by, value + by, high + by)
        over = Estimate(candidate - 0.5 + by, low + by, high + by)
        limit = Floor(floor, over if constant else None)
        return decide(metric, candidate + by, limit, champion, margin).approved

    assert verdict(shift) >= verdict(0.0)


@given(metric=METRIC, ends=st.lists(reals, min_size=3, max_size=3), candidate=reals, floor=reals)
def test_every_verdict_has_reasons_and_nan_refuses(
    metric: Metric, ends: list[float], candidate: float, floor: float
) -> None:
    """No silent verdict; one NaN anywhere is enough to refuse."""
    low, value, high = ends
    decision = decide(metric, candidate, Floor(floor), against(low, value, high))
    assert decision.reasons
    if any(math.isnan(number) for number in (candidate, floor, *ends)):
        assert not decision.approved
