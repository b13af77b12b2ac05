"""`KfpRunOperator` in `airflow dags test`, on KFPs that do what the real one was seen to do."""

from tests.integrations.airflow.conftest import Ended
from tests.integrations.airflow.servers import TOKEN


def names(tested: Ended, way: str) -> list[str]:
    """Return task and try of the runs of a KFP, in order, of the names that they have there."""
    named = [run.body.display_name for run in tested.kfps[way].runs.values()]
    return [f"{name.split(' ')[0]} {name.partition(' try ')[2]}" for name in named]


def test_a_run_succeeds(tested: Ended) -> None:
    """The task ends with the run, and returns a small record of it."""
    task, kfp = tested.outcomes["succeeds"], tested.kfps["succeeds"]
    (run_id,) = kfp.runs
    assert (task.state, task.tries) == ("success", 1), tested.printed
    seconds = task.result.pop("seconds")
    assert seconds > 0
    url = f"{kfp.url}/#/runs/details/{run_id}"
    models = ["registry://airflow-kfp/1"]
    assert task.result == {"run_id": run_id, "state": "SUCCEEDED", "url": url, "models": models}


def test_a_run_is_submitted_as_it_was_asked_for(tested: Ended) -> None:
    """Pipeline and Kubernetes settings are the compiled ones, inputs have their types."""
    experiment, run = tested.kfps["succeeds"].bodies
    assert experiment == {"display_name": "kfp_outcomes"}
    assert run["pipeline_spec"].keys() == {"pipeline_spec", "platform_spec"}
    assert run["runtime_config"]["parameters"] == {
        "source": "s3://tables/churn.parquet",
        "target": "churned",
        "model_name": "churn",
        "seed": 7,
    }


def test_a_failed_run_is_tried_again(tested: Ended) -> None:
    """The second try starts a run of its own, which succeeds."""
    task = tested.outcomes["fails_once"]
    assert (task.state, task.tries) == ("success", 2)
    assert names(tested, "fails_once") == [f"kfp_outcomes.fails_once {n}" for n in (1, 2)]


def test_a_registry_that_is_away_fails_no_run(tested: Ended) -> None:
    """What the run registered is not known then, and that is said."""
    assert tested.outcomes["fails_once"].result["models"] is None
    assert "registered is not known: cannot reach the model registry at" in tested.printed


def test_a_failure_is_told_in_a_sentence(tested: Ended) -> None:
    """The task says which run failed in which step, and where to look."""
    kfp = tested.kfps["fails"]
    run_id = list(kfp.runs)[-1]
    assert tested.outcomes["fails"].state == "failed"
    assert (
        f"run {run_id} ended as FAILED in train-model ({kfp.url}/#/runs/details/{run_id})"
        in tested.printed
    )


def test_a_run_that_was_lost_sight_of_is_taken_again(tested: Ended) -> None:
    """The second try waits for the run of the first, and starts none."""
    task = tested.outcomes["is_lost_once"]
    assert (task.state, task.tries) == ("success", 2)
    assert names(tested, "is_lost_once") == ["kfp_outcomes.is_lost_once 1"]


def test_a_run_whose_start_nobody_was_told_of_is_found(tested: Ended) -> None:
    """A task that dies between the start of a run and its answer finds the run by its name."""
    task = tested.outcomes["answer_is_lost"]
    assert (task.state, task.tries) == ("success", 2)
    assert names(tested, "answer_is_lost") == ["kfp_outcomes.answer_is_lost 1"]


def test_a_run_that_somebody_ended_is_not_started_again(tested: Ended) -> None:
    """What was terminated in KFP fails the task, whatever tries it has left."""
    task = tested.outcomes["is_terminated"]
    assert (task.state, task.tries) == ("failed", 1)
    assert "was terminated in Kubeflow Pipelines" in tested.printed


def test_what_was_asked_wrongly_is_not_tried_again(tested: Ended) -> None:
    """An input that the pipeline does not have fails the task at once, in KFP's words."""
    task, url = tested.outcomes["is_refused"], tested.kfps["is_refused"].url
    assert (task.state, task.tries) == ("failed", 1)
    said = "Invalid input error: parameter(s) provided are not required by pipeline: estimater"
    assert f"{url} did not start the run (HTTP 400): {said}" in tested.printed


def test_a_run_that_takes_too_long_is_ended(tested: Ended) -> None:
    """`execution_timeout` ends the run in KFP too, and the next try starts another."""
    kfp = tested.kfps["takes_too_long"]
    assert tested.outcomes["takes_too_long"].state == "failed"
    assert [run.canceled_at is not None for run in kfp.runs.values()] == [True, True]


def test_a_kfp_that_is_away_is_told(tested: Ended) -> None:
    """The task says in a sentence that nothing answers, and is tried again."""
    task = tested.outcomes["is_away"]
    assert (task.state, task.tries) == ("failed", 2)
    assert "cannot reach Kubeflow Pipelines at http://127.0.0.1:" in tested.printed


def test_no_secret_is_printed(tested: Ended) -> None:
    """The token of a connection is in no log."""
    assert TOKEN not in tested.printed


def test_the_example_runs(tested: Ended) -> None:
    """`kfp_training` starts the training pipeline with its promotion."""
    assert tested.example["train"].state == "success", tested.printed
    parameters = tested.example_kfp.bodies[-1]["runtime_config"]["parameters"]
    assert parameters["promote"] is True
