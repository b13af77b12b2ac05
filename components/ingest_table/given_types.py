"""Types of columns that users give.

Imports nothing heavy: the command line checks them before a run.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

from components.shared.errors import InputError

if TYPE_CHECKING:
    from components.shared.tables.column_types import ColumnType

GIVEN_TYPES: Final = ("string", "number", "integer", "float", "boolean", "date", "datetime")
NEXT_COLUMN: Final = rf",(?=[^,=]+=(?:{'|'.join(GIVEN_TYPES)})\b)"
FIELDS: Final = {"day": "%[dejFDv+]", "month": "%[mbBhjFDv+]", "year": "%[YyFDvG+]"}
EXAMPLE: Final = "zip=string,when=datetime:%d/%m/%Y,amount=number"


@dataclass(frozen=True)
class GivenType:
    """The type of a column that somebody knows.

    Attributes:
        type: The type; `number` stands for integer or float, as the values are.
        pattern: The form of dates or times, as `strptime` writes it.
        binding: Whether values that do not fit are missing, however many; else the type is only
            taken if nearly all of them fit.
    """

    type: "ColumnType | Literal['number']"
    pattern: str = ""
    binding: bool = True


def parse_column_types(text: str) -> dict[str, GivenType]:
    """Return the types in a text such as `zip=string,when=datetime:%d/%m/%Y,amount=number`.

    A JSON object from name to type is taken as well, for names with commas or equal signs in them.

    Raises:
        InputError: It is of another form, names an unknown type, or a column twice.
    """
    if not text.strip():
        return {}
    if text.lstrip().startswith("{"):
        try:
            pairs = json.loads(text, object_pairs_hook=list)
        except (json.JSONDecodeError, RecursionError) as error:
            raise InputError(
                f"{text!r} is not JSON (parameter `column_types`): {error}."
            ) from error
    else:
        pairs = [part.partition("=")[::2] for part in re.split(NEXT_COLUMN, text)]
    types: dict[str, GivenType] = {}
    for written, kind in pairs:
        name = unicodedata.normalize("NFC", written.strip())
        if name in types:
            raise InputError(
                f"The column {name!r} is given a type twice (parameter `column_types`): leave one "
                "out."
            )
        types[name] = _given_type(name, str(kind).strip())
    return types


def _given_type(name: str, text: str) -> GivenType:
    kind, _, pattern = text.partition(":")
    if kind not in GIVEN_TYPES:
        raise InputError(
            f"The column {name!r} is given the type {kind!r} (parameter `column_types`): use one "
            f"of {', '.join(GIVEN_TYPES)}, as in {EXAMPLE}."
        )
    if pattern and kind not in ("date", "datetime"):
        raise InputError(
            f"The column {name!r} is given a form, {pattern!r}, which only dates and datetimes "
            "have (parameter `column_types`)."
        )
    if pattern:
        _check_pattern(name, pattern)
    return GivenType(cast("ColumnType", kind), pattern)


def _check_pattern(name: str, pattern: str) -> None:
    for part, directives in FIELDS.items():
        if not re.search(directives, pattern):
            raise InputError(
                f"The form {pattern!r} of the column {name!r} has no {part} (parameter "
                "`column_types`): write one as strptime does, such as %d/%m/%Y."
            )
