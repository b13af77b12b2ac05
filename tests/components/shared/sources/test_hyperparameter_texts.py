"""Hyper-parameters as JSON, or where it lies."""

from pathlib import Path

import pytest

from components.shared.errors import InputError
from components.shared.sources.hyperparameter_texts import (
    check_hyperparameters,
    hyperparameters_text,
)

TEXT = '{"max_iter": 20}'


def test_json_is_taken_as_it_is_and_a_file_is_read(tmp_path: Path) -> None:
    """A path and a file:// address lead to the same."""
    file = tmp_path / "found"
    file.write_text(TEXT, "utf-8")
    assert hyperparameters_text(TEXT) == TEXT
    assert hyperparameters_text(str(file)) == TEXT
    assert hyperparameters_text(f"file://{file}") == TEXT


@pytest.mark.parametrize("text", ["s3://tables/found", "minio://mlpipeline/v2/found", TEXT])
def test_what_a_step_will_read_is_accepted(text: str) -> None:
    """Without reading it, also as KFP names what lies in its own store."""
    check_hyperparameters(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"max_iter": ', "not valid JSON"),
        ("[1]", "not a JSON object"),
        ("postgresql://host/tables?table=a", "no place of hyper-parameters"),
        ("https://host/found?signature=abc", "without a query"),
        ('{"estimator": "ridge"}', "as the pipeline tuning of this version writes them"),
    ],
)
def test_what_can_hold_none_is_refused(text: str, told: str) -> None:
    """A signature in an address would be kept with the version."""
    with pytest.raises(InputError, match=told):
        check_hyperparameters(text)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    """It is said what to name."""
    (tmp_path / "table.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InputError, match="is no JSON object of hyper-parameters"):
        hyperparameters_text(str(tmp_path / "table.csv"))
    with pytest.raises(InputError):
        hyperparameters_text(str(tmp_path / "nothing"))
