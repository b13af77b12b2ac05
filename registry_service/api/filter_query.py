"""The text of a filterQuery, parsed.

    filter     := all ("OR" all)*
    all        := part ("AND" part)*
    part       := "(" filter ")" | comparison
    comparison := name [".string_value" | ".int_value" | ".double_value" | ".bool_value"]
                  ( ("=" | "!=" | "<>" | "<" | ">" | "<=" | ">=" | "LIKE" | "ILIKE") value
                  | "IN" "(" value ("," value)* ")" )

Names with other characters than letters, digits and underscores stand in back-ticks; texts in
single or double quotes, with a backslash before a quote or a backslash in them.
"""

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar, cast

from registry_service.domain import limits
from registry_service.domain.filters import (
    AllOf,
    AnyOf,
    Comparison,
    Filter,
    Literals,
    Operator,
    ValueType,
)
from registry_service.errors import InvalidRequestError

MAX_LENGTH = 4096
MAX_DEPTH = 32
_INT64 = 1 << 63
T = TypeVar("T")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _token(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"[ \t\r\n]*(?:{pattern})", re.ASCII | re.DOTALL)


_OPEN, _CLOSE, _COMMA, _END = (_token(sign) for sign in (r"\(", r"\)", ",", r"\Z"))
_AND, _OR, _IN = (_token(rf"(?i:{word})\b") for word in ("AND", "OR", "IN"))
_OPERATOR = _token(r"(<>|!=|<=|>=|=|<|>|(?i:I?LIKE)\b)")
_NAME = _token(r"(?:([A-Za-z_]\w*)|`((?:[^`\\]|\\.)+)`)(?:\.(string|int|double|bool)_value\b)?")
_TEXT = _token(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
_NUMBER = _token(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])")
_TRUTH = _token(r"((?i:true|false))\b")


@lru_cache(maxsize=256)
def parse_filter(text: str) -> Filter | None:
    """Return what a filter query means, None for an empty one.

    Raises:
        InvalidRequestError: It does not follow the grammar; the message says where.
    """
    if not text.strip():
        return None
    if len(text) > MAX_LENGTH or text.count("(") > MAX_DEPTH:
        raise InvalidRequestError(
            f"filterQuery is too long: {MAX_LENGTH} characters and {MAX_DEPTH} parentheses at most"
        )
    return _Parser(text).whole()


class _Parser:
    """Reads a text from left to right; each method reads one rule of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._compared = 0

    def whole(self) -> Filter:
        found = self._any()
        self._need(_END, "AND, OR or the end")
        return found

    def _any(self) -> Filter:
        parts = self._several(self._all, _OR)
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self) -> Filter:
        parts = self._several(self._part, _AND)
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _part(self) -> Filter:
        if not self._take(_OPEN):
            return self._comparison()
        found = self._any()
        self._need(_CLOSE, "')'")
        return found

    def _comparison(self) -> Comparison:
        self._compared += 1
        if self._compared > limits.COMPARISONS:
            raise InvalidRequestError(
                f"filterQuery has more than {limits.COMPARISONS} comparisons: bad request"
            )
        plain, quoted, suffix = self._need(_NAME, "a property name").groups()
        name = plain or _ESCAPED.sub(r"\1", quoted)
        value_type = cast("ValueType | None", suffix)
        if self._take(_IN):
            self._need(_OPEN, "'('")
            values = self._several(self._value, _COMMA)
            self._need(_CLOSE, "')'")
            if len(values) > limits.COMPARISONS:
                raise InvalidRequestError(
                    f"filterQuery: IN has more than {limits.COMPARISONS} values: bad request"
                )
            return Comparison(name, value_type, "IN", tuple(values))
        sign = self._need(_OPERATOR, "an operator")[1].upper()
        operator = cast("Operator", "!=" if sign == "<>" else sign)
        return Comparison(name, value_type, operator, self._value())

    def _value(self) -> Literals:
        if text := self._take(_TEXT):
            single, double = text.groups()
            return _ESCAPED.sub(r"\1", double if single is None else single)
        if number := self._take(_NUMBER):
            return _number(number[1])
        return self._need(_TRUTH, "a value")[1].lower() == "true"

    def _several(self, read: Callable[[], T], between: re.Pattern[str]) -> list[T]:
        found = [read()]
        while self._take(between):
            found.append(read())
        return found

    def _take(self, token: re.Pattern[str]) -> re.Match[str] | None:
        """Read a token when it comes next."""
        match = token.match(self._text, self._at)
        if match:
            self._at = match.end()
        return match

    def _need(self, token: re.Pattern[str], expected: str) -> re.Match[str]:
        """Read the token that has to come next."""
        if match := self._take(token):
            return match
        left = len(self._text[self._at :].lstrip(" \t\r\n"))
        raise InvalidRequestError(
            f"error parsing filter query at character {len(self._text) - left + 1}: "
            f"expected {expected}: bad request"
        )


def _number(text: str) -> int | float:
    # A long row of digits is never made a number: that takes quadratic time.
    if re.fullmatch(r"[-+]?\d{1,19}", text) and abs(int(text)) < _INT64:
        return int(text)
    if not math.isfinite(float(text)):
        raise InvalidRequestError(f"filterQuery: {text} is not a finite number: bad request")
    return float(text)
