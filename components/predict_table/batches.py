"""Predictions of the rows of a table, batch after batch, while they are written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from components.predict_table import explanations
from components.predict_table.explanations import Explainer
from components.shared.errors import InputError
from components.shared.evaluation.predictions import predict
from components.shared.evaluation.ranking import Floats
from components.shared.models.folders import LoadedModel
from components.shared.models.profiles import category
from components.shared.tables.frames import to_pandas

BATCH_ROWS: Final = 50_000
PREDICTION: Final = "prediction"
PROBABILITY: Final = "probability_"


@dataclass(frozen=True)
class BatchPredictor:
    """What is made of each batch of rows."""

    model: LoadedModel
    kept: list[str]
    probabilities: bool
    threshold: float | None
    positive: int | None
    explainer: Explainer | None

    def lazy(
        self, table: str | Path, start: int, count: int, told: Callable[[int], None]
    ) -> pl.LazyFrame:
        """Return the predictions of some rows, which are made while they are written."""
        types = pl.scan_parquet(table).collect_schema()
        schema = pl.Schema({name: types[name] for name in self.kept} | self._made())

        def batches(
            with_columns: list[str] | None,
            predicate: pl.Expr | None,
            n_rows: int | None,
            batch_size: int | None,
        ) -> Iterator[pl.DataFrame]:
            del with_columns, predicate, n_rows, batch_size
            present = pl.scan_parquet(table)
            wanted = list(dict.fromkeys([*self.kept, *self._features]))
            rows, first = present.select(wanted).slice(start, count), start
            size = BATCH_ROWS if self.explainer is None else explanations.BATCH_ROWS
            for batch in rows.collect_batches(chunk_size=size, maintain_order=True):
                yield self._predicted(batch, first).select(schema.names())
                first += len(batch)
                told(first)

        return register_io_source(batches, schema=schema)

    @property
    def _features(self) -> list[str]:
        return [feature.name for feature in self.model.description.features]

    def _made(self) -> dict[str, Any]:
        classes = self.model.description.classes
        made: dict[str, Any] = {
            PREDICTION: pl.Float64() if classes is None else pl.Series(classes).dtype
        }
        made |= dict.fromkeys(self.probability_names, pl.Float64())
        return made if self.explainer is None else made | self.explainer.columns

    @property
    def probability_names(self) -> list[str]:
        """Names of the columns of probabilities; none where they are not made."""
        classes = self.model.description.classes or []
        return [f"{PROBABILITY}{category(each)}" for each in classes if self.probabilities]

    def _predicted(self, batch: pl.DataFrame, first: int) -> pl.DataFrame:
        rows, columns = batch.select(self._features), batch.select(self.kept).get_columns()
        try:
            # Before `to_pandas`, which takes the columns away.
            explained = [] if self.explainer is None else [*self.explainer.explain(rows)]
            made = [*self._answers(predict(self.model, to_pandas(rows))), *explained]
        except InputError as error:
            last = first + len(batch)
            where = f"In data rows {first + 1:,} to {last:,}, which are counted from 1 here: "
            raise InputError(f"{where}{error}" if first else str(error)) from error
        return pl.DataFrame([*columns, *made])

    def _answers(self, output: Floats) -> Iterator[pl.Series]:
        """Return the predictions, and the probabilities where they are wanted."""
        classes = self.model.description.classes
        if classes is None:
            yield pl.Series(PREDICTION, output)
            return
        chosen = output.argmax(axis=1)
        if self.threshold is not None and self.positive is not None:
            others = 1 - self.positive
            chosen = np.where(output[:, self.positive] >= self.threshold, self.positive, others)
        yield pl.Series(PREDICTION, classes).gather(chosen)
        for name, shares in zip(self.probability_names, output.T, strict=False):
            yield pl.Series(name, shares)
