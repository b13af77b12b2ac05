"""Choose the estimator by cross-validation on the training rows."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from components.choose_estimator.candidates import Candidate, Plan, candidates, plan_candidates
from components.choose_estimator.leaderboard import leaderboard_markdown
from components.shared.background_imports import importing
from components.shared.errors import InputError
from components.shared.evaluation.metrics import LEAST_ROWS, Metric, metric_named
from components.shared.fits.class_weights import parse_class_weight, weigh_rows
from components.shared.fits.hyperparameters import parse_hyperparameters
from components.shared.fits.training_rows import row_weights, target_values
from components.shared.models.choices import CandidateRecord, ChoiceRecord
from components.shared.models.estimators import AUTO, check_wanted
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.reports.number_text import counted_rows
from components.shared.tables.columns import require_column
from components.shared.tables.files import count_rows
from components.shared.tables.frames import column_types, read_frame
from components.shared.tables.tasks import resolve_task

if TYPE_CHECKING:
    from components.choose_estimator.cross_validation import Judge, Scored
    from components.choose_estimator.rule import Sizes

SAMPLE: Final = 20_000
"""Training rows that candidates are compared on at the most."""

TIME_BUDGET: Final = 60.0
"""Seconds of one core, as estimated, that the comparison may take."""

FALLBACK: Final = "linear"
"""Estimator of a table whose rows are too few to compare any."""


@dataclass(frozen=True)
class ChoiceSettings:
    """What the choice goes by, beside the rows.

    Attributes:
        metric: A metric of the task; `auto` is roc_auc, balanced_accuracy or r2.
        positive_class: Which of two classes counts as found; None: as the evaluation decides.
        time_budget: Seconds of one core, above 0, that the comparison may take.
        split_strategy: How the test rows were split off, and so how the folds are cut.
        split_column: Its column, of a split in time.
        entity: Columns that tell whose rows they are: folds keep all rows of one on one side.
        keep_entity: Whether these columns are features all the same.
        seed: Of the folds, the sample and the estimators.
        drop_columns: Columns that the model must not see.
        sample_weight_column: Column of weights.
        class_weight: `balanced`, or a JSON object from label to weight.
    """

    metric: str = "auto"
    positive_class: str | None = None
    time_budget: float = TIME_BUDGET
    split_strategy: str = "auto"
    split_column: str | None = None
    entity: Sequence[str] = ()
    keep_entity: bool = False
    seed: int = 42
    drop_columns: Sequence[str] = ()
    sample_weight_column: str | None = None
    class_weight: str | None = None


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
            "reason": record.reason,
            "candidates": [dataclasses.asdict(each) for each in record.candidates],
            NOTES: notes_metadata([Note("warning", remark) for remark in self.remarks]),
        }

    def values(self) -> dict[str, float]:
        """Return the mean of each candidate over the folds, by its name."""
        return {each.name: each.value for each in self.record.candidates if each.value is not None}


def choose_estimator(
    train: str | Path,
    target: str,
    *,
    task: str = "auto",
    estimator: str = AUTO,
    hyperparameters: str = "{}",
    settings: ChoiceSettings | None = None,
) -> Choice:
    """Choose among estimators by what they reach on folds of the training rows.

    The preprocessing of each fold is fitted on the rows that its estimators are fitted on. An
    estimator that is named is taken as it is, and nothing is compared. The same rows, settings and
    versions of the libraries give the same choice: no clock has a say in it.

    Args:
        train: Parquet file with the raw training rows. Test rows are not an input.
        target: Name of the target column.
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        estimator: `auto`, or the name of one.
        hyperparameters: JSON object, of an estimator that is named.
        settings: What the choice goes by.

    Raises:
        InputError: A parameter is wrong, or hyper-parameters are given without an estimator.
    """
    given, chosen = parse_hyperparameters(hyperparameters), settings or ChoiceSettings()
    if estimator != AUTO:
        check_wanted(estimator)
        return Choice(_named(estimator, given, count_rows(train)))
    if given:
        raise InputError(
            "`hyperparameters` are those of one estimator, and `estimator` is auto: name it, "
            "such as hist_gradient_boosting, or leave the hyper-parameters out."
        )
    if not 0 < chosen.time_budget < float("inf"):
        raise InputError(
            f"`time_budget` is {chosen.time_budget:g}, and must be a number of seconds above 0."
        )
    resolved = resolve_task(task, train, target)
    metric = metric_named(chosen.metric, resolved)
    with TemporaryDirectory() as folder, importing("components.choose_estimator.cross_validation"):
        return _compare(Path(train), Path(folder), target, resolved, metric, chosen)


def _named(estimator: str, hyperparameters: dict[str, Any], rows: int) -> ChoiceRecord:
    reason = f"{estimator} was named."
    return ChoiceRecord(
        *(estimator, hyperparameters, "", "", 0, 0, rows, 0.0, 0.0, reason), candidates=()
    )


def _compare(
    train: Path, folder: Path, target: str, task: str, metric: Metric, settings: ChoiceSettings
) -> Choice:
    from components.choose_estimator.cross_validation import cross_validate
    from components.choose_estimator.fold_features import LeftOut, RawTable, read_raw_table
    from components.choose_estimator.folds import cut_folds, most_folds
    from components.choose_estimator.rule import Sizes

    types, of_rows = column_types(train), count_rows(train)
    _check_columns(list(types), settings)
    classes = pl.scan_parquet(train).select(pl.col(target).n_unique()).collect().item()
    outputs = classes if task == "multiclass" else 1
    plan = plan_candidates(
        *(candidates(task), of_rows, SAMPLE, len(types), outputs, most_folds(of_rows)),
        settings.time_budget,
    )
    sample = _sampled(train, folder, plan.rows, of_rows, settings.seed)
    column = pl.read_parquet(sample, columns=[target])[target]
    labels = target_values(column, task)
    judge = _judge(labels, task, metric, target, settings.positive_class)
    weights = _row_weights(sample, settings, labels, judge.classes)
    folds = cut_folds(labels, task, settings.seed, *_told_apart(sample, settings))
    entity = () if settings.keep_entity else tuple(settings.entity)
    left_out = LeftOut(tuple(settings.drop_columns), entity, settings.sample_weight_column)

    def table(family: Any) -> RawTable:
        return read_raw_table(sample, column, task, family, left_out, (labels, weights))

    print(
        f"comparing {len(plan.candidates)} estimators on {counted_rows(len(labels))} of "
        f"{of_rows:,}, {len(folds)} folds, by {metric.name}",
        flush=True,
    )
    scored = cross_validate(plan.candidates, table, folds, judge, settings.seed) if folds else []
    sizes = Sizes.of(labels, task)
    return _decide(plan, scored, metric, sizes, len(folds), of_rows, settings.time_budget)


def _check_columns(columns: Sequence[str], settings: ChoiceSettings) -> None:
    for parameter in ("sample_weight_column", "split_column"):
        if name := getattr(settings, parameter):
            require_column(name, columns, parameter)
    for name in settings.entity:
        require_column(name, columns, "entity")


def _row_weights(
    sample: Path, settings: ChoiceSettings, labels: Any, classes: Sequence[Any]
) -> "NDArray[np.float64] | None":
    weights, name = None, settings.sample_weight_column
    if name:
        weights = row_weights(pl.read_parquet(sample, columns=[name])[name])
    return weigh_rows(parse_class_weight(settings.class_weight, classes), labels, weights)


def _told_apart(sample: Path, settings: ChoiceSettings) -> tuple[Any, Any]:
    """Return the times and the entities of rows, None for what the split does not go by."""
    if settings.split_strategy == "time" and settings.split_column:
        return read_frame(sample, [settings.split_column])[settings.split_column], None
    if settings.entity:
        values = pl.read_parquet(sample, columns=list(dict.fromkeys(settings.entity)))
        numbers = values.select(pl.struct(pl.all()).rank("dense")).to_series()
        return None, numbers.to_numpy().astype(np.intp)
    return None, None


def _decide(
    plan: Plan,
    scored: "list[Scored]",
    metric: Metric,
    sizes: "Sizes",
    folds: int,
    of_rows: int,
    time_budget: float,
) -> Choice:
    from components.choose_estimator.rule import CONFIDENCE, cheapest_fitted, choose, estimate

    whole, remarks = plan.rows == of_rows, list(plan.notes)
    few = whole and sizes.deciding < LEAST_ROWS
    chosen = cheapest_fitted(scored, sizes) if few else choose(scored, metric, prefer_cheap=whole)
    if chosen is None:
        taken = next(each for each in plan.candidates if each.name == FALLBACK)
        reason, remark = _not_compared(plan.rows, metric, few or not folds), "chosen"
        remarks.append(f"{reason[:-1]}: {taken.name} is taken, which asks least of them")
    else:
        taken, reason, remark = chosen.scored.candidate, chosen.reason, chosen.remark
        if few:
            remarks.append(f"{reason[:-1]}, and so no candidate has an interval")
        elif sizes.rarest < LEAST_ROWS:
            remarks.append(
                f"no interval of the candidates: it takes {LEAST_ROWS} rows of each class to "
                f"compare by, and there are {sizes.told()}"
            )
    print(f"chosen: {taken.name}. {reason}", flush=True)
    records = [
        _record(
            each.candidate,
            estimate(each, metric, sizes),
            each.failure or (remark if each.candidate == taken else ""),
        )
        for each in scored
    ]
    sign = -1 if metric.greater_is_better else 1
    records.sort(key=lambda each: (each.value is None, sign * (each.value or 0.0)))
    records += [_record(each, None, reason) for each, reason in plan.left_out]
    record = ChoiceRecord(
        estimator=taken.estimator.name,
        hyperparameters=taken.hyperparameters,
        metric=metric.name,
        direction=metric.direction,
        folds=folds,
        rows=plan.rows,
        of_rows=of_rows,
        confidence=CONFIDENCE,
        time_budget=time_budget,
        reason=reason,
        candidates=tuple(records),
    )
    return Choice(record, tuple(remarks))


def _not_compared(rows: int, metric: Metric, few: bool) -> str:
    if few:
        return f"{counted_rows(rows)} are too few to compare estimators on folds."
    return f"No estimator could be fitted and judged by {metric.name} on every fold."


def _record(candidate: Candidate, found: Any, remark: str) -> CandidateRecord:
    value, low, high = (found.value, found.low, found.high) if found else (None, None, None)
    return CandidateRecord(
        candidate.name,
        candidate.estimator.name,
        candidate.hyperparameters,
        value,
        low,
        high,
        remark,
    )


def _judge(
    labels: Any, task: str, metric: Metric, target: str, positive_class: str | None
) -> "Judge":
    from components.choose_estimator.cross_validation import Judge
    from components.shared.evaluation.positive_class import choose_positive

    if task == "regression":
        return Judge(task, metric, labels)
    classes, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    known, positive = tuple(classes.tolist()), None
    if task == "binary":
        positive = choose_positive(known, counts.tolist(), target, positive_class).position
    return Judge(task, metric, codes, known, positive)


def _sampled(train: Path, folder: Path, size: int, rows: int, seed: int) -> Path:
    """Return a file of so many of the rows, in their order; the file itself where it is all."""
    if size == rows:
        return train
    chosen = np.sort(np.random.default_rng(seed).choice(rows, size, replace=False))
    sample = folder / "sample.parquet"
    pl.scan_parquet(train).select(pl.all().gather(chosen.tolist())).collect().write_parquet(sample)
    return sample
