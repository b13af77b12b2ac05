"""Scoring with the fitted pipeline itself: where a model has no plan, and for large batches."""

import re
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from components.shared.errors import InputError
from predictor.errors import NotServableError, RefusedRowError, UnsupportedError
from predictor.scorer import Explanation, Row, Scores

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# What `raw_rows` names in its messages.
_COLUMN: Final = re.compile(r"column '([^']+)'")
_STRAYS: Final = ".* count as missing"
_ROW: Final = re.compile(r"\brow ([\d,]+)")


class SklearnScorer:
    """Scores rows with scikit-learn.

    Args:
        pipeline: A fitted pipeline that takes raw rows.
        classes: Class labels in the order of `predict_proba`; None for a regression.
    """

    def __init__(self, pipeline: "Pipeline", classes: Sequence[Any] | None) -> None:
        self._pipeline = pipeline
        self._classes = classes

    @classmethod
    def load(cls, folder: str | Path) -> "SklearnScorer":
        """Load the pipeline of a model folder, its bytes checked.

        Raises:
            NotServableError: scikit-learn is not installed, or not in the version of the model.
            InputError: The folder is no model.
            DigestMismatchError: A file is not the one that `model.json` names.
        """
        try:
            from components.shared.models.folders import load_model
        except ImportError as error:
            raise NotServableError(
                f"{folder} has no plan.json, and scikit-learn, which its model.joblib needs, is "
                f"not installed here ({error}). Serve it from the image kfp-tabular, or train it "
                "with an estimator that a plan can be made of"
            ) from error
        loaded = load_model(folder)
        return cls(loaded.pipeline, loaded.description.classes)

    def score(self, rows: Sequence[Row]) -> Scores:
        """Return the predictions of rows; raises as `Scorer.score`."""
        with warnings.catch_warnings():
            # Of many rows a few texts may be no values of their column, which a batch job is
            # warned of. A caller here is told, like that of a single row.
            warnings.filterwarnings("error", message=_STRAYS)
            try:
                return self._scores(rows)
            except (InputError, UserWarning) as error:
                raise _refused(str(error)) from error

    def explain(self, rows: Sequence[Row]) -> Sequence[Explanation]:
        """Refuse: the pipeline does not say why.

        Raises:
            UnsupportedError: Always.
        """
        raise UnsupportedError("this version has no plan, by which predictions are explained")

    def _scores(self, rows: Sequence[Row]) -> Scores:
        if self._classes is None:
            return Scores(self._pipeline.predict(list(rows)).tolist(), None)
        probabilities = self._pipeline.predict_proba(list(rows))
        labels = [self._classes[best] for best in probabilities.argmax(axis=1)]
        return Scores(labels, probabilities.tolist())


def _refused(message: str) -> RefusedRowError:
    column, row = _COLUMN.search(message), _ROW.search(message)
    number = int(row[1].replace(",", "")) if row else 1
    return RefusedRowError(message, column[1] if column else None, number)
