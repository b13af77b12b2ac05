"""What a way of training is asked: rows to learn from, rows to predict, and what there is to know.

It is read in environments of other programs too, which have the standard library in common.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

QUESTION: Final = "question.json"

Label = str | int | float | bool


@dataclass(frozen=True)
class Question:
    """One split of a table.

    Attributes:
        folder: Where the rows are, and where the way may write.
        target: The column to predict.
        task: `binary`, `multiclass` or `regression`.
        labels: Classes of the training rows, sorted; none of a regression.
        seed: Of the split, and of the training.
        cores: Cores that the training may use.
        budget: Seconds that it may take, of a way that asks how long; None: as long as it takes.
    """

    folder: Path
    target: str
    task: str
    labels: tuple[Label, ...]
    seed: int
    cores: int
    budget: float | None = None

    @property
    def train(self) -> Path:
        """Parquet file with the rows to learn from, as they are in the table."""
        return self.folder / "train.parquet"

    @property
    def test(self) -> Path:
        """Parquet file with the rows to predict."""
        return self.folder / "test.parquet"

    def write(self) -> None:
        """Write the question into its folder."""
        content = {**asdict(self), "folder": str(self.folder)}
        (self.folder / QUESTION).write_text(json.dumps(content), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the question that lies in a folder."""
        content = json.loads((folder / QUESTION).read_text("utf-8"))
        return cls(**{**content, "folder": folder, "labels": tuple(content["labels"])})
