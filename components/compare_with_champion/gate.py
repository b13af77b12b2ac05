"""The gate before the registry: whether a model may take the champion's place, and why."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from components.shared.evaluation.comparisons import Chance, ComparedRows
from components.shared.evaluation.metrics import LEAST_ROWS, Estimate, Metric
from components.shared.reports.number_text import number

TAKES: Final = f"it takes {LEAST_ROWS} rows of each class, of a regression in all"
"""What an interval takes."""


@dataclass(frozen=True)
class Floor:
    """What the metric must reach, whatever the champion.

    Attributes:
        value: The floor; None where it cannot be known, which refuses.
        over_constant: Metric of the candidate minus that of a constant prediction, whose value the
            floor is: it must surely be surpassed. None: the floor was asked for, and is a point.
        chance: What the candidate's predictions reach where they are shuffled among the rows: they
            must surely be better on their own. None: `over_constant` says enough.
    """

    value: float | None
    over_constant: Estimate | None = None
    chance: Chance | None = None

    @property
    def of_constant(self) -> bool:
        """Whether it is what a constant prediction reaches."""
        return self.over_constant is not None


@dataclass(frozen=True)
class Champion:
    """The version to beat, on the same rows.

    Attributes:
        version: Its name in the registry.
        digest: Digest of its folder.
        alias: The alias that it has; None: there is no champion, and it is the newest version.
        estimate: Its metric.
        difference: Metric of the candidate minus that of the champion.
        obstacle: Why there is no fair comparison, in a sentence, where there is none.
        rows: The rows that both were compared on.
        same: It is the candidate, byte for byte.
    """

    version: str
    digest: str
    alias: str | None = "champion"
    estimate: Estimate = Estimate(None)  # noqa: RUF009 - frozen
    difference: Estimate = Estimate(None)  # noqa: RUF009 - frozen
    obstacle: str | None = None
    rows: ComparedRows | None = None
    same: bool = False

    @property
    def briefly(self) -> str:
        """What sentences about its rows call it."""
        return f"version {self.version}" if self.alias is None else f"the {self.alias}"

    @property
    def named(self) -> str:
        """What reasons call it."""
        if self.alias is None:
            return f"version {self.version}, the newest"
        return f"the {self.alias}, version {self.version}"


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

    It passes when its metric reaches the floor that was asked for, or is better than that of a
    constant prediction at the unfavourable end of the interval of the difference, and than the
    shufflings of its predictions but for as many as that, so that noise passes in half of what the
    interval leaves out: 2.5 % of 95 %. A constant that finds nothing, as by F1, is no floor: the
    shufflings are. It must be better than the
    champion, too, or without one than the newest version, by more than the margin at that end. A
    negative margin accepts a candidate that is worse by at most that much there. A figure that is
    undefined, NaN or infinite refuses. The champion itself is refused, as nothing would change; the
    newest version may become champion.

    Args:
        metric: What is compared, and which direction is better.
        candidate: The candidate's metric.
        floor: What it must reach.
        champion: The version to beat; None where the model has no version yet.
        margin: In units of the metric, whatever its direction: positive asks for more.
        confidence: Coverage of the intervals, for the reasons.
    """
    checks = [*_against_floor(metric, candidate, floor, confidence)]
    if champion is None:
        checks.append((True, "There is no version to beat yet, so the floor alone decides."))
    else:
        checks.append(_against_champion(metric, champion, margin, confidence))
    approved = all(passed for passed, _ in checks)
    reasons = [reason for passed, reason in checks if passed == approved]
    if champion is not None and champion.alias is None:
        reasons.append(f"There is no champion: {champion.named}, is the one to beat.")
    return Decision(approved, tuple(reasons))


def _against_floor(
    metric: Metric, candidate: float | None, floor: Floor, confidence: float
) -> Iterator[tuple[bool, str]]:
    if candidate is None or not math.isfinite(candidate):
        yield (
            False,
            f"{metric.title} is undefined on these rows, so nothing speaks for it.",
        )
    elif floor.value is None or not math.isfinite(floor.value):
        yield False, f"{metric.title} of a constant prediction is undefined: set a floor."
    elif floor.over_constant is None:
        yield _against_point(metric, candidate, floor.value)
    else:
        finds_nothing = (
            metric.greater_is_better and not metric.same_of_constants and not floor.value
        )
        if floor.chance is not None:
            yield _against_chance(metric, candidate, floor.chance, confidence)
        if floor.chance is None or not finds_nothing:
            yield _against_constant(metric, floor.value, floor.over_constant, confidence)


def _against_point(metric: Metric, candidate: float, floor: float) -> tuple[bool, str]:
    ahead = _advantage(metric, candidate - floor)
    side, wrong = ("above", "below") if metric.greater_is_better else ("below", "above")
    where = f"is {(side if ahead > 0 else wrong) if ahead else 'at'}"
    name = f"the floor {number(floor)} that was asked for"
    return ahead >= 0, f"{metric.title} {number(candidate)} {where} {name}."


def _against_chance(
    metric: Metric, candidate: float, chance: Chance, confidence: float
) -> tuple[bool, str]:
    among = f"{chance.rows:,} rows"
    if chance.entities is not None:
        among = f"the {chance.entities:,} entities of {among}"
    words = (
        f"{metric.title} is {number(candidate)}, and {number(chance.mean)} in the mean where the "
        f"predictions are shuffled among {among}: {chance.as_good:,} of {chance.shuffles:,} "
        "shufflings are as good"
    )
    tail = round((1 - confidence) / 2, 12)
    if tail < chance.least:
        words += f", and {confidence * 100:g} % asks for more shufflings than are made"
    if chance.share <= max(tail, chance.least):
        return True, f"{words}."
    return False, (
        f"{words}, so that chance may do this. Take more rows or better columns, or say what is "
        "enough (floor)."
    )


def _against_constant(
    metric: Metric, constant: float, over: Estimate, confidence: float
) -> tuple[bool, str]:
    who = f"the {number(constant)} of a constant prediction"
    found = _told(metric, over, who, confidence)
    if found is None:
        return False, (
            f"{metric.title} has no interval on these rows, so that nothing shows it to be "
            f"better than {who}: {TAKES}. Take more rows, or say what is enough (floor)."
        )
    worst, words = found
    if worst > 0:
        return True, f"{words}."
    return False, (
        f"{words}: surely better is asked for, as chance may do this. Take more rows or better "
        "columns, or say what is enough (floor)."
    )


def _against_champion(
    metric: Metric, champion: Champion, margin: float, confidence: float
) -> tuple[bool, str]:
    who = champion.named
    if champion.same:
        return champion.alias is None, (
            f"The candidate is {who}, byte for byte (digest {champion.digest[:12]}…): "
            + ("nothing would change." if champion.alias else "it is no further version.")
        )
    if champion.obstacle:
        return False, champion.obstacle
    theirs = f"that of {who}"
    found = _told(metric, champion.difference, theirs, confidence)
    if found is None:
        ahead = champion.difference.value
        if ahead is None or not math.isfinite(ahead):
            return False, f"The difference to {who} is undefined on these rows."
        return False, (
            f"{_said(metric, ahead, theirs)}, and has no interval on these rows, so that nothing "
            f"shows it to be better: {TAKES}. Take more rows; of more than two classes, accuracy "
            f"and log_loss take {LEAST_ROWS} in all (metric)."
        )
    worst, said = found
    if margin < 0:
        asked = f"at most {number(-margin)} worse is accepted"
        return worst >= margin, f"{said}: {asked}."
    asked = f"more than {number(margin)} better is asked for" if margin else "better is asked for"
    return worst > margin, f"{said}: {asked}."


def _told(
    metric: Metric, difference: Estimate, other: str, confidence: float
) -> tuple[float, str] | None:
    """Return by how much a metric is surely better, and the words; None where that is undefined."""
    value, low, high = difference.value, difference.low, difference.high
    if value is None or low is None or high is None or not math.isfinite(value + low + high):
        return None
    worst = _advantage(metric, low if metric.greater_is_better else high)
    return worst, (
        f"{_said(metric, value, other)}, and at the unfavourable end of the "
        f"{confidence * 100:g} % interval {_by(worst)}"
    )


def _said(metric: Metric, difference: float, other: str) -> str:
    ahead = _advantage(metric, difference)
    return f"{metric.title} is {_by(ahead)} {'than' if ahead else 'as'} {other}"


def _by(ahead: float) -> str:
    """Return by how much something is better or worse, in words."""
    if not ahead:
        return "as good"
    return f"{number(abs(ahead))} {'better' if ahead > 0 else 'worse'}"


def _advantage(metric: Metric, difference: float) -> float:
    return difference if metric.greater_is_better else -difference
