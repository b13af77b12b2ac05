"""What an OpenLineage server hears of runs here and of steps in a cluster."""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from socket import create_server
from typing import Any

import pytest

from components.shared.errors import InputError
from components.shared.openlineage.datasets import LineageDataset, Measures, read_from
from components.shared.openlineage.events import Job, event
from components.shared.step import step_body
from pipelines.errors import StepFailedError
from pipelines.local.tracking import tracked
from tests.environments import environment
from tests.openlineage.receiver import Received, receiver
from tests.pipelines.conftest import kfp_tabular

LOCK = Path(__file__).with_name("requirements.lock")
CHECKING = Path(__file__).with_name("checking.py")
TABLE = "city,amount\n" + "".join(f"{'ab'[row % 2]},{row}\n" for row in range(60)) + "a,\n"
SIGNED = "https://tables.example.com/2024/sales.csv?signature=hidden"


@pytest.fixture(name="server")
def lineage_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Received]:
    """A server that the environment names."""
    with receiver() as received:
        monkeypatch.setenv("OPENLINEAGE_URL", received.url)
        yield received


def _objections(events: list[dict[str, Any]]) -> str:
    """Return what OpenLineage's own client has against events."""
    python = environment("openlineage", LOCK) / "bin" / "python"
    command = [str(python), str(CHECKING)]
    done = subprocess.run(command, input=json.dumps(events), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_run_is_told_from_start_to_end(tmp_path: Path) -> None:
    """A data set that is registered: the file that was read, what it is like, what was made."""
    (tmp_path / "sales.csv").write_text(TABLE, "utf-8")
    parent = f"airflow/daily.sales/{uuid.uuid4()}"
    with receiver() as server:
        done = kfp_tabular(
            *("run", "dataset", "--source", "sales.csv", "--name", "sales"),
            folder=tmp_path,
            OPENLINEAGE_URL=server.url,
            OPENLINEAGE_API_KEY="a-key",
            OPENLINEAGE_PARENT_ID=parent,
        )
    assert done.exit_code == 0, done.errors
    assert (server.states[0], server.states[-1]) == ("START", "COMPLETE")
    assert {*server.states[1:-1]} == {"RUNNING"}
    assert len({event["run"]["runId"] for event in server.events}) == 1
    assert {*server.keys} == {"Bearer a-key"}
    (read,) = server.data("inputs").items()
    assert read[0] == ("file", str(tmp_path / "sales.csv"))
    assert read[1]["schema"]["fields"][1] == {"name": "amount", "type": "integer"}
    assert read[1]["inputStatistics"]["rowCount"] == 61
    measured = read[1]["dataQualityMetrics"]["columnMetrics"]["amount"]
    assert (measured["nullCount"], measured["min"], measured["max"]) == (1, 0, 59)
    (made,) = server.data("outputs").items()
    assert made[0] == ("kfp-tabular://localhost", "datasets/sales")
    assert made[1]["outputStatistics"]["rowCount"] == 61
    assert made[1]["tags"]["tags"][0]["value"] == read[1]["version"]["datasetVersion"]
    assert server.events[0]["run"]["facets"]["parent"]["job"]["name"] == "daily.sales"
    assert _objections(server.events) == ""


def test_a_failed_run_says_why(server: Received) -> None:
    """The last event is FAIL, with the message of the step."""
    with pytest.raises(StepFailedError), tracked("training", "failed", {}, print):
        raise StepFailedError("validate_table", "3 violations", "run.log", 2)
    assert server.states == ["START", "FAIL"]
    assert server.events[-1]["run"]["facets"]["errorMessage"]["message"] == "3 violations"


def test_steps_in_a_cluster_tell_their_run(
    server: Received, registry_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first begins it, later ones tell what they read and wrote, and one that fails why."""
    run_id = str(uuid.uuid4())
    monkeypatch.setenv("REGISTRY_URL", registry_url)
    monkeypatch.setenv("KFP_TABULAR_RUN_ID", run_id)
    monkeypatch.setenv("KFP_TABULAR_PIPELINE", "training")
    with step_body() as run:
        run.read(read_from(SIGNED, "ab" * 32, rows=3))
    with pytest.raises(SystemExit), step_body():
        raise InputError("no such column")
    assert server.states == ["START", "RUNNING", "FAIL"]
    assert {event["run"]["runId"] for event in server.events} == {run_id}
    assert {event["job"]["name"] for event in server.events} == {"training"}
    assert [*server.data("inputs")] == [("https://tables.example.com", "2024/sales.csv")]
    assert "hidden" not in json.dumps(server.events)
    assert _objections(server.events) == ""


@pytest.mark.parametrize(
    ("source", "namespace", "name"),
    [
        ("s3://bucket/a/b.parquet", "s3://bucket", "a/b.parquet"),
        ("delta+s3://bucket/t?version=3", "s3://bucket", "t"),
        ("file:///data/a%20b.csv", "file", "/data/a b.csv"),
        ("postgresql://db/shop?table=eu.sales", "postgres://db:5432", "shop.eu.sales"),
        ("postgresql://db:6543/shop (SELECT 1)", "postgres://db:6543", "shop"),
        ("dataset://sales@3", "kfp-tabular://registry.example.com", "datasets/sales"),
    ],
)
def test_data_is_named_as_the_specification_says(
    source: str, namespace: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others that read or write the same data name it the same."""
    monkeypatch.setenv("REGISTRY_URL", "https://registry.example.com")
    told = read_from(source, "ab" * 32)
    assert (told.namespace, told.name) == (namespace, name)


def test_every_facet_is_one_of_the_specification() -> None:
    """OpenLineage's client takes an event with all that there may be, as it is."""
    whole = LineageDataset(
        *("s3://bucket", "key", "s3://bucket/key", "TABLE", "3", "ab" * 32, 5, {"a": "integer"}),
        {"a": Measures(1, 4, 0.5, 9.0)},
        [("a", "is below 1")],
    )
    above = Job("airflow", "daily", str(uuid.uuid4()))
    job = Job("kfp-tabular", "training", str(uuid.uuid4()), above)
    events = [event(job, "START"), event(job, "FAIL", [whole], [whole], "a message")]
    assert len(events[1]["inputs"][0]["inputFacets"]) == 3
    assert _objections(events) == ""


def test_a_server_that_says_nothing_costs_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that takes connections and never answers is given up after one event."""
    monkeypatch.setenv("KFP_TABULAR_LINEAGE_RUN", "run")
    began = time.monotonic()
    with create_server(("127.0.0.1", 0)) as silent:
        address = f"http://user:secret@127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("OPENLINEAGE_URL", address)
        with step_body() as run:
            run.read(read_from("s3://bucket/key", ""))
            assert not run.tells_lineage
            run.finished("fine", outputs=[read_from("s3://bucket/key", "")])
    assert time.monotonic() - began < 4
    said = capsys.readouterr().out
    assert said.count("the lineage of this run is not told to http://127.0.0.1") == 1
    assert "secret" not in said


def test_where_no_server_is_named_nothing_is_loaded() -> None:
    """A step whose lineage nobody wants does not import what tells it."""
    program = (
        "import sys; from components.shared.step import step_body\nwith step_body() as run: pass\n"
        "print([name for name in sys.modules if 'openlineage' in name or name == 'urllib3'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
