"""The HTML report of an evaluation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from components.evaluate_model import plots
from components.evaluate_model.curves import Roc
from components.evaluate_model.figures import Evaluation
from components.evaluate_model.importance import Importance
from components.evaluate_model.partial_dependence import MOST_COLUMNS
from components.evaluate_model.slices import LEAST_ROWS, MOST_LEVELS
from components.shared.evaluation.metrics import BINARY, METRICS, PRIMARY, REGRESSION, Metric
from components.shared.evaluation.predictions import Predicted
from components.shared.evaluation.ranking import Floats
from components.shared.models.choices import ChoiceRecord
from components.shared.reports.number_text import counted_rows, with_spread
from components.shared.reports.rendering import render
from components.shared.reports.split_text import split_text

TEMPLATE: Final = Path(__file__).parent / "evaluation.html.j2"

MOST_ROC_CURVES = 8
MOST_MATRIX_CLASSES = 20
MOST_BARS = 20
CARDS = 4
HISTOGRAM_BINS = 40


@dataclass(frozen=True)
class Plot:
    """A plot with its title and what to see in it."""

    title: str
    svg: Markup
    caption: str


@dataclass(frozen=True)
class Bar:
    """The importance of a column, and where its bar and spread end, in percent of the widest."""

    column: str
    mean: str
    std: str
    width: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassRow:
    """How one class fares: rows that have it, rows called it, precision and recall."""

    label: str
    rows: int
    called: int
    precision: float
    recall: float


def render_evaluation(
    evaluation: Evaluation, predicted: Predicted, choice: ChoiceRecord | None = None
) -> str:
    """Return the report as one HTML page that fetches nothing.

    Args:
        evaluation: The figures.
        predicted: The predictions that they are of, for the plots.
        choice: How the estimator was chosen; None where it was named.
    """
    shown = evaluation.importance.features[:MOST_BARS]
    return render(
        TEMPLATE,
        evaluation=evaluation,
        metrics=_metrics(evaluation),
        titles={m.name: m.title for m in METRICS[evaluation.task]},
        cards=CARDS,
        plots=_plots(evaluation, predicted),
        bars=_bars(shown),
        curves=_threshold_plots(evaluation),
        dependence=_dependence_plots(evaluation),
        undrawn=_undrawn(evaluation),
        settings=_settings(evaluation),
        matrix=_matrix(evaluation),
        classes=_class_rows(evaluation),
        choice=choice,
        least_rows=LEAST_ROWS,
        most_levels=MOST_LEVELS,
        positive_rows=int(np.count_nonzero(predicted.actual == predicted.positive)),
    )


def _metrics(evaluation: Evaluation) -> list[Metric]:
    """Return the metrics to show, first the one that a gate goes by unless it is told another."""
    there = [each for each in METRICS[evaluation.task] if each.name in evaluation.metrics]
    return sorted(there, key=lambda each: each.name != PRIMARY[evaluation.task])


def _bars(shown: Sequence[Importance]) -> list[Bar]:
    """Return the bars of the columns, as shares of the widest with its spread."""
    widest = max((abs(each.mean) + each.std for each in shown), default=0.0) or 1.0
    return [
        Bar(
            each.feature,
            *with_spread(each.mean, each.std),
            width=round(100 * max(each.mean, 0) / widest, 2),
            low=round(100 * max(each.mean - each.std, 0) / widest, 2),
            high=round(100 * max(each.mean + each.std, 0) / widest, 2),
        )
        for each in shown
    ]


def _threshold_plots(evaluation: Evaluation) -> list[Plot]:
    found = evaluation.thresholds
    if found is None:
        return []
    return [
        Plot(
            "Gain",
            plots.gain_plot(found),
            "Of the rows called positive, the most probable first: how many of the positive rows "
            "are among them. The dot is the best threshold, the dashed line guessing.",
        ),
        Plot(
            "Lift",
            plots.lift_plot(found),
            "How many times as many positive rows as in equally many rows taken at random.",
        ),
    ]


def _dependence_plots(evaluation: Evaluation) -> list[Plot]:
    found = evaluation.dependence
    means = [mean for each in found for curve in each.curves.values() for mean in curve]
    if not means:
        return []
    label = "Mean prediction" if evaluation.task == REGRESSION else "Mean probability"
    if evaluation.task == BINARY:
        label += f" of {evaluation.positive_class}"
    ends = (min(means), max(means))
    return [Plot(each.column, plots.dependence_plot(each, ends, label), "") for each in found]


def _undrawn(evaluation: Evaluation) -> list[str]:
    """Return columns that are as strong as those that are drawn, and have no dependence."""
    strong = [each.feature for each in evaluation.importance.features if each.mean > 0]
    drawn = [each.column for each in evaluation.dependence]
    weakest = strong.index(drawn[-1]) if len(drawn) == MOST_COLUMNS else MOST_COLUMNS
    return [name for name in strong[:weakest] if name not in drawn]


def _settings(evaluation: Evaluation) -> dict[str, str]:
    """Return how the model and the rows came about, as people read it."""
    told, crossed = evaluation.circumstances, evaluation.cross_validation
    set_by_hand = json.dumps(dict(told.hyperparameters), sort_keys=True)
    found = {
        "Name": told.model_name,
        "Evaluated": told.evaluated_at.replace("T", " ").replace("+00:00", " UTC"),
        "Trained on": counted_rows(told.train_rows) if told.train_rows else "",
        "Tested on": counted_rows(evaluation.rows)
        if crossed is None
        else f"{counted_rows(evaluation.rows)} in {crossed.folds} folds",
        "Split": split_text(told.split),
        "Hyper-parameters": set_by_hand if told.hyperparameters else "the defaults",
        "Probabilities": told.probabilities,
    }
    return {name: value for name, value in found.items() if value}


def _plots(evaluation: Evaluation, predicted: Predicted) -> list[Plot]:
    if evaluation.task == REGRESSION:
        return _regression_plots(evaluation, predicted)
    return _classifier_plots(evaluation, predicted)


def _classifier_plots(evaluation: Evaluation, predicted: Predicted) -> list[Plot]:
    curves = evaluation.curves
    if curves is None:
        return []
    result = []
    if curves.roc:
        several = "" if evaluation.task == BINARY else "Each class against the rest. "
        if len(curves.roc) > MOST_ROC_CURVES:
            several = f"The {MOST_ROC_CURVES} most frequent classes, each against the rest. "
        result.append(
            Plot(
                "ROC curve",
                plots.roc_plot(_most_frequent(curves.roc, evaluation)),
                several + "Up and left is better; the dashed diagonal is guessing.",
            )
        )
    if curves.precision_recall is not None:
        share = float(np.mean(predicted.actual == predicted.positive))
        result.append(
            Plot(
                "Precision and recall",
                plots.precision_recall_plot(curves.precision_recall, share),
                "Up and right is better; the dashed line is the share of positive rows.",
            )
        )
    binary = evaluation.task == BINARY
    names = ("Predicted probability", "Share of positive rows")
    if not binary:
        names = ("Probability of the predicted class", "Share of right predictions")
    result.append(
        Plot(
            "Calibration",
            plots.calibration_plot(curves.calibration, *names),
            "On the dashed line, probabilities can be taken at their word. Bins of equally many "
            "rows with 95 % Wilson intervals.",
        )
    )
    score = predicted.probability if binary else predicted.output.max(axis=1)
    result.append(_histogram("Distribution of predictions", score, names[0], _tested(evaluation)))
    return result


def _regression_plots(evaluation: Evaluation, predicted: Predicted) -> list[Plot]:
    actual, output = predicted.actual.astype(np.float64), predicted.output
    rows = np.arange(len(actual))
    tested = _tested(evaluation)
    caption = f"All {tested}."
    if len(rows) > plots.MOST_DOTS:
        rng = np.random.default_rng(evaluation.seed)
        rows = np.sort(rng.choice(len(rows), plots.MOST_DOTS, replace=False))
        caption = f"A random sample of {plots.MOST_DOTS:,} {tested}."
    return [
        Plot(
            "Predicted and actual",
            plots.actual_plot(actual[rows], output[rows]),
            f"{caption} On the dashed line the prediction is right.",
        ),
        Plot(
            "Residuals",
            plots.residual_plot(actual[rows], output[rows]),
            f"{caption} A pattern around the dashed line is something that the model missed.",
        ),
        _histogram("Distribution of residuals", actual - output, "Actual minus predicted", tested),
    ]


def _tested(evaluation: Evaluation) -> str:
    return "rows" if evaluation.cross_validation else "test rows"


def _histogram(title: str, values: Floats, label: str, tested: str) -> Plot:
    counts, edges = np.histogram(values, bins=HISTOGRAM_BINS)
    return Plot(title, plots.histogram_plot(counts, edges, label), f"All {tested}.")


def _most_frequent(curves: Mapping[str, Roc], evaluation: Evaluation) -> dict[str, Roc]:
    if evaluation.confusion is None or len(curves) <= MOST_ROC_CURVES:
        return dict(curves)
    counts = dict(zip(map(str, evaluation.labels), evaluation.confusion.sum(axis=1), strict=True))
    names = sorted(curves, key=lambda name: -counts[name])[:MOST_ROC_CURVES]
    return {name: curves[name] for name in names}


def _matrix(evaluation: Evaluation) -> list[tuple[str, list[tuple[int, float]]]] | None:
    """Return per actual class the count and the share of that class by predicted class."""
    if evaluation.confusion is None or len(evaluation.labels) > MOST_MATRIX_CLASSES:
        return None
    rows: list[Any] = []
    for label, counts in zip(evaluation.labels, evaluation.confusion, strict=True):
        total = max(int(counts.sum()), 1)
        rows.append((str(label), [(int(count), count / total) for count in counts]))
    return rows


def _class_rows(evaluation: Evaluation) -> list[ClassRow]:
    if evaluation.confusion is None or evaluation.task == BINARY:
        return []
    found = np.diagonal(evaluation.confusion)
    actual, called = evaluation.confusion.sum(axis=1), evaluation.confusion.sum(axis=0)
    with np.errstate(invalid="ignore"):
        precision, recall = found / called, found / actual
    return [
        ClassRow(str(label), int(actual[k]), int(called[k]), precision[k], recall[k])
        for k, label in enumerate(evaluation.labels)
    ]
