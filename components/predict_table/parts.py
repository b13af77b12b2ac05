"""Predictions in parts: each is whole or absent, so that a run that was stopped goes on."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

PART_ROWS: Final = 500_000
ORDER: Final = "order.json"


@dataclass(frozen=True)
class Parts:
    """A folder of parts, and what they are predictions of.

    Attributes:
        folder: Where they are.
        total: Rows in all.
        found: Rows that an earlier run left, which are not predicted again.
    """

    folder: Path
    total: int
    found: int

    @classmethod
    def open(cls, folder: Path, total: int, order: Mapping[str, Any]) -> "Parts":
        """Open a folder of parts; what others left of another order is removed.

        Args:
            folder: The folder.
            total: Rows in all.
            order: All that decides what the predictions are.
        """
        text = json.dumps(order, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        told = folder / ORDER
        if folder.is_dir() and not (told.is_file() and told.read_text("utf-8") == digest):
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        told.write_text(digest, "utf-8")
        starts = range(0, total, PART_ROWS)
        done = [start for start in starts if (folder / _name(start)).is_file()]
        found = sum(min(PART_ROWS, total - start) for start in done)
        return cls(folder, total, found)

    def fill(self, predict: Callable[[int, int], pl.LazyFrame]) -> None:
        """Write the parts that are not there.

        Args:
            predict: Returns the predictions of rows from a first one, counted from 0, and of so
                many at most.
        """
        for start in range(0, self.total, PART_ROWS):
            part = self.folder / _name(start)
            if part.is_file():
                continue
            attempt = part.with_suffix(".attempt")
            predict(start, PART_ROWS).sink_parquet(attempt, compression="lz4")
            attempt.replace(part)

    def together(self) -> pl.LazyFrame:
        """Return all rows in their order."""
        return pl.scan_parquet([self.folder / _name(s) for s in range(0, self.total, PART_ROWS)])

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)


def _name(start: int) -> str:
    return f"{start:012d}.parquet"
