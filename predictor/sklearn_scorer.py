"""Scoring with the fitted pipeline: where a model has no plan, and many rows where it is wished."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components.shared.plans.scorer import PlanScorer
from predictor.errors import NotServableError, UnsupportedError
from predictor.scorer import Explanation, Row, Scores

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


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
                f"not installed here ({error}). Serve it where it is, as with `kfp-tabular serve`, "
                "or train the model anew: the log of train_model says why it has no plan"
            ) from error
        loaded = load_model(folder)
        return cls(loaded.pipeline, loaded.description.classes)

    def score(self, rows: Sequence[Row]) -> Scores:
        """Return the predictions of rows; raises as `Scorer.score`."""
        from components.shared.models.threads import threads_for

        # Threads that wait for each other on shared cores took a second for one row.
        with threads_for(len(rows) * len(rows[0])):
            return self._scores(list(rows))

    def explain(self, rows: Sequence[Row]) -> Sequence[Explanation]:
        """Refuse: the pipeline does not say why.

        Raises:
            UnsupportedError: Always.
        """
        raise UnsupportedError("this version has no plan, by which predictions are explained")

    def _scores(self, rows: list[Row]) -> Scores:
        if self._classes is None:
            return Scores(self._pipeline.predict(rows).tolist(), None)
        probabilities = self._pipeline.predict_proba(rows)
        labels = [self._classes[best] for best in probabilities.argmax(axis=1)]
        return Scores(labels, probabilities.tolist())


class PairedScorer:
    """Scores few rows by a plan, and many with scikit-learn, whichever takes less time.

    Args:
        plan: The plan.
        pipeline: The same model.
    """

    def __init__(self, plan: PlanScorer, pipeline: SklearnScorer) -> None:
        self._plan = plan
        self._pipeline = pipeline

    def score(self, rows: Sequence[Row]) -> Scores:
        """Return the predictions of rows; raises as `Scorer.score`."""
        if len(rows) > self._plan.most_rows:
            return self._pipeline.score(rows)
        return self._plan.score(rows)

    def explain(self, rows: Sequence[Row]) -> Sequence[Explanation]:
        """Return an explanation for each row; raises as `Scorer.explain`."""
        return self._plan.explain(rows)
