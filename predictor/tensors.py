"""Tensors of the Open Inference Protocol: one for each column, in JSON or as bytes behind it."""

import math
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final

from components.shared.features.raw_columns import shown
from predictor.asked import check_count
from predictor.errors import InvalidRequestError, RefusedRowError

# struct's letters, little-endian.
_NUMBERS: Final[Mapping[str, str]] = {
    "BOOL": "?",
    "INT8": "b",
    "INT16": "h",
    "INT32": "i",
    "INT64": "q",
    "UINT8": "B",
    "UINT16": "H",
    "UINT32": "I",
    "UINT64": "Q",
    "FP16": "e",
    "FP32": "f",
    "FP64": "d",
}
BYTES: Final = "BYTES"
DATATYPES: Final = (*_NUMBERS, BYTES)


def column_of(tensor: Any, behind: Iterator[bytes], most_rows: int) -> tuple[str, list[Any]]:
    """Return name and values of a column; a value that is not known is None.

    Args:
        tensor: An item of `inputs`.
        behind: Gives the bytes of each tensor that has them behind the JSON, in their order.
        most_rows: Most rows of a request.

    Raises:
        InvalidRequestError: It is no tensor of one column.
        TooLargeError: It has more rows than one request may have.
        RefusedRowError: A value is none of the tensor's datatype.
    """
    if not isinstance(tensor, dict) or not isinstance(name := tensor.get("name"), str):
        raise InvalidRequestError("each of `inputs` is an object with a name")
    datatype, shape = tensor.get("datatype"), tensor.get("shape")
    if datatype not in DATATYPES:
        raise InvalidRequestError(
            f"the tensor {shown(name)} has the datatype {shown(datatype)}: there are "
            f"{', '.join(DATATYPES)}"
        )
    rows = _rows(name, shape)
    check_count(rows, most_rows)
    if "data" in tensor and tensor["data"] is not None:
        values = _checked(name, datatype, _flat(tensor["data"]))
    elif datatype == BYTES:
        values = _texts(name, next(behind), rows)
    else:
        values = _numbers(name, _NUMBERS[datatype], next(behind))
    if len(values) != rows:
        raise InvalidRequestError(
            f"the tensor {shown(name)} has the shape {shape} and {len(values)} values"
        )
    return name, values


def binary_size(tensor: Any) -> int | None:
    """Return how many bytes of a tensor stand behind the JSON, None where it has its data there.

    Raises:
        InvalidRequestError: It has neither.
    """
    if not isinstance(tensor, dict) or tensor.get("data") is not None:
        return None
    parameters = tensor.get("parameters")
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise InvalidRequestError(
            f"the tensor {shown(tensor.get('name'))} has neither `data` nor the parameter "
            "`binary_data_size`"
        )
    return size


def tensor_of(name: str, datatype: str, shape: list[int], data: list[Any]) -> dict[str, Any]:
    """Return an item of `outputs`."""
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


def _rows(name: str, shape: Any) -> int:
    are_sizes = isinstance(shape, list) and all(
        isinstance(size, int) and not isinstance(size, bool) and size >= 0 for size in shape
    )
    if not are_sizes or len(shape) not in (1, 2) or shape[1:] not in ([], [1]):
        raise InvalidRequestError(
            f"the tensor {shown(name)} has the shape {shown(shape)}: a column of n rows has [n] "
            "or [n, 1]"
        )
    return int(shape[0])


def _flat(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise InvalidRequestError("the data of a tensor is a list")
    if all(isinstance(each, list) and len(each) == 1 for each in data):
        return [each[0] for each in data]
    return data


def _checked(name: str, datatype: str, values: list[Any]) -> list[Any]:
    """Refuse values that JSON gave as something else than the datatype says."""
    wanted: tuple[type, ...] = (int,)
    if datatype == BYTES:
        wanted = (str,)
    elif datatype == "BOOL":
        wanted = (bool,)
    elif datatype.startswith("FP"):
        wanted = (int, float)
    letter = _NUMBERS.get(datatype)
    for number, value in enumerate(values, 1):
        if value is not None and not (type(value) in wanted and _is_held(letter, value)):
            raise RefusedRowError(
                f"the tensor {shown(name)} has the value {shown(value)} in row {number}, which is "
                f"no {datatype}",
                name,
                number,
            )
    return values


def _is_held(letter: str | None, value: Any) -> bool:
    """Tell whether a number is one that a datatype can have, such as none above 255 of UINT8."""
    if letter is None:
        return True
    try:
        struct.pack(f"<{letter}", value)
    except (struct.error, OverflowError):
        return False
    return True


def _numbers(name: str, letter: str, content: bytes) -> list[Any]:
    size = struct.calcsize(f"<{letter}")
    if len(content) % size:
        raise InvalidRequestError(f"the bytes of the tensor {shown(name)} are no whole values")
    if letter == "?" and (wrong := content.translate(None, b"\0\1")):
        number = content.index(wrong[:1]) + 1
        raise RefusedRowError(
            f"the tensor {shown(name)} has the byte 0x{wrong[0]:02x} in row {number}: of BOOL "
            "there are 0x00 and 0x01",
            name,
            number,
        )
    values = struct.unpack(f"<{len(content) // size}{letter}", content)
    # Bytes have no null: a number that is not known is NaN there.
    return [None if isinstance(v, float) and math.isnan(v) else v for v in values]


def _texts(name: str, content: bytes, rows: int) -> list[Any]:
    """Return texts that stand one behind the other, each after its length in four bytes."""
    texts, at = list[Any](), 0
    while at < len(content):
        if len(texts) == rows:
            raise InvalidRequestError(
                f"the tensor {shown(name)} has more texts than its shape says"
            )
        if len(content) - at < 4:
            raise InvalidRequestError(f"the bytes of the tensor {shown(name)} end within a length")
        (length,) = struct.unpack_from("<I", content, at)
        at += 4
        if length > len(content) - at:
            raise InvalidRequestError(f"the bytes of the tensor {shown(name)} end within a text")
        try:
            texts.append(content[at : at + length].decode())
        except UnicodeDecodeError as error:
            raise RefusedRowError(
                f"the tensor {shown(name)} has bytes in row {len(texts) + 1} that are no UTF-8",
                name,
                len(texts) + 1,
            ) from error
        at += length
    return texts
