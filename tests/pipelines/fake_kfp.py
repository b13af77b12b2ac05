"""A server that speaks as much of KFP's v2beta1 API as our command line asks for.

Requests are read into the models of `kfp_server_api` and answers are written from them, so that
both sides keep to the published protocol. Runs advance by one stage each time they are looked at,
in tasks that are shaped as KFP 2.17 compiles them to Argo: a driver and a group for each step.
"""
# mypy: disable-error-code="import-untyped"

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from itertools import count
from types import SimpleNamespace
from typing import Any, Final

import kfp_server_api as api
import yaml

from tests.pipelines.fake_inputs import check_inputs
from tests.pipelines.fake_kfp_handler import PREFIX, WIRE, KfpHandler, RefusalError
from tests.pipelines.fake_logs import archive_key, container_log, pod_log
from tests.pipelines.fake_runs import FakeRun
from tests.pipelines.fake_tasks import EPOCH, WORKFLOW, pod_of

DEFAULT_ACCOUNT: Final = "pipeline-runner"
BUCKET: Final = "mlpipeline"
POWERLESS: Final = (
    "F0102 03:04:05.000000      23 main.go:79] KFP driver: driver.RootDAG(...) failed: configmaps "
    '"kfp-launcher" is forbidden: User "system:serviceaccount:kubeflow:{account}" cannot get '
    'resource "configmaps" in API group "" in the namespace "kubeflow"\n'
)


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
        logs: what each step printed, or its driver where that is what fails.
        pods: the status of a pod, by its step.
        artifacts: the text of artifacts, by their address.
        archives: whether Argo keeps the logs of pods in the store.
        cleaned_up: whether the workflows are deleted with their pods, an hour after their end.
        tries_again: whether Argo's defaults try every node again, as KFP 2.17.1 has them.
        lag: how many looks after a run's end its tasks are told as they were.
        ends_after: after how many looks somebody terminates a run.
        accounts: the ServiceAccounts that there are, and whether each has KFP's role.
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
    archives: bool = True
    cleaned_up: bool = False
    tries_again: bool = False
    lag: int = 1
    accounts: dict[str, bool] = field(default_factory=lambda: {DEFAULT_ACCOUNT: True})
    ends_after: int | None = None
    seen: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[str, FakeRun] = field(default_factory=dict)
    experiments: dict[str, Any] = field(default_factory=dict)
    schedules: dict[str, Any] = field(default_factory=dict)
    pipelines: dict[str, Any] = field(default_factory=dict)
    versions: list[Any] = field(default_factory=list)
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
        self._check_inputs(made)
        return self._told(self._started(made))

    def fire(self, schedule_id: str) -> str:
        """Start a run as a recurring run does when its time has come; return the run's id."""
        schedule = self.schedules[schedule_id]
        made = api.V2beta1Run(
            display_name=f"{schedule.display_name} 1",
            experiment_id=schedule.experiment_id,
            pipeline_spec=schedule.pipeline_spec,
            runtime_config=schedule.runtime_config,
            recurring_run_id=schedule_id,
        )
        return str(self._started(made).body.run_id)

    def _started(self, made: Any) -> FakeRun:
        made.run_id = f"00000000-0000-4000-8000-{next(self.ids):012d}"
        made.created_at = EPOCH
        made.service_account = made.service_account or DEFAULT_ACCOUNT
        run = self.runs[made.run_id] = FakeRun(made, dict(self.outcomes))
        if not self.accounts.get(made.service_account):
            # Of one that does not exist, only the workflow's node tells: there is no pod.
            run.outcomes["root"] = self.outcomes["root"] = "DRIVER_FAILED"
            if made.service_account in self.accounts:
                self.logs["root"] = POWERLESS.format(account=made.service_account)
        return run

    def get_run(self, query: dict[str, str], body: bytes, run_id: str) -> Any:
        """Tell of a run, one stage further than the last time."""
        run = self._run(run_id)
        run.stage += 1
        if run.stage == self.ends_after:
            run.canceled_at = run.stage
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
        for wanted in json.loads(query.get("filter", "{}")).get("predicates", []):
            assert wanted["operation"] == "EQUALS"
            runs = [run for run in runs if getattr(run, wanted["key"]) == wanted["stringValue"]]
        return api.V2beta1ListRunsResponse(
            runs=runs[: int(query["page_size"])], total_size=len(runs)
        )

    def terminate_run(self, query: dict[str, str], body: bytes, run_id: str) -> Any:
        """End a run, which needs its workflow."""
        run = self._run(run_id)
        if run.orphaned_at is not None:
            raise RefusalError(
                500,
                f"Failed to terminate a run: InternalServerError: run {run_id}: "
                f'workflows.argoproj.io "{WORKFLOW}" not found',
            )
        run.canceled_at = run.stage
        return {}

    def create_schedule(self, query: dict[str, str], body: bytes) -> Any:
        """Create a recurring run."""
        made = _read(body, "V2beta1RecurringRun")
        if len(made.trigger.cron_schedule.cron.split()) != 6:
            raise RefusalError(400, "Invalid input error: The input cron schedule is invalid")
        self._check_inputs(made)
        made.recurring_run_id = f"schedule-{next(self.ids)}"
        made.status = "ENABLED"
        self.schedules[made.recurring_run_id] = made
        return made

    def list_schedules(self, query: dict[str, str], body: bytes) -> Any:
        """List the recurring runs."""
        found = list(self.schedules.values())
        return api.V2beta1ListRecurringRunsResponse(recurring_runs=found, total_size=len(found))

    def get_schedule(self, query: dict[str, str], body: bytes, schedule_id: str) -> Any:
        """Tell of a recurring run."""
        if schedule_id not in self.schedules:
            raise RefusalError(404, f"RecurringRun {schedule_id} not found")
        return self.schedules[schedule_id]

    def disable_schedule(self, query: dict[str, str], body: bytes, schedule_id: str) -> Any:
        """Let a recurring run start no more runs."""
        self.get_schedule(query, body, schedule_id).status = "DISABLED"
        return {}

    def delete_schedule(self, query: dict[str, str], body: bytes, schedule_id: str) -> Any:
        """Delete a recurring run, and with it the workflow that it owns."""
        self.get_schedule(query, body, schedule_id)
        del self.schedules[schedule_id]
        for run in self.runs.values():
            if run.body.recurring_run_id == schedule_id and not run.has_ended(self.steps):
                run.orphaned_at = run.stage
        return {}

    def create_pipeline(self, query: dict[str, str], body: bytes) -> Any:
        """Create a pipeline without a version, unless its name is taken."""
        made = _read(body, "V2beta1Pipeline")
        self._check_namespace(made.namespace)
        if any(each.name == made.name for each in self.pipelines.values()):
            raise RefusalError(409, f"Already exist error: The name {made.name} already exist")
        made.pipeline_id = f"pipeline-{next(self.ids)}"
        self.pipelines[made.pipeline_id] = made
        return made

    def find_pipeline(self, query: dict[str, str], body: bytes, name: str) -> Any:
        """Find a pipeline by its name."""
        self._check_namespace(query.get("namespace"))
        for found in self.pipelines.values():
            if found.name == name:
                return found
        raise RefusalError(404, f"ResourceNotFoundError: Pipeline {name} not found.")

    def upload_version(self, query: dict[str, str], body: bytes) -> Any:
        """Take the file of a new version of a pipeline."""
        if query["pipelineid"] not in self.pipelines:
            raise RefusalError(404, f"Pipeline {query['pipelineid']} not found")
        if not re.fullmatch(r"[a-z0-9]([-.a-z0-9]*[a-z0-9])?", query["name"]):
            raise RefusalError(400, f"Invalid input error: {query['name']} is no name")
        made = api.V2beta1PipelineVersion(
            pipeline_id=query["pipelineid"],
            pipeline_version_id=f"version-{next(self.ids)}",
            name=query["name"],
            display_name=query["display_name"],
            pipeline_spec=next(yaml.safe_load_all(_uploaded(body))),
        )
        self.versions.append(made)
        return made

    def list_versions(self, query: dict[str, str], body: bytes, pipeline_id: str) -> Any:
        """List the versions of a pipeline by their name."""
        wanted = json.loads(query["filter"])["predicates"][0]["stringValue"]
        found = [
            each
            for each in self.versions
            if (each.pipeline_id, each.display_name) == (pipeline_id, wanted)
        ]
        return api.V2beta1ListPipelineVersionsResponse(pipeline_versions=found)

    def health(self, query: dict[str, str], body: bytes) -> Any:
        """Tell whether it has many users."""
        return api.V2beta1GetHealthzResponse(multi_user=self.multi_user)

    def page(self, path: str, query: dict[str, str]) -> str | None:
        """Return what ml-pipeline-ui serves besides the API: logs, pods and artifacts."""
        if path == "/k8s/pod/logs" and query.keys() >= {"runid", "createdat"}:
            # Of a pod that is gone it looks for the log where Argo has not put it.
            return None if self.cleaned_up else self._log(query["podname"], pod_log)
        if path == "/k8s/pod":
            status = self.pods.get(self._step_of(query["podname"]))
            gone = status is None or self.cleaned_up
            return None if gone else json.dumps({"status": status})
        if path == "/artifacts/get":
            if query["key"].startswith("private-artifacts/"):
                return self._archived(query["bucket"], query["key"])
            return self.artifacts.get(f"{query['source']}://{query['bucket']}/{query['key']}")
        return None

    def _archived(self, bucket: str, key: str) -> str | None:
        pod = key.split("/")[-2]
        expected = archive_key(self.namespaces[0] if self.multi_user else "kubeflow", pod)
        found = self.archives and (bucket, key) == (BUCKET, expected)
        return self._log(pod, container_log) if found else None

    def _log(self, pod: str, written: Callable[..., str]) -> str | None:
        step = self._step_of(pod)
        outcome = self.outcomes.get(step, "")
        failed, driver = "FAILED" in outcome, outcome.startswith("DRIVER")
        if step not in self.logs:
            return None
        return written(self.logs[step], failed=failed, driver=driver)

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

    def _check_inputs(self, made: Any) -> None:
        given = made.runtime_config.parameters if made.runtime_config else None
        check_inputs(made.pipeline_spec, given or {})

    def _told(self, run: FakeRun) -> Any:
        return run.told(self.steps, self.tries_again, self.lag)


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
    r"GET /recurringruns/([\w-]+)": "get_schedule",
    r"POST /recurringruns/([\w-]+):disable": "disable_schedule",
    r"DELETE /recurringruns/([\w-]+)": "delete_schedule",
    r"POST /pipelines": "create_pipeline",
    r"GET /pipelines/names/([\w-]+)": "find_pipeline",
    r"POST /pipelines/upload_version": "upload_version",
    r"GET /pipelines/([\w-]+)/versions": "list_versions",
}


def _read(body: bytes, model: str) -> Any:
    """Read a request strictly: what the model does not know is refused, as KFP's gateway does."""
    read = WIRE.deserialize(SimpleNamespace(data=body), model)
    known = WIRE.sanitize_for_serialization(read)
    if unknown := set(json.loads(body)) - set(known):
        raise RefusalError(400, f"unknown field {sorted(unknown)}")
    return read


def _uploaded(body: bytes) -> str:
    """Return the file of a multipart form, which ends where its boundary stands again."""
    boundary = body.split(b"\r\n", 1)[0]
    _, content = body.split(b"\r\n\r\n", 1)
    return content.split(b"\r\n" + boundary)[0].decode()
