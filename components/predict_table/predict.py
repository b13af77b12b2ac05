"""Predictions for the rows of a table, in their order and in bounded memory."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl

from components.predict_table.batches import PREDICTION, PROBABILITY, BatchPredictor
from components.predict_table.explanations import Explainer
from components.predict_table.parts import Parts
from components.shared.errors import InputError
from components.shared.evaluation.metrics import BINARY, REGRESSION
from components.shared.evaluation.predictions import positive_class_of, require_features
from components.shared.models.folders import LoadedModel, load_model
from components.shared.predictions.destination import check_destination, put
from components.shared.predictions.files import PredictedTable, write_predictions
from components.shared.reports.number_text import percent
from components.shared.tables.columns import require_column
from components.shared.tables.files import count_rows

SECONDS_BETWEEN: Final = 10.0


def predict_table(
    model: str | Path,
    table: str | Path,
    predictions: str | Path,
    *,
    keep: Sequence[str] = (),
    probabilities: bool = False,
    threshold: float | None = None,
    positive_class: str | None = None,
    explain: bool = False,
    first: int = 0,
    rows: int | None = None,
    destination: str = "",
    format: str = "auto",  # noqa: A002
    model_name: str = "",
    table_digest: str = "",
    parts: str | Path | None = None,
    beside: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PredictedTable:
    """Predict every row of a table.

    Args:
        model: Model folder that `train_model` wrote.
        table: Parquet file that `ingest_table` wrote; its rows in their order.
        predictions: File to write: the kept columns, `prediction`, and the probabilities.
        keep: Columns of the table that go with the predictions; `*` for all.
        probabilities: Whether to write `probability_<class>` for each class.
        threshold: Of two classes, the probability from which on the positive one is predicted,
            from 0 to 1; None for the more probable class.
        positive_class: The class that the threshold is for; None as in the evaluation of models.
        explain: Whether to write what each column contributes to each prediction, `base` and
            `contribution_<column>`, which takes milliseconds a row; of more than two classes also
            `explained_class`, the most probable one.
        first: Rows of the table before those that are predicted.
        rows: How many are; None for all that follow.
        destination: Where the predictions are put as well: a path or s3://bucket/key.
        format: `auto` (by the ending of the destination, else parquet), `parquet`, `csv` or
            `jsonl`.
        model_name: What the registry calls the model, for the file's metadata.
        table_digest: Digest of the table, likewise.
        parts: Folder that keeps what was predicted before the run was stopped, and is removed at
            its end; None for none.
        beside: Parquet file that gets the prediction, and the probabilities where there are
            classes, whatever goes into the other: what `compare_predictions` takes.
        progress: Called with the rows predicted so far, and all.

    Raises:
        InputError: The destination cannot be written to; a column is missing, has a value that it
            could not have had in training, or would have a name twice; the model does not give
            probabilities, or cannot be explained; there is no such class.
    """
    kind = check_destination(destination, format)
    loaded, table_rows = load_model(model), count_rows(table)
    total = _count(table_rows, first, rows)
    description = loaded.description
    columns = pl.scan_parquet(table).collect_schema().names()
    require_features(description, columns)
    explainer = Explainer(model) if explain else None
    kept = _kept(keep, columns, [] if explainer is None else [*explainer.columns])
    if (threshold is not None or probabilities) and description.task == REGRESSION:
        asked = "threshold" if threshold is not None else "probabilities"
        raise InputError(
            f"The model predicts numbers, and numbers have no probability (parameter `{asked}`)."
        )
    positive = _positive(loaded, threshold, positive_class)
    result = PredictedTable(
        rows=total,
        model=loaded.digest,
        model_name=model_name,
        table=table_digest,
        target=description.target,
        classes=description.classes,
        positive=None if positive is None else (description.classes or [])[positive],
        threshold=threshold,
        first=first,
        table_rows=table_rows,
        **({} if explainer is None else explainer.metadata()),
    )
    with_shares = probabilities or (beside is not None and description.classes is not None)
    order = result.metadata() | {"keep": kept, "probabilities": with_shares}
    predictor = BatchPredictor(loaded, kept, with_shares, threshold, positive, explainer)
    with _folder(parts, predictions) as folder:
        done = Parts.open(folder, total, order)
        tell = progress or paced(SECONDS_BETWEEN, _print_progress)
        done.fill(
            lambda start, most: predictor.lazy(
                table,
                first + start,
                min(most, total - start),
                lambda reached: tell(reached - first, total),
            )
        )
        result = replace(result, resumed=done.found)
        made = done.together()
        shares = [] if probabilities else predictor.probability_names
        write_predictions(made.drop(shares), Path(predictions), kind, result)
        if beside is not None:
            made.select(PREDICTION, *predictor.probability_names).sink_parquet(beside)
        put(predictions, destination)
        done.remove()
    return result


def version_name(metadata: Mapping[str, Any]) -> str:
    """Return what the registry calls a model that `fetch_model` brought: `name@version`."""
    return f"{metadata['model_name']}@{metadata['version']}" if "model_name" in metadata else ""


def _count(table_rows: int, first: int, rows: int | None) -> int:
    following = table_rows - first
    count = following if rows is None else rows
    if first < 0 or not 0 <= count <= following:
        raise InputError(
            f"The table has {table_rows:,} rows, not the {count:,} after the first "
            f"{first:,} (parameters `first` and `rows`): give a part of it."
        )
    return count


def _kept(keep: Sequence[str], columns: list[str], explained: list[str]) -> list[str]:
    kept = columns if list(keep) == ["*"] else list(dict.fromkeys(keep))
    for name in kept:
        require_column(name, columns, "keep")
    names = {PREDICTION, *explained}
    made = [name for name in kept if name in names or name.startswith(PROBABILITY)]
    if made:
        raise InputError(
            f"The column {made[0]!r} is called like one of the predictions (parameter `keep`): "
            "rename it, or do not keep it."
        )
    return kept


def _positive(
    model: LoadedModel, threshold: float | None, positive_class: str | None
) -> int | None:
    if threshold is None:
        return None
    description = model.description
    if description.task != BINARY:
        raise InputError(
            f"A threshold is for one of two classes, and the model predicts "
            f"{len(description.classes or ())} (parameter `threshold`): leave it out."
        )
    if not 0 <= threshold <= 1:
        raise InputError(f"{threshold} is no probability (parameter `threshold`): give 0 to 1.")
    return positive_class_of(description, description.classes or (), positive_class).position


@contextmanager
def _folder(parts: str | Path | None, predictions: str | Path) -> Iterator[Path]:
    if parts is not None:
        yield Path(parts)
        return
    parent = Path(predictions).parent
    parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=parent) as folder:
        yield Path(folder) / "parts"


def paced(seconds: float, tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Return what passes progress on now and then, so many seconds apart at least."""
    last = time.monotonic()

    def tell_seldom(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            tell(done, total)

    return tell_seldom


def _print_progress(done: int, total: int) -> None:
    print(f"predicted {done:,} of {total:,} rows ({percent(done / total, 0)})", flush=True)
