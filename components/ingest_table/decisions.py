"""The decision how a column is read, from the sorts of its texts alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from components.ingest_table.candidates import (
    NEARLY_ALL,
    NO_VALUES,
    Candidate,
    Sorts,
    count_of,
    first_of,
    is_no_value,
    is_share,
    remark_on,
)
from components.ingest_table.given_types import GivenType
from components.ingest_table.moment_decisions import clock_candidate, moment_candidate
from components.ingest_table.number_decisions import number_candidate
from components.ingest_table.sorts import Kind, Seen
from components.shared.reports.number_text import counted_rows, percent
from components.shared.tables.column_types import ColumnType
from components.shared.tables.missing_texts import SYMBOLS
from components.shared.tables.readings import Reading, Remark

MANY: Final = (1, 2)
"""The share of numbers or dates from which on it is said why a column is text nevertheless."""

PERHAPS_MANY: Final = (1, 4)
"""The share of them in a sample from which on all texts are looked at."""

TELLING: Final = (*SYMBOLS, "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00.00.0000")
"""Markers that are said, besides those that begin with #: others stand for themselves."""

KEPT_AS_TEXT: Final[dict[Kind, str]] = {
    "code": "begin with a needless zero, as codes do",
    "long": "have more digits than a number keeps",
    "packed": "may be codes with an E in them",
    "beyond": "are of a year that is not among 1 to 9999",
}
"""Why a few texts keep a whole column text: as numbers or dates they would not be what they are."""

UNITS_NAMED: Final = 3
GIVEN: Final = {
    "booleans": "boolean",
    "numbers": "number",
    **dict.fromkeys(("dates", "times"), "datetime"),
}
"""The type to give for values that are called so."""

NO_NUMBERS: Final[tuple[Kind, ...]] = ("other", "missing", *NO_VALUES)
NUMERIC_KINDS: Final[tuple[Kind, ...]] = ("number", "code", "long", "packed")
DOUBTFUL: Final = ("NA", "None", "Null")
"""Markers that are said among texts, where they may be codes, categories or names."""

CLASSES: Final = ("NA", "N/A", "n/a", "None")
"""Markers that are classes in a target of texts."""


@dataclass(frozen=True)
class Decision:
    """How a column is read, and what there is to say about it."""

    reading: Reading
    remarks: tuple[Remark, ...] = ()


def decide(
    column: str,
    sorts: Sorts,
    *,
    missing: Sequence[str] = (),
    given: GivenType | None = None,
    is_target: bool = False,
) -> Decision:
    """Decide how a column is read.

    Args:
        column: Its name.
        sorts: The sorts of all its texts, see `components.ingest_table.sorts`.
        missing: Texts that stand for a missing value by the user's word.
        given: Its type, if somebody knows it.
        is_target: Whether a model is to predict it: then NA, N/A, n/a and None are classes among
            texts.
    """
    values = {sort: seen for sort, seen in sorts.items() if sort.kind not in ("missing", "symbol")}
    text = Reading(column, "string", missing=tuple(missing))
    candidates = [
        _booleans(text),
        number_candidate(text, values),
        moment_candidate(text, values),
        clock_candidate(text, values),
    ]
    # In a target, a word for what is not known may be a class.
    words = {} if is_target else {s: seen for s, seen in values.items() if is_no_value(s)}
    if given is not None:
        candidates = _given(candidates, given, text)
        if given.binding and candidates:
            best = max(candidates, key=lambda each: count_of(values, each.fits))
            return _decided(best, {} if best.reading.type == "boolean" else words, sorts)
    total, unknown = count_of(values), count_of(words)
    for candidate in candidates:
        fitting = count_of(values, candidate.fits)
        excused = count_of(values, lambda sort: sort.kind in candidate.excused)  # noqa: B023
        excused += unknown if candidate.words else 0
        enough = fitting >= unknown and is_share(fitting, total - excused, candidate.share)
        if fitting and enough and not any(sort.kind in candidate.forbidden for sort in values):
            decision = _decided(candidate, words if candidate.words else {}, sorts)
            strays = _strays(candidate, {s: v for s, v in values.items() if s not in words}, total)
            return replace(decision, remarks=(*strays, *decision.remarks))
    asked = given is not None and given.type == "string"
    return _as_text(text, sorts, values, is_target, () if asked else candidates)


def _decided(candidate: Candidate, words: Sorts, sorts: Sorts) -> Decision:
    """Return the decision for a way to read a column, in which these words are missing values."""
    reading = candidate.reading
    missing = dict.fromkeys([*reading.missing, *sorted(sort.text for sort in words)])
    told = _telling(reading.column, sorts, words)
    return Decision(replace(reading, missing=tuple(missing)), (*told, *candidate.remarks))


def _booleans(text: Reading) -> Candidate:
    boolean = replace(text, type="boolean")
    return Candidate(
        boolean, lambda sort: sort.kind == "boolean", "booleans", share=(1, 1), words=False
    )


def _given(candidates: list[Candidate], given: GivenType, text: Reading) -> list[Candidate]:
    """Return the candidates of a given type, codes and long numbers being numbers if it is one."""
    booleans, numbers, moments, clocks = candidates
    if given.type == "string":
        return []
    if given.type == "boolean":
        return [booleans]
    if given.type in ("number", "integer", "float"):
        return [_given_numbers(numbers, given)]
    given_type: ColumnType = "date" if given.type == "date" else "datetime"
    if given.pattern:
        reading = replace(text, type=given_type, pattern=given.pattern)
        return [replace(moments, reading=reading, remarks=())]
    if given_type == "date" and not given.binding:
        return [moments]
    dates = replace(moments, reading=replace(moments.reading, type=given_type), forbidden=())
    return [dates] if given_type == "date" else [dates, clocks]


def _given_numbers(numbers: Candidate, given: GivenType) -> Candidate:
    """Return the way to read numbers where codes and long numbers are some by somebody's word."""
    kind = numbers.reading.type
    if given.type == "float":
        kind = "float"
    elif given.type == "integer" and given.binding:
        kind = "integer"
    return replace(
        numbers,
        reading=replace(numbers.reading, type=kind),
        fits=lambda sort: numbers.fits(sort) or sort.kind in ("code", "long", "packed"),
        forbidden=(),
    )


def _strays(candidate: Candidate, values: Sorts, total: int) -> tuple[Remark, ...]:
    strays = first_of(values, lambda sort: not candidate.fits(sort))
    if not strays.count:
        return ()
    return (stray_remark(candidate.reading.column, candidate.called, strays, total),)


def stray_remark(column: str, called: str, strays: Seen, total: int) -> Remark:
    """Say which texts of a column are no values of its type.

    Args:
        column: Its name.
        called: What its values are called, such as numbers.
        strays: How many texts are none, and the first of them.
        total: How many texts there are, without those that stand for a missing value.
    """
    verb = "counts" if strays.count == 1 else "count"
    message = (
        f"{strays.count:,} of {total:,} values {verb} as missing, not being among its {called}"
    )
    return remark_on(column, "strays", message, strays)


def _telling(column: str, sorts: Sorts, words: Sorts | None = None) -> list[Remark]:
    """Say which unusual markers count as missing, and these words."""
    return [
        Remark(
            column,
            "missing",
            f"{sort.text!r} counts as missing in {counted_rows(seen.count)} (the first: data row "
            f"{seen.row:,})",
            seen.count,
            seen.text,
            seen.row,
        )
        for sort, seen in sorted(sorts.items(), key=lambda item: item[1].row)
        if sort in (words or ()) or (sort.kind in ("missing", "symbol") and is_telling(sort.text))
    ]


def is_telling_among_texts(marker: str) -> bool:
    """Tell whether it is said that a marker counts as missing in a column of texts."""
    return is_telling(marker) or marker in DOUBTFUL


def is_telling(marker: str) -> bool:
    """Tell whether it is said that a marker counts as missing."""
    return marker in TELLING or marker.startswith("#")


def _as_text(
    text: Reading,
    sorts: Sorts,
    values: Sorts,
    is_target: bool,
    candidates: Sequence[Candidate],
) -> Decision:
    column, missing = text.column, text.missing
    remarks = [] if not values else _why_text(column, values, candidates)
    if values and all(sort.kind == "signs" for sort in values):
        kept = tuple(symbol for symbol in SYMBOLS if symbol not in missing)
        return Decision(replace(text, kept=kept), tuple(remarks))
    classes = {
        sort.text: seen
        for sort, seen in sorts.items()
        if is_target and values and sort.text in CLASSES and sort.text not in missing
    }
    for name, seen in classes.items():
        message = (
            f"{name!r} is a class, with {counted_rows(seen.count)}: if it stands for a missing "
            f"value, --missing-values {name}"
        )
        remarks.append(Remark(column, "class", message, seen.count, seen.text, seen.row))
    kept = tuple(name for name in CLASSES if is_target and values and name not in missing)
    # Among texts, NA may be Namibia and None a category.
    doubtful = {s: v for s, v in sorts.items() if is_telling_among_texts(s.text) and values}
    told = _telling(column, sorts, {s: v for s, v in doubtful.items() if s.text not in kept})
    return Decision(replace(text, kept=kept), (*remarks, *told))


def _why_text(column: str, values: Sorts, candidates: Sequence[Candidate]) -> list[Remark]:
    """Say what keeps a column text of which many values are of another type."""
    total = count_of(values)
    if candidates and (units := _several_units(column, values)):
        return [units]
    for candidate in candidates:
        fits, forbidden = candidate.fits, candidate.forbidden
        against = first_of(values, lambda sort: sort.kind in forbidden)  # noqa: B023
        fitting = count_of(values, lambda sort: fits(sort) or sort.kind in forbidden)  # noqa: B023
        if not is_share(fitting, total, MANY):
            continue
        if against.count and is_share(fitting, total, candidate.share):
            reasons = " or ".join(
                reason
                for kept, reason in KEPT_AS_TEXT.items()
                if any(s.kind == kept for s in values)
            )
            message = (
                f"looks like {candidate.called}, but stays text: {against.count:,} of its values "
                f"{reasons}"
            )
            return [remark_on(column, "codes", message, against)]
        against = first_of(values, lambda sort: not fits(sort))  # noqa: B023
        message = (
            f"stays text, as only {percent(fitting / total)} of its values are "
            f"{candidate.called} (the first that is not: {against.text!r} in data row "
            f"{against.row:,}); to read these, and the others as missing, "
            f"--column-types {column}={GIVEN[candidate.called]}"
        )
        return [Remark(column, "text", message, against.count, against.text, against.row)]
    return []


def _several_units(column: str, values: Sorts) -> Remark | None:
    """Say that numbers of several currencies or measures keep a column text."""
    units = sorted({sort.unit for sort in values if sort.kind == "number"})
    numbers = count_of(values, lambda sort: sort.kind == "number")
    if len(units) == 1 or not is_share(numbers, count_of(values), NEARLY_ALL):
        return None
    shown = [first_of(values, lambda sort: sort.unit == unit) for unit in units]  # noqa: B023
    examples = ", ".join(repr(seen.text) for seen in shown[:UNITS_NAMED])
    message = (
        f"stays text, as its numbers are of {len(units)} kinds, such as {examples}: write them in "
        "one unit, and the unit into a column of its own"
    )
    return Remark(column, "text", message, numbers, shown[0].text, shown[0].row)


def never_but_text(sorts: Sorts, further: int) -> bool:
    """Tell whether a column is text whatever so many further texts are.

    Args:
        sorts: The sorts of its texts so far.
        further: How many more there are at most.
    """
    values = {sort: seen for sort, seen in sorts.items() if sort.kind not in ("missing", "symbol")}
    total = count_of(values) + further
    has_code = any(sort.kind == "code" for sort in values)
    most = max(
        0 if has_code else count_of(values, lambda sort: sort.kind in NUMERIC_KINDS),
        count_of(values, lambda sort: sort.kind == "moment"),
        count_of(values, lambda sort: sort.kind == "clock"),
    )
    excused = count_of(values, lambda sort: sort.kind in ("zero year", *NO_VALUES))
    if is_share(most + further, total - excused, NEARLY_ALL):
        return False
    return any(sort.kind not in ("boolean", "signs") for sort in values)


def is_perhaps_mixed(sample: Sorts) -> bool:
    """Tell from a sample of a text column whether many of its texts may be numbers or dates."""
    numbers = count_of(sample, lambda sort: sort.kind not in NO_NUMBERS)
    return is_share(numbers, count_of(sample), PERHAPS_MANY)
