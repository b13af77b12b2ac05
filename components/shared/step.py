"""What the body of a KFP component puts around the call of its logic."""

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from components.shared.errors import ComponentError

FAILED = "error: "
USER_MISTAKE = 2

OBJECTS_BETWEEN_COLLECTIONS = 50_000
"""Python's 700 let the collector run thousands of times over what scikit-learn's import makes."""


@contextmanager
def step_body() -> Iterator[None]:
    """Run what the process of a step is for, and end it well.

    A `ComponentError` ends it with exit code 2 and its message in the log, without a traceback: the
    first line follows `error: `, further lines are indented. Any other exception is a defect of
    ours and keeps its traceback.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    # At its end, Python looks for cycles in all that was ever imported: up to half a second.
    atexit.register(gc.freeze)
    try:
        yield
    except ComponentError as error:
        print(FAILED + str(error).replace("\n", "\n  "), file=sys.stderr, flush=True)
        raise SystemExit(USER_MISTAKE) from error
