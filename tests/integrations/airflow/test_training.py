"""`ml_training_dag` in `airflow dags test`, with our Python, our functions and our registry."""

from pathlib import Path

from components.shared.registry.client import RegistryClient
from tests.integrations.airflow.conftest import Ended


def test_a_better_model_is_deployed(tested: Ended, registry_url: str) -> None:
    """The first model is registered and becomes the champion, under the run of the DAG."""
    assert {name: task.state for name, task in tested.deployed.items()} == {
        "train": "success",
        "evaluate": "success",
        "gate": "success",
        "deploy": "success",
        "keep_champion": "skipped",
    }, tested.printed
    version = tested.deployed["deploy"].result
    with RegistryClient.from_environment(registry_url) as registry:
        champion = registry.find("airflow", "champion")
    assert champion is not None
    assert (champion.version, champion.digest) == (version["version"], version["digest"])
    assert champion.lineage["run_id"].startswith("daily_training/manual__")


def test_results_go_from_task_to_task(tested: Ended) -> None:
    """What a task returns is small, and names the folder that holds the rest."""
    trained, evaluated = (tested.deployed[name].result for name in ("train", "evaluate"))
    assert (trained["rows"], trained["train_rows"] + trained["test_rows"]) == (120, 120)
    assert Path(trained["folder"]).is_relative_to(tested.folder)
    assert evaluated["metrics"]["roc_auc"] == 1
    assert Path(evaluated["report"]).is_file()


def test_a_failed_task_is_tried_again(tested: Ended) -> None:
    """A source that was away for a moment costs one try of the first task."""
    train = tested.refused["train"]
    assert (train.state, train.tries) == ("success", 2), tested.printed


def test_a_refused_model_is_not_deployed(tested: Ended, registry_url: str) -> None:
    """The same model is the champion already: the DAG succeeds, and says so."""
    states = [tested.refused[name].state for name in ("deploy", "keep_champion")]
    assert states == ["skipped", "success"], tested.printed
    (reason,) = tested.refused["keep_champion"].result
    assert "is the champion, version 1, byte for byte" in reason
    with RegistryClient.from_environment(registry_url) as registry:
        assert len(list(registry.list_versions("airflow"))) == 1


def test_a_mistake_is_not_tried_again(tested: Ended) -> None:
    """A source that does not exist fails the DAG at once, with the text of a run."""
    train = tested.mistaken["train"]
    assert (train.state, train.tries) == ("failed", 1), tested.printed
    assert tested.mistaken["deploy"].state == "upstream_failed"
    assert "error: There is no file /absent.csv" in tested.printed
