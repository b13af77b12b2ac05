"""Why a run on a cluster failed: what its steps, KFP, Kubernetes and Argo say of it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from pipelines.cluster.argo_nodes import workflow_of
from pipelines.cluster.connection import Connection
from pipelines.cluster.errors import RunFailedError
from pipelines.cluster.kubectl import said_by_argo
from pipelines.cluster.logs import (
    archived_log,
    error_in,
    failure_in,
    last_words,
    pod_log,
    read_log,
)
from pipelines.cluster.pod_trouble import more_memory, trouble_in, why_ended, why_not_started
from pipelines.cluster.step_environment import origins
from pipelines.cluster.steps import (
    FAILED,
    SUCCEEDED,
    Step,
    errors_of,
    steps_of,
    was_terminated,
)
from pipelines.definition.packages import PipelinePackage

KILLED: Final = "signal: killed"
RUNNER: Final = "pipeline-runner"
FORBIDDEN: Final = re.compile(
    r'is forbidden: User \\?"system:serviceaccount:(?P<namespace>[\w-]+):(?P<account>[\w.-]+)\\?"'
)
"""What Kubernetes says to a pod whose ServiceAccount may not do what KFP's driver does."""


def raise_failure(connection: Connection, run: Any, logs: Mapping[str, str], describe: str) -> None:
    """Raise the error of a run that did not succeed.

    Args:
        connection: Where the run is.
        run: The run, ended.
        logs: Logs of its steps, as far as they are known.
        describe: The command that looks at the run.

    Raises:
        RunFailedError: What the failed step said, or Kubernetes said of it.
    """
    if run.state == SUCCEEDED:
        return
    failed = [step for step in steps_of(run) if step.state == FAILED]
    if was_terminated(run):
        # What went on in that moment was stopped, and did not fail by itself.
        during = f" during {', '.join(step.name for step in failed)}" if failed else ""
        raise RunFailedError(
            f"run {run.run_id} was terminated{during}, with kfp-tabular runs terminate or "
            f"elsewhere\n  {describe}"
        )
    if not failed:
        unknown = f"KFP says {run.state} and nothing else; {_said_by_argo_alone(connection, run)}"
        said = "; ".join(errors_of(run)) or unknown
        raise RunFailedError(f"run {run.run_id} failed: {said}\n  {describe}")
    step = failed[0]
    log = logs.get(step.name) or read_log(connection, run, step.pod)
    reason = _reason(connection, run, step, log)
    reason += _how_to_give_the_role(connection, reason)
    package = PipelinePackage.of_run(run)
    where = origins(
        package,
        step.name,
        reason,
        connection.pod_namespace,
        look=connection.address.host is None,
    )
    raise RunFailedError(
        f"{step.name}: {reason}{where}\n"
        f"  log: {_where_its_log_is(connection, run, step, log)}\n"
        f"  run: {connection.run_page(run.run_id)}"
    )


def _where_its_log_is(connection: Connection, run: Any, step: Step, log: str) -> str:
    """Return what shows the log of a step that failed: kubectl, or its place in the store."""
    logs = f"kubectl -n {connection.pod_namespace} logs"
    if step.pod is None:
        return f"{logs} -l pipeline/runid={run.run_id} --tail -1"
    if log and not pod_log(connection, run, step.pod):
        archived, _ = archived_log(connection, run, step.pod)
        if archived:
            return f"{archived} (pod {step.pod} is gone)"
    if step.in_driver and not log:
        # Newer releases of KFP have one pod of Argo's for all drivers of a run.
        workflow = workflow_of(step.pod)
        return f"{logs} -l workflows.argoproj.io/workflow={workflow} --all-containers --tail -1"
    return f"{logs} {step.pod} -c main"


def _reason(connection: Connection, run: Any, step: Step, log: str) -> str:
    if said := error_in(log):
        return said
    if step.in_driver:
        return _reason_of_driver(connection, run, step, log)
    messages = (*step.messages, *errors_of(run))
    trouble = trouble_in(messages, connection.pod_namespace) or why_not_started(
        connection, step.pod
    )
    known = (
        (str(trouble) if trouble else None)
        or why_ended(connection, step.pod, step.name)
        or "; ".join(messages)
        or _said_by_launcher(step, log)
        or last_words(log)
    )
    return known or f"the step failed: {_said_by_argo_alone(connection, run)}"


def _said_by_launcher(step: Step, log: str) -> str | None:
    said = failure_in(log)
    if said and KILLED in said:
        # Where the kernel takes one process of a container alone, Kubernetes does not know of it.
        return f"{said}: most often for its memory\n  {more_memory(step.name)}"
    return said


def _reason_of_driver(connection: Connection, run: Any, step: Step, log: str) -> str:
    """Return why KFP's own pod failed, which resolves the inputs of a step before it starts."""
    trouble = why_not_started(connection, step.pod)
    known = (
        (str(trouble) if trouble else None)
        or failure_in(log)
        or why_ended(connection, step.pod, step.name)
        or "; ".join(step.messages)
        or last_words(log)
        or _said_by_argo_alone(connection, run) + _account_to_look_for(connection, run)
    )
    return f"KFP's driver failed before the step itself started: {known}"


def _said_by_argo_alone(connection: Connection, run: Any) -> str:
    """Return what Argo says of the nodes of a run, or what asks it.

    Where a host is named, kubectl may be of another cluster.
    """
    namespace = connection.pod_namespace
    if connection.address.host is None and (said := said_by_argo(run.run_id, namespace)):
        return "; ".join(said)
    return (
        "neither the API nor its log say why\n  Argo may: "
        f"kubectl -n {namespace} get workflows -l pipeline/runid={run.run_id} -o yaml"
    )


def _account_to_look_for(connection: Connection, run: Any) -> str:
    """Return what shows whether a run has its ServiceAccount, without which it has no pod."""
    if not run.service_account:
        return ""
    look = f"kubectl -n {connection.pod_namespace} get serviceaccount {run.service_account}"
    return f"\n  Its ServiceAccount {run.service_account} may not be there: {look}"


def _how_to_give_the_role(connection: Connection, said: str) -> str:
    """Return what gives a ServiceAccount the role that KFP's steps need, where it lacks that."""
    found = FORBIDDEN.search(said)
    if found is None:
        return ""
    namespace, account = found["namespace"], found["account"]
    role = "--clusterrole kubeflow-edit" if connection.namespace else f"--role {RUNNER}"
    return (
        f"\n  ServiceAccount {account} lacks the role that KFP's own has. Give it that: kubectl -n "
        f"{namespace} create rolebinding {account}-{RUNNER} {role} "
        f"--serviceaccount {namespace}:{account}\n"
        "  or leave --service-account out."
    )
