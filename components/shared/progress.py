"""Progress of work that takes long, in the log of a step."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FIRST_REPORT = 10.0
"""Seconds of silence before the first line."""

GROWTH = 1.4
"""Each line comes after this times the time of the last: a long fit does not flood the log."""


@contextmanager
def reporting_progress(
    what: str, state: Callable[[], str], first: float = FIRST_REPORT
) -> Iterator[None]:
    """Print now and then how long the block has been running, until it ends.

    Args:
        what: What is going on, such as `fitting`.
        state: Called for each line, in another thread; returns how far it has got, or nothing.
        first: Seconds before the first line.
    """
    done = threading.Event()
    reporter = threading.Thread(target=_report, args=(what, state, first, done), daemon=True)
    reporter.start()
    try:
        yield
    finally:
        done.set()
        reporter.join()


def _report(what: str, state: Callable[[], str], due: float, done: threading.Event) -> None:
    start = time.monotonic()
    while not done.wait(start + due - time.monotonic()):
        reached = state()
        print(f"{what}: {due:.0f} s" + (f", {reached}" if reached else ""), flush=True)
        due *= GROWTH
