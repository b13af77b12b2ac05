"""What MLflow loads a model folder with: `MLmodel` names this module, `loader.zip` holds it.

`mlflow.pyfunc.load_model` puts `loader.zip` on the import path, where this module and all that it
needs stand under a package name of their own, and calls `_load_pyfunc`.
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any, Final

from components.shared.errors import InputError
from components.shared.models.folders import LoadedModel, load_model

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

METHOD: Final = "predict_method"
"""The one parameter of a prediction."""

PREDICT: Final = "predict"
PREDICT_PROBA: Final = "predict_proba"


@dataclass(frozen=True)
class PyfuncModel:
    """A model as MLflow calls it."""

    loaded: LoadedModel

    def predict(
        self, model_input: "pd.DataFrame", params: dict[str, Any] | None = None
    ) -> "NDArray[Any] | pd.DataFrame":
        """Predict raw rows.

        Args:
            model_input: The rows, as `raw_rows.RawRows.transform` takes them.
            params: `predict_method`: `predict`, or, for a classification, `predict_proba`.

        Returns:
            Labels or numbers, shape (rows,); for `predict_proba` a frame with a column for each
            class, named like it, in the order of `classes` in `model.json`.

        Raises:
            InputError: The model has no such method, or the rows are none that it takes.
        """
        method = (params or {}).get(METHOD, PREDICT)
        classes = self.loaded.description.classes
        known = [PREDICT] if classes is None else [PREDICT, PREDICT_PROBA]
        if method not in known:
            raise InputError(
                f"The model has no {method!r} (parameter `{METHOD}`): give {' or '.join(known)}."
            )
        output: NDArray[Any] = getattr(self.loaded.pipeline, method)(model_input)
        if method == PREDICT or classes is None:
            return output
        import pandas as pd

        return pd.DataFrame(output, columns=[str(label) for label in classes])

    def get_raw_model(self) -> "Pipeline":
        """Return the scikit-learn pipeline, which takes rows without MLflow's look at each value.

        MLflow's `PyFuncModel.get_raw_model` calls it.
        """
        return self.loaded.pipeline


def _load_pyfunc(path: str) -> PyfuncModel:
    """Load the model in a folder, as MLflow asks; its bytes are checked before they are believed.

    Raises:
        InputError: The folder is no model, or another minor version of scikit-learn wrote it.
        DigestMismatchError: A file is not the one that `model.json` names.
    """
    _import_all()
    return PyfuncModel(load_model(path))


def _import_all() -> None:
    """Import all that stands beside this module, as the folder may be gone when it is needed."""
    package = sys.modules[__name__.partition(".")[0]]
    # In the package that writes models there is far more than a model needs.
    if package.__name__ != "components":
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(found.name)
