"""The training pipeline as one plain function, for notebooks, Airflow and scripts.

```python
from pipelines.training.plain import train_table

result = train_table("data/bird_strikes.csv", "damaged", "trained")
result.evaluation.values()["roc_auc"]
```
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from html import escape
from pathlib import Path
from typing import Any

from components.choose_estimator.choose import choose_estimator
from components.compare_with_champion.compare import compare_with_champion
from components.compare_with_champion.comparison import Comparison
from components.evaluate_model.evaluate import Costs, Origin, evaluate_model, now
from components.evaluate_model.figures import Evaluation
from components.ingest_table.ingest import IngestedTable, ingest_table
from components.preprocess_table.preprocess import preprocess_table
from components.register_model.evidence import Reports
from components.register_model.model_card import UNTOLD, TableFacts
from components.register_model.register import Lineage, Registered, register_model
from components.register_model.surroundings import environment
from components.shared.digests import file_digest
from components.shared.models.estimators import AUTO
from components.shared.reports.number_text import counted_rows, interval, number
from components.shared.selection.settings import TIME_BUDGET, ChoiceSettings
from components.shared.sources.hyperparameter_texts import hyperparameters_text
from components.split_table.split import SplitTable, split_table
from components.train_model.train import train_model
from components.validate_table.validate import ValidatedTable, validate_table


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How a model is trained; each as the training pipeline's input of that name, unset as None.

    Attributes:
        task: auto, classification, binary, multiclass or regression.
        query: What to ask a database, instead of a table.
        format: auto, csv, parquet or jsonl.
        column_types: As `zip=string,when=datetime:%d/%m/%Y`.
        missing_values: Further texts that stand for a missing value.
        curated_schema: Path or address of a schema that the table must keep to.
        split_strategy: auto, stratified, random or time.
        split_column: Column of a split in time.
        entity: Columns that tell whose rows they are: all rows of one are on one side.
        keep_entity: Whether these columns are features all the same.
        test_size: Share of the rows to test on, in (0, 1).
        seed: Of all that is random.
        estimator: auto, or the name of an estimator.
        hyperparameters: JSON object, of an estimator that is named; or what tuning found.
        time_budget: Seconds of one core that the comparison of estimators may take.
        tune: How many further hyper-parameters are tried.
        drop_columns: Columns that the model must not see.
        sample_weight_column: Column with the weight of each row.
        class_weight: balanced, or a JSON object from class to weight.
        calibrate: none, auto, sigmoid or isotonic.
        slice_columns: Columns to break the metrics down by.
        positive_class: Which of two classes counts as found.
        cost_fp: What it costs to call a row positive that is not.
        cost_fn: What it costs to miss a positive row.
    """

    task: str = "auto"
    query: str = ""
    format: str = "auto"
    column_types: str = ""
    missing_values: Sequence[str] = ()
    curated_schema: str | None = None
    split_strategy: str = "auto"
    split_column: str | None = None
    entity: Sequence[str] = ()
    keep_entity: bool = False
    test_size: float = 0.2
    seed: int = 42
    estimator: str = AUTO
    hyperparameters: str = "{}"
    time_budget: float = TIME_BUDGET
    tune: int = 0
    drop_columns: Sequence[str] = ()
    sample_weight_column: str | None = None
    class_weight: str | None = None
    calibrate: str = "none"
    slice_columns: Sequence[str] = ()
    positive_class: str | None = None
    cost_fp: float = 1.0
    cost_fn: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Where a model is registered if it passes the gate.

    Attributes:
        model_name: Name of the model.
        url: The registry; `REGISTRY_URL` when None.
        metric: Metric of the gate; `auto` by the task.
        floor: What it must reach; None: surely better than a constant prediction.
        margin: How much better than the champion, or the newest version, it must surely be.
        promote: Whether it becomes the champion.
        run_id: What started the training: repeated with the same one, nothing is registered twice.
    """

    model_name: str
    url: str | None = None
    metric: str = "auto"
    floor: float | None = None
    margin: float = 0.0
    promote: bool = False
    run_id: str | None = None


@dataclass(frozen=True)
class FittedTable:
    """What `fit_table` left in its folder; each as in `TrainedTable`."""

    ingested: IngestedTable
    validated: ValidatedTable
    split: SplitTable
    model: Path


@dataclass(frozen=True, repr=False)
class TrainedTable:
    """What came of a table.

    Attributes:
        folder: Where all files of it are.
        target: Name of the target.
        ingested: The table as it was read.
        validated: What is odd about it.
        split: How it was split.
        model: Folder of the model.
        evaluation: How good the model is on the rows to test on.
        comparison: The verdict of the gate; None without a registry.
        registered: The version; None where the gate refused, or without a registry.
    """

    folder: Path
    target: str
    ingested: IngestedTable
    validated: ValidatedTable
    split: SplitTable
    model: Path
    evaluation: Evaluation
    comparison: Comparison | None
    registered: Registered | None

    def __repr__(self) -> str:
        return f"<TrainedTable {'; '.join(self._told())}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the outcome, and every metric with its interval."""
        lines = "".join(f"<li>{escape(line)}</li>" for line in self._told())
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{number(each.value)}</td>"
            f"<td>{interval(each.low, each.high)}</td></tr>"
            for name, each in self.evaluation.metrics.items()
        )
        return f"<ul>{lines}</ul><table>{rows}</table>"

    def _told(self) -> list[str]:
        name, value = next(iter(self.evaluation.values().items()), ("no metric", None))
        told = [
            f"{self.evaluation.estimator} of {self.target}, "
            f"{counted_rows(self.ingested.rows)}: {name} {number(value)}"
        ]
        if self.registered:
            told.append(f"{self.registered.model_name} version {self.registered.version}")
        elif self.comparison:
            told.append(f"not registered: {' '.join(self.comparison.reasons)}")
        return told


def train_table(
    source: str,
    target: str,
    folder: str | Path,
    settings: TrainingSettings | None = None,
    registry: Registry | None = None,
    progress: Callable[[str], object] | None = None,
) -> TrainedTable:
    """Do what the training pipeline does, in this process: the model predicts the same.

    Args:
        source: The table: a path, or a `file://`, `s3://` `http(s)://` or
            `dataset://` address.
        target: Column to predict.
        folder: Folder of all that is written: `table.parquet`, `train.parquet`, `test.parquet`,
            `model/`, `validation.html`, `evaluation.html` and what they are made of.
        settings: How to train; by default as the pipeline does.
        registry: Where the model goes if it passes the gate; by default nowhere.
        progress: Is called with the name of each step as it starts, such as `print`.

    Raises:
        ComponentError: As the steps raise it, with the text that a run would print.
    """
    say, chosen = progress or (lambda step: None), settings or TrainingSettings()
    metric = registry.metric if registry else "auto"
    fitted = fit_table(source, target, folder, chosen, say, metric)
    read = fitted.ingested
    named = registry.model_name if registry else None
    evaluation = evaluate_fitted(folder, chosen, say, named, fitted.split.test_metadata())
    comparison, registered = None, None
    if registry:
        comparison = compare_fitted(folder, registry, say)
    if registry and comparison and comparison.approved:
        table = table_facts(fitted.validated)
        registered = register_fitted(folder, registry, read.source, read.digest, say, table)
    return TrainedTable(
        *(Path(folder), target, read, fitted.validated, fitted.split, fitted.model),
        *(evaluation, comparison, registered),
    )


def fit_table(
    source: str,
    target: str,
    folder: str | Path,
    settings: TrainingSettings,
    say: Callable[[str], object],
    metric: str = "auto",
) -> FittedTable:
    """Fit a model to the part of a table that is trained on: the training up to `train_model`."""
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    table, train, test = (into / f"{name}.parquet" for name in ("table", "train", "test"))
    say("ingest_table")
    ingested = ingest_table(
        source,
        table,
        settings.format,
        column_types=settings.column_types,
        missing_values=settings.missing_values,
        curated_schema=settings.curated_schema,
        target=target,
        query=settings.query,
    )
    say("validate_table")
    validated = validate_table(
        table,
        into / "validation.html",
        into / "schema.json",
        curated_schema=settings.curated_schema,
        target=target,
        task=settings.task,
        metric=metric,
    )
    task = validated.task or "auto"
    say("split_table")
    split = split_table(
        table,
        train,
        test,
        target=target,
        task=task,
        strategy=settings.split_strategy,
        column=settings.split_column,
        entity=settings.entity,
        test_size=settings.test_size,
        seed=settings.seed,
    )
    model = _train(into, train, target, task, settings, say, metric)
    return FittedTable(ingested, validated, split, model)


def evaluate_fitted(
    folder: str | Path,
    settings: TrainingSettings,
    say: Callable[[str], object],
    model_name: str | None = None,
    split: Mapping[str, Any] | None = None,
) -> Evaluation:
    """Evaluate the model that `fit_table` left in a folder, split as the metadata say."""
    say("evaluate_model")
    into = Path(folder)
    test = into / "test.parquet"
    return evaluate_model(
        *(into / "model", test),
        *(into / name for name in ("evaluation.html", "evaluation.json", "predictions.parquet")),
        slice_columns=settings.slice_columns,
        positive_class=settings.positive_class,
        seed=settings.seed,
        test_digest=file_digest(test),
        costs=Costs(settings.cost_fp, settings.cost_fn),
        origin=Origin(model_name, into / "train.parquet", split or {}, now()),
    )


def compare_fitted(
    folder: str | Path, registry: Registry, say: Callable[[str], object]
) -> Comparison:
    """Hold the model that `evaluate_fitted` evaluated against the champion."""
    say("compare_with_champion")
    into = Path(folder)
    return compare_with_champion(
        into / "evaluation.json",
        into / "predictions.parquet",
        into / "test.parquet",
        into / "comparison.md",
        into / "comparison.json",
        registry.model_name,
        model=into / "model",
        train=into / "train.parquet",
        metric=registry.metric,
        floor=registry.floor,
        margin=registry.margin,
        registry_url=registry.url,
    )


def register_fitted(
    folder: str | Path,
    registry: Registry,
    source: str,
    table_digest: str,
    say: Callable[[str], object],
    table: TableFacts = UNTOLD,
) -> Registered:
    """Register the model that `compare_fitted` approved, with what `fit_table` read it from."""
    say("register_model")
    into = Path(folder)
    told = {"source": source, "table_digest": table_digest, "environment": environment()}
    origin = Lineage(registry.run_id, "training", **told)
    return register_model(
        into / "model",
        into / "evaluation.json",
        registry.model_name,
        comparison=into / "comparison.json",
        promote=registry.promote,
        lineage=origin,
        reports=Reports(
            into / "evaluation.html", into / "validation.html", into / "schema.json", table
        ),
        registry_url=registry.url,
    )


def table_facts(validated: ValidatedTable) -> TableFacts:
    """Return what a validation counted."""
    counts = (validated.rows, validated.columns, validated.violations, len(validated.warnings))
    return TableFacts(*counts)


def _train(
    into: Path,
    train: Path,
    target: str,
    task: str,
    settings: TrainingSettings,
    say: Callable[[str], object],
    metric: str,
) -> Path:
    say("choose_estimator")
    same = {each.name for each in fields(ChoiceSettings)} & {each.name for each in fields(settings)}
    chosen = choose_estimator(
        *(train, target),
        task=task,
        estimator=settings.estimator,
        hyperparameters=hyperparameters_text(settings.hyperparameters),
        settings=ChoiceSettings(metric=metric, **{n: getattr(settings, n) for n in same}),
    )
    chosen.write(into / "choice.json", into / "choice.md")
    say("preprocess_table")
    preprocess_table(
        train,
        into / "features.parquet",
        into / "preprocessor",
        target,
        task=task,
        estimator=chosen.record.estimator,
        drop_columns=settings.drop_columns,
        sample_weight_column=settings.sample_weight_column,
        entity=settings.entity,
        keep_entity=settings.keep_entity,
    )
    say("train_model")
    train_model(
        train,
        into / "features.parquet",
        into / "preprocessor",
        into / "model",
        target,
        task=task,
        estimator=chosen.record.estimator,
        hyperparameters=chosen.hyperparameters,
        seed=settings.seed,
        sample_weight_column=settings.sample_weight_column,
        class_weight=settings.class_weight,
        train_digest=file_digest(train),
        entity=settings.entity,
        choice=into / "choice.json",
        calibrate=settings.calibrate,
    )
    return into / "model"
