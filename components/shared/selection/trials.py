"""What trials that are made side by side reached: what `score_trials` writes and others read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from components.shared.errors import InputError
from components.shared.formatted_json import read_formatted, write_formatted
from components.shared.models.estimators import resolve_estimator
from components.shared.selection.candidates import Candidate, candidate
from components.shared.selection.compared import Compared, Sizes
from components.shared.selection.cross_validation import Scored

FORMAT: Final = 1


@dataclass(frozen=True)
class ScoredTrials:
    """Some trials of a search, and what they reached.

    Attributes:
        compared: What is compared, on how many rows.
        target: Name of the target column.
        train_digest: SHA-256 of the file with the training rows.
        seed: Of the folds, the sample, the estimators and the trials.
        trials: How many were asked for.
        due: How many are made in all parts together: fewer where the time budget, or the rows, do
            not allow more.
        defaults: What the defaults reached, the cheapest first; those of the first part alone.
        scored: What these trials reached.
        notes: What was not done, a sentence each.
    """

    compared: Compared
    target: str
    train_digest: str
    seed: int
    trials: int
    due: int
    defaults: tuple[Scored, ...]
    scored: tuple[Scored, ...]
    notes: tuple[str, ...] = ()

    def write(self, path: str | Path) -> None:
        """Write it as JSON."""
        Path(path).write_text(self.to_json(), "utf-8")

    def to_json(self) -> str:
        """Return it as text: keys sorted, and a line feed at its end."""
        compared = {
            **asdict(replace(self.compared, left_out=())),
            "cheapest": _told(self.compared.cheapest),
            "left_out": [[_told(each), reason] for each, reason in self.compared.left_out],
        }
        content = {
            "compared": compared,
            "target": self.target,
            "train_digest": self.train_digest,
            "seed": self.seed,
            "trials": self.trials,
            "due": self.due,
            "defaults": [_reached(each) for each in self.defaults],
            "scored": [_reached(each) for each in self.scored],
            "notes": list(self.notes),
        }
        return write_formatted(content, FORMAT)


def read_trials(path: str | Path) -> ScoredTrials:
    """Read the file that `score_trials` wrote.

    Raises:
        InputError: It is none.
    """
    try:
        return _parsed(read_formatted(Path(path).read_text("utf-8"), FORMAT))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is not what score_trials writes ({error}): pass its `trials` of the same "
            "version."
        ) from error


def _parsed(content: Mapping[str, Any]) -> ScoredTrials:
    said = dict(content["compared"])
    task = said["task"]
    compared = Compared(
        **{
            **said,
            "sizes": Sizes(**said["sizes"]),
            "cheapest": _candidate(said["cheapest"], task),
            "left_out": tuple((_candidate(each, task), why) for each, why in said["left_out"]),
            "notes": tuple(said["notes"]),
        }
    )
    return ScoredTrials(
        compared,
        content["target"],
        content["train_digest"],
        content["seed"],
        content["trials"],
        content["due"],
        tuple(_scored(each, task) for each in content["defaults"]),
        tuple(_scored(each, task) for each in content["scored"]),
        tuple(content["notes"]),
    )


def _told(each: Candidate) -> dict[str, Any]:
    return {
        "name": each.name,
        "estimator": each.estimator.name,
        "hyperparameters": each.hyperparameters,
        "trial": each.trial,
    }


def _reached(scored: Scored) -> dict[str, Any]:
    # JSON has no number for what is undefined.
    values = [None if value != value else value for value in scored.values]
    return {**_told(scored.candidate), "values": values, "failure": scored.failure}


def _candidate(content: Mapping[str, Any], task: str) -> Candidate:
    estimator = resolve_estimator(content["estimator"], task)
    made = candidate(content["name"], estimator, content["hyperparameters"])
    return replace(made, trial=content["trial"])


def _scored(content: Mapping[str, Any], task: str) -> Scored:
    values = tuple(float("nan") if value is None else value for value in content["values"])
    return Scored(_candidate(content, task), values, content["failure"])
