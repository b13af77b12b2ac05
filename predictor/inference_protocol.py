"""The Open Inference Protocol, version 2: metadata, and predictions of tensors."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from components.shared.features.raw_columns import shown
from components.shared.image import VERSION
from predictor.asked import Asked, Columns, check_count, read_threshold
from predictor.bodies import parsed
from predictor.errors import InvalidRequestError
from predictor.prediction import Predicted
from predictor.scorer import Row
from predictor.tensors import BYTES, binary_size, column_of, tensor_of
from predictor.versions import ServedVersion

COLUMN_DATATYPES: Final[Mapping[str, str]] = {
    "integer": "INT64",
    "float": "FP64",
    "boolean": "BOOL",
    "string": BYTES,
    "date": BYTES,
    "datetime": BYTES,
}
"""What a column is in a tensor; dates are texts there."""

PREDICTIONS: Final = "predictions"
PROBABILITIES: Final = "probabilities"


def server_metadata() -> dict[str, Any]:
    """Return what `GET /v2` answers."""
    return {"name": "kfp-tabular-predictor", "version": VERSION, "extensions": ["binary_data"]}


def model_metadata(version: ServedVersion) -> dict[str, Any]:
    """Return what `GET /v2/models/{name}` answers."""
    origin, description = version.origin, version.description
    outputs = [{"name": PREDICTIONS, "datatype": label_datatype(version), "shape": [-1]}]
    if version.classes is not None:
        shape = [-1, len(version.classes)]
        outputs.append({"name": PROBABILITIES, "datatype": "FP64", "shape": shape})
    return {
        "name": origin.model,
        "versions": [origin.version],
        "platform": "kfp-tabular",
        "inputs": [
            {"name": column.name, "datatype": COLUMN_DATATYPES[column.type], "shape": [-1]}
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


def read_tensors(
    body: bytes, json_bytes: int | None, columns: Columns, most_rows: int
) -> tuple[Asked, dict[str, Any]]:
    """Read an inference request: a tensor for each column.

    Args:
        body: JSON, and perhaps the bytes of tensors behind it.
        json_bytes: How long the JSON is; None for the whole body.
        columns: Those that rows have.
        most_rows: Most rows of a request.

    Returns:
        The rows and the threshold, if the parameter of this name has one; the content of the JSON.

    Raises:
        InvalidRequestError: It is no inference request.
        TooLargeError: There are more rows than one request may have.
        RefusedRowError: A row lacks a column, has an unknown one, or a value of another datatype.
    """
    content = parsed(body if json_bytes is None else body[:json_bytes])
    tensors = content.get("inputs") if isinstance(content, dict) else None
    if not isinstance(tensors, list) or not tensors:
        raise InvalidRequestError(
            "the body is no inference request: `inputs` is a list of tensors, one for each column"
        )
    behind = _pieces(tensors, b"" if json_bytes is None else body[json_bytes:])
    found = [column_of(tensor, behind, most_rows) for tensor in tensors]
    given = dict(found)
    lengths = {len(values) for values in given.values()}
    if len(lengths) > 1 or len(given) < len(found):
        raise InvalidRequestError("the tensors are no table: each column once, and of one length")
    rows: list[Row] = [
        dict(zip(given, row, strict=True)) for row in zip(*given.values(), strict=True)
    ]
    check_count(len(rows), most_rows)
    columns.check(rows)
    parameters = content.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise InvalidRequestError("`parameters` is an object")
    if parameters.get("explain") not in (None, False):
        raise InvalidRequestError(
            "there is no parameter `explain` here: POST /predict explains predictions"
        )
    return Asked(rows, threshold=read_threshold(parameters.get("threshold"))), content


def inference(
    version: ServedVersion, predicted: Predicted, content: Mapping[str, Any], request: str
) -> dict[str, Any]:
    """Return the inference response.

    Args:
        version: What predicted.
        predicted: Its predictions.
        content: The request, which may name the outputs that it wishes.
        request: What the response is called, unless the request has a name.

    Raises:
        InvalidRequestError: An output is wished that there is not.
    """
    scores, count = predicted.scores, len(predicted.scores.predictions)
    outputs = {
        PREDICTIONS: tensor_of(PREDICTIONS, label_datatype(version), [count], scores.predictions)
    }
    if scores.probabilities is not None:
        flat = [each for row in scores.probabilities for each in row]
        shape = [count, len(version.classes or ())]
        outputs[PROBABILITIES] = tensor_of(PROBABILITIES, "FP64", shape, flat)
        outputs[PROBABILITIES]["parameters"] = {"classes": version.classes}
    wished = _wished(content.get("outputs"))
    if unknown := [name for name in wished if name not in outputs]:
        raise InvalidRequestError(
            f"there is no output {shown(unknown[0])}: there are {', '.join(outputs)}"
        )
    return {
        "model_name": version.origin.model,
        "model_version": version.origin.version,
        "id": content.get("id") or request,
        "parameters": {"digest": version.origin.digest},
        "outputs": [outputs[name] for name in wished or outputs],
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
    return "FP64" if kinds <= {int, float} else BYTES


def _wished(outputs: Any) -> list[str]:
    if outputs is None:
        return []
    are_named = isinstance(outputs, list) and all(
        isinstance(each, dict) and isinstance(each.get("name"), str) for each in outputs
    )
    if not are_named:
        raise InvalidRequestError("`outputs` is a list of objects with a name")
    return [each["name"] for each in outputs]


def _pieces(tensors: list[Any], content: bytes) -> Iterator[bytes]:
    """Cut the bytes behind the JSON into those of each tensor that has some."""
    sizes = [size for tensor in tensors if (size := binary_size(tensor)) is not None]
    if sum(sizes) != len(content):
        raise InvalidRequestError(
            f"{len(content)} bytes stand behind the JSON, and the tensors have {sum(sizes)} there: "
            "the header Inference-Header-Content-Length says how long the JSON is"
        )
    at = 0
    pieces = []
    for size in sizes:
        pieces.append(content[at : at + size])
        at += size
    return iter(pieces)
