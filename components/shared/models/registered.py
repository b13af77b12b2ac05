"""What the registry says of a model that a pipeline fetched from it.

It loads no heavy library.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from components.shared.errors import InputError
from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.prediction_profile import PredictionProfile
from components.shared.formatted_json import read_formatted, write_formatted

FORMAT: Final = 1


@dataclass(frozen=True)
class RegisteredModel:
    """A version of a model, as the registry holds it.

    Attributes:
        model_name: Name of the model.
        version: Name of the version.
        digest: SHA-256 over its files, which the fetched ones were checked against.
        metrics: What it was registered with, with intervals where these were.
        predictions: What its predictions on its test rows were like; None where it was
            registered without.
        decision: Of two classes, `threshold` and `positive_class` as they were registered.
    """

    model_name: str
    version: str
    digest: str
    metrics: Mapping[str, Estimate]
    predictions: PredictionProfile | None = None
    decision: Mapping[str, Any] = field(default_factory=dict)

    def identity(self) -> dict[str, str]:
        """Return which version of which model it is, for the metadata of artifacts."""
        return {
            "model_name": self.model_name,
            "version": self.version,
            "digest": self.digest,
        }

    def to_json(self) -> str:
        """Return it as text."""
        predictions = self.predictions and self.predictions.content()
        return write_formatted({**asdict(self), "predictions": predictions}, FORMAT)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read the file that `to_json` filled.

        Raises:
            InputError: It is none.
        """
        try:
            content = read_formatted(Path(path).read_text("utf-8"), FORMAT)
            metrics = {name: Estimate(**each) for name, each in content["metrics"].items()}
            told = content.pop("predictions", None)
            predictions = told and PredictionProfile.of(told)
            return cls(**{**content, "metrics": metrics, "predictions": predictions})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{path} is not what fetch_model of this version wrote ({error}): pass its output "
                "`registered`."
            ) from error
