"""From which probability on the positive class is predicted."""

import pytest

from components.predict_table.threshold import Decision, check_threshold, decide
from components.shared.errors import InputError

REGISTERED = {"threshold": 0.045, "positive_class": "yes", "task": "binary"}


@pytest.mark.parametrize(
    ("text", "positive_class", "decision"),
    [
        ("", "", Decision()),
        ("auto", "auto", Decision()),
        ("0.3", "no", Decision(0.3, "no")),
        ("best", "", Decision(0.045, "yes")),
        (" best ", "yes", Decision(0.045, "yes")),
    ],
)
def test_a_threshold_is_a_number_or_what_was_registered(
    text: str, positive_class: str, decision: Decision
) -> None:
    """The best one is for the class that it was found for."""
    assert decide(text, positive_class, REGISTERED) == decision


@pytest.mark.parametrize(
    ("text", "positive_class", "registered", "message"),
    [
        ("1.5", "", REGISTERED, "no probability"),
        ("high", "", REGISTERED, "give 0 to 1, or best"),
        ("best", "", {}, "registered without a best threshold"),
        ("best", "no", REGISTERED, "is for the class yes, not no"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused(
    text: str, positive_class: str, registered: dict[str, object], message: str
) -> None:
    """With what to give instead."""
    with pytest.raises(InputError, match=message):
        decide(text, positive_class, registered)
    if not registered or positive_class:
        check_threshold(text)
