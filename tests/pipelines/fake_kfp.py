"""A server that speaks as much of KFP's v2beta1 API as our command line asks for.

Requests are read into the models of `kfp_server_api` and answers are written from them, so that
both sides keep to the published protocol. Runs advance by one stage each time they are looked at,
in tasks that are shaped as KFP 2.17 compiles them to Argo: a driver and a group for each step.
"""
# mypy: disable-error-code="import-untyped"

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import ThreadingHTTPServer
from itertools import count
from types import SimpleNamespace
from typing import Any, Final

import kfp_server_api as api

from tests.pipelines.fake_kfp_handler import PREFIX, WIRE, KfpHandler, RefusalError
from tests.pipelines.fake_tasks import EPOCH, pod_of, progress


@dataclass
class FakeRun:
    """A run and how it is to go.

    Attributes:
        body: as it was submitted.
        outcomes: what becomes of each step: SUCCEEDED, CACHED, FAILED, DRIVER_FAILED, STUCK,
            STUCK_SAYING_WHY; a step that is not named succeeds. What becomes of the run's own
            driver, under `root`: DRIVER_FAILED, DRIVER_STUCK.
        stage: how often it was looked at.
    """

    body: Any
    outcomes: dict[str, str]
    stage: int = 0


@dataclass
class FakeKfp:
    """The state of the server, for a test to set and to read.

    Attributes:
        steps: the steps of every run, in order.
        outcomes: see `FakeRun`; for the runs to come.
        multi_user: whether runs belong to profile namespaces.
        namespaces: those that the caller may work in.
        token: the token that it wants, if any.
        faults: what is done instead of answering: each a pattern of "METHOD path" and a status, or
            "break" to end the connection; used up one by one.
        logs: what each pod printed, by its step.
        pods: the status of a pod, by its step.
        artifacts: the text of artifacts, by their address.
        tries_again: whether Argo's defaults try every node again, as KFP 2.17.1 has them.
        ends_after: after how many looks somebody terminates a run.
        pages: what else is served instead of anything, by its path.
        seen: "METHOD path" of every request.
        bodies: the body of every POST.
    """

    steps: list[str]
    outcomes: dict[str, str] = field(default_factory=dict)
    multi_user: bool = False
    namespaces: list[str] = field(default_factory=lambda: ["team-a"])
    token: str | None = None
    faults: list[tuple[str, int | str]] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    tries_again: bool = False
    ends_after: int | None = None
    seen: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[str, FakeRun] = field(default_factory=dict)
    experiments: dict[str, Any] = field(default_factory=dict)
    schedules: dict[str, Any] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    url: str = ""

    @contextmanager
    def running(self) -> Iterator["FakeKfp"]:
        """Serve on a free port of the loopback."""
        handler = type("Handler", (KfpHandler,), {"kfp": self})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            server.daemon_threads = True
            self.url = f"http://127.0.0.1:{server.server_port}"
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> Any:
        """Answer a request to the API with a model, or refuse."""
        route = f"{method} {path.removeprefix(PREFIX)}"
        for pattern, action in ROUTES.items():
            if found := re.fullmatch(pattern, route):
                return getattr(self, action)(query, body, *found.groups())
        raise RefusalError(404, "Not Found")

    def list_experiments(self, query: dict[str, str], body: bytes) -> Any:
        """List experiments by their name."""
        self._check_namespace(query.get("namespace"))
        wanted = json.loads(query["filter"])["predicates"][0]["stringValue"]
        found = [each for each in self.experiments.values() if each.display_name == wanted]
        return api.V2beta1ListExperimentsResponse(experiments=found, total_size=len(found))

    def create_experiment(self, query: dict[str, str], body: bytes) -> Any:
        """Create an experiment, unless its name is taken."""
        made = _read(body, "V2beta1Experiment")
        self._check_namespace(made.namespace)
        if any(each.display_name == made.display_name for each in self.experiments.values()):
            raise RefusalError(
                409, f"Already exist error: The name {made.display_name} already exist"
            )
        made.experiment_id = f"experiment-{next(self.ids)}"
        self.experiments[made.experiment_id] = made
        return made

    def create_run(self, query: dict[str, str], body: bytes) -> Any:
        """Start a run, of a pipeline with a specification."""
        made = _read(body, "V2beta1Run")
        if made.experiment_id not in self.experiments:
            raise RefusalError(404, f"Experiment {made.experiment_id} not found")
        if not made.pipeline_spec:
            raise RefusalError(400, "Invalid input error: a pipeline spec is required")
        made.run_id = f"00000000-0000-4000-8000-{next(self.ids):012d}"
        made.created_at = EPOCH
        self.runs[made.run_id] = FakeRun(made, dict(self.outcomes))
        return self._told(self.runs[made.run_id])

    def get_run(self, query: dict[str, str], body: bytes, run_id: str) -> Any:
        """Tell of a run, one stage further than the last time."""
        run = self._run(run_id)
        run.stage += 1
        if run.stage == self.ends_after:
            run.outcomes["*"] = "CANCELED"
        return self._told(run)

    def list_runs(self, query: dict[str, str], body: bytes) -> Any:
        """List the runs, the newest first."""
        assert query["sort_by"] == "created_at desc"
        if "experiment_id" not in query:
            self._check_namespace(query.get("namespace"))
        runs = [
            self._told(run)
            for run in reversed(self.runs.values())
            if query.get("experiment_id") in (None, run.body.experiment_id)
        ]
        return api.V2beta1ListRunsResponse(
            runs=runs[: int(query["page_size"])], total_size=len(runs)
        )

    def terminate_run(self, query: dict[str, str], body: bytes, run_id: str) -> Any:
        """End a run."""
        self._run(run_id).outcomes["*"] = "CANCELED"
        return {}

    def create_schedule(self, query: dict[str, str], body: bytes) -> Any:
        """Create a recurring run."""
        made = _read(body, "V2beta1RecurringRun")
        if len(made.trigger.cron_schedule.cron.split()) != 6:
            raise RefusalError(400, "Invalid input error: The input cron schedule is invalid")
        made.recurring_run_id = f"schedule-{next(self.ids)}"
        made.status = "ENABLED"
        self.schedules[made.recurring_run_id] = made
        return made

    def list_schedules(self, query: dict[str, str], body: bytes) -> Any:
        """List the recurring runs."""
        found = list(self.schedules.values())
        return api.V2beta1ListRecurringRunsResponse(recurring_runs=found, total_size=len(found))

    def delete_schedule(self, query: dict[str, str], body: bytes, schedule_id: str) -> Any:
        """Delete a recurring run."""
        if self.schedules.pop(schedule_id, None) is None:
            raise RefusalError(404, f"RecurringRun {schedule_id} not found")
        return {}

    def health(self, query: dict[str, str], body: bytes) -> Any:
        """Tell whether it has many users."""
        return api.V2beta1GetHealthzResponse(multi_user=self.multi_user)

    def page(self, path: str, query: dict[str, str]) -> str | None:
        """Return what ml-pipeline-ui serves besides the API: logs, pods and artifacts."""
        if path == "/k8s/pod/logs" and query.keys() >= {"runid", "createdat"}:
            return self.logs.get(self._step_of(query["podname"]))
        if path == "/k8s/pod":
            status = self.pods.get(self._step_of(query["podname"]))
            return None if status is None else json.dumps({"status": status})
        if path == "/artifacts/get":
            return self.artifacts.get(f"{query['source']}://{query['bucket']}/{query['key']}")
        return None

    def _step_of(self, pod: str) -> str:
        for step in ("root", *self.steps):
            drives = self.outcomes.get(step, "").startswith("DRIVER")
            if pod == pod_of(step, self.tries_again, driver=drives):
                return step
        return ""

    def _run(self, run_id: str) -> FakeRun:
        if run_id not in self.runs:
            raise RefusalError(
                404, f"Failed to get a run: ResourceNotFoundError: Run {run_id} not found."
            )
        return self.runs[run_id]

    def _check_namespace(self, namespace: str | None) -> None:
        if not self.multi_user and namespace:
            raise RefusalError(400, "In single-user mode, the namespace should be empty")
        if self.multi_user and not namespace:
            raise RefusalError(
                400, "Invalid input error: a namespace is required in multi-user mode"
            )
        if namespace and namespace not in self.namespaces:
            raise RefusalError(403, f"PermissionDenied: User 'me' is not authorized in {namespace}")

    def _told(self, run: FakeRun) -> Any:
        told = _copy(run.body, "V2beta1Run")
        state, tasks = progress(self.steps, run.stage, run.outcomes, self.tries_again)
        told.state = state
        told.run_details = api.V2beta1RunDetails(task_details=tasks)
        if state != "RUNNING":
            told.finished_at = EPOCH + timedelta(seconds=run.stage)
        return told


ROUTES: Final = {
    r"GET /healthz": "health",
    r"GET /experiments": "list_experiments",
    r"POST /experiments": "create_experiment",
    r"POST /runs": "create_run",
    r"GET /runs": "list_runs",
    r"GET /runs/([\w-]+)": "get_run",
    r"POST /runs/([\w-]+):terminate": "terminate_run",
    r"POST /recurringruns": "create_schedule",
    r"GET /recurringruns": "list_schedules",
    r"DELETE /recurringruns/([\w-]+)": "delete_schedule",
}


def _read(body: bytes, model: str) -> Any:
    """Read a request strictly: what the model does not know is refused, as KFP's gateway does."""
    read = WIRE.deserialize(SimpleNamespace(data=body), model)
    known = WIRE.sanitize_for_serialization(read)
    if unknown := set(json.loads(body)) - set(known):
        raise RefusalError(400, f"unknown field {sorted(unknown)}")
    return read


def _copy(thing: Any, model: str) -> Any:
    data = json.dumps(WIRE.sanitize_for_serialization(thing))
    return WIRE.deserialize(SimpleNamespace(data=data), model)
