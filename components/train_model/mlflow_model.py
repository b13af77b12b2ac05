"""What makes a model folder a model of MLflow's, in its flavour `python_function`.

MLflow itself is not needed to write it: https://mlflow.org/docs/latest/ml/model describes the
files. No time and no random id is in them, so that the digest of a folder stays the same.
"""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

import yaml

from components.shared.models.description import ColumnProfile, ModelDescription
from components.train_model.loader_code import LoaderCode

MLMODEL_FILE: Final = "MLmodel"
ARCHIVE_FILE: Final = "loader.zip"
EXAMPLE_FILE: Final = "input_example.json"
CONDA_FILE: Final = "conda.yaml"
PYTHON_FILE: Final = "python_env.yaml"
REQUIREMENTS_FILE: Final = "requirements.txt"
MLFLOW: Final = "mlflow>=3,<4"
"""What serves the model: where MLflow makes an environment, it starts its server in it."""

OUTPUT_TYPES: Final[Mapping[type, str]] = {
    bool: "boolean",
    int: "long",
    float: "double",
    str: "string",
}


@dataclass(frozen=True)
class MlflowModel:
    """A model as MLflow is told of it.

    Attributes:
        description: What `model.json` says.
        code: What loads the model.
        libraries: Further distributions that the pickle needs, such as `lightgbm`.
    """

    description: ModelDescription
    code: LoaderCode
    libraries: tuple[str, ...] = ()

    def files(self) -> dict[str, bytes]:
        """Return the content of the files beside the pickle and `model.json`, by their names."""
        example = {"columns": [c.name for c in self.description.features], "data": [self.example()]}
        texts = {
            MLMODEL_FILE: _yaml(self.mlmodel()),
            CONDA_FILE: _yaml(self.conda_environment()),
            PYTHON_FILE: _yaml(
                {
                    "python": platform.python_version(),
                    "build_dependencies": ["pip"],
                    "dependencies": [f"-r {REQUIREMENTS_FILE}"],
                }
            ),
            REQUIREMENTS_FILE: "".join(f"{line}\n" for line in self.requirements()),
            EXAMPLE_FILE: json.dumps(example, allow_nan=False) + "\n",
        }
        return {ARCHIVE_FILE: self.code.archive} | {n: t.encode() for n, t in texts.items()}

    def mlmodel(self) -> dict[str, Any]:
        """Return the content of `MLmodel`."""
        return {
            "flavors": {
                "python_function": {
                    "code": ARCHIVE_FILE,
                    "env": {"conda": CONDA_FILE, "virtualenv": PYTHON_FILE},
                    "loader_module": self.code.loader_module,
                    "python_version": platform.python_version(),
                    "streamable": False,
                }
            },
            "saved_input_example_info": {
                "artifact_path": EXAMPLE_FILE,
                "pandas_orient": "split",
                "type": "dataframe",
            },
            "signature": {name: json.dumps(part) for name, part in self.signature().items()},
        }

    def signature(self) -> dict[str, list[dict[str, Any]]]:
        """Return inputs, outputs and parameters of a prediction.

        The type of each input is `any`. MLflow holds a frame against the signature before the
        model sees it, and refuses whole numbers (int64) for a `double`, missing ones for a `long`,
        and categories for a `string`; for a `datetime` it guesses which of day and month comes
        first. The model reads each value as the training table was read, and refuses what it could
        not have been.
        """
        inputs = [
            {"type": "any", "name": column.name, "required": True}
            for column in self.description.features
        ]
        classes = self.description.classes
        kind = "double" if classes is None else OUTPUT_TYPES[type(classes[0])]
        parts = {"inputs": inputs, "outputs": [{"type": kind, "required": True}]}
        if classes is not None:
            # Named as in components/shared/models/mlflow_loader.py, which reads it.
            method = {"name": "predict_method", "type": "string", "default": "predict"}
            parts["params"] = [{**method, "shape": None}]
        return parts

    def requirements(self) -> list[str]:
        """Return what the model needs, in the versions that it was trained with."""
        pinned = sorted({*self.code.distributions, *self.libraries})
        return [MLFLOW, *(f"{name}=={version(name)}" for name in pinned)]

    def conda_environment(self) -> dict[str, Any]:
        """Return the content of `conda.yaml`."""
        return {
            "channels": ["conda-forge"],
            "dependencies": [
                f"python={platform.python_version()}",
                "pip",
                {"pip": self.requirements()},
            ],
            "name": "mlflow-env",
        }

    def example(self) -> list[Any]:
        """Return a row like those of training, and none of them: the middle of each column."""
        readings = {each["column"]: each.get("reading") or {} for each in self.description.readers}
        return [
            _middle(self.description.profile.get(column.name), readings.get(column.name, {}))
            for column in self.description.features
        ]


def _middle(profile: ColumnProfile | None, reading: Mapping[str, Any]) -> Any:
    """Return the median or the most frequent value of a column; None where it is not known."""
    if profile is None:
        return None
    if profile.categories:
        first = next(iter(profile.categories))
        return first if profile.type == "string" else json.loads(first)
    # A date is a text in JSON, and would be read as those of the training table were.
    if not profile.quantiles or reading.get("pattern") or reading.get("order") == "time of day":
        return None
    return profile.quantiles[len(profile.quantiles) // 2]


def _yaml(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
