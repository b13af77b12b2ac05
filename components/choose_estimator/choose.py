"""Choose the estimator by cross-validation on the training rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from threadpoolctl import threadpool_limits

from components.choose_estimator.candidates import (
    Candidate,
    candidate,
    candidates,
    plan_candidates,
    table_size,
)
from components.choose_estimator.choice import Choice
from components.choose_estimator.search_spaces import SPACES, space_of
from components.choose_estimator.settings import TUNING_BUDGET, Aim, ChoiceSettings
from components.shared.background_imports import importing
from components.shared.errors import InputError
from components.shared.evaluation.metrics import metric_named
from components.shared.fits.hyperparameters import parse_hyperparameters
from components.shared.models.choices import ChoiceRecord
from components.shared.models.estimators import AUTO, ESTIMATORS, check_wanted, resolve_estimator
from components.shared.reports.number_text import counted_rows
from components.shared.tables.columns import require_column
from components.shared.tables.files import count_rows
from components.shared.tables.frames import column_types
from components.shared.tables.tasks import resolve_task

if TYPE_CHECKING:
    from components.choose_estimator.cross_validation import Scored, Tuned
    from components.choose_estimator.folding import Folded

SAMPLE: Final = 20_000
"""Training rows that candidates are compared on at the most."""


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
    estimator that is named is taken as it is, and nothing is compared, unless it is tuned. The
    same rows, settings and versions of the libraries give the same choice: no clock has a say in
    it.

    Args:
        train: Parquet file with the raw training rows. Test rows are not an input.
        target: Name of the target column.
        task: `auto`, `classification`, `binary`, `multiclass` or `regression`.
        estimator: `auto`, or the name of one.
        hyperparameters: JSON object, of an estimator that is named; tuning leaves them as they are.
        settings: What the choice goes by.

    Raises:
        InputError: A parameter is wrong, hyper-parameters are given without an estimator, or the
            one that is named has nothing to tune.
    """
    given, chosen = parse_hyperparameters(hyperparameters), settings or ChoiceSettings()
    check_wanted(estimator)
    chosen.check()
    if estimator != AUTO and not chosen.tune:
        return Choice(_named(estimator, given, count_rows(train)))
    if estimator == AUTO and given:
        raise InputError(
            "`hyperparameters` are those of one estimator, and `estimator` is auto: name it, "
            "such as hist_gradient_boosting, or leave the hyper-parameters out."
        )
    resolved = resolve_task(task, train, target)
    aim = Aim(target, resolved, metric_named(chosen.metric, resolved))
    every = candidates(resolved) if estimator == AUTO else _only(estimator, resolved, given)
    with TemporaryDirectory() as folder, importing("components.choose_estimator.deciding"):
        _check_columns(train, chosen)
        return _compare(Path(train), Path(folder), aim, chosen, every, given)


def _only(estimator: str, task: str, given: dict[str, Any]) -> tuple[Candidate, ...]:
    """Return the default of the estimator that is tuned.

    Raises:
        InputError: It has nothing to tune, or the user has set all of it.
    """
    chosen = resolve_estimator(estimator, task)
    default = candidate(chosen.name, chosen, given)
    if not space_of(default, 1, given):
        suited = ", ".join(name for name in SPACES if ESTIMATORS[name].path(task))
        raise InputError(
            f"{chosen.name} has no hyper-parameter to tune that is not set (parameter `tune`): "
            f"leave out `tune`, or name one of {suited}."
        )
    return (default,)


def _named(estimator: str, hyperparameters: dict[str, Any], rows: int) -> ChoiceRecord:
    reason = f"{estimator} was named."
    return ChoiceRecord(
        *(estimator, hyperparameters, "", "", 0, 0, rows, 0.0, 0.0, reason), candidates=()
    )


def _check_columns(train: str | Path, settings: ChoiceSettings) -> None:
    columns = list(column_types(train))
    for parameter in ("sample_weight_column", "split_column"):
        if name := getattr(settings, parameter):
            require_column(name, columns, parameter)
    for name in settings.entity:
        require_column(name, columns, "entity")


def _compare(
    train: Path,
    folder: Path,
    aim: Aim,
    settings: ChoiceSettings,
    every: Sequence[Candidate],
    given: Mapping[str, Any],
) -> Choice:
    from components.choose_estimator.cross_validation import cross_validate
    from components.choose_estimator.deciding import decide
    from components.choose_estimator.folding import fold_rows
    from components.choose_estimator.folds import most_folds

    size = table_size(train, aim.target, aim.task)
    plan = plan_candidates(every, size, SAMPLE, most_folds(size.rows), settings.time_budget)
    folded = fold_rows(train, folder, aim, settings, plan.rows, size)
    print(
        f"comparing {len(plan.candidates)} estimators on {counted_rows(plan.rows)} of "
        f"{size.rows:,}, {folded.folds} folds, by {aim.metric.name}",
        flush=True,
    )
    # Fits of a few thousand rows are not worth threads, and give the same on one everywhere.
    with threadpool_limits(limits=1):
        scored = cross_validate(plan.candidates, folded.rows, aim.metric) if folded.folds else []
        tuned = _tuned(scored, folded, aim, settings, given)
    return decide(plan, scored, folded, aim.metric, size.rows, tuned)


def _tuned(
    defaults: "Sequence[Scored]",
    folded: "Folded",
    aim: Aim,
    settings: ChoiceSettings,
    given: Mapping[str, Any],
) -> "Tuned":
    from components.choose_estimator.cross_validation import NOT_TUNED, Tuned

    if not settings.tune:
        return NOT_TUNED
    if folded.few:
        return Tuned(notes=("nothing was tuned: rows are too few to tell trials apart",))
    from components.choose_estimator.tuning import Search, tune

    search = Search(
        {
            each.candidate.name: space_of(each.candidate, folded.fitted.outputs, given)
            for each in defaults
        },
        given,
        settings.tune,
        settings.time_budget * TUNING_BUDGET,
        settings.seed,
    )
    return tune(defaults, search, folded, aim.metric)
