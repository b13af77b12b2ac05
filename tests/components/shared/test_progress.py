"""Progress in the log."""

import time

import pytest

from components.shared.progress import reporting_progress


def test_long_work_reports_how_far_it_got(capsys: pytest.CaptureFixture[str]) -> None:
    """After the first interval there is a line with the time and the state, and ever fewer."""
    with reporting_progress("fitting", lambda: "iteration 3 of 9", first=0.05):
        time.sleep(0.5)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "fitting: 0 s, iteration 3 of 9"
    assert 3 <= len(lines) <= 8


def test_short_work_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """Work that ends before the first interval prints nothing, and is not held up."""
    start = time.monotonic()
    with reporting_progress("fitting", lambda: ""):
        pass
    assert time.monotonic() - start < 1
    assert capsys.readouterr().out == ""


def test_errors_pass_through() -> None:
    """An error of the work ends the reports, and is raised."""
    with pytest.raises(KeyError), reporting_progress("fitting", lambda: "", first=0.01):
        raise KeyError
