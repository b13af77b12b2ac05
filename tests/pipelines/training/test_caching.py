"""What KFP's cache knows of a training, computed as the backend computes it."""

import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.definition import catalog
from pipelines.definition.packages import PipelinePackage
from tests.components.backend_steps import check_namespaces
from tests.components.model_folders import BIRD_STRIKES
from tests.pipelines.backend_runs import Backend, BackendRun

UNCACHED = {"fingerprint-source", "compare-with-champion"}


@pytest.fixture(name="table", scope="module")
def few_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of 800 rows."""
    path = tmp_path_factory.mktemp("table") / "strikes.csv"
    pl.read_csv(BIRD_STRIKES, null_values=["NA"]).head(800).write_csv(path)
    return path


class _Training:
    """A training that runs again and again on one backend."""

    def __init__(self, folder: Path, registry_url: str, table: Path) -> None:
        self._backend = Backend(folder, {"REGISTRY_URL": registry_url})
        self._table = table

    def run(self, **more: Any) -> BackendRun:
        package = PipelinePackage.read(catalog.pipeline_yaml("training"))
        required = {"source": str(self._table), "target": "damaged", "model_name": "cached"}
        return self._backend.run(package, {**required, **more})


@pytest.fixture(name="training", scope="module")
def a_training(
    tmp_path_factory: pytest.TempPathFactory, registry_url: str, table: Path
) -> _Training:
    """A training on a backend of its own."""
    check_namespaces()
    return _Training(tmp_path_factory.mktemp("backend"), registry_url, table)


@pytest.fixture(name="first", scope="module")
def first_run(training: _Training) -> BackendRun:
    """The first run on the table."""
    return training.run(promote=True)


def test_the_first_run_registers(first: BackendRun) -> None:
    """A pipeline whose artifacts are named by ids goes through to its end."""
    assert not first.hits
    assert first.steps["register-model"].parameters["version"] == "1"


def test_an_unchanged_table_hits_the_cache(training: _Training, first: BackendRun) -> None:
    """All that follows from the bytes of the table is taken from the run before."""
    again = training.run()
    assert set(again.steps) - again.hits == UNCACHED
    assert again.steps["train-model"] == first.steps["train-model"]


def test_a_new_seed_splits_the_same_table_anew(training: _Training, first: BackendRun) -> None:
    """What does not depend on a changed input is a hit all the same."""
    assert training.run(seed=7).hits == {"ingest-table", "validate-table"}


def test_a_changed_table_never_hits(training: _Training, first: BackendRun, table: Path) -> None:
    """One other value, in a file of the same name, size and time, and nothing is taken."""
    before, times = table.read_bytes(), table.stat()
    table.write_bytes(before.replace(b"Climb", b"climb", 1))
    os.utime(table, ns=(times.st_atime_ns, times.st_mtime_ns))
    changed = training.run()
    table.write_bytes(before)
    assert not changed.hits
