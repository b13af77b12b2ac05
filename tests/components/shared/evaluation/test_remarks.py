"""What is said of the figures of an evaluation."""

from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.remarks import never_found, without_interval, worse_than_shares


def test_probabilities_worse_than_the_shares_of_the_classes_are_said() -> None:
    """With both figures; better ones, and a regression, are not."""
    said = worse_than_shares({"log_loss": Estimate(0.2567)}, {"log_loss": 0.2357})
    assert said is not None
    assert "log loss 0.2567 against 0.2357" in said
    assert worse_than_shares({"log_loss": Estimate(0.2)}, {"log_loss": 0.2357}) is None
    assert worse_than_shares({"rmse": Estimate(2.0)}, {"rmse": 1.0}) is None


def test_why_there_is_no_interval_is_said() -> None:
    """Each metric has the reason that is its own; an undefined one has nothing to say."""
    sure, loss, none = Estimate(1.0, 0.5, 1.0), Estimate(0.2), Estimate(None)
    few = without_interval("binary", {"log_loss": loss, "accuracy": sure, "f1": none}, 90, 7)
    assert few == (
        "no interval of log_loss: it takes 20 test rows of each class, and the rarest has 7 "
        "(--test-size)"
    )
    both = {"log_loss": loss, "roc_auc_ovr": loss}
    assert without_interval("multiclass", both, 12, 4, cross_validated=True) == (
        "no interval of roc_auc_ovr: it takes 20 rows of each class, and the rarest has 4; "
        "no interval of log_loss: it takes 20 rows, and there are 12"
    )
    alike = without_interval("regression", {"rmse": Estimate(0.0)}, 200, 200)
    assert alike == "no interval of rmse: resamples of the test rows do not differ in it"
    uncalled = without_interval("binary", {"precision": Estimate(0.0), "recall": sure}, 400, 200)
    assert uncalled == ("no interval of precision: no row was called positive, so that it is 0")
    assert without_interval("binary", {"accuracy": sure}, 90, 7) is None


def test_classes_that_are_never_found_are_named() -> None:
    """With how many rows they have; a class without rows, or one that is found, is not."""
    assert never_found(["no", "yes"], [[90, 3], [6, 1]]) is None
    assert never_found(["a", "b"], [[90, 3], [0, 0]]) is None
    said = never_found(["no", "yes"], [[90, 0], [7, 0]])
    assert said == (
        "of the class 'yes' (7 rows) none is found: predictions name other classes for all of them"
    )
    two = never_found(["a", "b", "c"], [[9, 0, 0], [1, 0, 0], [2, 1, 0]])
    assert two is not None
    assert two.startswith("of 2 classes, such as 'b' (1 row), none is found")
