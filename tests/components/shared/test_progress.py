"""Progress in the log."""

import threading
import time

import pytest

from components.shared.progress import reporting_progress


def test_long_work_reports_how_far_it_got(capsys: pytest.CaptureFixture[str]) -> None:
    """After the first interval there is a line with the time and the state, and ever fewer."""
    reports = threading.Semaphore(0)

    def state() -> str:
        reports.release()
        return "iteration 3 of 9"

    with reporting_progress("fitting", state, first=1.0):
        for _ in range(4):
            assert reports.acquire(timeout=60)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"fitting: {seconds} s, iteration 3 of 9" for seconds in (1, 1, 2, 3)]


def test_short_work_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """Work that ends before the first interval prints nothing, and is not held up."""
    start = time.monotonic()
    with reporting_progress("fitting", lambda: "", first=600):
        pass
    assert time.monotonic() - start < 300
    assert capsys.readouterr().out == ""


def test_errors_pass_through() -> None:
    """An error of the work ends the reports, and is raised."""
    with pytest.raises(KeyError), reporting_progress("fitting", lambda: "", first=0.01):
        raise KeyError
