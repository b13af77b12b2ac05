"""The values of a filter, checked against what they are compared with, which the errors name."""

from registry_service.domain import limits
from registry_service.domain.filters import Literals
from registry_service.errors import InvalidRequestError


def text_value(name: str, value: Literals) -> str:
    """Return what is compared with a text."""
    if not isinstance(value, str):
        raise misfit(name, f"is a text: put quotes around {value}")
    return value


def pattern(name: str, value: Literals) -> str:
    """Return the pattern of LIKE or ILIKE."""
    given = text_value(name, value)
    if len(given) > limits.PATTERN:
        raise misfit(name, f"has a pattern of {len(given)} characters, {limits.PATTERN} at most")
    if (len(given) - len(given.rstrip("\\"))) % 2:
        raise misfit(name, "has a pattern that ends in a single backslash")
    return given


def truth(name: str, value: Literals) -> bool:
    """Return what is compared with true or false."""
    if not isinstance(value, bool):
        raise misfit(name, f"is true or false, not {value!r}")
    return value


def number(name: str, value: Literals) -> int | float:
    """Return what is compared with a number."""
    if isinstance(value, (bool, str)):
        raise misfit(name, f"is a number, not {value!r}")
    return value


def whole(name: str, value: Literals) -> int | float:
    """Return what is compared with an id or a time."""
    # The API shows those as texts, and so they may be given.
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return number(name, value)


def misfit(name: str, what: str) -> InvalidRequestError:
    """Return the error of a comparison that makes no sense."""
    return InvalidRequestError(f"filterQuery: {name} {what}: bad request")
