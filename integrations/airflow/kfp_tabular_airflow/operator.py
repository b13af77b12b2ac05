"""A run of Kubeflow Pipelines as one task of Airflow."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn

import yaml
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from kfp_tabular_airflow.api import Kfp
from kfp_tabular_airflow.errors import KfpError, MistakeError
from kfp_tabular_airflow.hook import KfpHook
from kfp_tabular_airflow.outcome import Outcome
from kfp_tabular_airflow.registry import models_of
from kfp_tabular_airflow.runs import SUCCEEDED, Run
from kfp_tabular_airflow.trigger import KfpRunTrigger

LONGEST_NAME: Final = 190
"""What a column of KFP's database on MySQL may hold."""


class KfpRunOperator(BaseOperator):
    """Runs a compiled pipeline on Kubeflow Pipelines, and waits without a worker.

    The run is named after DAG, task, DAG run and try. Where there is one of that name it is taken,
    and so is that of an earlier try that goes on: a worker that dies leaves a run behind, and no
    second one is started. A run that failed, or that came of an earlier try that was cleared, is
    followed by a new one.

    The task returns `run_id`, `state`, `seconds`, `url`, the address of the run's page, and
    `models`, the addresses of what the run registered; None where no registry is named, or it does
    not tell.

    Args:
        pipeline: Path of the YAML that `kfp-tabular compile` or KFP's compiler wrote.
        arguments: Values of the pipeline's inputs, each of the type that it has there.
        experiment: KFP's experiment, which is created where there is none.
        service_account: ServiceAccount of the steps; None: KFP's default.
        kfp_conn_id: Connection to KFP.
        registry_conn_id: Connection to the model registry, with the same fields.
        poll_seconds: Pause between two looks at the run.
        patience_seconds: For how long KFP may not answer before the task fails.
        execution_timeout: How long the run may take; then it is ended, and the task fails.
    """

    template_fields: Sequence[str] = (
        "pipeline",
        "arguments",
        "experiment",
        "service_account",
        "kfp_conn_id",
        "registry_conn_id",
    )
    template_fields_renderers: ClassVar = {"arguments": "json"}
    ui_color = "#dbe9ff"

    def __init__(
        self,
        *,
        pipeline: str,
        arguments: Mapping[str, Any] | None = None,
        experiment: str = "Default",
        service_account: str | None = None,
        kfp_conn_id: str = KfpHook.default_conn_name,
        registry_conn_id: str | None = None,
        poll_seconds: float = 10.0,
        patience_seconds: float = 600.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pipeline = pipeline
        self.arguments = dict(arguments or {})
        self.experiment = experiment
        self.service_account = service_account
        self.kfp_conn_id = kfp_conn_id
        self.registry_conn_id = registry_conn_id
        self.poll_seconds = poll_seconds
        self.patience_seconds = patience_seconds
        self._kfp_run_id: str | None = None

    def execute(self, context: Mapping[str, Any]) -> NoReturn:
        """Start the run, or find it, and give the worker back."""
        try:
            body = self._pipeline_body()
            with KfpHook(self.kfp_conn_id).get_conn() as kfp:
                run = self._found_or_started(kfp, context["ti"], body)
                self.log.info("run %s: %s", run.run_id, kfp.server.run_page(run.run_id))
        except MistakeError as error:
            raise AirflowFailException(str(error)) from error
        limit = self.execution_timeout
        self.defer(
            trigger=KfpRunTrigger(
                kfp_conn_id=self.kfp_conn_id,
                kfp_run_id=run.run_id,
                poll_seconds=self.poll_seconds,
                patience_seconds=self.patience_seconds,
                deadline=time.time() + limit.total_seconds() if limit else None,
            ),
            method_name=self.execute_complete.__name__,
        )

    def execute_complete(
        self, context: Mapping[str, Any], event: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what came of the run.

        Raises:
            AirflowException: It failed, its time is up, or KFP does not answer any more.
            AirflowFailException: Somebody ended it in KFP: it is not tried again.
        """
        outcome = Outcome.read(event)
        run = outcome.run
        hook = KfpHook(self.kfp_conn_id)
        if outcome.timed_out:
            with hook.get_conn() as kfp:
                kfp.terminate(outcome.run_id)
            raise AirflowException(
                f"run {outcome.run_id} took longer than {self.execution_timeout} and is being ended"
            )
        if outcome.problem or run is None:
            raise AirflowException(f"run {outcome.run_id} was lost sight of: {outcome.problem}")
        page = hook.server().run_page(run.run_id)
        if run.state == SUCCEEDED:
            return {
                "run_id": run.run_id,
                "state": run.state,
                "seconds": run.seconds,
                "url": page,
                "models": self._models(run.run_id),
            }
        kind = AirflowFailException if run.was_terminated else AirflowException
        raise kind(f"{run.failure()} ({page})")

    def on_kill(self) -> None:
        """End the run, where the task is killed before it has given the worker back."""
        if self._kfp_run_id is None:
            return
        with KfpHook(self.kfp_conn_id).get_conn() as kfp:
            kfp.terminate(self._kfp_run_id)

    def _models(self, run_id: str) -> list[str] | None:
        if not self.registry_conn_id:
            return None
        try:
            return models_of(KfpHook(self.registry_conn_id).server(), run_id)
        except KfpError as error:
            # The run has done its work.
            self.log.warning("what run %s registered is not known: %s", run_id, error)
            return None

    def _found_or_started(
        self, kfp: Kfp, ti: RuntimeTaskInstanceProtocol, body: Mapping[str, Any]
    ) -> Run:
        experiment_id = kfp.experiment_id(self.experiment)
        run = self._found(kfp, experiment_id, ti)
        if run is None:
            parameters = {
                name: value for name, value in self.arguments.items() if value is not None
            }
            asked = {
                "display_name": run_name(ti, ti.try_number),
                "description": f"Started by Airflow, try {ti.try_number} of {ti.run_id}",
                "experiment_id": experiment_id,
                "pipeline_spec": body,
                "runtime_config": {"parameters": parameters},
                "service_account": self.service_account,
            }
            run = kfp.start_run({name: value for name, value in asked.items() if value is not None})
        self._kfp_run_id = run.run_id
        return run

    def _found(self, kfp: Kfp, experiment_id: str, ti: RuntimeTaskInstanceProtocol) -> Run | None:
        """Return the run of this try, or that of the newest earlier one if it goes on."""
        for number in range(ti.try_number, 0, -1):
            run = kfp.find_run(experiment_id, run_name(ti, number))
            if run is None:
                continue
            if number == ti.try_number or run.goes_on:
                self.log.info("run %s of try %s is taken: %s", run.run_id, number, run.state)
                return run
            break
        return None

    def _pipeline_body(self) -> dict[str, Any]:
        """Return what the API takes as `pipeline_spec`, in the form that kfp's SDK sends."""
        try:
            documents = list(yaml.safe_load_all(Path(self.pipeline).read_text("utf-8")))
        except OSError as error:
            raise MistakeError(f"pipeline {self.pipeline}: {error.strerror}") from error
        except yaml.YAMLError as error:
            raise MistakeError(f"pipeline {self.pipeline} is no YAML") from error
        spec, *platform = documents or [None]
        if not isinstance(spec, dict) or "root" not in spec:
            raise MistakeError(f"pipeline {self.pipeline} is not what KFP's compiler writes")
        if not platform:
            return spec
        return {"pipeline_spec": spec, "platform_spec": platform[0]}


def run_name(ti: RuntimeTaskInstanceProtocol, try_number: int) -> str:
    """Return what KFP's run of a try is called: a task finds it again by its name."""
    index = getattr(ti, "map_index", -1)
    mapped = f"[{index}]" if index is not None and index >= 0 else ""
    name = f"{ti.dag_id}.{ti.task_id}{mapped} {ti.run_id} try {try_number}"
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{name[: LONGEST_NAME - len(digest) - 1]} {digest}"
