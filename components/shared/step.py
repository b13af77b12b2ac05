"""What the body of a KFP component puts around the call of its logic."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from components.shared.errors import ComponentError

FAILED = "error: "
USER_MISTAKE = 2


@contextmanager
def reporting_errors() -> Iterator[None]:
    """End the step with the message of a `ComponentError` in its log, and no traceback.

    The first line of the message follows `error: `, further lines are indented; the exit code
    is 2. Any other exception is a defect of ours and keeps its traceback.
    """
    try:
        yield
    except ComponentError as error:
        print(FAILED + str(error).replace("\n", "\n  "), file=sys.stderr, flush=True)
        raise SystemExit(USER_MISTAKE) from error
