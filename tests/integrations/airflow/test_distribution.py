"""The distribution by itself: what is in it, what it takes to import it, whom it trusts."""

import json
import ssl
import threading
import tomllib
from collections.abc import Mapping
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.environments import ROOT, call
from tests.integrations.airflow.running import DAGS, EXAMPLES, SOURCE, Airflow
from tests.pipelines.fake_kfp import FakeKfp
from tests.pipelines.fake_kfp_handler import KfpHandler

OFFLINE = """
import json, runpy, sys
from pathlib import Path

def refuse(event, arguments):
    if event.startswith("socket.") and event != "socket.__new__":
        raise OSError(f"{event} while a DAG is imported")

import airflow.sdk
before = set(sys.modules)
sys.addaudithook(refuse)
from airflow.sdk import DAG
dags = [
    each
    for path in sorted(Path(sys.argv[1]).glob("*.py"))
    for each in runpy.run_path(str(path)).values()
    if isinstance(each, DAG)
]
from kfp_tabular_airflow import operator, training
dags.append(training.ml_training_dag(
    "made", training.Training(source="s", target="t", model_name="m"), python="/p", work_dir="/w"
))
print(json.dumps({
    "imported": sorted({name.partition(".")[0] for name in set(sys.modules) - before}),
    "dags": {
        dag.dag_id: [
            str(dag.schedule), dag.catchup, dag.max_active_runs,
            [[t.task_id, t.retries, t.retry_delay.total_seconds()] for t in dag.tasks],
        ]
        for dag in dags
    },
}))
"""
"""Imports DAGs where nothing may be connected to, and tells what they are."""

ASK = """
import json, sys
from airflow.sdk import Connection
from kfp_tabular_airflow.api import Kfp
from kfp_tabular_airflow.errors import KfpError
from kfp_tabular_airflow.server import Server
for fields in json.loads(sys.argv[1]):
    try:
        server = Server.named_by(Connection(conn_id="kfp", conn_type="kfp", **fields))
        with Kfp(server) as kfp:
            kfp.check()
        print("fine")
    except KfpError as error:
        print(error)
"""
"""Asks the server of each connection how it is."""


@pytest.fixture(name="imported", scope="module")
def import_without_a_network(airflow: Airflow) -> dict[str, Any]:
    """What an import of the examples and of the factory came to."""
    found: dict[str, Any] = json.loads(airflow.python(OFFLINE, str(EXAMPLES)).splitlines()[-1])
    return found


def test_a_dag_is_imported_without_a_network_and_without_our_packages(
    imported: Mapping[str, Any],
) -> None:
    """Neither kfp nor polars nor a component is loaded, and nothing is connected to."""
    ours = {"components", "pipelines", "registry_service"}
    assert "kfp_tabular_airflow" in imported["imported"]
    assert not {"kfp", "polars", "pandas", "sklearn", *ours} & set(imported["imported"])


def test_a_training_is_daily_and_tried_twice(imported: Mapping[str, Any]) -> None:
    """One run a day, no missed ones, never two at once; each task again after five minutes."""
    schedule, catchup, runs, tasks = imported["dags"]["made"]
    assert (schedule, catchup, runs) == ("@daily", False, 1)
    assert [task[0] for task in tasks] == ["train", "evaluate", "deploy", "gate", "keep_champion"]
    assert {tuple(task[1:]) for task in tasks} == {(1, 300.0)}


def test_airflow_knows_the_connection(airflow: Airflow) -> None:
    """The wheel adds the connection type `kfp`."""
    listed = airflow("providers", "hooks", "--output", "json")
    assert '"kfp_tabular_airflow.hook.KfpHook"' in listed


def test_it_has_the_version_of_the_project() -> None:
    """What is released together is called alike."""
    versions = {
        tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["version"]
        for folder in (ROOT, SOURCE)
    }
    assert len(versions) == 1


def test_types_hold(airflow: Airflow) -> None:
    """Mypy finds nothing in the distribution, its examples and the DAGs of these tests."""
    mypy, cache = airflow.environment / "bin" / "mypy", airflow.environment / "mypy"
    checked = ("kfp_tabular_airflow", "examples", str(DAGS))
    call([str(mypy), "--cache-dir", str(cache), *checked], SOURCE)


def test_a_server_is_who_its_certificate_says(airflow: Airflow, tmp_path: Path) -> None:
    """A certificate that nobody vouches for is refused, and taken where `ca_cert` names it."""
    certificate, key = tmp_path / "ca.pem", tmp_path / "key.pem"
    call(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "1", "-subj", "/CN=kfp", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ]
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = type("Handler", (KfpHandler,), {"kfp": FakeKfp([], token="right")})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        host = {"host": f"127.0.0.1:{server.server_port}", "password": "right"}
        trusted = host | {"extra": json.dumps({"ca_cert": str(certificate)})}
        (tmp_path / "token").write_text("right\n")
        files = {"ca_cert": str(certificate), "token_file": str(tmp_path / "token")}
        connections = [
            host,
            trusted,
            trusted | {"password": "wrong"},
            {"host": host["host"], "extra": json.dumps(files)},
            {"host": ""},
            host | {"extra": json.dumps({"verify": False})},
        ]
        said = airflow.python(ASK, json.dumps(connections)).splitlines()[-len(connections) :]
        server.shutdown()
    assert said[0].startswith(f"cannot reach Kubeflow Pipelines at https://{host['host']}: ")
    assert "certificate verify failed" in said[0]
    assert said[1] == said[3] == "fine"
    assert said[2].startswith(f"https://{host['host']} did not see how it is (HTTP 401)")
    assert said[4].startswith("connection kfp should have a host like")
    assert said[5].startswith("connection kfp has extras that are not known: verify")
