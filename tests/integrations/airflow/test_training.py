"""`ml_training_dag` in `airflow dags test`, with our Python, our functions and our registry."""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from components.shared.registry.client import RegistryClient
from tests.integrations.airflow.running import Airflow, Task

DAGS = Path(__file__).with_name("dags")
TABLE = "x,damaged\n" + "1,no\n2,yes\n" * 60


@dataclass
class Source:
    """A server of one table, which is away for the first requests.

    Attributes:
        away: How many requests are answered with 503.
        url: Address of the table.
    """

    away: int
    url: str = ""
    seen: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator["Source"]:
        """Serve on a free port of the loopback."""
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                source.seen.append(self.command)
                content = TABLE.encode()
                self.send_response(503 if len(source.seen) <= source.away else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.url = f"http://127.0.0.1:{server.server_port}/table.csv"
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()


@pytest.fixture(name="variables", scope="module")
def variables_of_the_workers(
    tmp_path_factory: pytest.TempPathFactory, registry_url: str
) -> dict[str, str]:
    """What the workers find in their environment."""
    folder = tmp_path_factory.mktemp("training")
    (folder / "table.csv").write_text(TABLE)
    return {
        "KFP_TABULAR_PYTHON": sys.executable,
        "TRAINING_WORK_DIR": str(folder / "runs"),
        "TRAINING_SOURCE": str(folder / "table.csv"),
        "REGISTRY_URL": registry_url,
        "KFP_TABULAR_WAIT_SECONDS": "0",
    }


@dataclass(frozen=True)
class Ended:
    """A run of a DAG that ended.

    Attributes:
        tasks: Its tasks.
        printed: What Airflow printed.
    """

    tasks: Mapping[str, Task]
    printed: str

    def states(self) -> dict[str, str]:
        """Return the state of each task."""
        return {name: task.state for name, task in self.tasks.items()}


@pytest.fixture(name="deployed", scope="module")
def run_of_the_example(airflow: Airflow, variables: dict[str, str]) -> Ended:
    """The example, in a registry that does not know its model."""
    printed = airflow.test("daily_training", variables, {"model_name": "airflow"})
    return Ended(airflow.tasks("daily_training"), printed)


@pytest.fixture(name="refused", scope="module")
def run_on_the_same_rows(airflow: Airflow, variables: dict[str, str], deployed: Ended) -> Ended:
    """Another DAG with the same rows, on a server that is away for a moment."""
    with Source(away=1).running() as source:
        conf = {"source": source.url, "target": "damaged", "model_name": "airflow"}
        printed = airflow.test("quick_training", variables, conf, DAGS)
    return Ended(airflow.tasks("quick_training"), printed)


def test_a_better_model_is_deployed(deployed: Ended, registry_url: str) -> None:
    """The first model is registered and becomes the champion, under the run of the DAG."""
    assert deployed.states() == {
        "train": "success",
        "evaluate": "success",
        "gate": "success",
        "deploy": "success",
        "keep_champion": "skipped",
    }, deployed.printed
    version = deployed.tasks["deploy"].result
    with RegistryClient.from_environment(registry_url) as registry:
        champion = registry.find("airflow", "champion")
    assert champion is not None
    assert (champion.version, champion.digest) == (version["version"], version["digest"])
    assert champion.lineage["run_id"].startswith("daily_training/manual__")


def test_results_go_from_task_to_task(deployed: Ended, variables: dict[str, str]) -> None:
    """What a task returns is small, and names the folder that holds the rest."""
    trained, evaluated = (deployed.tasks[name].result for name in ("train", "evaluate"))
    assert (trained["rows"], trained["train_rows"] + trained["test_rows"]) == (120, 120)
    assert Path(trained["folder"]).is_relative_to(Path(variables["TRAINING_WORK_DIR"]))
    assert evaluated["metrics"]["roc_auc"] == 1
    assert Path(evaluated["report"]).is_file()


def test_a_failed_task_is_tried_again(refused: Ended) -> None:
    """A source that was away for a moment costs one try of the first task."""
    train = refused.tasks["train"]
    assert (train.state, train.tries) == ("success", 2), refused.printed


def test_a_refused_model_is_not_deployed(refused: Ended, registry_url: str) -> None:
    """The same model is the champion already: the DAG succeeds, and says so."""
    states = refused.states()
    assert (states["deploy"], states["keep_champion"]) == ("skipped", "success"), refused.printed
    (reason,) = refused.tasks["keep_champion"].result
    assert "the same model as the champion" in reason
    with RegistryClient.from_environment(registry_url) as registry:
        assert len(list(registry.list_versions("airflow"))) == 1


def test_a_mistake_is_not_tried_again(airflow: Airflow, variables: dict[str, str]) -> None:
    """A source that does not exist fails the DAG at once, with the text of a run."""
    printed = airflow.test("quick_training", variables, dags=DAGS)
    tasks = airflow.tasks("quick_training")
    assert (tasks["train"].state, tasks["train"].tries) == ("failed", 1), printed
    assert tasks["deploy"].state == "upstream_failed"
    assert "error: There is no file /absent.csv" in printed
