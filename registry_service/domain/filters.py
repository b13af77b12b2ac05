"""What a filter query means, apart from its text and from SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Operator = Literal["=", "!=", "<", ">", "<=", ">=", "LIKE", "ILIKE", "IN"]
ValueType = Literal["string", "int", "double", "bool"]
Literals = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A name compared with a value, or with several for IN.

    Attributes:
        name: A field of the resource, or a custom property.
        value_type: That of the name's suffix, such as `.string_value`; None without one.
        operator: How they are compared.
        value: With what.
        custom: Whether the name is that of a custom property.
    """

    name: str
    value_type: ValueType | None
    operator: Operator
    value: Literals | tuple[Literals, ...]
    custom: bool = True

    @property
    def values(self) -> Sequence[Literals]:
        """All that it is compared with, also where that is one value."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: Sequence["Filter"]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: Sequence["Filter"]


Filter = Comparison | AllOf | AnyOf


def literal_pattern(text: str) -> str:
    """Return the pattern of LIKE and ILIKE that this text alone matches."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
