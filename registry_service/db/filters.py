"""Filters as SQL: each shape of a filter becomes text once, its values are bound at every run."""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    or_,
    select,
    true,
)
from sqlalchemy.types import Float, TypeEngine

from registry_service.db import tables
from registry_service.db.filter_shapes import Group, Shape, Term
from registry_service.db.filter_values import (
    beginning,
    misfit,
    number,
    pattern,
    text_value,
    truth,
    whole,
)
from registry_service.db.plans import Plain
from registry_service.domain.filters import Literals, Operator

_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
# An index finds what is smaller and what is larger, and not what is different.
_RANGES: Mapping[Operator, tuple[Operator, ...]] = {"!=": ("<", ">")}
_FRACTION = Float(53)
Column = ColumnElement[Any]
Convert = Callable[[str, Literals], Any]


class Clauses:
    """Makes SQL of the shape of a filter on a table, and remembers what is bound in it.

    The methods raise InvalidRequestError when an operator or a value does not fit.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._indexed = {next(iter(index.columns)).name for index in table.indexes}
        self._bound: dict[str, tuple[int, Callable[[Literals], Any]]] = {}

    def bound(self, values: Sequence[Literals]) -> dict[str, Any]:
        """Return a filter's values under the names of the SQL that was made."""
        return {name: convert(values[index]) for name, (index, convert) in self._bound.items()}

    def clause(self, shape: Shape) -> Column:
        """Return a filter as SQL that looks at each row; names that are not custom are columns."""
        match shape:
            case Group(all=True, parts=parts):
                return and_(true(), *(self.clause(part) for part in parts))
            case Group(parts=parts):
                return or_(*(self.clause(part) for part in parts))
            case Term(custom=False):
                return self._on_column(shape, by_index=not self.can_be_rare(shape))
            case Term():
                index = tables.properties
                owned = index.c.owner_id == self._table.c.id
                return (
                    select(index.c.owner_id).where(owned, self.on_property(index, shape)).exists()
                )

    def can_be_rare(self, term: Term) -> bool:
        """Tell whether an index finds the rows that fulfil a comparison."""
        same = term.operator in ("=", "IN")
        if not term.custom:
            return same and term.name in self._indexed
        return same or term.operator == "!=" or not term.of_text

    def ids(self, term: Term) -> list[Select[tuple[int]]]:
        """Return what finds the ids of the rows that fulfil a comparison, each by an index."""
        if not term.custom:
            return [select(self._table.c.id).where(self._on_column(term))]
        index = tables.properties
        return [
            select(index.c.owner_id).where(self._named(index, term), found)
            for found in self._ways(index.c, term)
        ]

    def rare_ids(self, shape: Shape, rare: frozenset[Term]) -> list[Select[tuple[int]]] | None:
        """Return what finds ids that every match has, by its rare parts; None without such."""
        match shape:
            case Group(all=True, parts=parts):
                every = (self.rare_ids(part, rare) for part in parts)
                return next((ids for ids in every if ids is not None), None)
            case Group(parts=parts):
                found: list[Select[tuple[int]]] = []
                for part in parts:
                    ids = self.rare_ids(part, rare)
                    if ids is None:
                        return None
                    found += ids
                return found
            case Term():
                return self.ids(shape) if shape in rare else None

    def on_property(self, index: Any, term: Term) -> Column:
        """Return the condition on the rows of the property index that a comparison means."""
        return and_(self._named(index, term), or_(*self._ways(index.c, term)))

    def _named(self, index: Any, term: Term) -> Column:
        return and_(index.c.resource == self._table.name, index.c.name == term.name)

    def _ways(self, columns: Any, term: Term) -> list[Column]:
        """Return conditions of which one holds, each on one column of the index."""
        if term.value_type == "string" or (term.value_type is None and term.of_text):
            return self._on_string(columns, term)
        if term.value_type == "bool" or (term.value_type is None and term.kinds[0] == "truth"):
            if term.operator not in ("=", "!=", "IN"):
                raise misfit(term.name, "is true or false: only = and != compare those")
            return [self._compare(columns.bool_value, term, truth)]
        # A number without a suffix is compared with whole numbers and others alike.
        fields = {"int": [columns.int_value], "double": [columns.double_value]}
        both = [columns.int_value, columns.double_value]
        return [
            self._compare(column, term, number, compared)
            for column in fields.get(term.value_type or "", both)
            for compared in _RANGES.get(term.operator, (term.operator,))
        ]

    def _on_string(self, columns: Any, term: Term) -> list[Column]:
        """Compare a text property; where it is indexed, its beginning comes first."""
        key, value = columns.string_key, columns.string_value
        if term.operator not in ("=", "!=", "IN"):
            return [self._compare(value, term, text_value)]
        if term.operator == "!=":
            different = [self._compare(key, term, beginning, sign) for sign in ("<", ">")]
            if "long text" not in term.kinds:
                return different
            same = self._compare(key, term, beginning, "=")
            return [*different, and_(same, self._compare(value, term, text_value))]
        begins = self._compare(key, term, beginning)
        if "long text" not in term.kinds:
            return [begins]
        return [and_(begins, self._compare(value, term, text_value))]

    def _on_column(self, term: Term, by_index: bool = True) -> Column:
        columns = self._table.c
        column: Column
        if term.name == "value" and "number_value" in columns:
            texts = "text_value" in columns and term.of_text
            column = columns["text_value" if texts else "number_value"]
        else:
            named = columns[term.name]
            column = named if by_index else Plain(named)
        if isinstance(column.type, Integer):
            return self._compare(column, term, whole)
        is_number = isinstance(column.type, Float)
        return self._compare(column, term, number if is_number else text_value)

    def _compare(
        self, column: Column, term: Term, convert: Convert, compared: Operator | None = None
    ) -> Column:
        sign = compared or term.operator
        if sign in ("LIKE", "ILIKE"):
            if convert is not text_value:
                raise misfit(term.name, "is no text: LIKE and ILIKE compare texts")
            like = column.like if sign == "LIKE" else column.ilike
            return like(self._binds(column.type, term, pattern)[0], escape="\\")
        binds = self._binds(column.type, term, convert)
        if sign == "IN":
            return column.in_(binds)
        condition: Column = _OPERATORS[sign](column, binds[0])
        return condition

    def _binds(self, kind: TypeEngine[Any], term: Term, convert: Convert) -> list[Column]:
        binds: list[Column] = []
        for index, given in enumerate(term.kinds, term.first):
            name = f"filter_{len(self._bound)}"
            self._bound[name] = index, partial(convert, term.name)
            if given == "fraction":
                # PostgreSQL would take it for a whole number where those are compared.
                binds.append(cast(bindparam(name, type_=_FRACTION), _FRACTION))
            else:
                binds.append(bindparam(name, type_=kind))
        return binds
