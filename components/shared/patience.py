"""How long a step waits for a server that does not answer, and what it says meanwhile.

Most clusters do not start a step again that ended with an error, so it waits itself.
"""

import os
import time
from types import TracebackType
from typing import Any, Final, Self

from urllib3.exceptions import MaxRetryError, ResponseError
from urllib3.response import BaseHTTPResponse

from components.shared.errors import InputError
from components.shared.trust import RetryWhereTrusted

VARIABLE: Final = "KFP_TABULAR_WAIT_SECONDS"
DEFAULT_SECONDS: Final = 300.0
LONGEST_PAUSE: Final = 15.0
MOST_REDIRECTS: Final = 10


def waiting_seconds() -> float:
    """Return how long a step waits: `KFP_TABULAR_WAIT_SECONDS`, or five minutes.

    Raises:
        InputError: The variable holds no number, or a negative one.
    """
    text = os.environ.get(VARIABLE) or str(DEFAULT_SECONDS)
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not seconds >= 0:
        raise InputError(f"{VARIABLE} is {text!r}: it must be a number of seconds, 0 or more.")
    return seconds


class PatientRetry(RetryWhereTrusted):
    """Tries again with growing pauses until a time has passed, and prints what it waits for.

    Args:
        server: What is waited for, such as `the registry at http://registry:8080`.
        seconds: How long, from the first failure on.
        options: Those of urllib3's Retry.
    """

    def __init__(
        self, *, server: str, seconds: float, began: float | None = None, **options: Any
    ) -> None:
        options = {
            "total": None,
            "redirect": MOST_REDIRECTS,
            "backoff_factor": 0.5,
            "backoff_max": LONGEST_PAUSE,
            "raise_on_status": False,
            **options,
        }
        super().__init__(**options)
        self._server = server
        self._seconds = seconds
        self._began = began

    def new(self, **options: Any) -> Self:
        """Return a copy with other options."""
        own = {"server": self._server, "seconds": self._seconds, "began": self._began}
        return super().new(**{**own, **options})

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Count an attempt that failed.

        Raises:
            MaxRetryError: The time has passed, or no further attempt is of use.
        """
        following = super().increment(method, url, response, error, _pool, _stacktrace)
        if response is not None and response.get_redirect_location():
            return following
        now = time.monotonic()
        began = now if self._began is None else self._began
        reason = _reason(response, error)
        if now - began >= self._seconds:
            raise MaxRetryError(_pool, url or "", error or ResponseError(reason))
        print(
            f"waiting for {self._server}: {reason}; "
            f"{now - began:.0f} of at most {self._seconds:.0f} s have passed",
            flush=True,
        )
        return following.new(began=began)


def _reason(response: BaseHTTPResponse | None, error: Exception | None) -> str:
    if response is not None:
        return f"it answers {response.status} {response.reason or ''}".rstrip()
    # urllib3 puts the address of an object before the words.
    return str(error).rpartition(">: ")[2].partition(": ")[2] or str(error)
