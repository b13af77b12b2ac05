"""What the body of a KFP component puts around the call of its logic."""

import atexit
import errno
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from components.shared.errors import ComponentError, InputError
from components.shared.step_run import StepRun

MISTAKE: Final = 2
FAILURE: Final = 1
PREFIXES: Final = {"error: ": MISTAKE, "failed: ": FAILURE}
"""What the message of an error begins with in the log of a step, and the exit code with it."""

NO_SPACE: Final = os.strerror(errno.ENOSPC)

OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
"""Python's 700 let the collector run thousands of times over what scikit-learn's import makes."""


@contextmanager
def step_body() -> Iterator[StepRun]:
    """Run what the process of a step is for, and end it well; yield the run that it belongs to.

    A `ComponentError` ends it with its message in the log, without a traceback. That of a mistake
    of the user, an `InputError`, begins with `error: `, and the exit code is 2; what is not the
    user's, such as a server that is down or a full disk, begins with `failed: `, and the exit code
    is 1. Further lines are indented. Any other exception is a defect of ours and keeps its
    traceback.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    # At its end, Python looks for cycles in all that was ever imported: up to half a second.
    atexit.register(gc.freeze)
    run = StepRun()
    run.join()
    try:
        yield run
    except InputError as error:
        _end(run, str(error), MISTAKE, error)
    except ComponentError as error:
        _end(run, str(error), FAILURE, error)
    except Exception as error:
        # Libraries that write have errors of their own, with the system's words in them.
        if NO_SPACE not in str(error):
            run.failed(f"{type(error).__name__}: {error}")
            raise
        _end(
            run,
            "No space is left on the disk that the step writes to, or on that of temporary files "
            f"({os.environ.get('TMPDIR', '/tmp')}): free some, or name other folders.",  # noqa: S108
            FAILURE,
            error,
        )


def error_begun(line: str) -> tuple[str, int] | None:
    """Return the first line of an error's message and the exit code, if a line of a log is one."""
    for prefix, code in PREFIXES.items():
        if line.startswith(prefix):
            return line.removeprefix(prefix), code
    return None


def _end(run: StepRun, message: str, code: int, error: Exception) -> None:
    run.failed(message)
    prefix = next(prefix for prefix, meant in PREFIXES.items() if meant == code)
    print(prefix + message.replace("\n", "\n  "), file=sys.stderr, flush=True)
    raise SystemExit(code) from error
