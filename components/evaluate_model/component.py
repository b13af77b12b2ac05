"""KFP signature of `evaluate_model`."""

from typing import List

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
    positive_class: str = "",
    bootstrap_samples: int = 500,
    confidence: float = 0.95,
    seed: int = 42,
    test_digest: str = "",
    mode: str = "fail",
    train: Input[Dataset] = None,
    model_name: str = "",
    cost_fp: float = 1.0,
    cost_fn: float = 1.0,
):
    """Evaluate a model on rows that it was not trained on, or where these are few on all in turn.

    Args:
        model: The model folder that `train_model` wrote.
        test: The test split, with the target.
        metrics: Each metric's value; one that the rows leave undefined is left out.
        classification_metrics: Confusion matrix and, for two classes, ROC curve.
        report: Plots, intervals, slices and importance on one page.
        evaluation: All figures as JSON.
        predictions: Parquet with `actual`, `predicted` and `probability_0`, … in the order of the
            classes; one row for each row of `test`, in its order; cross-validated, for each of
            `train` and then of `test`, and nothing where no fold judges it.
        slice_columns: Columns by which to break the metrics down; empty: up to three text or
            boolean features of at most 20 values.
        positive_class: Which of two classes counts as found; empty or auto: the one that says so
            (yes, true, 1), is not the usual state (no, control, healthy) or has clearly fewer
            rows, else the second in sorted order; the run says which and why.
        bootstrap_samples: Resamples behind the confidence intervals; 0 for none. Shares of rows,
            and a ROC AUC of few, have theirs by a formula.
        confidence: Coverage of the intervals, between 0 and 1.
        seed: Seed of the resamples, the shuffles and the rows that plots show.
        test_digest: Digest of `test`, kept for the lineage; empty: unknown.
        mode: Fail where the model cannot read the rows, or report it in an evaluation without
            metrics.
        train: The train split: the model is measured on a sample of it too, to see what it has
            learnt by heart; and all rows are judged in folds where fewer than 20 test rows are of a
            class, or of a regression in all.
        model_name: Name of the model in the registry, for the report; empty: unknown.
        cost_fp: Of two classes, what it costs to call a row positive that is not, in a unit of
            one's own.
        cost_fn: What it costs to miss a positive row; by both the best threshold is found.
    """
    from components.evaluate_model.evaluate import Costs, Origin, evaluate_model, now
    from components.shared.parameters import given
    from components.shared.step import step_body

    with step_body() as run:
        result = evaluate_model(
            model.path, test.path, report.path, evaluation.path, predictions.path,
            slice_columns=slice_columns, positive_class=positive_class or None, seed=seed,
            confidence=confidence, bootstrap_samples=bootstrap_samples,
            test_digest=given(test_digest), mode=given(mode, "fail"),
            costs=Costs(cost_fp, cost_fn),
            origin=Origin(given(model_name), train.path if train else None, test.metadata, now()),
        )  # fmt: skip
        run.log_metrics(result.values())
    metrics.metadata.update(result.values())
    result.draw(classification_metrics)
    evaluation.metadata.update(result.metadata())
