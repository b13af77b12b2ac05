"""The training in three stages, for schedulers that start each as a process of its own.

The stages share a folder, and tell each other what JSON can hold:

```python
from pipelines.training.stages import deploy_stage, evaluate_stage, train_stage

registry = {"model_name": "bird_strikes"}
trained = train_stage("data/bird_strikes.csv", "damaged", "folder", {})
if evaluate_stage(trained, registry)["approved"]:
    deploy_stage(trained, registry, run_id="2026-01-01")
```
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from components.register_model.evidence import COUNTED
from components.register_model.model_card import TableFacts
from components.shared.errors import ComponentError, InputError
from components.shared.step import FAILURE, MISTAKE, PREFIXES
from pipelines.errors import StageError
from pipelines.training.plain import (
    Registry,
    TrainingSettings,
    compare_fitted,
    evaluate_fitted,
    fit_table,
    register_fitted,
)

Record = TypeVar("Record", Registry, TrainingSettings)


def train_stage(
    source: str, target: str, folder: str, settings: Mapping[str, Any], metric: str = "auto"
) -> dict[str, Any]:
    """Read, validate and split a table, and fit a model to the part that is trained on.

    Args:
        source: The table.
        target: Column to predict.
        folder: Folder of all files; on a disk that the other stages see.
        settings: Values of `TrainingSettings` by name.
        metric: The metric of the gate, which the table must allow.

    Raises:
        StageError: What went wrong, as a step of a run says it.
    """
    with _errors_of_a_stage():
        chosen = _record(TrainingSettings, settings)
        fitted = fit_table(source, target, folder, chosen, print, metric)
        return {
            "folder": str(Path(folder).absolute()),
            "source": fitted.ingested.source,
            "settings": dict(settings),
            "rows": fitted.ingested.rows,
            "columns": fitted.ingested.columns,
            "table_digest": fitted.ingested.digest,
            "split": fitted.split.test_metadata(),
            "train_rows": fitted.split.train_rows,
            "test_rows": fitted.split.test_rows,
            "violations": fitted.validated.violations,
            "warnings": len(fitted.validated.warnings),
        }


def evaluate_stage(trained: Mapping[str, Any], registry: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate what `train_stage` trained, and hold it against the champion.

    Args:
        trained: What `train_stage` returned.
        registry: Values of `Registry` by name.

    Raises:
        StageError: What went wrong, as a step of a run says it.
    """
    with _errors_of_a_stage():
        folder, settings = trained["folder"], _record(TrainingSettings, trained["settings"])
        where = _record(Registry, registry)
        named = where.model_name
        evaluation = evaluate_fitted(folder, settings, print, named, trained.get("split"))
        comparison = compare_fitted(folder, where, print)
        return {
            "approved": comparison.approved,
            "reasons": list(comparison.reasons),
            "metric": comparison.metric.name,
            "metrics": dict(evaluation.values()),
            "compared_with": comparison.champion.version if comparison.champion else None,
            "report": str(Path(folder) / "evaluation.html"),
        }


def deploy_stage(
    trained: Mapping[str, Any], registry: Mapping[str, Any], run_id: str
) -> dict[str, Any]:
    """Register what `evaluate_stage` approved, and make it the champion.

    Args:
        trained: What `train_stage` returned.
        registry: Values of `Registry` by name.
        run_id: What started the training: repeated with the same one, nothing is registered twice.

    Raises:
        StageError: What went wrong, as a step of a run says it.
    """
    with _errors_of_a_stage():
        where = _record(Registry, {**registry, "promote": True, "run_id": run_id})
        made = register_fitted(
            *(trained["folder"], where, trained["source"], trained["table_digest"], print),
            TableFacts(*(trained.get(each) for each in COUNTED)),
        )
        return {
            "model_name": made.model_name,
            "version": made.version,
            "digest": made.digest,
            "aliases": list(made.aliases),
            "registry_url": made.registry_url,
            "known": made.known or made.replayed,
        }


def _record(kind: type[Record], values: Mapping[str, Any]) -> Record:
    names = [field.name for field in fields(kind)]
    for name in values:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
            raise InputError(f"{name} is none of the settings of a training: {meant}")
    return kind(**values)


@contextmanager
def _errors_of_a_stage() -> Iterator[None]:
    """Raise what a component raises as what a scheduler shows, with whose turn it is to act."""
    prefixes = {code: prefix for prefix, code in PREFIXES.items()}
    try:
        yield
    except InputError as error:
        raise StageError(f"{prefixes[MISTAKE]}{error}") from error
    except ComponentError as error:
        raise StageError(f"{prefixes[FAILURE]}{error}") from error
