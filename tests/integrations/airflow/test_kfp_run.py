"""`KfpRunOperator` in `airflow dags test`, on KFPs that do what the real one was seen to do."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.definition import catalog
from tests.integrations.airflow.running import Airflow, Task, connection
from tests.pipelines.fake_kfp import FakeKfp
from tests.pipelines.fake_kfp_handler import RefusalError
from tests.registry_service.api.test_registration import registration
from tests.registry_service.running import OURS, Caller, free_port

DAGS = Path(__file__).with_name("dags")
PIPELINE = {"TRAINING_PIPELINE": str(catalog.pipeline_yaml("training"))}
STEPS = ["ingest_table", "train_model"]
FIRST_RUN = "00000000-0000-4000-8000-000000000002"
"""The id of the first run of every fake KFP."""
TOKEN = "token-0123456789abcdef"


class FailingOnce(FakeKfp):
    """A KFP whose first run alone comes to what it is told."""

    def create_run(self, query: dict[str, str], body: bytes) -> Any:
        """Start a run; those to come succeed."""
        made = super().create_run(query, body)
        self.outcomes = {}
        return made


class LosingAnswer(FakeKfp):
    """A KFP that starts a run while a proxy before it gives up."""

    def create_run(self, query: dict[str, str], body: bytes) -> Any:
        """Start a run, and tell nobody."""
        super().create_run(query, body)
        raise RefusalError(504, "upstream request timeout")


@dataclass(frozen=True)
class Outcomes:
    """What came of the DAG that has a run for each way.

    Attributes:
        tasks: Its tasks, by the way.
        kfps: The KFP behind each.
        printed: What Airflow printed.
    """

    tasks: Mapping[str, Task]
    kfps: Mapping[str, FakeKfp]
    printed: str

    def names(self, way: str) -> list[str]:
        """Return the names of the runs of a KFP, without the run of the DAG."""
        names = [run.body.display_name for run in self.kfps[way].runs.values()]
        return [f"{name.split(' ')[0]} {name.partition(' try ')[2]}" for name in names]


@pytest.fixture(name="outcomes", scope="module")
def outcomes_of_one_dag(airflow: Airflow, registry_url: str) -> Iterator[Outcomes]:
    """One run of a DAG whose tasks run on a KFP of each kind."""
    body = registration("airflow-kfp", [], aliases=[], lineage={"run_id": FIRST_RUN})
    assert Caller(registry_url, OURS)("POST", "/register", body, Idempotency_Key="a")[0] == 201
    kfps = {
        "succeeds": FakeKfp(STEPS, token=TOKEN),
        "fails_once": FailingOnce(STEPS, {"train_model": "FAILED"}),
        "fails": FakeKfp(STEPS, {"train_model": "FAILED"}),
        "is_lost_once": FakeKfp(STEPS, faults=[("GET .*/runs/", 503)]),
        "is_terminated": FakeKfp(STEPS, ends_after=2),
        "is_refused": FakeKfp(STEPS),
        "answer_is_lost": LosingAnswer(STEPS),
        "takes_too_long": FakeKfp(STEPS, {"train_model": "STUCK"}),
    }
    with ExitStack() as stack:
        named = {way: stack.enter_context(kfp.running()).url for way, kfp in kfps.items()}
        named["is_away"] = f"http://127.0.0.1:{free_port()}"
        variables = {
            f"AIRFLOW_CONN_KFP_{way.upper()}": connection(url, TOKEN) for way, url in named.items()
        }
        variables |= PIPELINE | {"AIRFLOW_CONN_REGISTRY": connection(registry_url)}
        printed = airflow.test("kfp_outcomes", variables, dags=DAGS)
        yield Outcomes(airflow.tasks("kfp_outcomes"), kfps, printed)


def test_a_run_succeeds(outcomes: Outcomes) -> None:
    """The task ends with the run, and returns a small record of it."""
    task, kfp = outcomes.tasks["succeeds"], outcomes.kfps["succeeds"]
    (run_id,) = kfp.runs
    assert (task.state, task.tries) == ("success", 1), outcomes.printed
    seconds = task.result.pop("seconds")
    assert seconds > 0
    url = f"{kfp.url}/#/runs/details/{run_id}"
    models = ["registry://airflow-kfp/1"]
    assert task.result == {"run_id": run_id, "state": "SUCCEEDED", "url": url, "models": models}


def test_a_run_is_submitted_as_it_was_asked_for(outcomes: Outcomes) -> None:
    """Pipeline and Kubernetes settings are the compiled ones, inputs have their types."""
    experiment, run = outcomes.kfps["succeeds"].bodies
    assert experiment == {"display_name": "kfp_outcomes"}
    assert run["pipeline_spec"].keys() == {"pipeline_spec", "platform_spec"}
    assert run["runtime_config"]["parameters"] == {
        "source": "s3://tables/churn.parquet",
        "target": "churned",
        "model_name": "churn",
        "seed": 7,
    }


def test_a_failed_run_is_tried_again(outcomes: Outcomes) -> None:
    """The second try starts a run of its own, which succeeds."""
    task = outcomes.tasks["fails_once"]
    assert (task.state, task.tries) == ("success", 2)
    assert outcomes.names("fails_once") == [f"kfp_outcomes.fails_once {n}" for n in (1, 2)]


def test_a_registry_that_is_away_fails_no_run(outcomes: Outcomes) -> None:
    """What the run registered is not known then, and that is said."""
    assert outcomes.tasks["fails_once"].result["models"] is None
    assert "registered is not known: cannot reach the model registry at" in outcomes.printed


def test_a_failure_is_told_in_a_sentence(outcomes: Outcomes) -> None:
    """The task says which run failed in which step, and where to look."""
    kfp = outcomes.kfps["fails"]
    run_id = list(kfp.runs)[-1]
    assert outcomes.tasks["fails"].state == "failed"
    assert (
        f"run {run_id} ended as FAILED in train-model ({kfp.url}/#/runs/details/{run_id})"
        in outcomes.printed
    )


def test_a_run_that_was_lost_sight_of_is_taken_again(outcomes: Outcomes) -> None:
    """The second try waits for the run of the first, and starts none."""
    task = outcomes.tasks["is_lost_once"]
    assert (task.state, task.tries) == ("success", 2)
    assert outcomes.names("is_lost_once") == ["kfp_outcomes.is_lost_once 1"]


def test_a_run_whose_start_nobody_was_told_of_is_found(outcomes: Outcomes) -> None:
    """A task that dies between the start of a run and its answer finds the run by its name."""
    task = outcomes.tasks["answer_is_lost"]
    assert (task.state, task.tries) == ("success", 2)
    assert outcomes.names("answer_is_lost") == ["kfp_outcomes.answer_is_lost 1"]


def test_a_run_that_somebody_ended_is_not_started_again(outcomes: Outcomes) -> None:
    """What was terminated in KFP fails the task, whatever tries it has left."""
    task = outcomes.tasks["is_terminated"]
    assert (task.state, task.tries) == ("failed", 1)
    assert "was terminated in Kubeflow Pipelines" in outcomes.printed


def test_what_was_asked_wrongly_is_not_tried_again(outcomes: Outcomes) -> None:
    """An input that the pipeline does not have fails the task at once, in KFP's words."""
    task, url = outcomes.tasks["is_refused"], outcomes.kfps["is_refused"].url
    assert (task.state, task.tries) == ("failed", 1)
    said = "Invalid input error: parameter(s) provided are not required by pipeline: estimater"
    assert f"{url} did not start the run (HTTP 400): {said}" in outcomes.printed


def test_a_run_that_takes_too_long_is_ended(outcomes: Outcomes) -> None:
    """`execution_timeout` ends the run in KFP too, and the next try starts another."""
    kfp = outcomes.kfps["takes_too_long"]
    assert outcomes.tasks["takes_too_long"].state == "failed"
    assert [run.canceled_at is not None for run in kfp.runs.values()] == [True, True]


def test_a_kfp_that_is_away_is_told(outcomes: Outcomes) -> None:
    """The task says in a sentence that nothing answers, and is tried again."""
    task = outcomes.tasks["is_away"]
    assert (task.state, task.tries) == ("failed", 2)
    assert "cannot reach Kubeflow Pipelines at http://127.0.0.1:" in outcomes.printed


def test_no_secret_is_printed(outcomes: Outcomes) -> None:
    """The token of a connection is in no log."""
    assert TOKEN not in outcomes.printed


def test_the_example_runs(airflow: Airflow) -> None:
    """`kfp_training` starts the training pipeline with its promotion."""
    with FakeKfp(["train_model"], lag=0).running() as kfp:
        variables = {"AIRFLOW_CONN_KFP_DEFAULT": connection(kfp.url)}
        printed = airflow.test("kfp_training", PIPELINE | variables)
    assert airflow.tasks("kfp_training")["train"].state == "success", printed
    assert kfp.bodies[-1]["runtime_config"]["parameters"]["promote"] is True
