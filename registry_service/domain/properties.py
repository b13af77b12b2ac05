"""Typed values that users attach to resources."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

PropertyKind = Literal["string", "int", "double", "bool", "struct"]
Scalar = str | int | float | bool


class PropertyValue(NamedTuple):
    """A custom property: its kind, and the value in Python's type for it (struct: base64 text)."""

    kind: PropertyKind
    value: Scalar

    @classmethod
    def of(cls, value: Scalar) -> "PropertyValue":
        """Return the property for a plain scalar."""
        match value:
            case bool():
                return cls("bool", value)
            case int():
                return cls("int", value)
            case float():
                return cls("double", value)
            case str():
                return cls("string", value)


Properties = Mapping[str, PropertyValue]
