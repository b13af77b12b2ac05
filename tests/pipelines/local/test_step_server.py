"""Steps in forks of a process that has their libraries."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.local.running import run_locally
from pipelines.local.step_server import StepServer, step_server
from tests.pipelines.local.test_running import RecordingObserver
from tests.pipelines.two_steps import two_steps

STEP = """
import os, sys

def describe() -> None:
    imported = ("sklearn" in sys.modules, "matplotlib" in sys.modules)
    print(*imported, os.environ.get("TOLD"), hasattr(sys, "changed"))
    sys.changed = True

train_model = evaluate_model = describe

def split_table() -> None:
    describe()
    if "NOTE" in os.environ:
        with open(os.environ["NOTE"], "w") as file:
            file.write(str(os.getppid()))

def end_badly() -> None:
    raise SystemExit(7)

def die() -> None:
    os.kill(os.getpid(), 9)
"""
PROGRAM = """
import time
from pipelines.local.step_server import step_server
with step_server([]) as server:
    server._servers[-1].recv()
    print(server._process.pid, flush=True)
    time.sleep(60)
"""
SECONDS = 60

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="steps start anew elsewhere")


@pytest.fixture(name="server")
def server_fixture() -> Iterator[StepServer]:
    """A server of its own for each test."""
    server = StepServer([])
    yield server
    server.close()


def run(server: StepServer, function: str, **variables: str) -> int:
    """Run a function as a step."""
    asked = json.dumps({"inputs": {}, "outputs": {"outputFile": os.devnull}})
    arguments = ["--function_to_execute", function, "--executor_input", asked]
    return server.run(STEP, arguments, {**os.environ, **variables})


def test_a_step_has_its_libraries_and_its_variables(capsys: pytest.CaptureFixture[str]) -> None:
    """A step finds scikit-learn and matplotlib imported if it may take them, and its variables."""
    steps = ("split_table", "train_model", "evaluate_model")
    with step_server(steps) as server:
        assert server
        assert [run(server, step, TOLD=step) for step in steps] == [0, 0, 0]
    said = re.findall(r"^(?:True|False) .*$", capsys.readouterr().out, re.MULTILINE)
    assert said == [
        "False False split_table False",
        "True False train_model False",
        "True True evaluate_model False",
    ]


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    """All processes have ended when the server is closed, also that of an earlier stage."""
    server = StepServer(["split_table"])
    run(server, "split_table", NOTE=str(tmp_path / "pid"))
    server.close()
    assert not Path("/proc", (tmp_path / "pid").read_text()).exists()


def test_libraries_that_no_step_takes_are_not_imported(
    server: StepServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pipeline whose steps need no scikit-learn does not wait for it."""
    run(server, "describe")
    assert "False False None False" in capsys.readouterr().out


def test_a_step_sees_nothing_of_another(
    server: StepServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a step changes in its process is not there for the next one."""
    run(server, "describe", TOLD="so")
    run(server, "describe")
    assert "False False None False" in capsys.readouterr().out


def test_steps_that_threads_start_wait_for_each_other(server: StepServer) -> None:
    """As those of a loop do; each has its own exit code."""
    asked = ["describe", "end_badly", "describe", "end_badly", "describe"]
    with ThreadPoolExecutor(len(asked)) as threads:
        codes = list(threads.map(lambda function: run(server, function), asked))
    assert codes == [0, 7, 0, 7, 0]


def test_the_exit_code_is_the_steps_own(server: StepServer) -> None:
    """A step that ends with an exit code, or is killed, is known by it."""
    assert (run(server, "end_badly"), run(server, "die")) == (7, -9)


def test_a_step_starts_anew_where_the_server_is_gone(tmp_path: Path) -> None:
    """A run goes on when its server was killed."""
    server = StepServer([])
    server._process.kill()
    outputs = run_locally(two_steps, {"rows": 3}, tmp_path, RecordingObserver(), server=server)
    server.close()
    assert set(outputs.steps) == {"write_report", "check_rows"}


@pytest.mark.parametrize("signal", ["kill", "terminate"])
def test_it_ends_when_the_command_is_killed(signal: str) -> None:
    """No server is left behind, however the command ended."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        server = Path("/proc", command.stdout.readline().strip())
        assert server.exists()
        getattr(command, signal)()
    deadline = time.monotonic() + SECONDS
    while server.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not server.exists()
