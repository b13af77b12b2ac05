"""Decide whether a table is fit for use: by its schema, and by a model that is to read it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from components.judge_table.skew import skew
from components.judge_table.verdict import Verdict
from components.shared.errors import InputError
from components.shared.evaluation.records import EvaluationRecord, read_record
from components.shared.models.description import read_description
from components.shared.models.registered import RegisteredModel
from components.shared.reports.notes import Note
from components.shared.reports.rendering import render
from components.shared.windows.performance import judge_performance, require_same_model
from components.shared.windows.trained_readings import reading_notes

TEMPLATE: Final = Path(__file__).parent / "verdict.html.j2"


def judge_table(
    table: str | Path,
    report: str | Path,
    verdict: str | Path,
    notes: Sequence[Note] = (),
    *,
    model: str | Path | None = None,
    registered: str | Path | None = None,
    evaluation: str | Path | None = None,
    metric: str = "auto",
    floor: float | None = None,
) -> Verdict:
    """Decide whether a table is fit for use, and write why.

    Without a model, the notes decide. With one, the table is compared with the rows that the model
    was trained on, and, where it was evaluated on the table, its metric with the registered one.

    Args:
        table: Parquet file.
        report: HTML file to write.
        verdict: JSON file to write.
        notes: What `validate_table` noted; a `violation` among them speaks against the table.
        model: Folder of a model.
        registered: JSON file that `fetch_model` wrote of it.
        evaluation: JSON file that `evaluate_model` wrote of it, on this table.
        metric: The metric to judge by; `auto` is `roc_auc`, `balanced_accuracy` or `r2` by task.
        floor: What it must reach, at least, or at most where less is better.

    Raises:
        InputError: `model` and `registered` were not given together, the evaluation is of another
            model, or a file is none of those.
    """
    if (model is None) != (registered is None) or (evaluation is not None and model is None):
        raise InputError(
            "A model is judged with what the registry says of it: pass `model` and `registered` of "
            "one fetch_model, and `evaluation` only with both."
        )
    found, name, performance = list(notes), None, None
    if model is not None and registered is not None:
        version = RegisteredModel.read(registered)
        name = f"{version.model_name} version {version.version}"
        description = read_description(model)
        found += [*skew(table, description), *reading_notes(table, description)]
        if evaluation is not None:
            figures = read_record(evaluation, EvaluationRecord.parse)
            require_same_model(figures, version)
            performance, told = judge_performance(figures, version, metric, floor)
            found += told
    rows = int(pl.scan_parquet(table).select(pl.len()).collect().item())
    result = Verdict(tuple(found), rows, name, performance)
    for path in (Path(report), Path(verdict)):
        path.parent.mkdir(parents=True, exist_ok=True)
    Path(verdict).write_text(result.to_json(), "utf-8")
    Path(report).write_text(render(TEMPLATE, verdict=result), "utf-8")
    return result
