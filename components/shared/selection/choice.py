"""What was chosen, as files and metadata."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.shared.models.choices import ChoiceRecord
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.selection.leaderboard import leaderboard_markdown


@dataclass(frozen=True)
class Choice:
    """What `choose_estimator` decided.

    Attributes:
        record: The decision and the candidates.
        remarks: What the budget, or the number of rows, kept from being compared.
    """

    record: ChoiceRecord
    remarks: tuple[str, ...] = ()

    @property
    def hyperparameters(self) -> str:
        """The hyper-parameters as the JSON object that `train_model` takes."""
        return json.dumps(dict(self.record.hyperparameters), sort_keys=True)

    def write(self, choice: str | Path, leaderboard: str | Path) -> None:
        """Write the decision as JSON, and the table of candidates as Markdown."""
        Path(choice).write_text(self.record.to_json(), "utf-8")
        Path(leaderboard).write_text(leaderboard_markdown(self.record), "utf-8")

    def metadata(self) -> dict[str, Any]:
        """Return what the `choice` artifact says of itself."""
        record = self.record
        return {
            "estimator": record.estimator,
            "metric": record.metric,
            "folds": record.folds,
            "rows": record.rows,
            "trials": record.trials,
            "reason": record.reason,
            "candidates": [dataclasses.asdict(each) for each in record.candidates],
            NOTES: notes_metadata([Note("warning", remark) for remark in self.remarks]),
        }

    def values(self) -> dict[str, float]:
        """Return the mean of each candidate over the folds, by its name."""
        return {each.name: each.value for each in self.record.candidates if each.value is not None}
