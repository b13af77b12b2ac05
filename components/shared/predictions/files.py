"""Files of predictions, which say themselves what they are."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, Self

import polars as pl

from components.shared.predictions.destination import ABOUT
from components.shared.tables.file_formats import Format

PARQUET_KEY: Final = "kfp-tabular predictions"
"""Where a Parquet file of predictions says what they are, in its own metadata."""

OF_A_RUN: Final = frozenset({"resumed", "first", "table_rows"})
"""What is said of a run, and not of its predictions."""


@dataclass(frozen=True)
class PredictedTable:
    """What was predicted.

    Attributes:
        rows: Number of rows.
        model: Digest of the model.
        model_name: Name of its version in a registry, as `name@version`; empty when not known.
        table: Digest of the table; empty when not known.
        target: What was predicted.
        classes: The classes, whose probabilities are in columns of their names; None for numbers.
        positive: The class that the threshold is for; None without a threshold.
        threshold: The probability from which on that class is predicted; None for the most
            probable class.
        resumed: Rows that an earlier run had predicted already.
        first: Rows of the table before these.
        table_rows: Rows of the whole table.
        explained_in: The unit of what columns contribute; None where nothing is explained.
        explained_class: Of two classes, the one whose predictions are explained.
    """

    rows: int
    model: str
    model_name: str
    table: str
    target: str
    classes: list[Any] | None
    positive: Any
    threshold: float | None
    resumed: int = 0
    first: int = 0
    table_rows: int = 0
    explained_in: str | None = None
    explained_class: Any = None

    def metadata(self) -> dict[str, Any]:
        """Return what the predictions say of themselves."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}

    @classmethod
    def from_metadata(cls, told: Mapping[str, Any]) -> Self:
        """Return what `metadata` was made of, also where KFP kept numbers as floats."""
        given: dict[str, Any] = dict.fromkeys(("model_name", "table"), "")
        given |= dict.fromkeys(("classes", "positive", "threshold"))
        known = {field.name for field in fields(cls)}
        given |= {name: value for name, value in told.items() if name in known}
        counts = ("rows", "resumed", "first", "table_rows")
        given |= {name: int(given.get(name, 0)) for name in counts}
        return cls(**given)


def write_predictions(
    rows: pl.LazyFrame, path: Path, kind: Format, predicted: PredictedTable
) -> None:
    """Write predictions whole or not at all, with what they are.

    Args:
        rows: The predictions.
        path: File to write; a CSV or JSON Lines file gets another one beside it.
        kind: The format.
        predicted: What they are.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {name: each for name, each in predicted.metadata().items() if name not in OF_A_RUN}
    about = json.dumps(told, ensure_ascii=False)
    attempt = path.with_name(f".{path.name}.attempt")
    try:
        if kind == "parquet":
            rows.sink_parquet(attempt, metadata={PARQUET_KEY: about})
        elif kind == "csv":
            rows.sink_csv(attempt)
        else:
            rows.sink_ndjson(attempt)
        attempt.replace(path)
    finally:
        attempt.unlink(missing_ok=True)
    if kind != "parquet":
        Path(f"{path}{ABOUT}").write_text(about + "\n", "utf-8")
