"""What is said of the figures of an evaluation."""

from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.remarks import without_interval, worse_than_shares


def test_probabilities_worse_than_the_shares_of_the_classes_are_said() -> None:
    """With both figures; better ones, and a regression, are not."""
    said = worse_than_shares({"log_loss": Estimate(0.2567)}, {"log_loss": 0.2357})
    assert said is not None
    assert "log loss 0.2567 against 0.2357" in said
    assert worse_than_shares({"log_loss": Estimate(0.2)}, {"log_loss": 0.2357}) is None
    assert worse_than_shares({"rmse": Estimate(2.0)}, {"rmse": 1.0}) is None


def test_what_an_interval_takes_is_said() -> None:
    """The metrics are named, and how many rows they need; an undefined one has nothing to say."""
    metrics = {"log_loss": Estimate(0.2), "accuracy": Estimate(1.0, 0.5, 1.0), "f1": Estimate(None)}
    said = without_interval("binary", metrics)
    assert said is not None
    assert said.startswith("no interval of log_loss: it takes 20 test rows of each class")
    assert without_interval("binary", {"accuracy": metrics["accuracy"]}) is None
