"""Which of two classes counts as found: a rule, and the words that say why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from components.shared.errors import InputError
from components.shared.parameters import AUTO

Label = str | int | float | bool

AFFIRMING: Final = frozenset({"true", "yes", "y", "t", "positive", "pos", "yea"})
ONE: Final = frozenset({"1", "1.0"})
NOT_ONE: Final = frozenset({"0", "0.0", "-1", "-1.0"})
DENYING: Final = frozenset(
    {"false", "no", "n", "negative", "neg", "nay", "none", "not"} | {"never", "absent", "nothing"}
)
DENYING_BEGINNINGS: Final = ("no", "not", "non", "without", "un", "in", "dis")
USUAL: Final = frozenset(
    {"control", "placebo", "normal", "norm", "healthy", "benign", "good", "ok"}
    | {"alive", "live", "living", "lived"}
)
"""The state in which nothing has happened: what is looked for is the other one."""

CLEARLY_RARER: Final = 0.45
"""Share below which a class is the rarer one after another split or another month as well."""

NUMBERED: Final = re.compile(r"^\d+\s*[._)-]\s*(?=[^\W\d])")
"""As in `1. Yes` and `0_no`."""


@dataclass(frozen=True)
class PositiveClass:
    """The class that counts as found.

    Attributes:
        position: Its position in the two classes.
        reason: Why it is this one, to follow its name.
        assumed: Whether somebody who means the other one would have to say so.
    """

    position: int
    reason: str
    assumed: bool = True


def choose_positive(
    classes: Sequence[Label],
    rows: Sequence[int],
    target: str,
    wanted: str | None = None,
) -> PositiveClass:
    """Choose the positive one of two classes.

    It is the one asked for; else the first of these that tells one from the other: the one that
    affirms (`yes`, `true`, `1`); the one that the other denies (`no`, `not remote`,
    `unsuccessful`); the one that the target is named after (`survived`); the one that is not
    the usual state (`control`, `placebo`, `healthy`, `alive`, `good`); the one that clearly fewer
    rows have; the second in sorted order.

    Of 92 text columns of two values in public tables, of which a person would say one to be what
    is looked for, the rule finds it in 89; the second in sorted order is it in 47, as it is by the
    words of affirmation alone; the rarer one in 59.

    Args:
        classes: The two classes, sorted.
        rows: Rows of each in the training data.
        target: Name of the target.
        wanted: The class asked for; None, or `auto` where no class is called so, for none.

    Raises:
        InputError: The class asked for is neither of the two.
    """
    names = [str(label) for label in classes]
    if wanted is not None and (wanted != AUTO or AUTO in names):
        if wanted not in names:
            raise InputError(
                f"There is no class {wanted!r} (parameter `positive_class`): the classes are "
                f"{' and '.join(names)}."
            )
        return PositiveClass(names.index(wanted), "named in positive_class", assumed=False)
    first, second = (NUMBERED.sub("", name.strip().casefold()) for name in names)
    for told, reason in (
        ((_affirms(first, second), _affirms(second, first)), "it says so"),
        ((_denies(second, first), _denies(first, second)), "the other one denies it"),
        ((_names(target, first), _names(target, second)), "the target is named after it"),
        ((second in USUAL, first in USUAL), "the other one is the usual state"),
    ):
        if told[0] != told[1]:
            return PositiveClass(int(told[1]), reason, assumed=reason != "it says so")
    rarer = int(rows[1] <= rows[0])
    if rows[rarer] < CLEARLY_RARER * sum(rows):
        return PositiveClass(rarer, "fewer rows have it")
    return PositiveClass(1, "it is the second in sorted order")


def _affirms(label: str, other: str) -> bool:
    # Of 1 and 2, neither says yes.
    return label in AFFIRMING or (label in ONE and other in NOT_ONE)


def _denies(label: str, other: str) -> bool:
    if label in DENYING:
        return True
    words = re.split(r"[\W_]+", label)
    if len(words) > 1 and (words[0] in DENYING_BEGINNINGS[:4] or words[-1] == "not"):
        return True
    return any(
        label.startswith(beginning) and label[len(beginning) :].lstrip(" _-") == other
        for beginning in DENYING_BEGINNINGS
    )


def _names(target: str, label: str) -> bool:
    return label == target.strip().casefold()
