"""What is odd about a table without being wrong: hints before a model is trained on it."""

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from components.shared.reports.notes import Note
from components.shared.reports.number_text import counted_rows, percent
from components.shared.tables.boolean_texts import TOLD_BOOLEANS
from components.shared.tables.prose import MOST_TEXTS, is_prose
from components.shared.tables.tasks import MAX_INTEGER_CLASSES, Task
from components.validate_table.column_statistics import ColumnStatistics

MOSTLY_MISSING = 0.5
NEARLY_UNIQUE = 0.9
MIN_ROWS_FOR_UNIQUE = 50
RARE_CLASS_SHARE = 0.05
RARE_CLASS_ROWS = 20
RARE_BESIDE = 0.5
"""Of an equal share of the rows, from which on a class is not rare beside others."""
CLASSES_NAMED = 3
LABELS_NAMED = 6
LABEL_SEPARATORS = "|;,"
NUMBERED_CLASSES = 100
ROWS_OF_NUMBERED = 10
EVENNESS = 0.95
"""Least entropy of the shares of numbered classes, 1 being that of equal shares.

Of 2,186 columns of whole numbers in public tables with more than 20 values, 91 run from 0 or 1
without a gap, and 47 of them as evenly: numbers of days, plots, schools and subjects, but for two
(an age and a duration).
"""


@dataclass(frozen=True)
class TableWarning:
    """Something odd: the column (none for the table as a whole), and what it is."""

    column: str | None
    message: str

    def note(self) -> Note:
        """Return the warning as a note for the user."""
        return Note("warning", self.message, () if self.column is None else (self.column,))


def count_repeated_rows(table: str | Path) -> int:
    """Count the rows of a Parquet file that equal an earlier one; takes some 20 bytes a row."""
    lazy = pl.scan_parquet(table)
    # Polars' hashes last as long as its process, which is long enough to count with.
    hashes = [pl.col(name).hash(seed) for seed, name in enumerate(lazy.collect_schema())]
    rows = lazy.select(pl.sum_horizontal(hashes)).collect(engine="streaming").to_series()
    # Of a series that is there, Polars counts the distinct values in half of the time.
    return len(rows) - rows.n_unique()


def table_warnings(
    table: str | Path,
    statistics: list[ColumnStatistics],
    repeated_rows: int,
    target: str | None,
    task: Task | None,
) -> list[TableWarning]:
    """List what is odd about a table.

    Columns that are constant, empty or mostly empty, that look like an identifier or have infinite
    values; equal rows; rows without a target; rare classes.
    """
    warnings = [
        TableWarning(column.name, message)
        for column in statistics
        if (message := _about(table, column, is_target=column.name == target))
    ]
    if repeated_rows:
        share = repeated_rows / statistics[0].rows
        warnings.append(
            TableWarning(
                None,
                f"{counted_rows(repeated_rows)} ({percent(share)}) with the values of an earlier "
                "row: remove them if they are copies, since train and test may each get one",
            )
        )
    for column in statistics:
        if column.name != target and column.categories:
            warnings += _spelt_alike(
                column.name, "values", [value for value, _ in column.categories]
            )
    by_name = {column.name: column for column in statistics}
    if target in by_name:
        warnings += _about_target(table, by_name[str(target)], task)
    return warnings


def _about(table: str | Path, column: ColumnStatistics, *, is_target: bool) -> str:
    if column.present == 0:
        return "has no value at all: a model learns nothing from it"
    if column.distinct == 1 and not column.nulls:
        return "has one value in all rows: a model learns nothing from it"
    if column.infinite:
        return f"has {column.infinite:,} infinite values"
    if is_target:
        return ""
    if column.nulls > MOSTLY_MISSING * column.rows:
        return f"has no value in {percent(column.nulls / column.rows, 0)} of the rows"
    if column.present >= MIN_ROWS_FOR_UNIQUE and _looks_like_id(table, column):
        return (
            "has another value in nearly every row, like an identifier: "
            "leave it out unless the values mean something"
        )
    return ""


def _looks_like_id(table: str | Path, column: ColumnStatistics) -> bool:
    if column.type == "string":
        if column.distinct < NEARLY_UNIQUE * column.present:
            return False
        texts = pl.scan_parquet(table).select(column.name).drop_nulls().head(MOST_TEXTS)
        return not is_prose(texts.collect(engine="streaming").to_series().cast(pl.String))
    return column.type == "integer" and column.unique


def _about_target(
    table: str | Path, target: ColumnStatistics, task: Task | None
) -> list[TableWarning]:
    warnings = []
    if target.nulls and target.present:
        warnings.append(
            TableWarning(
                target.name,
                f"is missing in {counted_rows(target.nulls)}: the split leaves them out",
            )
        )
    if task not in ("binary", "multiclass"):
        return [*warnings, *_numbered_classes(table, target)]
    counts = target.categories or _class_counts(table, target.name)
    classes = [value for value, _ in counts]
    warnings += (
        _yes_or_no(target.name, classes)
        or _spelt_alike(target.name, "classes", classes)
        or _several_labels(target.name, classes)
    )
    if message := _about_the_rarest(target, counts):
        warnings.append(TableWarning(target.name, message))
    return warnings


def _about_the_rarest(
    target: ColumnStatistics, counts: tuple[tuple[object, int], ...]
) -> str | None:
    """Say that a class has few rows: beside the others, or too few to be learnt from."""
    value, count = counts[-1]
    share = count / target.present
    told = (
        f"has {len(counts):,} classes, the rarest of which, {value!r}, has {counted_rows(count)} "
        f"({percent(share, 2)})"
    )
    # Of equal shares none is rare, however many classes there are.
    if share < RARE_BESIDE / len(counts) and (count < RARE_CLASS_ROWS or share < RARE_CLASS_SHARE):
        return f"{told}: watch balanced accuracy, or set `class_weight` to balanced"
    if count < RARE_CLASS_ROWS:
        return f"{told}: what is learnt from so few, and measured on fewer, is far from sure"
    return None


def _spelt_alike(column: str, called: str, values: Sequence[object]) -> list[TableWarning]:
    """Name classes or categories that differ by blanks, case or the form of letters alone."""
    spellings: dict[str, list[str]] = {}
    for value in values:
        if isinstance(value, str):
            spellings.setdefault(_folded(value), []).append(value)
    alike = [_told_apart(names) for names in spellings.values() if len(names) > 1]
    if not alike:
        return []
    told = "; ".join(alike[:CLASSES_NAMED])
    more = f" and {len(alike) - CLASSES_NAMED} more" if len(alike) > CLASSES_NAMED else ""
    message = f"has {called} that differ by blanks or case alone: {told}{more}: make them one"
    return [TableWarning(column, message)]


def _folded(text: str) -> str:
    """Return a text without what it may be spelt with in several ways."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _told_apart(names: list[str]) -> str:
    """Return names so that one sees where they differ."""
    composed = {unicodedata.normalize("NFC", name) for name in names}
    return " and ".join(map(repr if len(composed) == len(names) else ascii, names))


def _yes_or_no(target: str, classes: Sequence[object]) -> list[TableWarning]:
    """Name classes that say yes and no in several words, however these are spelt."""
    texts = [value for value in classes if isinstance(value, str)]
    words = {_folded(text) for text in texts}
    if len(texts) < len(classes) or len(words) <= 2 or not words <= TOLD_BOOLEANS.keys():
        return []
    shown = ", ".join(repr(text) for text in texts[:LABELS_NAMED])
    message = f"has {len(texts):,} classes that say yes or no ({shown}): make them two"
    return [TableWarning(target, message)]


def _several_labels(target: str, classes: Sequence[object]) -> list[TableWarning]:
    """Name classes that seem to be lists of labels."""
    texts = [value for value in classes if isinstance(value, str)]
    if len(texts) < len(classes):
        return []
    for separator in LABEL_SEPARATORS:
        labels = [{part.strip() for part in text.split(separator)} for text in texts]
        counts = Counter(label for several in labels for label in several)
        several = [text for text, parts in zip(texts, labels, strict=True) if len(parts) > 1]
        # Labels recur, and there are fewer of them than of their combinations.
        recurring = sum(count > 1 for count in counts.values())
        if len(several) > 1 and recurring * 2 > len(counts) and len(counts) < len(texts):
            message = (
                f"has classes that seem to hold several labels each, such as {several[0]!r}: each "
                "combination is a class of its own. To predict each label by itself, make a "
                "column of it"
            )
            return [TableWarning(target, message)]
    return []


def _numbered_classes(table: str | Path, target: ColumnStatistics) -> list[TableWarning]:
    """Hint at a classification where whole numbers look like numbers of classes."""
    if target.type != "integer" or not MAX_INTEGER_CLASSES < target.distinct <= NUMBERED_CLASSES:
        return []
    counts = [rows for _, rows in _class_counts(table, target.name)]
    low, high = int(str(target.minimum)), int(str(target.maximum))
    present, classes = sum(counts), len(counts)
    if low not in (0, 1) or high - low + 1 != classes or present < ROWS_OF_NUMBERED * classes:
        return []
    entropy = -sum(rows / present * math.log(rows / present) for rows in counts)
    if entropy < EVENNESS * math.log(classes):
        return []
    message = (
        f"has the whole numbers {low} to {high}, each about as often, and is taken as a number to "
        "estimate: if they are classes, set --task classification"
    )
    return [TableWarning(target.name, message)]


def _class_counts(table: str | Path, target: str) -> tuple[tuple[object, int], ...]:
    counts = (
        pl.scan_parquet(table)
        .select(value=pl.col(target))
        .drop_nulls()
        .group_by("value")
        .agg(count=pl.len())
        .sort(["count", "value"], descending=[True, False])
    )
    return tuple(counts.collect(engine="streaming").rows())
