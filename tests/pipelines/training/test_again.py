"""Whether a repeated training made what was registered, and what it is repeated by."""

import json
from pathlib import Path
from typing import Any

import click
import pytest

from components.shared.digests import folder_digest
from components.shared.evaluation.comparisons import ComparisonRecord
from components.shared.models.description import DESCRIPTION_FILE, ModelDescription
from components.shared.registry.records import RegisteredVersion
from pipelines.command_line import again
from pipelines.definition.arguments import recorded_arguments
from pipelines.errors import UsageError
from pipelines.training.again import compare_again
from pipelines.training.summary import TrainingSummary
from tests.components.register_model.test_register import APPROVED_FIRST


@pytest.fixture(name="model")
def model_folder(tmp_path: Path) -> Path:
    """A folder with what a model says of itself."""
    description = ModelDescription(
        task="binary",
        estimator="linear",
        hyperparameters={},
        target="damaged",
        classes=["no", "yes"],
        features=(),
        seed=7,
        versions={"python": "3.11.7", "scikit-learn": "1.7.0"},
        training_data={"digest": "d", "rows": 3},
        profile={},
    )
    (tmp_path / DESCRIPTION_FILE).write_text(description.to_json())
    return tmp_path


def summary(model: Path, comparison: ComparisonRecord = APPROVED_FIRST) -> TrainingSummary:
    """The summary of a run that made a model from the table `new`."""
    known: dict[str, Any] = dict.fromkeys(("rows", "columns", "violations"))
    counts: dict[str, Any] = dict.fromkeys(("train_rows", "test_rows", "dropped_rows"))
    return TrainingSummary(
        **known,
        **counts,
        metrics={},
        comparison=comparison,
        registered=None,
        files={"model": str(model)},
        table_digest="new",
    )


def version(digest: str, **more: Any) -> RegisteredVersion:
    """A version of a model, as it was registered."""
    return RegisteredVersion("strikes", "1", 1, digest, **more)


def test_the_same_bytes_are_the_same_model(model: Path) -> None:
    """By the digest over the files of the model."""
    digest = folder_digest(model)
    assert compare_again(summary(model), version(digest)).same


def test_what_may_have_made_the_difference_is_said(model: Path) -> None:
    """Another table, and other versions of libraries."""
    registered = version(
        "other",
        datasets=({"role": "table", "digest": "old"},),
        properties={"version.python": "3.11.7", "version.scikit-learn": "0.1"},
    )
    told = compare_again(summary(model), registered)
    assert not told.same
    assert [line.split()[0] for line in told.told] == ["another", "its", "scikit-learn"]


def test_what_a_run_was_asked_for_is_kept_without_credentials() -> None:
    """An address has no query; the commit is that of the code that runs."""
    fill_in = recorded_arguments(("source",))
    asked = {"source": "https://host/t.csv?signature=s", "seed": 7, "git_commit": "abc"}
    assert json.loads(fill_in(asked)) == {"source": "https://host/t.csv", "seed": 7}


def test_a_version_without_its_arguments_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says who leaves them out, and what to do."""
    monkeypatch.setattr(again, "_version", lambda named, work_dir: version("d"))
    command = again.RepeatingCommand("training", groups={}, params=[again.again_option()])
    with pytest.raises(UsageError, match="give them as options"):
        command.make_context("training", ["--again", "strikes@1"])


def test_options_have_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is required is the version's; a data set is the version that its alias named then."""
    record = json.dumps({"source": "dataset://birds@gold", "seed": 7, "task": "binary"})
    lineage = {"arguments": record, "source": "dataset://birds@3"}
    monkeypatch.setattr(again, "_version", lambda named, work_dir: version("d", lineage=lineage))
    options = [
        again.again_option(),
        click.Option(["--source"], required=True),
        click.Option(["--seed"], type=int),
        click.Option(["--task"]),
    ]
    command = again.RepeatingCommand("training", groups={}, params=options)
    given = ["--again", "strikes@1", "--seed", "8"]
    params = command.make_context("training", given).params
    source = "dataset://birds@3"
    assert params == {"again": "strikes@1", "source": source, "seed": 8, "task": "binary"}
