"""The gate before the registry: whether a model may take the champion's place, and why."""

import math
from dataclasses import dataclass

from components.shared.evaluation.metrics import Estimate, Metric
from components.shared.reports.number_text import number


@dataclass(frozen=True)
class Floor:
    """What the metric must reach, whatever the champion.

    Attributes:
        value: The floor; None where it cannot be known, which refuses.
        of_constant: It is what a constant prediction reaches, and must be surpassed.
    """

    value: float | None
    of_constant: bool = False


@dataclass(frozen=True)
class Champion:
    """The version to beat, on the same rows.

    Attributes:
        version: Its name in the registry.
        digest: Digest of its folder.
        estimate: Its metric.
        difference: Metric of the candidate minus that of the champion.
        obstacle: Why there is no fair comparison, in a sentence, where there is none.
    """

    version: str
    digest: str
    estimate: Estimate = Estimate(None)  # noqa: RUF009 - frozen
    difference: Estimate = Estimate(None)  # noqa: RUF009 - frozen
    obstacle: str | None = None


@dataclass(frozen=True)
class Decision:
    """The verdict.

    Attributes:
        approved: Whether the candidate passes.
        reasons: Why, one sentence each: all that refuse, or else all that approve.
    """

    approved: bool
    reasons: tuple[str, ...]


def decide(
    metric: Metric,
    candidate: float | None,
    floor: Floor,
    champion: Champion | None,
    margin: float = 0.0,
    confidence: float = 0.95,
) -> Decision:
    """Decide whether a candidate passes the gate.

    It passes when its metric reaches the floor and, if there is a champion, when it is better
    than it by more than the margin at the unfavourable end of the interval of the difference. A
    negative margin accepts a candidate that is worse by at most that much at that end. A figure
    that is undefined, NaN or infinite refuses.

    Args:
        metric: What is compared, and which direction is better.
        candidate: The candidate's metric.
        floor: What it must reach.
        champion: The version to beat, if there is one.
        margin: In units of the metric, whatever its direction: positive asks for more.
        confidence: Coverage of the intervals, for the reasons.
    """
    checks = [_against_floor(metric, candidate, floor)]
    if champion is None:
        checks.append((True, "There is no champion yet, so the floor alone decides."))
    else:
        checks.append(_against_champion(metric, champion, margin, confidence))
    approved = all(passed for passed, _ in checks)
    return Decision(approved, tuple(reason for passed, reason in checks if passed == approved))


def _against_floor(metric: Metric, candidate: float | None, floor: Floor) -> tuple[bool, str]:
    if candidate is None or not math.isfinite(candidate):
        return False, f"{metric.title} is undefined on the test rows, so nothing speaks for it."
    if floor.value is None or not math.isfinite(floor.value):
        return False, f"{metric.title} of a constant prediction is undefined: set a floor."
    ahead = _advantage(metric, candidate - floor.value)
    side, wrong = ("above", "below") if metric.greater_is_better else ("below", "above")
    name = f"the floor {number(floor.value)}"
    if floor.of_constant:
        name = f"{number(floor.value)}, which a constant prediction reaches"
    if ahead > 0 or (ahead == 0 and not floor.of_constant):
        return True, f"{metric.title} {number(candidate)} is {side if ahead else 'at'} {name}."
    where = f"is {wrong}" if ahead else "is not better than"
    return False, f"{metric.title} {number(candidate)} {where} {name}."


def _against_champion(
    metric: Metric, champion: Champion, margin: float, confidence: float
) -> tuple[bool, str]:
    who = f"the champion, version {champion.version}"
    if champion.obstacle:
        return False, champion.obstacle
    value, low, high = (
        champion.difference.value,
        champion.difference.low,
        champion.difference.high,
    )
    if value is None or low is None or high is None or not math.isfinite(value + low + high):
        return False, f"The difference to {who} is undefined on the test rows."
    worst = _advantage(metric, low if metric.greater_is_better else high)
    ahead = _advantage(metric, value)
    found = (
        f"{metric.title} is {number(abs(ahead))} {'better' if ahead >= 0 else 'worse'} than that "
        f"of {who}, and at the unfavourable end of the {confidence * 100:g} % interval "
        f"{number(abs(worst))} {'better' if worst >= 0 else 'worse'}"
    )
    if margin < 0:
        asked = f"at most {number(-margin)} worse is accepted"
        return worst >= margin, f"{found}: {asked}."
    asked = f"more than {number(margin)} better is asked for" if margin else "better is asked for"
    return worst > margin, f"{found}: {asked}."


def _advantage(metric: Metric, difference: float) -> float:
    return difference if metric.greater_is_better else -difference
