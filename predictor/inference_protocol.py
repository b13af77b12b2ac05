"""The Open Inference Protocol, version 2: what the server and its model say of themselves."""

from collections.abc import Mapping
from typing import Any, Final

from components.shared.image import VERSION
from predictor.versions import ServedVersion

DATATYPES: Final[Mapping[str, str]] = {
    "integer": "INT64",
    "float": "FP64",
    "boolean": "BOOL",
    "string": "BYTES",
    "date": "BYTES",
    "datetime": "BYTES",
}
"""What a column is in a tensor; dates are texts there."""


def server_metadata() -> dict[str, Any]:
    """Return what `GET /v2` answers."""
    return {"name": "kfp-tabular-predictor", "version": VERSION, "extensions": []}


def model_metadata(version: ServedVersion) -> dict[str, Any]:
    """Return what `GET /v2/models/{name}` answers."""
    origin, description = version.origin, version.description
    outputs = [{"name": "predictions", "datatype": label_datatype(version), "shape": [-1]}]
    if version.classes is not None:
        shape = [-1, len(version.classes)]
        outputs.append({"name": "probabilities", "datatype": "FP64", "shape": shape})
    return {
        "name": origin.model,
        "versions": [origin.version],
        "platform": "kfp-tabular",
        "inputs": [
            {"name": column.name, "datatype": DATATYPES[column.type], "shape": [-1]}
            for column in description.features
        ],
        "outputs": outputs,
        "parameters": {
            "digest": origin.digest,
            "task": description.task,
            "target": description.target,
            "classes": version.classes,
            "estimator": description.estimator,
            "scored_by": version.scored_by,
            "examples_reproduced": version.examples,
        },
    }


def label_datatype(version: ServedVersion) -> str:
    """Return what a prediction is in a tensor."""
    if version.classes is None:
        return "FP64"
    kinds = {type(label) for label in version.classes}
    if kinds == {bool}:
        return "BOOL"
    if kinds == {int}:
        return "INT64"
    return "FP64" if kinds <= {int, float} else "BYTES"
