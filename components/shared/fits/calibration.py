"""Probabilities of a fitted classifier, calibrated on predictions of rows that it had not seen.

The classifier stays as it was fitted on all rows; a curve for each class (one for two) is fitted on
cross-validated predictions. It is what scikit-learn's `CalibratedClassifierCV(ensemble=False)` fits
(Platt 1999, Probabilistic outputs for support vector machines; Zadrozny & Elkan 2002, Transforming
classifier scores into accurate multiclass probability estimates), without a second time for all
folds where the method is to be chosen by the same predictions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, cross_val_predict

from components.shared.errors import InputError
from components.shared.evaluation.metrics import LEAST_ROWS
from components.shared.fits.training_rows import TrainingRows
from components.shared.models.description import Calibration
from components.shared.reports.number_text import counted_rows

FOLDS: Final = 5
METHODS: Final = ("sigmoid", "isotonic")
ISOTONIC_ROWS: Final = 1_000
"""Rows of the rarest class from which on `auto` may take isotonic curves, whose steps follow chance
and end at 0 and 1: scikit-learn's reference (CalibratedClassifierCV, `method`) advises against them
for calibration samples far fewer than 1,000, as they overfit."""

LEAST_PROBABILITY: Final = float(np.finfo(np.float64).eps)
"""Probabilities are clipped to it before the logarithm, as scikit-learn does."""

Floats = NDArray[np.float64]
Folds = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


class _Scores(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose features are the scores of another."""

    def fit(
        self, scores: Floats, target: NDArray[Any], sample_weight: Floats | None = None
    ) -> "_Scores":
        """Learn which classes there are."""
        self.classes_ = np.unique(target)
        return self

    def decision_function(self, scores: Floats) -> Floats:
        """Return the scores."""
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, scores: Floats) -> NDArray[Any]:
        """Return the class with the highest score."""
        above = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1)
        return np.asarray(self.classes_[above.astype(np.intp)])


@dataclass(frozen=True)
class _Scored:
    """Cross-validated scores of the training rows, shape (rows, classes), of two classes (rows, 1).

    Attributes:
        scores: What the curves are functions of.
        probabilities: The classifier's own, shape (rows, classes).
        folds: The positions that each fold was fitted on, and those that it was scored on.
    """

    scores: Floats
    probabilities: Floats
    folds: Folds


def calibrate(
    fitted: Any,
    asked: str,
    rows: TrainingRows,
    seed: int,
    entities: NDArray[Any] | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> tuple[Any, Calibration]:
    """Return a fitted classifier with calibrated probabilities, or as it is, and why.

    `auto` calibrates where that lowers the cross-validated log loss by more than the standard error
    of the difference: by the method that lowers it most, isotonic from `ISOTONIC_ROWS` of the
    rarest class on, and by none below `LEAST_ROWS` of it.

    Args:
        fitted: The classifier, fitted on all rows.
        asked: `auto`, `sigmoid` or `isotonic`.
        rows: What it was fitted on, with the weights of that fit.
        seed: Seed of the folds.
        entities: Whose each row is: those of one are in one fold.
        arguments: Further arguments of its `fit`.

    Raises:
        InputError: A class has too few rows or entities to be in every fold, and `asked` is not
            `auto`.
    """
    rarest, present = _rarest(rows.target)
    if asked == "auto" and present < LEAST_ROWS:
        few = f"the class {rarest!r} has {counted_rows(present)}, and it takes {LEAST_ROWS} of each"
        return fitted, Calibration(asked, "none", f"not calibrated: {few}")
    try:
        folds = _folds(rows.target, seed, entities)
    except InputError as error:
        if asked != "auto":
            raise
        return fitted, Calibration(asked, "none", f"not calibrated: {error}")
    scored = _scored(fitted, rows, folds, arguments or {})
    if asked != "auto":
        reason = f"calibrated ({asked}) on {len(folds)} folds, as was asked for"
        if asked == "isotonic" and present < ISOTONIC_ROWS:
            reason += (
                f"; its steps follow chance below {ISOTONIC_ROWS:,} rows of each class, and the "
                f"class {rarest!r} has {present:,}: sigmoid is safer"
            )
        chosen, losses = asked, dict[str, float]()
    else:
        methods = METHODS if present >= ISOTONIC_ROWS else METHODS[:1]
        chosen, losses, reason = _choice(scored, rows, entities, methods)
    told = Calibration(asked, chosen, reason, len(folds), losses)
    if chosen == "none":
        return fitted, told
    curves = _curves(chosen, scored.scores, rows.target, rows.weights)
    # Curves of the scores, and the classifier that the scores are of: both by public attributes.
    curves.calibrated_classifiers_[0].estimator = fitted
    curves.set_params(estimator=clone(fitted), cv=len(folds), ensemble=False)
    curves.n_features_in_ = fitted.n_features_in_
    return curves, told


def _rarest(target: NDArray[Any]) -> tuple[Any, int]:
    labels, counts = np.unique(target, return_counts=True)
    return labels.tolist()[counts.argmin()], int(counts.min())


def _folds(target: NDArray[Any], seed: int, entities: NDArray[Any] | None) -> Folds:
    labels, codes = np.unique(target, return_inverse=True)
    if entities is None:
        present = np.bincount(codes)
    else:
        present = np.array([len(np.unique(entities[codes == k])) for k in range(len(labels))])
    rarest, count = int(present.argmin()), min(FOLDS, int(present.min()))
    what = "rows" if entities is None else "entities"
    if count < 2:
        raise InputError(
            f"the class {labels[rarest]!r} has {present[rarest]} of the training {what}, and "
            "calibration needs 2 (parameter `calibrate`): add rows, or leave it out."
        )
    if entities is None:
        splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
        return list(splitter.split(codes, codes))
    grouped = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    folds = list(grouped.split(codes, codes, entities))
    if any(len(np.unique(codes[train])) < len(labels) for train, _ in folds):
        raise InputError(
            f"the entities of the class {labels[rarest]!r} cannot be parted into folds that all "
            "have it (parameter `calibrate`): add rows, or leave it out."
        )
    return folds


def _scored(fitted: Any, rows: TrainingRows, folds: Folds, arguments: Mapping[str, Any]) -> _Scored:
    by_scores = hasattr(fitted, "decision_function")
    found = cross_val_predict(
        clone(fitted),
        rows.features,
        rows.target,
        cv=folds,
        method="decision_function" if by_scores else "predict_proba",
        params={**arguments, **({} if rows.weights is None else {"sample_weight": rows.weights})},
    )
    if not by_scores:
        return _Scored(found[:, 1:] if found.shape[1] == 2 else found, found, folds)
    if found.ndim == 1:
        likely = expit(found)
        return _Scored(found[:, np.newaxis], np.column_stack([1 - likely, likely]), folds)
    return _Scored(found, softmax(found, axis=1), folds)


def _choice(
    scored: _Scored,
    rows: TrainingRows,
    entities: NDArray[Any] | None,
    methods: Sequence[str],
) -> tuple[str, dict[str, float], str]:
    """Return the method, the cross-validated log losses, and the reason."""
    codes = np.unique(rows.target, return_inverse=True)[1]
    weights = np.ones(len(codes)) if rows.weights is None else rows.weights
    before = _surprise(scored.probabilities, codes)
    losses = {"none": float(np.average(before, weights=weights))}
    best, lead, error_of_lead = "none", 0.0, 0.0
    for method in methods:
        probabilities = np.empty_like(scored.probabilities)
        for train, test in scored.folds:
            weight = None if rows.weights is None else rows.weights[train]
            curves = _curves(method, scored.scores[train], rows.target[train], weight)
            probabilities[test] = curves.predict_proba(scored.scores[test])
        after = _surprise(probabilities, codes)
        losses[method] = float(np.average(after, weights=weights))
        gained = losses["none"] - losses[method]
        if gained > lead:
            lead, error_of_lead = gained, _standard_error(before - after, weights, entities)
            best = method if lead > error_of_lead else "none"
    if best != "none":
        return (
            best,
            losses,
            (
                f"calibrated ({best}): log loss {losses[best]:.4f} instead of {losses['none']:.4f} "
                f"on {len(scored.folds)} folds"
            ),
        )
    return (
        best,
        losses,
        (
            f"not calibrated: on {len(scored.folds)} folds {_named(methods)} the log loss of "
            f"{losses['none']:.4f} by more than its standard error"
        ),
    )


def _named(methods: Sequence[str]) -> str:
    return "no method lowers" if len(methods) > 1 else f"{methods[0]} does not lower"


def _curves(
    method: str, scores: Floats, target: NDArray[Any], weights: Floats | None
) -> CalibratedClassifierCV:
    every = np.arange(len(target))
    curves = CalibratedClassifierCV(_Scores(), method=method, cv=[(every, every)], ensemble=False)
    return curves.fit(scores, target, sample_weight=weights)


def _surprise(probabilities: Floats, codes: NDArray[np.intp]) -> Floats:
    of_truth = probabilities[np.arange(len(codes)), codes]
    return np.asarray(-np.log(np.clip(of_truth, LEAST_PROBABILITY, None)))


def _standard_error(gains: Floats, weights: Floats, entities: NDArray[Any] | None) -> float:
    """Return the standard error of the weighted mean of gains; rows of an entity go together."""
    centred = weights * (gains - np.average(gains, weights=weights))
    whose = np.arange(len(gains)) if entities is None else entities
    sums = np.bincount(np.unique(whose, return_inverse=True)[1], weights=centred)
    return float(np.sqrt(np.square(sums).sum()) / weights.sum())
