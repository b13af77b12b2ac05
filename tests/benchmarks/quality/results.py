"""Results in a folder: what is there is not measured again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from components.shared.evaluation.ranking import Floats


@dataclass(frozen=True)
class Result:
    """What came of one way on one split of a table.

    Attributes:
        table: Name of the table.
        way: Name of the way.
        seed: Seed of the split and the training.
        rows: Rows that were trained on.
        metric: The gate's metric, on the held-out rows; None where the way failed.
        error: Its standard error, by a bootstrap of these rows.
        cpu: Seconds of CPU of the training, imports left out.
        wall: Seconds of it.
        estimator: What it came to be.
        failure: Why there is no metric.
    """

    table: str
    way: str
    seed: int
    rows: int
    metric: float | None = None
    error: float | None = None
    cpu: float | None = None
    wall: float | None = None
    estimator: str = ""
    failure: str = ""


class KeptResults:
    """Results in a folder: for each table a file of lines, and the predictions beside it.

    Args:
        folder: The folder; it is made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "predictions").mkdir(parents=True, exist_ok=True)

    def of(self, table: str) -> Mapping[tuple[str, int], Result]:
        """Return what is known of a table, by way and seed."""
        return {(each.way, each.seed): each for each in self._lines(table)}

    def output(self, result: Result) -> Floats:
        """Return the predictions that a result was scored by."""
        kept: Floats = np.load(self._output_path(result))
        return kept

    def keep(self, result: Result, output: Floats | None) -> None:
        """Add a result, with its predictions where it has some."""
        if output is not None:
            np.save(self._output_path(result), output)
        with self._path(result.table).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")

    def _lines(self, table: str) -> Iterator[Result]:
        path = self._path(table)
        if path.exists():
            yield from (Result(**json.loads(line)) for line in path.read_text("utf-8").splitlines())

    def _path(self, table: str) -> Path:
        return self._folder / f"{table}.jsonl"

    def _output_path(self, result: Result) -> Path:
        name = f"{result.table}-{result.way.replace(' ', '_')}-{result.seed}.npy"
        return self._folder / "predictions" / name
