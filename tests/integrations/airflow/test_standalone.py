"""`airflow standalone`: tasks that are waited for by a triggerer, what ends them, what does not."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import urllib3

from pipelines.definition import catalog
from tests.integrations.airflow.running import Airflow, connection
from tests.integrations.airflow.servers import STEPS
from tests.pipelines.fake_kfp import FakeKfp
from tests.registry_service.running import Caller, free_port

START_SECONDS = 150


def settings(kfps: dict[str, FakeKfp]) -> dict[str, str]:
    """Return the settings of an Airflow that is small, quick to notice, and alone on its ports."""
    api = str(free_port())
    return {
        "AIRFLOW__API__PORT": api,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{api}/execution/",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        # Its first answer takes long on a machine with much to do.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": str(START_SECONDS),
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "5",
        "KFP_TABULAR_PYTHON": "/absent/python",
        "TRAINING_WORK_DIR": "/absent",
        "TRAINING_PIPELINE": str(catalog.pipeline_yaml("training")),
        **{f"AIRFLOW_CONN_KFP_{name.upper()}": connection(kfp.url) for name, kfp in kfps.items()},
    }


@contextmanager
def running(process: subprocess.Popen[str], log: Path) -> Iterator[None]:
    """Write down what a process and its children print, and end them all."""
    with log.open("w") as file, subprocess.Popen(["cat"], stdin=process.stdout, stdout=file):
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until(happened: Callable[[], bool], log: Path) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + START_SECONDS
    while not happened():
        assert time.monotonic() < deadline, log.read_text()[-20_000:]
        time.sleep(0.1)


def looks(kfp: FakeKfp) -> int:
    """Return how often a run was looked at."""
    return sum(seen.startswith("GET") and "/runs/" in seen for seen in kfp.seen)


@pytest.fixture(name="stuck")
def two_kfps() -> Iterator[dict[str, FakeKfp]]:
    """A KFP for each task, whose runs go on until they are told otherwise."""
    kfps = {name: FakeKfp(STEPS, {"train_model": "STUCK"}) for name in ("marked", "waited")}
    with ExitStack() as stack:
        for kfp in kfps.values():
            stack.enter_context(kfp.running())
        yield kfps


@pytest.mark.timeout(600)
def test_a_task_that_is_marked_ends_its_run_and_a_triggerer_that_dies_does_not(
    airflow: Airflow, stuck: dict[str, FakeKfp], tmp_path: Path
) -> None:
    """Who marks a task as failed ends its run; a killed triggerer leaves it to the next one."""
    variables, log = settings(stuck), tmp_path / "log"
    with running(airflow.start("standalone", variables=variables), log):
        api = f"http://127.0.0.1:{variables['AIRFLOW__API__PORT']}"
        until(lambda: _is_unpaused(api, "kfp_at_once"), log)
        until(lambda: all(looks(kfp) for kfp in stuck.values()), log)
        _mark_failed(api, "kfp_at_once", "marked")
        (marked,), (waited,) = (list(kfp.runs.values()) for kfp in stuck.values())
        until(lambda: marked.canceled_at is not None, log)

        _kill_triggerer()
        seen = looks(stuck["waited"])
        waited.outcomes.clear()
        with running(airflow.start("triggerer", variables=variables), tmp_path / "triggerer"):
            until(lambda: airflow.tasks("kfp_at_once")["waited"].state == "success", log)
    assert looks(stuck["waited"]) > seen
    assert list(stuck["waited"].runs.values()) == [waited]
    assert waited.canceled_at is None
    result = airflow.tasks("kfp_at_once")["waited"].result
    assert (result["run_id"], result["state"]) == (waited.body.run_id, "SUCCEEDED")


def _is_unpaused(api: str, dag_id: str) -> bool:
    """Switch a DAG on, once the API answers and the DAG is known there."""
    try:
        status, _ = _caller(api)("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
    except urllib3.exceptions.HTTPError:
        return False
    return status == 200


def _mark_failed(api: str, dag_id: str, task_id: str) -> None:
    call, runs = _caller(api), f"/api/v2/dags/{dag_id}/dagRuns"
    (run,) = call("GET", runs)[1]["dag_runs"]
    path = f"{runs}/{run['dag_run_id']}/taskInstances/{task_id}"
    status, answer = call("PATCH", path, {"new_state": "failed"})
    assert status == 200, answer


def _caller(api: str) -> Caller:
    _, login = Caller(api)("GET", "/auth/token")
    return Caller(api, headers={"Authorization": f"Bearer {login['access_token']}"})


def _kill_triggerer() -> None:
    """Kill the triggerer of `airflow standalone`, and the processes that it runs triggers in."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.cmdline()[-1:] == ["triggerer"]:
                process.kill()
