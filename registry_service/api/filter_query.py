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
from functools import cache, lru_cache
from typing import Any

from pyparsing import (
    CaselessKeyword,
    DelimitedList,
    Forward,
    Group,
    MatchFirst,
    OneOrMore,
    Opt,
    ParseBaseException,
    ParserElement,
    ParseResults,
    Regex,
    Suppress,
)

from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter
from registry_service.errors import InvalidRequestError

MAX_LENGTH = 4096
MAX_DEPTH = 32
_INT64 = 1 << 63
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


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
    try:
        parsed: Filter = _grammar().parse_string(text, parse_all=True)[0]
    except ParseBaseException as error:
        raise InvalidRequestError(
            f"error parsing filter query at character {error.loc + 1}: "
            f"expected {error.msg.removeprefix('Expected ')}: bad request"
        ) from error
    return parsed


@cache
def _grammar() -> ParserElement:
    value = _value()
    listed = Suppress("(") + Group(DelimitedList(value)) + Suppress(")")
    signs = Regex(r"<>|!=|<=|>=|=|<|>")
    operator = MatchFirst([signs, _word("ILIKE"), _word("LIKE")])
    operator.set_name("an operator")
    comparison = _name() + (operator + value | _word("IN") + listed).set_name("an operator")
    comparison.set_parse_action(_comparison)
    anything = Forward()
    part = Suppress("(") + anything + Suppress(")") | comparison
    conjunction = part + Opt(OneOrMore(Suppress(_word("AND")) + part))
    conjunction.set_parse_action(lambda tokens: _joined(AllOf, tokens))
    anything <<= conjunction + Opt(OneOrMore(Suppress(_word("OR")) + conjunction))
    anything.add_parse_action(lambda tokens: _joined(AnyOf, tokens))
    anything.parse_with_tabs().streamline()
    return anything


def _word(word: str) -> ParserElement:
    return CaselessKeyword(word)


def _name() -> ParserElement:
    plain = Regex(r"[A-Za-z_][A-Za-z0-9_]*")
    quoted = Regex(r"`((?:[^`\\]|\\.)+)`", as_group_list=True)
    quoted.set_parse_action(lambda tokens: _ESCAPED.sub(r"\1", tokens[0][0]))
    suffix = Opt(Regex(r"\.(string|int|double|bool)_value\b", as_group_list=True), default=None)
    suffix.set_parse_action(lambda tokens: [tokens[0] and tokens[0][0]])
    return (quoted | plain).set_name("a property name") + suffix.leave_whitespace()


def _value() -> ParserElement:
    text = Regex(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", as_group_list=True, flags=re.S)
    text.set_parse_action(lambda tokens: _text(tokens[0]))
    number = Regex(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?").set_parse_action(_number)
    truth = CaselessKeyword("true") | CaselessKeyword("false")
    truth.set_parse_action(lambda tokens: tokens[0] == "true")
    return (text | number | truth).set_name("a value")


def _text(groups: tuple[str | None, str | None]) -> str:
    return _ESCAPED.sub(r"\1", groups[0] if groups[0] is not None else groups[1] or "")


def _number(tokens: ParseResults) -> int | float:
    text = str(tokens[0])
    # A long row of digits is never made a number: that takes quadratic time.
    if re.fullmatch(r"[-+]?\d{1,19}", text) and abs(int(text)) < _INT64:
        return int(text)
    if not math.isfinite(float(text)):
        raise InvalidRequestError(f"filterQuery: {text} is not a finite number: bad request")
    return float(text)


def _comparison(tokens: ParseResults) -> Comparison:
    name, value_type, operator, value = tokens
    if isinstance(value, ParseResults):
        value = tuple(value)
    return Comparison(name, value_type, "!=" if operator == "<>" else operator, value)


def _joined(kind: type[AllOf] | type[AnyOf], tokens: ParseResults) -> Any:
    parts = tuple(tokens)
    return parts[0] if len(parts) == 1 else kind(parts)
