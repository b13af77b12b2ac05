"""The intervals of metrics beside a version."""

from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.records import EvaluationRecord
from components.shared.registry.intervals import interval_properties, registered_metrics
from components.shared.registry.records import RegisteredVersion

FIGURES = EvaluationRecord(
    task="binary",
    target="y",
    rows=10,
    classes=("no", "yes"),
    positive_class="yes",
    model_digest="m",
    test_digest=None,
    confidence=0.95,
    metrics={"roc_auc": Estimate(0.8, 0.75, 1 / 3), "f1": Estimate(0.5), "recall": Estimate(None)},
    baseline={},
)


def test_intervals_come_back_as_they_went() -> None:
    """A metric that was registered with an interval is read with the same one."""
    version = RegisteredVersion(
        "m",
        "1",
        1,
        "d",
        metrics={"roc_auc": 0.8, "f1": 0.5},
        properties=interval_properties(FIGURES),
    )
    assert registered_metrics(version) == {
        "roc_auc": FIGURES.metrics["roc_auc"],
        "f1": Estimate(0.5),
    }


def test_a_version_of_another_kind_has_metrics_without_intervals() -> None:
    """Properties that somebody else wrote are not taken for intervals."""
    version = RegisteredVersion(
        "m", "1", 1, "d", metrics={"rmse": 2.0}, properties={"interval.rmse": "some to none"}
    )
    assert registered_metrics(version) == {"rmse": Estimate(2.0)}
