"""Choose the estimator by cross-validation on the training rows."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from components.shared.background_imports import importing
from components.shared.digests import file_digest
from components.shared.fits.hyperparameters import parse_hyperparameters
from components.shared.models.choices import ChoiceRecord
from components.shared.models.estimators import AUTO, check_wanted, resolve_estimator
from components.shared.models.found_hyperparameters import FoundHyperparameters
from components.shared.reports.number_text import counted_rows
from components.shared.selection.asked import Asked, ask
from components.shared.selection.choice import Choice
from components.shared.selection.settings import ChoiceSettings
from components.shared.tables.files import count_rows
from components.shared.tables.tasks import resolve_task

if TYPE_CHECKING:
    from components.shared.selection.cross_validation import Scored, Tuned
    from components.shared.selection.folding import Folded


OTHER_ROWS: Final = (
    "the hyper-parameters were found on other training rows: where the table is the same, and its "
    "split another, rows to test on were among them",
)


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
        hyperparameters: JSON object, of an estimator that is named, which tuning leaves as they
            are; or what the pipeline tuning found.
        settings: What the choice goes by.

    Raises:
        InputError: A parameter is wrong, hyper-parameters are given without an estimator, or the
            one that is named has nothing to tune.
    """
    wanted = settings or ChoiceSettings()
    check_wanted(estimator)
    found = FoundHyperparameters.parse(hyperparameters)
    if found and not wanted.tune:
        _check_found(found, train, target, task, estimator)
        elsewhere = found.train_digest != file_digest(train)
        return Choice(found.as_choice(count_rows(train)), OTHER_ROWS if elsewhere else ())
    if estimator != AUTO and not wanted.tune:
        given = parse_hyperparameters(hyperparameters)
        return Choice(_named(estimator, given, count_rows(train)))
    with TemporaryDirectory() as folder, importing("components.shared.selection.deciding"):
        asked = ask(train, target, task, estimator, hyperparameters, wanted)
        return _compare(Path(train), Path(folder), asked)


def _named(estimator: str, hyperparameters: dict[str, Any], rows: int) -> ChoiceRecord:
    reason = f"{estimator} was named."
    return ChoiceRecord(
        *(estimator, hyperparameters, "", "", 0, 0, rows, 0.0, 0.0, reason), candidates=()
    )


def _check_found(
    found: FoundHyperparameters,
    train: str | Path,
    target: str,
    task: str,
    estimator: str,
) -> None:
    resolved = resolve_task(task, train, target)
    named = None if estimator == AUTO else resolve_estimator(estimator, resolved).name
    found.check(target, resolved, named)


def _compare(train: Path, folder: Path, asked: Asked) -> Choice:
    from components.shared.selection.cross_validation import (
        cross_validate,
        on_one_thread,
        require_fitted,
    )
    from components.shared.selection.deciding import decide
    from components.shared.selection.folding import fold_rows

    folded = fold_rows(train, folder, asked)
    compared, defaults = folded.compared, folded.plan.candidates
    told = f"{len(defaults)} estimators" if len(defaults) > 1 else defaults[0].name
    print(
        f"comparing {told} on {counted_rows(compared.rows)} of "
        f"{compared.of_rows:,}, {compared.folds} folds, by {compared.metric}",
        flush=True,
    )
    with on_one_thread():
        scored = cross_validate(defaults, folded.rows, asked.metric) if compared.folds else []
        if asked.given:
            require_fitted(scored)
        tuned = _tuned(scored, folded, asked)
    return decide(compared, scored, tuned)


def _tuned(defaults: "Sequence[Scored]", folded: "Folded", asked: Asked) -> "Tuned":
    from components.shared.selection.cross_validation import NOT_TUNED, TOO_FEW

    if not asked.settings.tune:
        return NOT_TUNED
    if folded.compared.few:
        return TOO_FEW
    from components.choose_estimator.tuning import tune

    search = asked.search(folded.plan, folded.fitted.outputs)
    return tune(defaults, search, folded, asked.metric)
