"""What goes wrong between this machine and a cluster ends in one clear error."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.pipelines.conftest import TABLE, WATCHED, CommandLine
from tests.pipelines.fake_kfp import FakeKfp
from tests.pipelines.fake_tasks import pod_of

UNSEEN = "the run goes on, but cannot be watched any more"
IMAGE = ("ImagePullBackOff", 'Back-off pulling image "kfp-tabular:0.1.0"')
KEY_OF_MAP = "couldn't find key REGISTRY_URL in ConfigMap kubeflow/kfp-tabular"
KEY_OF_SECRET = "couldn't find key REGISTRY_TOKEN in Secret kubeflow/kfp-tabular"
ROOT = "container has runAsNonRoot and image will run as root"
KILLED = {"state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}

REFUSALS = {
    401: ("does not know who you are", "create token"),
    403: ("not allowed to start the run in namespace kubeflow", "kubectl auth can-i"),
    404: ("could not start the run (HTTP 404)", "told to fail"),
    409: ("could not start the run (HTTP 409)", "told to fail"),
    500: ("could not start the run (HTTP 500)", "logs deployment/ml-pipeline"),
    503: ("could not start the run (HTTP 503)", "logs deployment/ml-pipeline"),
}


@pytest.mark.parametrize(("status", "told"), REFUSALS.items())
def test_a_refused_run(
    submit: CommandLine, kfp: FakeKfp, status: int, told: tuple[str, str]
) -> None:
    """Each status ends in what could not be done, and what to run; the run is asked for once."""
    kfp.faults = [("POST .*/runs", status)]
    done = submit()
    assert done.exit_code == 1
    assert all(part in done.errors for part in told)
    assert kfp.seen.count("POST /apis/v2beta1/runs") == 1


def test_an_unreachable_host(command_line: CommandLine) -> None:
    """A host where nothing listens is named, with a way to see for oneself."""
    done = command_line("submit", "training", *TABLE, "--host", "http://127.0.0.1:9")
    assert done.exit_code == 1
    assert "cannot reach Kubeflow Pipelines at http://127.0.0.1:9" in done.errors
    assert "curl http://127.0.0.1:9/apis/v2beta1/healthz" in done.errors
    assert "Traceback" not in done.errors


def test_a_host_without_kfp(submit: CommandLine, kfp: FakeKfp) -> None:
    """Something else that answers is not taken for KFP."""
    kfp.pages["/apis/v2beta1/healthz"] = "<html>nginx</html>"
    done = submit()
    assert done.exit_code == 1
    assert "not as Kubeflow Pipelines" in done.errors
    assert "kubectl get services --all-namespaces" in done.errors


def test_an_api_server_that_is_not_ready(
    submit: CommandLine, kfp: FakeKfp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the dashboard alone answers, its word on users counts for nothing."""
    monkeypatch.setattr("pipelines.cluster.connection.PAUSE_SECONDS", 0.01)
    kfp.pages["/apis/v2beta1/healthz"] = '{"apiServerReady": false, "frontendTagName": "2.17.0"}'
    done = submit()
    assert done.exit_code == 1
    assert "the API server behind it (ml-pipeline) does not" in done.errors
    assert "kubectl -n kubeflow logs deployment/ml-pipeline" in done.errors
    assert kfp.bodies == []


def test_a_login_page(submit: CommandLine, kfp: FakeKfp) -> None:
    """A gateway that sends to its login page asks for a token, not for HTML to be parsed."""
    kfp.faults = [("GET .*/healthz", 302)]
    done = submit()
    assert done.exit_code == 1
    assert "does not know who you are" in done.errors


def test_an_expired_token(submit: CommandLine, kfp: FakeKfp) -> None:
    """A token that KFP refuses is named as the cause, without showing it."""
    kfp.token = "fresh"
    done = submit("--token", "stale")
    assert done.exit_code == 1
    assert "Give a token that is still valid" in done.errors
    assert "stale" not in done.errors


def test_a_namespace_of_others(submit: CommandLine, kfp: FakeKfp) -> None:
    """A profile where the user may not work is named."""
    kfp.multi_user = True
    done = submit("--namespace", "team-b")
    assert done.exit_code == 1
    assert "in namespace team-b" in done.errors


def test_a_namespace_left_out(submit: CommandLine, kfp: FakeKfp) -> None:
    """A multi-user Kubeflow asks for the profile before anything is created."""
    kfp.multi_user = True
    done = submit()
    assert done.exit_code == 2
    assert "--namespace" in done.errors
    assert kfp.bodies == []


def test_a_namespace_where_there_are_none(submit: CommandLine, kfp: FakeKfp) -> None:
    """A single-user KFP has no profiles: a namespace that it cannot mean is refused."""
    done = submit("--namespace", "team-a")
    assert done.exit_code == 2
    assert "single-user" in done.errors


def test_a_run_that_fails_in_a_driver(submit: CommandLine, kfp: FakeKfp) -> None:
    """What KFP's own pod said of a step that never started is the error, with that pod's name."""
    kfp.outcomes["train_model"] = "DRIVER_FAILED"
    kfp.logs["train_model"] = (
        "I0102 03:04:05.000000      23 main.go:108] input ComponentSpec:{}\n"
        "F0102 03:04:05.000000      23 main.go:79] KFP driver: driver.Container failed: no store\n"
        'time="2026-01-02T03:04:06 UTC" level=info msg="sub-process exited" argo=true\n'
        "Error: exit status 1\n"
    )
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert "train_model: KFP's driver failed before the step itself started" in done.errors
    assert "KFP driver: driver.Container failed: no store" in done.errors
    pod = pod_of("train_model", driver=True)
    assert f"kubectl -n kubeflow logs {pod} -c main" in done.errors


def test_a_driver_without_a_log(submit: CommandLine, kfp: FakeKfp) -> None:
    """Where no pod of a driver's own is to be seen, all of the run's are named."""
    kfp.outcomes["train_model"] = "DRIVER_FAILED"
    done = submit(*WATCHED)
    assert "neither the API nor its log say why" in done.errors
    assert "logs -l workflows.argoproj.io/workflow=training-x7k2p --all-containers" in done.errors


def test_a_run_that_fails_before_its_first_step(submit: CommandLine, kfp: FakeKfp) -> None:
    """Where the driver of the run itself fails, its log is shown."""
    kfp.outcomes["root"] = "DRIVER_FAILED"
    kfp.logs["root"] = "E0102 03:04:05.1 23 main.go:79] no default pipeline root\n"
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert "root-driver: KFP's driver failed" in done.errors
    assert "no default pipeline root" in done.errors


def test_a_run_that_fails_in_its_fifth_step(submit: CommandLine, kfp: FakeKfp) -> None:
    """The message of the step is the error, with the way to its log and to the run's page."""
    kfp.outcomes["train_model"] = "FAILED"
    kfp.logs["train_model"] = (
        "[KFP Executor] INFO: loading\nerror: max_itre is no parameter\n  did you mean max_iter?\n"
        "I0102 03:04:05 main.go:49] failed to execute component: exit status 2\n"
    )
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert "✗ train_model" in done.output
    assert "error: train_model: max_itre is no parameter\n  did you mean max_iter?" in done.errors
    assert f"kubectl -n kubeflow logs {pod_of('train_model')} -c main" in done.errors
    assert f"{kfp.url}/#/runs/details/" in done.errors
    assert "evaluate_model" not in done.output


def test_a_step_without_a_message_of_its_own(submit: CommandLine, kfp: FakeKfp) -> None:
    """The last lines of its log are told, such as KFP's own on a bucket that is missing."""
    kfp.outcomes["ingest_table"] = "FAILED"
    kfp.logs["ingest_table"] = "one\nfailed to put to bucket: NoSuchBucket: mlpipeline\n"
    done = submit(*WATCHED)
    assert "NoSuchBucket: mlpipeline" in done.errors


DEFECT = """\
[KFP Executor 2026-01-02 03:04:05,000 INFO]: Got executor_input:
Traceback (most recent call last):
  File "/usr/lib/python3.12/runpy.py", line 198, in _run_module_as_main
    return _run_code(code, main_globals, None,
  File "/app/components/train_model/train.py", line 7, in train
    raise TypeError("Cannot instantiate typing.Union")
TypeError: Cannot instantiate typing.Union
"""


def test_a_step_that_failed_unexpectedly(submit: CommandLine, kfp: FakeKfp) -> None:
    """The exception is the reason, not what KFP's launcher and Argo's executor said after it."""
    kfp.outcomes["train_model"] = "FAILED"
    kfp.logs["train_model"] = DEFECT
    done = submit(*WATCHED)
    assert "error: train_model: TypeError: Cannot instantiate typing.Union\n  log: " in done.errors
    assert "exit status" not in done.errors


def test_a_step_whose_outputs_cannot_be_kept(submit: CommandLine, kfp: FakeKfp) -> None:
    """What the launcher failed with after a step that did its work is the reason."""
    kfp.outcomes["train_model"] = "FAILED"
    kfp.logs["train_model"] = (
        "fitted\nF0102 03:04:05.000000      27 main.go:62] failed to upload model: NoSuchBucket\n"
    )
    assert "train_model: failed to upload model: NoSuchBucket\n" in submit(*WATCHED).errors


@pytest.mark.parametrize("lag", [0, 1, 4])
def test_tasks_that_are_told_late(submit: CommandLine, kfp: FakeKfp, lag: int) -> None:
    """The step that failed is known also where KFP tells of the run's end before the step's."""
    kfp.lag = lag
    kfp.outcomes["train_model"] = "FAILED"
    kfp.logs["train_model"] = "error: max_itre is no parameter\n"
    done = submit(*WATCHED)
    assert "✗ train_model" in done.output
    assert "error: train_model: max_itre is no parameter" in done.errors


def test_a_failure_whose_pods_are_gone(
    submit: CommandLine, on_cluster: CommandLine, kfp: FakeKfp
) -> None:
    """An hour later the reason is read from the archive, and the log is named where it now is."""
    kfp.outcomes["compare_with_champion"] = "FAILED"
    kfp.logs["compare_with_champion"] = "error: no registry is named\n"
    submit()
    kfp.cleaned_up = True
    done = on_cluster("runs", "show", next(iter(kfp.runs)), *WATCHED)
    pod = pod_of("compare_with_champion")
    place = "minio://mlpipeline/private-artifacts/kubeflow/training-x7k2p/2026/01/02"
    assert "error: compare_with_champion: no registry is named" in done.errors
    assert f"log: {place}/{pod}/main.log (pod {pod} is gone)" in done.errors


def test_tasks_that_are_never_told(
    submit: CommandLine, kfp: FakeKfp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some seconds the run's own state is all there is to say."""
    monkeypatch.setattr("pipelines.cluster.watching.SETTLING_SECONDS", 0.1)
    kfp.lag = 10**6
    kfp.outcomes["ingest_table"] = "FAILED"
    assert "KFP says FAILED and nothing else" in submit(*WATCHED).errors


def test_a_page_is_not_taken_for_a_log(submit: CommandLine, kfp: FakeKfp) -> None:
    """Where the dashboard's own page answers for a log, there is none."""
    kfp.outcomes["train_model"] = "FAILED"
    kfp.pages["/k8s/pod/logs"] = "<!doctype html>\n<title>Kubeflow Pipelines</title>"
    assert "neither the API nor its log say why" in submit(*WATCHED).errors


def test_a_step_that_took_too_much_memory(submit: CommandLine, kfp: FakeKfp) -> None:
    """A killed container ends in the option that gives it more."""
    kfp.outcomes["train_model"] = "FAILED"
    kfp.pods["train_model"] = {"containerStatuses": [KILLED]}
    assert "--set-resource train_model.memory=" in submit(*WATCHED).errors


def test_a_step_whose_process_alone_was_killed(submit: CommandLine, kfp: FakeKfp) -> None:
    """Where Kubernetes knows nothing of it, the launcher's word leads to the option as well."""
    kfp.outcomes["train_model"] = "FAILED"
    kfp.logs["train_model"] = (
        "fitting\nF0102 03:04:05.000000      27 main.go:62] failed to execute component: "
        "signal: killed\n"
    )
    assert "--set-resource train_model.memory=" in submit(*WATCHED).errors


def test_a_failure_without_any_reason(submit: CommandLine, kfp: FakeKfp) -> None:
    """Where neither log nor status is to be had, that is said, with where to look."""
    kfp.outcomes["split_table"] = "FAILED"
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert "neither the API nor its log say why" in done.errors
    assert "kubectl -n kubeflow get workflows -l pipeline/runid=" in done.errors
    assert "ServiceAccount" not in done.errors


CONFIGURATION = "CreateContainerConfigError"
TROUBLES = {
    "no image": (
        *IMAGE,
        "kind load docker-image --name kfp-tabular kfp-tabular:0.1.0",
    ),
    "no key": (
        *(CONFIGURATION, KEY_OF_MAP),
        "and add REGISTRY_URL: kubectl -n kubeflow edit configmap kfp-tabular",
    ),
    "no key in a secret": (
        *(CONFIGURATION, KEY_OF_SECRET),
        "and add REGISTRY_TOKEN: kubectl -n kubeflow edit secret kfp-tabular",
    ),
    "no ConfigMap": (
        *(CONFIGURATION, 'configmap "kfp-tabular" not found'),
        "kubectl -n kubeflow create configmap kfp-tabular --from-literal=REGISTRY_URL=http://",
    ),
    "no Secret": (
        *(CONFIGURATION, 'secret "kfp-tabular" not found'),
        "kubectl -n kubeflow create secret generic kfp-tabular --from-env-file=FILE",
    ),
    "another reason": (CONFIGURATION, ROOT, "kubectl -n kubeflow get events"),
}


@pytest.mark.parametrize(("reason", "message", "remedy"), TROUBLES.values(), ids=list(TROUBLES))
def test_a_pod_that_cannot_start(
    submit: CommandLine, kfp: FakeKfp, reason: str, message: str, remedy: str
) -> None:
    """What the cluster cannot start ends the waiting with the pod, the object and the remedy."""
    waiting = {"waiting": {"reason": reason, "message": message}}
    kfp.outcomes["compare_with_champion"] = "STUCK"
    kfp.pods["compare_with_champion"] = {
        "containerStatuses": [{"image": "kfp-tabular:0.1.0", "state": waiting}]
    }
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert "compare_with_champion cannot start its pod training-x7k2p-" in done.errors
    assert f"{reason}: {message}" in done.errors
    assert remedy in done.errors
    assert "kfp-tabular runs terminate" in done.errors


def test_a_driver_that_cannot_start(submit: CommandLine, kfp: FakeKfp) -> None:
    """An image of KFP's own that no node can pull is told before there is any step."""
    image = "ghcr.io/kubeflow/kfp-driver:2.17.0"
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": f"Back-off pulling {image}"}}
    kfp.outcomes["root"] = "DRIVER_STUCK"
    kfp.pods["root"] = {"containerStatuses": [{"image": image, "state": waiting}]}
    done = submit(*WATCHED)
    assert done.exit_code == 1
    pod = pod_of("root", driver=True)
    assert f"root-driver cannot start its pod {pod}" in done.errors
    assert f"kind load docker-image --name kfp-tabular {image}" in done.errors
    assert "KFP_TABULAR_IMAGE" not in done.errors


SAID = {
    "ingest_table": (
        "There is no bucket 'tabels' at http://minio:9000 (s3://tabels/churn.parquet): check its "
        "name, and that AWS_ENDPOINT_URL names its store.",
        "AWS_ENDPOINT_URL is a key of ConfigMap kfp-tabular: "
        "kubectl -n kubeflow describe configmap kfp-tabular",
    ),
    "compare_with_champion": (
        "the registry refused to find the champion (HTTP 401, Unauthorized): no token. Put a token "
        "that it knows into the environment, as REGISTRY_TOKEN.",
        "REGISTRY_TOKEN is a key of Secret kfp-tabular: "
        "kubectl -n kubeflow describe secret kfp-tabular",
    ),
}


@pytest.mark.parametrize("step", SAID)
def test_a_step_that_misses_what_an_object_should_hold(
    submit: CommandLine, kfp: FakeKfp, step: str
) -> None:
    """A missing bucket, or a secret without its key, ends in the object that says otherwise."""
    said, origin = SAID[step]
    kfp.outcomes[step] = "FAILED"
    kfp.logs[step] = f"error: {said}\n"
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert f"error: {step}: {said}\n  {origin}\n" in done.errors


def test_an_object_that_may_not_be_there(submit: CommandLine, kfp: FakeKfp) -> None:
    """Where kubectl may be of another cluster, both are told: what shows it, and what makes it."""
    kfp.outcomes["compare_with_champion"] = "FAILED"
    kfp.logs["compare_with_champion"] = f"error: {SAID['compare_with_champion'][0]}\n"
    errors = submit(*WATCHED).errors
    assert "kubectl -n kubeflow describe secret kfp-tabular\n  or, where it is not there" in errors
    assert "create secret generic kfp-tabular --from-env-file=FILE, FILE having the line" in errors


def test_a_service_account_that_is_not_there(submit: CommandLine, kfp: FakeKfp) -> None:
    """Only Argo's node says so: the account is named, and what asks Argo."""
    done = submit("--service-account", "nobody", *WATCHED)
    run_id = next(iter(kfp.runs))
    assert done.exit_code == 1
    assert f"kubectl -n kubeflow get workflows -l pipeline/runid={run_id} -o yaml" in done.errors
    assert "Its ServiceAccount nobody may not be there: kubectl -n kubeflow get" in done.errors


def test_a_service_account_without_the_role(submit: CommandLine, kfp: FakeKfp) -> None:
    """What the driver may not do is told with the command that lets it."""
    kfp.accounts["weak"] = False
    done = submit("--service-account", "weak", *WATCHED)
    assert done.exit_code == 1
    assert 'configmaps "kfp-launcher" is forbidden' in done.errors
    assert (
        "kubectl -n kubeflow create rolebinding weak-pipeline-runner --role pipeline-runner "
        "--serviceaccount kubeflow:weak" in done.errors
    )


def test_a_pod_that_no_node_takes(submit: CommandLine, kfp: FakeKfp) -> None:
    """A step that waits for a node is not in error: its reason is told once, and it goes on."""
    kfp.outcomes["train_model"] = "STUCK"
    unschedulable = {"reason": "Unschedulable", "message": "0/1 nodes: Insufficient memory."}
    kfp.pods["train_model"] = {"conditions": [unschedulable]}
    kfp.ends_after = 30
    done = submit(*WATCHED)
    assert done.output.count("train_model waits for a node: 0/1 nodes: Insufficient memory.") == 1
    assert "was terminated" in done.errors


def test_a_pod_that_waits_without_a_word(
    submit: CommandLine, kfp: FakeKfp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while without a reason, the command that shows the run's pods is told once."""
    monkeypatch.setattr("pipelines.cluster.watching.SLOW_SECONDS", 0.1)
    kfp.outcomes["train_model"] = "STUCK"
    kfp.ends_after = 60
    done = submit(*WATCHED)
    run_id = next(iter(kfp.runs))
    assert done.output.count("train_model has waited for its pod") == 1
    assert f"kubectl -n kubeflow get pods -l pipeline/runid={run_id}" in done.output


def test_a_trouble_that_the_api_tells_itself(submit: CommandLine, kfp: FakeKfp) -> None:
    """A task's own error is enough, where pods cannot be asked for."""
    kfp.outcomes["train_model"] = "STUCK_SAYING_WHY"
    assert "train_model cannot start its pod" in submit(*WATCHED).errors


def test_a_connection_that_breaks_and_comes_back(submit: CommandLine, kfp: FakeKfp) -> None:
    """Broken connections and a server that is away for a moment do not end the waiting."""
    kfp.faults = [("GET .*/runs/", "break"), ("GET .*/runs/", 503)]
    assert submit(*WATCHED).exit_code == 0


def test_a_connection_that_stays_broken(submit: CommandLine, kfp: FakeKfp) -> None:
    """After its retries the command says that the run goes on, and how to look at it."""
    kfp.faults = [("GET .*/runs/", "break")] * 9
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert UNSEEN in done.errors
    assert f"kfp-tabular runs show {next(iter(kfp.runs))}" in done.errors


def test_a_token_that_expires_while_waiting(submit: CommandLine, kfp: FakeKfp) -> None:
    """A login that ends while waiting is not a failed run."""
    kfp.faults = [("GET .*/runs/", 401)]
    done = submit(*WATCHED)
    assert done.exit_code == 1
    assert UNSEEN in done.errors
    assert "KFP_TOKEN" in done.errors


def test_ctrl_c_ends_the_waiting_and_not_the_run(kfp: FakeKfp) -> None:
    """SIGINT leaves the run alone, and tells how to look at it again and how to end it."""
    kfp.outcomes["ingest_table"] = "STUCK"
    command = [sys.executable, "-m", "pipelines", "submit", "training", *TABLE, *WATCHED]
    with subprocess.Popen(
        [*command, "--host", kfp.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    ) as process:
        deadline = time.monotonic() + 30
        while not any("GET /apis/v2beta1/runs/" in each for each in kfp.seen):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    run_id = next(iter(kfp.runs))
    assert process.returncode == 130
    assert f"kfp-tabular runs show {run_id} --host {kfp.url} --wait" in output
    assert f"kfp-tabular runs terminate {run_id}" in output
    assert "Traceback" not in errors
    assert not any(each.endswith(":terminate") for each in kfp.seen)
