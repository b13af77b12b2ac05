"""Parameters that nobody filled in: for them KFP's dashboard sends an empty text."""

import math
from typing import Final, overload

from components.shared.errors import InputError

AUTO: Final = "auto"


@overload
def given(text: str) -> str | None: ...
@overload
def given(text: str, default: str) -> str: ...
def given(text: str, default: str | None = None) -> str | None:
    """Return what a parameter says, or `default` where it is unset: empty, or `auto`.

    What may be the name of a column or a class is for `given_column` and `choose_positive`:
    there `auto` may be meant.
    """
    return default if text.strip() in ("", AUTO) else text


def given_number(text: str, parameter: str) -> float | None:
    """Return the number that a parameter says, or None where it is unset: empty, or `auto`.

    Args:
        text: What the user gave.
        parameter: The parameter that held it, for the message.

    Raises:
        InputError: It is no finite number.
    """
    if (said := given(text)) is None:
        return None
    try:
        number = float(said)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(
            f"{text!r} is no finite number (parameter `{parameter}`): give one, or leave it empty."
        )
    return number
