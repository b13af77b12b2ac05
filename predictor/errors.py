"""The errors of the prediction server: one root, one class for each thing a caller can act on."""

from typing import ClassVar


class PredictorError(Exception):
    """Root of every error that the server raises on purpose; the message is for who reads it."""


class SettingsError(PredictorError, ValueError):
    """A setting or an argument is wrong; the message names it and says how to mend it."""


class NotServableError(PredictorError):
    """A version cannot be served: it never becomes ready."""


class LogError(PredictorError):
    """Predictions cannot be written to the log now; they are kept, and tried again."""


class RequestError(PredictorError):
    """A request is refused; `code` is for programs, the message for people."""

    code: ClassVar[str] = "request_error"


class InvalidRequestError(RequestError, ValueError):
    """The request cannot be read: no JSON, or none of the form that is asked for."""

    code = "invalid_request"


class UnauthorizedError(RequestError):
    """The token is missing or another one."""

    code = "unauthorized"


class MisdirectedError(RequestError):
    """The request is for a host that this server is not."""

    code = "misdirected"


class UnknownPathError(RequestError, LookupError):
    """There is nothing at this path."""

    code = "not_found"


class MethodError(RequestError):
    """The path is there, but not for this method.

    Args:
        allowed: The method that it takes.
    """

    code = "method_not_allowed"

    def __init__(self, method: str, path: str, allowed: str) -> None:
        super().__init__(f"{path} takes {allowed}, not {method}")
        self.allowed = allowed


class MediaTypeError(RequestError, ValueError):
    """The body is not said to be what is asked for."""

    code = "unsupported_media_type"


class TooLargeError(RequestError, ValueError):
    """The request has more bytes or rows than one request may have."""

    code = "too_large"


class TooSlowError(RequestError, TimeoutError):
    """The request does not arrive."""

    code = "too_slow"


class BusyError(RequestError):
    """The server has more to do than it can: a retry helps later."""

    code = "busy"


class LateError(BusyError, TimeoutError):
    """The request would take longer than a request may."""

    code = "too_late"


class UnsupportedError(RequestError, ValueError):
    """The model cannot do what is asked of it."""

    code = "unsupported"


class RefusedRowError(RequestError, ValueError):
    """A row is none that the model takes.

    Args:
        message: What is wrong, and what to do about it.
        column: Name of the column, None where no single one is meant.
        row: Number of the row, from 1.
    """

    code = "refused_row"

    def __init__(self, message: str, column: str | None, row: int) -> None:
        super().__init__(message)
        self.column = column
        self.row = row
