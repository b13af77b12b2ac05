"""From which probability on the positive class is predicted: a number, or the version's best."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from components.shared.errors import InputError
from components.shared.parameters import given, given_number
from components.shared.registry.decisions import POSITIVE_CLASS, THRESHOLD

BEST: Final = "best"
PARAMETER: Final = "threshold"


@dataclass(frozen=True)
class Decision:
    """How probabilities become a class of two.

    Attributes:
        threshold: The probability; None: the more probable class is predicted.
        positive_class: The class that it is for; None: as in the evaluation of models.
    """

    threshold: float | None = None
    positive_class: str | None = None


def check_threshold(text: str) -> None:
    """Raise InputError unless a threshold is unset, `best`, or a number from 0 to 1."""
    if text.strip() == BEST:
        return
    refused = f"{text} is no probability (parameter `{PARAMETER}`): give 0 to 1, or {BEST}."
    try:
        value = given_number(text, PARAMETER)
    except InputError as error:
        raise InputError(refused) from error
    if value is not None and not 0 <= value <= 1:
        raise InputError(refused)


def decide(text: str, positive_class: str, registered: Mapping[str, Any]) -> Decision:
    """Return how to decide.

    Args:
        text: `best`, a number, or unset.
        positive_class: The class that a number is for, or unset.
        registered: What is known of the version: its properties, or the metadata of the model
            that `fetch_model` brought.

    Raises:
        InputError: The version was registered without a best threshold, or the text is none.
    """
    check_threshold(text)
    wanted = given(positive_class)
    if text.strip() != BEST:
        return Decision(given_number(text, PARAMETER), wanted)
    best, of = registered.get(THRESHOLD), registered.get(POSITIVE_CLASS)
    if best is None:
        raise InputError(
            f"The model was registered without a best threshold (parameter `{PARAMETER}`), which "
            "models of two classes have that a training registers. Leave it out, or, of two "
            "classes, give a number from 0 to 1."
        )
    if wanted is not None and wanted != of:
        raise InputError(
            f"The best threshold is for the class {of}, not {wanted} (parameter `positive_class`): "
            "leave that out, or give the threshold as a number."
        )
    return Decision(_probability(best), str(of))


def _probability(registered: Any) -> float:
    """Return the threshold of a version, which any client may have registered."""
    try:
        found = float(registered)
    except (TypeError, ValueError):
        found = -1.0
    if not 0 <= found <= 1:
        raise InputError(
            f"The model was registered with the best threshold {registered!r}, which is no "
            f"probability (parameter `{PARAMETER}`): give a number from 0 to 1."
        )
    return found
