"""The errors that components raise: one root, one subclass for whose turn it is to act."""


class ComponentError(Exception):
    """Root of every error that a component raises on purpose.

    The message says what was wrong, where, and what to do about it: it is all that a user sees.
    """


class InputError(ComponentError, ValueError):
    """The data or a parameter is wrong: the user mends it, a retry does not."""


class RegistryError(ComponentError, RuntimeError):
    """The registry could not be reached, or refused: a retry may help."""


class DigestMismatchError(ComponentError, ValueError):
    """Bytes are not those that their SHA-256 digest promised: nothing was loaded from them."""

    def __init__(self, what: str, expected: str, actual: str) -> None:
        super().__init__(
            f"{what} does not have the SHA-256 digest it was stored with "
            f"(expected {expected}, found {actual}): it was changed or damaged, and was not "
            "loaded. Take it anew from where it came from."
        )
