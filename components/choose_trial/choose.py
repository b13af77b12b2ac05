"""Choose among the trials of all tasks of a loop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from components.shared.errors import InputError
from components.shared.models.found_hyperparameters import FoundHyperparameters
from components.shared.selection.choice import Choice
from components.shared.selection.cross_validation import Tuned, require_fitted
from components.shared.selection.deciding import decide
from components.shared.selection.trials import ScoredTrials, read_trials


@dataclass(frozen=True)
class ChosenTrial:
    """What `choose_trial` decided.

    Attributes:
        choice: The decision and the candidates.
        found: What a training takes.
    """

    choice: Choice
    found: FoundHyperparameters

    def write(self, choice: str | Path, leaderboard: str | Path, found: str | Path) -> None:
        """Write the decision as JSON, the table of candidates, and what a training takes."""
        self.choice.write(choice, leaderboard)
        Path(found).write_text(self.found.to_json(), "utf-8")


def choose_trial(trials: Sequence[str | Path]) -> ChosenTrial:
    """Choose the best trial if it is surely ahead of the defaults, by the rule of the training.

    Args:
        trials: What `score_trials` wrote of each part, in any order.

    Raises:
        InputError: A part is missing, is there twice, or is of another search; or no candidate
            could be fitted.
    """
    parts = [read_trials(each) for each in trials]
    whole = _whole(parts)
    require_fitted([*whole.defaults, *whole.scored])
    compared = whole.compared
    judged = tuple(each for each in whole.scored if each.whole(compared.folds))
    tried = len(whole.scored)
    tuned = Tuned(judged, tried, tried - len(judged), whole.notes)
    choice = decide(compared, whole.defaults, tuned)
    record = choice.record
    taken = next((each for each in record.candidates if each.remark.startswith("chosen")), None)
    found = FoundHyperparameters(
        record.estimator,
        record.hyperparameters,
        whole.target,
        compared.task,
        compared.metric,
        record.direction,
        *((taken.value, taken.low, taken.high) if taken else (None, None, None)),
        record.folds,
        record.rows,
        record.confidence,
        taken.trial if taken else 0,
        tried,
        whole.seed,
        whole.train_digest,
    )
    return ChosenTrial(choice, found)


def _whole(parts: Sequence[ScoredTrials]) -> ScoredTrials:
    """Return all parts of a search as one."""
    alike = [replace(each, defaults=(), scored=()) for each in parts]
    if not alike or alike.count(alike[0]) != len(alike):
        raise InputError(
            f"The {len(parts)} parts are not of one search on one table: take those of one loop."
        )
    scored = sorted(
        (each for part in parts for each in part.scored), key=lambda each: each.candidate.trial
    )
    numbers = [each.candidate.trial for each in scored]
    defaults = [part.defaults for part in parts if part.defaults]
    due = parts[0].due
    if numbers != list(range(1, due + 1)) or len(defaults) != bool(parts[0].compared.folds):
        raise InputError(
            f"Of {due} trials, and the defaults beside the first, some are missing, or there "
            "twice: take all parts of the loop, each once."
        )
    return replace(parts[0], defaults=defaults[0] if defaults else (), scored=tuple(scored))
