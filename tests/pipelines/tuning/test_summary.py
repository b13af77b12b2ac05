"""What the end of a tuning proposes."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from components.shared.models.choices import CandidateRecord
from components.shared.models.found_hyperparameters import FoundHyperparameters
from pipelines.command_line.options import given_arguments, options_for
from pipelines.definition import catalog
from pipelines.definition.outputs import RunOutputs, StepOutputs
from pipelines.definition.packages import PipelinePackage
from pipelines.tuning.summary import OF_THE_SEARCH, summarise

FOUND = FoundHyperparameters(
    estimator="ridge",
    hyperparameters={"alpha": 2.0},
    target="amount",
    task="regression",
    metric="r2",
    direction="greater",
    value=0.5,
    low=None,
    high=None,
    folds=5,
    rows=100,
    confidence=0.95,
    trial=3,
    trials=10,
    seed=7,
    train_digest="0" * 64,
)


def _proposed(folder: Path, arguments: dict[str, Any]) -> str:
    (folder / "found").write_text(FOUND.to_json(), "utf-8")
    (folder / "choice").write_text(FOUND.as_choice(100).to_json(), "utf-8")
    uris = {name: str(folder / name) for name in ("found", "choice")}
    steps = {"choose_trial": StepOutputs(uris=uris)}
    summary = summarise(RunOutputs(steps, lambda uri: Path(uri).read_text("utf-8"), arguments))
    assert summary is not None
    return summary.next_commands[0]


def test_the_training_that_is_proposed_has_the_same_rows_to_test_on(tmp_path: Path) -> None:
    """All that was given goes on, read as it was written, but what the search alone asks for."""
    same = {
        "source": "my table.csv",
        "target": "amount",
        "seed": 7,
        "test_size": 0.3,
        "split_strategy": "time",
        "split_column": "when",
        "entity": ["a", "b c"],
        "keep_entity": True,
        "drop_columns": ["it's"],
    }
    proposed = _proposed(tmp_path, {**same, "trials": 10, "parallel": 2, "estimator": "ridge"})
    _, _, *options = shlex.split(proposed)
    inputs = PipelinePackage.read(catalog.pipeline_yaml("training")).inputs
    training = click.Command("training", params=[*options_for(inputs, ["model_name"])])
    taken = given_arguments(training.make_context("training", options).params)
    assert taken == {**same, "hyperparameters": str(tmp_path / "found")}


def test_a_training_has_all_inputs_that_go_on() -> None:
    """And those that do not are inputs of the search."""
    search, training = (
        PipelinePackage.read(catalog.pipeline_yaml(name)).inputs for name in ("tuning", "training")
    )
    assert {*OF_THE_SEARCH} < {*search}
    assert {*search} - {*OF_THE_SEARCH} <= {*training}


def test_a_run_that_is_not_known_names_no_table(tmp_path: Path) -> None:
    """The target is that of what was found."""
    assert _proposed(tmp_path, {}).startswith("run training --source TABLE --target amount ")


@pytest.mark.parametrize(
    ("trials", "stopped", "shown", "told"),
    [
        (3, 0, 3, "3 trials of hyper-parameters"),
        (3, 1, 2, "3 trials of hyper-parameters, 1 stopped early"),
        (30, 9, 10, "30 trials of hyper-parameters, 9 stopped early; the best are shown"),
        (30, 0, 1, "30 trials of hyper-parameters; the best is shown"),
        (30, 0, 0, "30 trials of hyper-parameters"),
    ],
)
def test_trials_are_said_to_be_left_out_where_some_are(
    trials: int, stopped: int, shown: int, told: str
) -> None:
    """Those that stopped have no value to show, and are counted."""
    made = tuple(
        CandidateRecord(f"trial {number}", "ridge", {}, 0.5, None, None, "", number)
        for number in range(1, shown + 1)
    )
    record = FOUND.as_choice(100)
    record = replace(record, candidates=made, trials=trials, stopped=stopped)
    assert record.tuning_shown == told
