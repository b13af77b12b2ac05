"""Hyper-parameters as JSON, or where it lies."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.shared.errors import InputError
from components.shared.sources.hyperparameter_texts import (
    MOST_BYTES,
    given_hyperparameters,
    given_without_found,
    hyperparameters_text,
)

TEXT = '{"max_iter": 20}'
FOUND: dict[str, Any] = {
    "format": 1,
    "estimator": "ridge",
    "hyperparameters": {"alpha": 2.0},
    "target": "amount",
    "task": "regression",
    "metric": "r2",
    "direction": "greater",
    "value": 0.5,
    "low": None,
    "high": None,
    "folds": 5,
    "rows": 100,
    "confidence": 0.95,
    "trial": 3,
    "trials": 10,
    "seed": 42,
    "train_digest": "0" * 64,
}


def test_json_is_taken_as_it_is_and_a_file_is_read(tmp_path: Path) -> None:
    """A path and a file:// address lead to the same, with a mark of the order of bytes too."""
    file = tmp_path / "found"
    file.write_text(TEXT, "utf-8-sig")
    for read in (hyperparameters_text, given_hyperparameters):
        assert read(TEXT) == TEXT
        assert read(str(file)) == TEXT
        assert read(f"file://{file}") == TEXT


@pytest.mark.parametrize("text", ["s3://tables/found", "minio://mlpipeline/v2/found"])
def test_what_a_step_will_read_is_accepted(text: str) -> None:
    """Without reading it, also as KFP names what lies in its own store."""
    assert given_hyperparameters(text) == text
    assert given_without_found(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"max_iter": ', "not valid JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 15_000, "brackets in brackets"),
        ('{"l2_regularization": 1e999}', "no JSON number"),
        ("postgresql://host/tables?table=a", "no place of hyper-parameters"),
        ("https://host/found?signature=abc", "without a query"),
        ('{"estimator": "ridge"}', "as the pipeline tuning of this version writes them"),
        ("nothing.json", "There is no file nothing.json"),
        ("max_iter=5", r'There is no file max_iter=5.*Or write .* as JSON, such as {"max_iter"'),
        ("a,b\n1,2\n" * 1_000, "cannot be read"),
    ],
)
def test_what_can_hold_none_is_refused(text: str, told: str) -> None:
    """In a few words; a signature in an address would be kept with the version."""
    with pytest.raises(InputError, match=told) as refused:
        given_hyperparameters(text)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b\n1,2\n" * 100, "holds no hyper-parameters: .* not valid JSON"),
        (b"# A title\n\nSee https://host/page.\n", "holds no hyper-parameters: .* not valid JSON"),
        (b"7", "holds no hyper-parameters: .* not a JSON object"),
        (b"[" * MOST_BYTES, "brackets in brackets"),
        (b"[" * (MOST_BYTES + 1), "more than 20,000 bytes"),
        (TEXT.encode("utf-16"), "no text in UTF-8"),
    ],
)
def test_a_file_of_something_else_is_refused(content: bytes, told: str, tmp_path: Path) -> None:
    """By its name, and what is in it is never taken for an address."""
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    for read in (hyperparameters_text, given_hyperparameters):
        with pytest.raises(InputError, match=rf"table\.csv .*{told}") as refused:
            read(str(file))
        assert len(str(refused.value)) < 500


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"hyperparameters": "abc"}, "hyperparameters is"),
        ({"estimator": "ridges"}, "no estimator 'ridges'"),
        ({"estimator": "logistic_regression"}, "not for the task regression"),
        ({"metric": "roc_auc"}, "no metric 'roc_auc'"),
        ({"direction": "less"}, "direction is"),
        ({"task": "guessing"}, "task is"),
        ({"value": float("nan")}, "NaN"),
        ({"trials": True}, "trials is true"),
        ({"rows": 0.5}, "rows is"),
        ({"format": 7}, "format"),
        ({"other": 7}, "other"),
    ],
)
def test_what_tuning_does_not_write_is_refused(changed: dict[str, Any], told: str) -> None:
    """Each value is held against what it can be, before anything is made of it."""
    assert given_hyperparameters(json.dumps(FOUND)) == json.dumps(FOUND)
    with pytest.raises(InputError, match=told):
        given_hyperparameters(json.dumps({**FOUND, **changed}))


def test_a_search_takes_none_that_one_has_found(tmp_path: Path) -> None:
    """There is nothing left to search."""
    (tmp_path / "found").write_text(json.dumps(FOUND), "utf-8")
    with pytest.raises(InputError, match="leave out one of them"):
        given_without_found(str(tmp_path / "found"))
    assert given_without_found(TEXT) == TEXT
