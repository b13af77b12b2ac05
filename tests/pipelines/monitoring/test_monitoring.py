"""The monitoring pipeline, from the command line."""

import uuid
from pathlib import Path

import polars as pl
import pytest

from components.register_model.register import register_model
from components.shared.digests import folder_digest
from pipelines.monitoring.summary import ALARM
from tests.components.detect_drift.watched import Watched, watch
from tests.components.model_folders import train_bird_strikes
from tests.pipelines.conftest import Done, kfp_tabular


@pytest.fixture(name="watched", scope="module")
def watched_model(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A classifier of the bird strikes, and rows that it has not seen."""
    folder = tmp_path_factory.mktemp("watched")
    return watch(train_bird_strikes(folder / "trained"), folder)


@pytest.fixture(name="name", scope="module")
def registered_name(watched: Watched, registry_url: str) -> str:
    """The name that it is registered under."""
    name = f"strikes-{uuid.uuid4().hex}"
    evaluation = watched.model.parent / "e.json"
    version = register_model(watched.model, evaluation, name, registry_url=registry_url)
    assert version.digest == folder_digest(watched.model)
    return name


@pytest.fixture(name="folder", scope="module")
def folder_with_windows(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a window, its labels that have arrived, and a window that has moved."""
    folder = tmp_path_factory.mktemp("monitoring")
    rows = watched.rows.with_row_index("strike")
    rows.head(600).select("strike", "damaged").write_csv(folder / "labels.csv")
    rows.drop("damaged").write_csv(folder / "april.csv")
    is_new = pl.int_range(pl.len()) % 25 == 0
    moved = pl.when(is_new).then(pl.lit("Hovering")).otherwise(pl.col("phase_of_flight"))
    rows.drop("damaged").with_columns(phase_of_flight=moved).write_csv(folder / "may.csv")
    return folder


def monitor(folder: Path, registry_url: str, *arguments: str) -> Done:
    """Run the pipeline."""
    return kfp_tabular(
        "run", "monitoring", "--json", *arguments, folder=folder, REGISTRY_URL=registry_url
    )


def test_a_window_in_which_nothing_moved_ends_well(
    folder: Path, name: str, registry_url: str
) -> None:
    """Labels that have arrived are joined, and the metric on them stands beside the registered."""
    told = ("--source", "april.csv", "--labels", "labels.csv", "--key", "strike")
    done = monitor(folder, registry_url, "--model", f"{name}@challenger", *told)
    assert done.exit_code == 0, done.errors
    found = done.json()
    assert (found["status"], found["drifted"], found["performance_dropped"]) == (
        *("no drift", False, False),
    )
    assert (found["labels"]["labelled"], found["performance"]["metric"]) == (600, "roc_auc")
    assert Path(found["files"]["report"]).suffix == ".html"
    assert not [note for note in found["notes"] if "strike" in note["columns"]]


def test_a_window_that_moved_ends_in_an_alarm(folder: Path, name: str, registry_url: str) -> None:
    """The exit code is 3, and the column and what is new in it are named."""
    done = monitor(folder, registry_url, "--model", f"{name}@challenger", "--source", "may.csv")
    assert done.exit_code == ALARM, done.errors
    assert done.json()["drifted"] is True
    assert any("'Hovering'" in reason for reason in done.json()["reasons"])


@pytest.mark.parametrize(
    ("given", "missing"), [(("--labels", "labels.csv"), "--key"), (("--key", "x"), "--labels")]
)
def test_labels_and_key_go_together(
    folder: Path, registry_url: str, given: tuple[str, str], missing: str
) -> None:
    """One without the other is a mistake before anything starts."""
    done = monitor(folder, registry_url, "--model", "a@1", "--source", "april.csv", *given)
    assert done.exit_code == 2
    assert missing in done.errors
