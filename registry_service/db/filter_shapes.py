"""The shape of a filter: all of it but its values."""

from dataclasses import dataclass
from typing import Literal

from registry_service.db.rows import STRING_KEY_LENGTH
from registry_service.domain.filters import (
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    Literals,
    Operator,
    ValueType,
)

Kind = Literal["text", "long text", "truth", "whole", "fraction"]


@dataclass(frozen=True, slots=True)
class Term:
    """A comparison without its values: of what kinds they are, and where they stand in a list."""

    name: str
    value_type: ValueType | None
    operator: Operator
    custom: bool
    kinds: tuple[Kind, ...]
    first: int

    @property
    def of_text(self) -> bool:
        """Whether something is compared with a text."""
        return self.kinds[0] in ("text", "long text")


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that hold all, or of which one at least holds."""

    all: bool
    parts: tuple["Shape", ...]


Shape = Term | Group


def shape_of(condition: Filter, values: list[Literals]) -> Shape:
    """Return the shape of a filter; its values are appended to the list."""
    match condition:
        case AllOf(parts) | AnyOf(parts):
            shapes = tuple(shape_of(part, values) for part in parts)
            return Group(isinstance(condition, AllOf), shapes)
        case Comparison(name, value_type, compared, value, custom):
            several = value if isinstance(value, tuple) else (value,)
            kinds = tuple(_kind(each) for each in several)
            values.extend(several)
            return Term(name, value_type, compared, custom, kinds, len(values) - len(several))


def parts_of(shape: Shape) -> tuple[Shape, ...]:
    """Return what a match fulfils all of."""
    return shape.parts if isinstance(shape, Group) and shape.all else (shape,)


def unfound(shape: Shape, found: frozenset[Term]) -> Shape:
    """Return what rows that were found by some of its terms are still to fulfil."""

    def is_left(part: Shape) -> bool:
        if isinstance(part, Term):
            return part not in found
        return part.all or not found.issuperset(part.parts)

    return Group(True, tuple(part for part in parts_of(shape) if is_left(part)))


def _kind(value: Literals) -> Kind:
    match value:
        case str():
            return "text" if len(value) < STRING_KEY_LENGTH else "long text"
        case bool():
            return "truth"
        case int():
            return "whole"
        case float():
            return "fraction"
