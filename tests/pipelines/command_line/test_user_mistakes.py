"""What a user gets wrong ends in one clear error, and registers nothing."""

import gzip
import json
from pathlib import Path

import pytest

from tests.pipelines.conftest import CommandLine

ROWS = "".join(f"{i},{'red' if i % 3 else 'blue'},{i % 2}\n" for i in range(60))

MISTAKES = {
    "a missing file": ("gone.csv", None, "y", "gone.csv"),
    "an empty file": ("empty.csv", b"", "y", "empty.csv"),
    "a header without rows": ("header.csv", b"x,color,y\n", "y", "header.csv"),
    "a ragged CSV": ("ragged.csv", f"x,color,y\n{ROWS}1,2\n".encode(), "y", "62"),
    "duplicate columns": ("twice.csv", f"x,x,y\n{ROWS}".encode(), "y", "x"),
    "an unknown target": ("ok.csv", f"x,color,y\n{ROWS}".encode(), "colour", "color"),
    "a target without values": (
        "null.csv",
        ("x,color,y\n" + "".join(f"{i},red,\n" for i in range(60))).encode(),
        "y",
        "y",
    ),
    "one class only": (
        "one.csv",
        ("x,color,y\n" + "".join(f"{i},red,yes\n" for i in range(60))).encode(),
        "y",
        "yes",
    ),
    "Parquet by its name only": ("text.parquet", f"x,color,y\n{ROWS}".encode(), "y", "Parquet"),
    "gzip called CSV": ("zipped.csv", gzip.compress(ROWS.encode()), "y", "gz"),
}


@pytest.mark.parametrize(
    ("name", "content", "target", "named"), MISTAKES.values(), ids=MISTAKES.keys()
)
def test_a_mistake_is_one_clear_error(
    command_line: CommandLine,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    target: str,
    named: str,
) -> None:
    """The error names what is wrong; exit code 2, no traceback, nothing registered."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = command_line("run", "training", "--source", name, "--target", target)
    assert done.exit_code == 2, done
    assert named in done.errors
    assert "Traceback" not in done.output + done.errors
    assert "register_model" not in done.output


def test_text_is_no_regression_target(command_line: CommandLine, tmp_path: Path) -> None:
    """A forced regression on a text target is refused by name."""
    (tmp_path / "table.csv").write_text(f"x,color,y\n{ROWS}")
    done = command_line(
        "run", "training", "--source", "table.csv", "--target", "color", "--task", "regression"
    )
    assert done.exit_code == 2
    assert "color" in done.errors


def test_an_unknown_hyperparameter_is_named(command_line: CommandLine, tmp_path: Path) -> None:
    """A misspelt hyper-parameter ends the run before the fit, with the name that was meant."""
    (tmp_path / "table.csv").write_text(f"x,color,y\n{ROWS}")
    done = command_line(
        *("run", "training", "--source", "table.csv", "--target", "y"),
        *("--estimator", "hist_gradient_boosting", "--hyperparameters", '{"max_itre": 5}'),
    )
    assert done.exit_code == 2
    assert "max_iter" in done.errors


def test_a_table_that_breaks_its_schema_is_refused(
    command_line: CommandLine, tmp_path: Path
) -> None:
    """A curated schema stops a table that does not keep to it, with rule, row and value."""
    (tmp_path / "table.csv").write_text(f"x,color,y\n{ROWS}")
    rule = {"name": "color", "type": "string", "categories": ["red", "green"]}
    (tmp_path / "schema.json").write_text(json.dumps({"format": 1, "columns": [rule]}))
    table = ("--source", "table.csv", "--target", "y")
    done = command_line("run", "training", *table, "--curated-schema", "schema.json")
    assert done.exit_code == 2
    assert "in 20 rows (the first: 'blue' in data row 1)" in done.errors
    assert "split_table" not in done.output


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--floor", "nan", "finite"),
        ("--model-name", "team/model", "--model-name"),
        ("--work-dir", "table.csv/runs", "--work-dir"),
        ("--task", "classify", "classification"),
        ("--format", "xlsx", "parquet"),
        ("--validation-mode", "warn", "report"),
        ("--split-strategy", "stratify", "stratified"),
        ("--test-size", "1.5", "0<x<1"),
        ("--test-size", "nan", "finite"),
        ("--estimator", "random-forest", "Did you mean 'random_forest'?"),
        ("--hyperparameters", "{max_iter: 5}", '{"max_iter": 200, "learning_rate": 0.05}'),
        ("--hyperparameters", "table.csv", "table.csv holds no hyper-parameters"),
        ("--hyperparameters", "none.json", "There is no file none.json"),
        ("--metric", "auc", "roc_auc"),
    ],
)
def test_a_value_that_cannot_be_is_refused_before_the_run(
    command_line: CommandLine, tmp_path: Path, option: str, value: str, said: str
) -> None:
    """What no run could do is said before the first step."""
    (tmp_path / "table.csv").write_text(f"x,color,y\n{ROWS}")
    table = ("--source", "table.csv", "--target", "y")
    done = command_line("run", "training", *table, option, value)
    assert done.exit_code == 2
    assert said in done.errors
    assert "Traceback" not in done.errors
    assert "ingest_table" not in done.output


def test_brackets_are_no_markup(command_line: CommandLine) -> None:
    """Names that look like the console's mark-up are shown as they are."""
    done = command_line("run", "training", "--source", "[red].csv", "--target", "a[/]")
    assert done.exit_code == 2
    assert "a[/] on [red].csv" in done.output
    assert "There is no file [red].csv" in done.errors


def test_a_signature_in_an_address_is_not_shown(command_line: CommandLine) -> None:
    """The query of a web address stays out of what a run prints."""
    address = "http://127.0.0.1:x/table.csv?signature=secret"
    done = command_line("run", "training", "--source", address, "--target", "y")
    assert done.exit_code == 2
    assert "y on http://127.0.0.1:x/table.csv" in done.output
    assert "secret" not in done.output + done.errors


def test_an_unknown_pipeline_is_a_usage_error(command_line: CommandLine) -> None:
    """Running what does not exist is refused with exit code 2."""
    assert command_line("run", "trainings").exit_code == 2
