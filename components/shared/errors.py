"""The errors that components raise: one root, one subclass for whose turn it is to act."""

from typing import Final

HTTP_UNAUTHORIZED: Final = 401
HTTP_FORBIDDEN: Final = 403


class ComponentError(Exception):
    """Root of every error that a component raises on purpose.

    The message says what was wrong, where, and what to do about it: it is all that a user sees.
    """


class InputError(ComponentError, ValueError):
    """The data or a parameter is wrong: the user mends it, a retry does not."""


class RefusedValueError(InputError):
    """A row has a value that the column could not have had in training.

    Attributes:
        column: Name of the column.
        row: Number of the row, counted from 1.
    """

    def __init__(self, message: str, column: str, row: int) -> None:
        super().__init__(message)
        self.column = column
        self.row = row


class NoPlanError(ComponentError):
    """A model cannot be written as a plan; the message says why, as a part of a sentence."""


class OverlapUnknownError(ComponentError):
    """Which rows a model was trained on cannot be told; the message says why, as a part of a
    sentence."""


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


class SourceChangedError(ComponentError):
    """A source is no longer what it was when its fingerprint was taken: run again."""

    def __init__(self, shown: str) -> None:
        super().__init__(
            f"{shown} has changed since this run took its fingerprint: nothing was read from it, "
            "as KFP's cache would keep it under the fingerprint of the earlier content. Run again."
        )


class ReferenceChangedError(ComponentError):
    """What a version of a data set refers to is not what was registered any more."""

    def __init__(self, version: str, address: str) -> None:
        super().__init__(
            f"{version} holds no bytes of its own and refers to {address}, which is not what was "
            "registered any more: nothing was read from it. Restore that content, or register what "
            "is there now as a version of its own."
        )


class SourceUnavailableError(ComponentError, OSError):
    """A server could not be reached, or failed: a retry may help."""


class RegistryRefusalError(RegistryError):
    """The registry answered, and refused: `status` is its HTTP status, `code` its own word."""

    def __init__(self, action: str, status: int, code: str, message: str) -> None:
        advice = ". Put a token that it knows into the environment, as REGISTRY_TOKEN."
        super().__init__(
            f"the registry refused to {action} (HTTP {status}, {code}): {message}"
            + (advice if status == HTTP_UNAUTHORIZED else "")
        )
        self.status = status
        self.code = code
        self.message = message


class StoreUnreachableError(RegistryError):
    """Nothing answers where the registry's object store should be; `store` is its address."""

    def __init__(self, action: str, store: str, reason: object) -> None:
        super().__init__(
            f"could not {action}: the registry's object store at {store} cannot be reached from "
            f"here ({reason}). Try again once it is up, or from where it can be reached, such as "
            "inside of its cluster."
        )
        self.store = store


class TrackingError(ComponentError, RuntimeError):
    """The tracking server could not be reached, or refused: a retry may help."""


class DeploymentError(ComponentError, RuntimeError):
    """A version could not be brought to serve; what served before does."""


class ClusterError(ComponentError, RuntimeError):
    """A Kubernetes cluster could not be reached, or refused: a retry may help."""


class ClusterRefusalError(ClusterError):
    """The API server answered, and refused: `status` is its HTTP status, `body` what it said."""

    def __init__(self, action: str, namespace: str, status: int, message: str, body: bytes) -> None:
        advice = (
            ". Who deploys needs the Role kfp-tabular-deployer of manifests/components/"
            "deployments in that namespace."
        )
        super().__init__(
            f"the cluster refused to {action} in namespace {namespace} (HTTP {status}): {message}"
            + (advice if status == HTTP_FORBIDDEN else "")
        )
        self.status = status
        self.body = body


class NotComparableError(InputError):
    """The champion answers another question than the candidate, or cannot answer these rows."""
