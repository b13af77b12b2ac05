"""Running a pipeline on this machine."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kfp.local.status import Status
from kfp.local.subprocess_task_handler import SubprocessTaskHandler

from pipelines.definition.outputs import RunOutputs
from pipelines.errors import StepFailedError
from pipelines.local.running import run_locally
from pipelines.local.step_server import step_server
from tests.pipelines.two_steps import two_steps


class RecordingObserver:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.ended: list[tuple[str, bool, Mapping[str, Any]]] = []

    def step_started(self, step: str) -> None:
        self.started.append(step)

    def step_ended(self, step: str, succeeded: bool, outputs: Mapping[str, Any]) -> None:
        self.ended.append((step, succeeded, outputs))


Run = Callable[..., RunOutputs]


@pytest.fixture(name="run", params=["anew", "forked"])
def run_fixture(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Run the pipeline of two steps, in processes that start anew or in forks of one."""
    if request.param == "anew":
        yield partial(run_locally, two_steps)
        return
    with step_server([]) as server:
        yield partial(run_locally, two_steps, server=server)


def test_outputs_of_every_step_are_returned(tmp_path: Path, run: Run) -> None:
    """A run returns parameters, metadata and content by step."""
    outputs = run({"rows": 3}, tmp_path, RecordingObserver())
    assert outputs.parameter("write_report", "Output") == 4
    assert outputs.metadata("write_report", "report") == {"rows": 3}
    assert outputs.text("write_report", "report") == "<p>3 </p>"


def test_what_did_not_run_has_no_outputs(tmp_path: Path, run: Run) -> None:
    """Of a step that did not run, or an artifact that there is not, nothing is known."""
    outputs = run({"rows": -3}, tmp_path, RecordingObserver())
    assert outputs.parameter("check_rows", "Output") is None
    assert outputs.text("write_report", "figures") is None
    assert outputs.addresses({"figures": ("write_report", "figures")}) == {}


def test_a_report_has_the_ending_of_its_kind(tmp_path: Path, run: Run) -> None:
    """A report lies in the folder of the run under a name that a browser opens."""
    outputs = run({"rows": 3}, tmp_path, RecordingObserver())
    assert outputs.uri("write_report", "report") == str(tmp_path / "write_report.html")


def test_a_condition_that_does_not_hold_skips_its_step(tmp_path: Path, run: Run) -> None:
    """A step behind a condition that is false does not run."""
    outputs = run({"rows": -3}, tmp_path, RecordingObserver())
    assert set(outputs.steps) == {"write_report"}


def test_a_given_optional_input_arrives(tmp_path: Path, run: Run) -> None:
    """An optional input reaches its step when it is given, also after a run without it."""
    run({"rows": 3}, tmp_path / "first", RecordingObserver())
    outputs = run({"rows": 3, "note": "x"}, tmp_path / "next", RecordingObserver())
    assert outputs.text("write_report", "report") == "<p>3 x</p>"


def test_observer_is_told_of_every_step(tmp_path: Path, run: Run) -> None:
    """An observer hears of starts and ends in order, with the outputs."""
    observer = RecordingObserver()
    run({"rows": 3}, tmp_path, observer)
    assert observer.started == ["write_report", "check_rows"]
    assert observer.ended == [
        ("write_report", True, {"rows": 3, "Output": 4}),
        ("check_rows", True, {}),
    ]


def test_a_mistake_of_the_user_is_the_message_of_the_run(tmp_path: Path, run: Run) -> None:
    """The error of a failed step comes through whole, with exit code 2."""
    observer = RecordingObserver()
    with pytest.raises(StepFailedError, match="4 rows are too many\n  of them, use") as caught:
        run({"rows": 3, "failure": "input"}, tmp_path, observer)
    assert caught.value.exit_code == 2
    assert observer.ended[-1][:2] == ("check_rows", False)


@pytest.mark.parametrize(
    ("failure", "said"), [("registry", "the registry is down"), ("disk", "No space is left")]
)
def test_what_is_not_the_users_has_another_exit_code(
    tmp_path: Path, run: Run, failure: str, said: str
) -> None:
    """A server that is down, or a full disk, ends the run with its message and exit code 1."""
    with pytest.raises(StepFailedError, match=said) as caught:
        run({"rows": 3, "failure": failure}, tmp_path, RecordingObserver())
    assert caught.value.exit_code == 1
    assert "Traceback" not in (tmp_path / "run.log").read_text()


def test_a_mistake_of_the_user_leaves_no_traceback(tmp_path: Path, run: Run) -> None:
    """The log of a run that a user's mistake ended holds no traceback."""
    with pytest.raises(StepFailedError):
        run({"rows": 3, "failure": "input"}, tmp_path, RecordingObserver())
    assert "Traceback" not in (tmp_path / "run.log").read_text()


def test_a_defect_names_the_log_that_holds_its_traceback(tmp_path: Path, run: Run) -> None:
    """An unexpected exception ends the run with exit code 1 and the way to its traceback."""
    with pytest.raises(StepFailedError, match=r"run\.log") as caught:
        run({"rows": 3, "failure": "defect"}, tmp_path, RecordingObserver())
    assert caught.value.exit_code == 1
    assert "KeyError" in (tmp_path / "run.log").read_text()


def test_a_success_without_outputs_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that is said to have succeeded, but left nothing, fails the run."""
    monkeypatch.setattr(SubprocessTaskHandler, "run", lambda _: Status.SUCCESS)
    observer = RecordingObserver()
    with pytest.raises(StepFailedError, match="write_report"):
        run_locally(two_steps, {"rows": 3}, tmp_path, observer)
    assert observer.ended[0] == ("write_report", False, {})


def test_a_reader_that_goes_away_ends_the_run_quietly(tmp_path: Path) -> None:
    """`kfp-tabular run … | head` leaves no traceback."""
    (tmp_path / "ok.csv").write_text("x,y\n" + "1,a\n2,b\n" * 20, "utf-8")
    command = f"{sys.executable} -m pipelines run training --source ok.csv --target y | head -1"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("training of y on ok.csv\n", "")
