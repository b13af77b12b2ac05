"""Judge some trials of hyper-parameters on folds of the training rows."""

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from components.shared.background_imports import importing
from components.shared.digests import file_digest
from components.shared.errors import InputError
from components.shared.models.estimators import AUTO, check_wanted
from components.shared.selection.asked import Asked, ask
from components.shared.selection.candidates import Candidate, Size
from components.shared.selection.settings import ChoiceSettings

if TYPE_CHECKING:
    from components.shared.selection.trials import ScoredTrials


def score_trials(
    train: str | Path,
    target: str,
    numbers: str,
    settings: ChoiceSettings,
    *,
    task: str = "auto",
    estimator: str = AUTO,
    hyperparameters: str = "{}",
) -> "ScoredTrials":
    """Judge some of the trials of a search on the folds that `choose_estimator` compares on.

    What the trials are goes by rows, settings and seed alone, so that parts may be made anywhere,
    at any time and in any order. The first part has the defaults besides.

    Args:
        train: Parquet file with the raw training rows. Test rows are not an input.
        target: Name of the target column.
        numbers: Of the first trial and the last one, such as `1-15`.
        settings: What the search goes by; `tune` is the number of all trials.
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        estimator: `auto`, or the name of the one that is tuned.
        hyperparameters: JSON object, of an estimator that is named; they stay.

    Raises:
        InputError: A parameter is wrong, or there are no such trials.
    """
    check_wanted(estimator)
    first, last = _range(numbers, settings.tune)
    with TemporaryDirectory() as folder, importing("components.shared.selection.trials"):
        asked = ask(train, target, task, estimator, hyperparameters, settings)
        return _scored(Path(train), Path(folder), asked, first, last)


def _range(numbers: str, trials: int) -> tuple[int, int]:
    told = re.fullmatch(r"(\d+)-(\d+)", numbers)
    if told is None or not 1 <= int(told[1]) <= int(told[2]) <= trials:
        raise InputError(
            f"{numbers!r} are no numbers of trials (parameter `numbers`): write the first and the "
            f"last one of {trials} as 1-{trials}."
        )
    return int(told[1]), int(told[2])


def _scored(train: Path, folder: Path, asked: Asked, first: int, last: int) -> "ScoredTrials":
    from components.score_trials.quasi_random import quasi_random_trials
    from components.shared.selection.cross_validation import TOO_FEW, cross_validate, on_one_thread
    from components.shared.selection.folding import fold_rows
    from components.shared.selection.trials import ScoredTrials

    folded = fold_rows(train, folder, asked)
    compared, defaults = folded.compared, folded.plan.candidates
    search, notes = asked.search(folded.plan, folded.fitted.outputs), []
    every = quasi_random_trials(defaults, search) if compared.folds else []
    allowed = _allowed(every, folded.fitted, compared.folds, search.seconds)
    if compared.few:
        allowed, notes = 0, [*TOO_FEW.notes]
    elif allowed < len(every):
        notes.append(search.cut_short(allowed))
    made = every[first - 1 : min(last, allowed)]
    tried = [*(defaults if first == 1 and compared.folds else ()), *made]
    with on_one_thread():
        scored = cross_validate(tried, folded.rows, asked.metric)
    return ScoredTrials(
        compared,
        asked.target,
        file_digest(train),
        asked.settings.seed,
        search.trials,
        allowed,
        tuple(each for each in scored if not each.candidate.trial),
        tuple(each for each in scored if each.candidate.trial),
        tuple(notes),
    )


def _allowed(trials: Sequence[Candidate], fitted: Size, folds: int, seconds: float) -> int:
    """Return how many trials, from the first one on, may take so many seconds together."""
    spent = 0.0
    for count, each in enumerate(trials):
        spent += folds * each.seconds(fitted)
        if spent > seconds:
            return count
    return len(trials)
