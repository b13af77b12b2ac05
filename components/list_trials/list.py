"""Divide the trials of hyper-parameters among the tasks of a loop."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from components.shared.errors import InputError
from components.shared.fits.hyperparameters import parse_hyperparameters
from components.shared.selection.settings import MOST_TRIALS

MOST_PARTS: Final = 100


def list_trials(
    trials: int, parallel: int, task: str, hyperparameters: str = "{}"
) -> Sequence[dict[str, str]]:
    """Return which trials each task of a loop makes.

    They follow each other, are all trials, and differ by one in number at most; of fewer trials
    than tasks each has one.

    Args:
        trials: Number of trials, from 1 to 1,000.
        parallel: Number of tasks, from 1 to 100.
        task: Resolved task, which each of them is told.
        hyperparameters: JSON object that stays as it is, which each of them is told.

    Raises:
        InputError: There are none, or too many, or the hyper-parameters are no JSON object.
    """
    given = json.dumps(parse_hyperparameters(hyperparameters))
    if not 1 <= trials <= MOST_TRIALS:
        raise InputError(f"{trials} trials (parameter `trials`): give 1 to {MOST_TRIALS:,}.")
    if not 1 <= parallel <= MOST_PARTS:
        raise InputError(f"`parallel` is {parallel}, and must be from 1 to {MOST_PARTS}.")
    count = min(parallel, trials)
    bounds = [trials * number // count for number in range(count + 1)]
    return [
        {"numbers": f"{before + 1}-{last}", "resolved_task": task, "hyperparameters": given}
        for before, last in pairwise(bounds)
    ]
