"""The predictions that a version carries, by which a server proves that it has loaded it."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from components.shared.errors import RefusedValueError
from predictor.errors import NotServableError
from predictor.scorer import Row, Scorer, Scores

FILE: Final = "examples.json"
TOLERANCE: Final = 1e-9
"""Largest difference of a probability; of a number over 1, relative to its size."""


@dataclass(frozen=True)
class Examples:
    """Rows, and what the model said of them where it was trained."""

    rows: Sequence[Row]
    scores: Scores


def read_examples(folder: str | Path) -> Examples | None:
    """Return the examples of a model folder, None where it has none.

    Raises:
        NotServableError: The file is there and holds no examples.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text("utf-8"))
        rows, predictions = content["rows"], content["predictions"]
        probabilities = content["probabilities"]
        if not rows or len(rows) != len(predictions):
            raise ValueError("it has no rows, or not a prediction for each")
        return Examples(rows, Scores(predictions, probabilities))
    except (ValueError, KeyError, TypeError) as error:
        raise NotServableError(
            f"{path} holds no examples ({error}): take the model anew"
        ) from error


def prove(scorer: Scorer, examples: Examples, name: str) -> None:
    """Make sure that a scorer says of the examples what the model said.

    Args:
        scorer: What was loaded.
        examples: Those of the version.
        name: The version, for the message.

    Raises:
        NotServableError: It says something else; the first example of which it does is named.
    """
    try:
        found = scorer.score(examples.rows)
    except RefusedValueError as error:
        raise _unproven(name, error.row, f"it is refused: {error}") from error
    expected = examples.scores
    pairs = zip(expected.predictions, found.predictions, strict=True)
    for row, (was, is_now) in enumerate(pairs, 1):
        if not _same(was, is_now):
            raise _unproven(name, row, f"it predicts {is_now!r} instead of {was!r}")
    if expected.probabilities is None:
        return
    both = zip(expected.probabilities, found.probabilities or [], strict=False)
    for row, (before, now) in enumerate(both, 1):
        if len(before) != len(now) or not all(map(_same, before, now)):
            raise _unproven(name, row, f"the probabilities are {now} instead of {before}")
    if len(found.probabilities or []) != len(expected.probabilities):
        raise _unproven(name, 1, "there are no probabilities")


def _same(expected: Any, found: Any) -> bool:
    are_numbers = isinstance(expected, float) or isinstance(found, float)
    if not are_numbers or isinstance(expected, str) or isinstance(found, str):
        return bool(expected == found)
    return math.isclose(expected, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _unproven(name: str, row: int, why: str) -> NotServableError:
    return NotServableError(
        f"{name} does not reproduce example {row} of its own {FILE}: {why}. It is not served. "
        "Serve it with the version of kfp-tabular that trained it, or train it again"
    )
