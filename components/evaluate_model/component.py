"""KFP signature of `evaluate_model`."""

from typing import List, Optional

from kfp import dsl
from kfp.dsl import HTML, Artifact, ClassificationMetrics, Dataset, Input, Metrics, Model, Output

from components.shared.image import IMAGE


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def evaluate_model(
    model: Input[Model],
    test: Input[Dataset],
    metrics: Output[Metrics],
    classification_metrics: Output[ClassificationMetrics],
    report: Output[HTML],
    evaluation: Output[Artifact],
    predictions: Output[Dataset],
    slice_columns: List[str] = [],
    positive_class: Optional[str] = None,
    bootstrap_samples: int = 200,
    confidence: float = 0.95,
    seed: int = 42,
    model_digest: Optional[str] = None,
    test_digest: Optional[str] = None,
):
    """Evaluate a model on rows that it was not trained on, each of which counts once.

    Args:
        model: The model folder that `train_model` wrote.
        test: The test split, with the target.
        metrics: Each metric's value; one that the rows leave undefined is left out.
        classification_metrics: Confusion matrix and, for two classes, ROC curve.
        report: Plots, intervals, slices and importance on one page.
        evaluation: All figures as JSON.
        predictions: Parquet with `actual`, `predicted` and `probability_0`, … in the order of the
            classes; one row for each row of `test`, in its order.
        slice_columns: Columns by which to break the metrics down; by default up to three text or
            boolean features of at most 20 values.
        positive_class: Which of two classes counts as found; by default the one that says so
            (yes, true, 1), is not the usual state (no, control, healthy) or has clearly fewer
            rows, else the second in sorted order; the run says which and why.
        bootstrap_samples: Resamples behind the confidence intervals; 0 for none.
        confidence: Coverage of the intervals, between 0 and 1.
        seed: Seed of the resamples, the shuffles and the rows that plots show.
        model_digest: Digest of `model`, so that KFP's cache notices a new one; not read otherwise.
        test_digest: Digest of `test`, for the same purpose, and kept for the lineage.
    """
    from components.evaluate_model.evaluate import evaluate_model
    from components.shared.step import step_body

    with step_body():
        result = evaluate_model(
            model.path, test.path, report.path, evaluation.path, predictions.path,
            slice_columns=slice_columns, positive_class=positive_class, confidence=confidence,
            bootstrap_samples=bootstrap_samples, seed=seed, test_digest=test_digest,
        )  # fmt: skip
    metrics.metadata.update(result.values())
    if matrix := result.dashboard_matrix():
        classification_metrics.log_confusion_matrix(*matrix)
    if roc := result.dashboard_roc():
        classification_metrics.log_roc_curve(*roc)
    evaluation.metadata.update(result.metadata())
