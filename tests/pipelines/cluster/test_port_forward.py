"""Reaching KFP through kubectl, for which a program of the same protocol stands in."""

import sys
from pathlib import Path

import pytest

from pipelines.cluster.errors import PortForwardError
from pipelines.cluster.needed_objects import look_for_objects
from pipelines.cluster.port_forward import forwarded
from pipelines.command_line.main import main
from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage
from tests.pipelines.conftest import TABLE, WATCHED, CommandLine
from tests.pipelines.fake_kfp import FakeKfp

FORWARDER = """#!{python}
import os, socket, sys, threading
folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "called"), "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[3] == "get":
    kind, name = sys.argv[4:6]
    if not os.path.exists(found := os.path.join(folder, f"{{kind}}-{{name}}")):
        sys.exit(f'Error from server (NotFound): {{kind}}s "{{name}}" not found')
    sys.exit(print(open(found).read()))
if sys.argv[4] != "svc/{service}":
    sys.exit('Error from server (NotFound): services "ml-pipeline-ui" not found')
local, remote = sys.argv[5].split(":")
server = socket.create_server(("127.0.0.1", int(local or 0)))
port = server.getsockname()[1]
print(f"Forwarding from 127.0.0.1:{{port}} -> {{remote}}", flush=True)

def pump(source, target):
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)

for number in range({connections}):
    client, _ = server.accept()
    upstream = socket.create_connection(("127.0.0.1", {upstream}))
    threading.Thread(target=pump, args=(client, upstream)).start()
    threading.Thread(target=pump, args=(upstream, client)).start()
"""

REFUSING = """#!/bin/sh
echo 'E0102 03:04:05.000000 1 memcache.go:265] "Unhandled Error"' >&2
echo '{said}' >&2
exit 1
"""


def _kubectl(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> Path:
    (folder / "bin").mkdir()
    kubectl = folder / "bin" / "kubectl"
    kubectl.write_text(program)
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{kubectl.parent}:/usr/bin:/bin")
    return folder / "bin" / "called"


def _forwarder(kfp: FakeKfp, connections: int, service: str = "ml-pipeline-ui") -> str:
    return FORWARDER.format(
        python=sys.executable,
        upstream=kfp.url.rpartition(":")[2],
        connections=connections,
        service=service,
    )


def test_without_a_host_kubectl_forwards_a_port(
    kfp: FakeKfp, command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is submitted and watched through the port, and its page is told for later."""
    called = _kubectl(tmp_path, monkeypatch, _forwarder(kfp, 100))
    (called.parent / "configmap-kfp-tabular").write_text("AWS_REGION REGISTRY_URL ")
    done = command_line("submit", "training", *TABLE, *WATCHED)
    assert done.exit_code == 0, done.errors
    assert "✓ register_model" in done.output
    assert called.read_text().startswith("-n kubeflow port-forward svc/ml-pipeline-ui :80")
    assert "kubectl -n kubeflow port-forward svc/ml-pipeline-ui 8080:80" in done.output


ABSENT = {
    "no ConfigMap": (
        None,
        "namespace kubeflow has no ConfigMap kfp-tabular, which gives the steps REGISTRY_URL",
        "kubectl -n kubeflow create configmap kfp-tabular --from-literal=REGISTRY_URL=http://",
    ),
    "no key": (
        "AWS_REGION ",
        "ConfigMap kfp-tabular in namespace kubeflow lacks REGISTRY_URL",
        "kubectl -n kubeflow edit configmap kfp-tabular",
    ),
}


@pytest.mark.parametrize("command", [("submit",), ("schedule", "--cron", "@daily")])
@pytest.mark.parametrize(("keys", "said", "remedy"), ABSENT.values(), ids=list(ABSENT))
def test_what_the_steps_need_is_looked_for_first(
    kfp: FakeKfp,
    command_line: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    keys: str | None,
    said: str,
    remedy: str,
) -> None:
    """An object that is missing is told before the run, and not by its seventh step."""
    called = _kubectl(tmp_path, monkeypatch, _forwarder(kfp, 100))
    if keys is not None:
        (called.parent / "configmap-kfp-tabular").write_text(keys)
    done = command_line(command[0], "training", *TABLE, *command[1:])
    assert done.exit_code == 1
    assert f"error: {said}\n" in done.errors
    assert remedy in done.errors
    assert not kfp.runs
    assert not kfp.schedules


@pytest.mark.parametrize("command", [("submit",), ("schedule", "--cron", "@daily")])
def test_a_service_account_is_looked_for_first(
    kfp: FakeKfp,
    command_line: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    """One that is not there is named before the run, of which no pod could tell."""
    called = _kubectl(tmp_path, monkeypatch, _forwarder(kfp, 100))
    (called.parent / "configmap-kfp-tabular").write_text("REGISTRY_URL ")
    account = ("--service-account", "nobody")
    done = command_line(command[0], "training", *TABLE, *command[1:], *account)
    assert done.exit_code == 1
    assert "error: namespace kubeflow has no ServiceAccount nobody, which" in done.errors
    assert "kubectl -n kubeflow get serviceaccounts" in done.errors
    assert not kfp.runs
    assert not kfp.schedules


def test_what_only_argo_says_is_told(
    kfp: FakeKfp, command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run without any pod, the messages of its workflow's nodes are the reason."""
    called = _kubectl(tmp_path, monkeypatch, _forwarder(kfp, 100))
    (called.parent / "configmap-kfp-tabular").write_text("REGISTRY_URL ")
    said = 'pods "training-x7k2p-1" is forbidden: error looking up service account kubeflow/gone'
    (called.parent / "workflows.argoproj.io--l").write_text(f"{said}\n\n{said}\n")
    kfp.accounts.clear()
    done = command_line("submit", "training", *TABLE, *WATCHED)
    assert done.exit_code == 1
    assert (
        f"root-driver: KFP's driver failed before the step itself started: {said}\n" in done.errors
    )


def test_what_argo_says_of_a_pod_that_is_not_made(
    kfp: FakeKfp,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A quota keeps a step waiting for ever: after a while Argo's word is told, once."""
    monkeypatch.setattr("pipelines.cluster.watching.SLOW_SECONDS", 0.1)
    called = _kubectl(tmp_path, monkeypatch, _forwarder(kfp, 1000))
    (called.parent / "configmap-kfp-tabular").write_text("REGISTRY_URL ")
    (called.parent / "workflows.argoproj.io--l").write_text("exceeded quota: compute\n")
    kfp.outcomes["train_model"] = "STUCK"
    kfp.ends_after = 60
    with pytest.raises(SystemExit):
        main(["submit", "training", *TABLE, *WATCHED])
    assert capsys.readouterr().out.count("    exceeded quota: compute\n") == 1


SECRETS = {
    "absent": (None, ", which is not there. Make it: kubectl -n kubeflow create secret generic"),
    "without the key": ("AWS_ACCESS_KEY_ID ", ", which lacks REGISTRY_TOKEN. Add it: kubectl -n"),
    "with the key": ("REGISTRY_TOKEN ", ": kubectl -n kubeflow describe secret kfp-tabular\n"),
}


@pytest.mark.parametrize(("keys", "remedy"), SECRETS.values(), ids=list(SECRETS))
def test_a_step_that_misses_its_secret(
    kfp: FakeKfp,
    command_line: CommandLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keys: str | None,
    remedy: str,
) -> None:
    """An optional Secret is described only where it is; elsewhere it is made, or added to."""
    called = _kubectl(tmp_path, monkeypatch, _forwarder(kfp, 100))
    (called.parent / "configmap-kfp-tabular").write_text("REGISTRY_URL ")
    if keys is not None:
        (called.parent / "secret-kfp-tabular").write_text(keys)
    kfp.outcomes["register_model"] = "FAILED"
    kfp.logs["register_model"] = "error: no token: put one into REGISTRY_TOKEN\n"
    done = command_line("submit", "training", *TABLE, *WATCHED)
    assert f"REGISTRY_TOKEN is a key of Secret kfp-tabular{remedy}" in done.errors


def test_whoever_may_not_look_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only an absence is an error: who may not read ConfigMaps is not kept from submitting."""
    _kubectl(tmp_path, monkeypatch, REFUSING.format(said="Error from server (Forbidden): no"))
    look_for_objects(PipelinePackage.read(catalog.pipeline_yaml("training")), "kubeflow")


def test_without_the_dashboard_the_api_is_forwarded(
    kfp: FakeKfp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A KFP that was installed without ml-pipeline-ui is reached by ml-pipeline."""
    called = _kubectl(tmp_path, monkeypatch, _forwarder(kfp, 1, "ml-pipeline"))
    with forwarded("kubeflow") as host:
        assert host.startswith("http://127.0.0.1:")
    assert "svc/ml-pipeline :8888" in called.read_text().splitlines()[1]


def test_kubectl_is_started_again_when_it_loses_its_pod(
    kfp: FakeKfp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After kubectl ends, the same port is forwarded again."""
    import urllib3
    from urllib3.util import Retry

    monkeypatch.setattr("pipelines.cluster.port_forward.PAUSE_SECONDS", 0.05)
    called = _kubectl(tmp_path, monkeypatch, _forwarder(kfp, 1))
    retry = Retry(total=100, backoff_factor=0.05, backoff_max=0.2)
    with forwarded("kubeflow") as host, urllib3.PoolManager(retries=retry) as http:
        for _ in range(2):
            close = {"Connection": "close"}
            response = http.request("GET", f"{host}/apis/v2beta1/healthz", headers=close)
            assert response.status == 200
    first, again = called.read_text().splitlines()[:2]
    assert first.split()[4] == ":80"
    assert again.split()[4] == host.rpartition(":")[2] + ":80"


def test_a_missing_kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without kubectl the remedies are to install it or to name the host."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(PortForwardError, match=r"there is no kubectl(.|\n)*--host"),
        forwarded("kubeflow"),
    ):
        pass


SAID = {
    "no KFP": (
        'Error from server (NotFound): services "ml-pipeline-ui" not found',
        "there is no Kubeflow Pipelines in namespace nowhere",
    ),
    "no namespace": (
        'Error from server (NotFound): namespaces "nowhere" not found',
        "kubectl get services --all-namespaces",
    ),
    "no cluster": (
        "The connection to the server localhost:8080 was refused",
        "kubectl cluster-info",
    ),
    "a pod that does not run": (
        "error: unable to forward port because pod is not running. Current status=Pending",
        "kubectl -n nowhere get pods",
    ),
}


@pytest.mark.parametrize(("said", "remedy"), SAID.values(), ids=list(SAID.keys()))
def test_what_kubectl_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, remedy: str
) -> None:
    """Each refusal ends in kubectl's own sentence and what to run, without its log lines."""
    _kubectl(tmp_path, monkeypatch, REFUSING.format(said=said))
    with pytest.raises(PortForwardError) as caught, forwarded("nowhere"):
        pass
    assert said in str(caught.value)
    assert remedy in str(caught.value)
    assert "memcache.go" not in str(caught.value)
