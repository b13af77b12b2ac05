"""Which columns of a table become features, and why the others do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from components.shared.errors import InputError
from components.shared.features.treatments import Encoding, Treatment
from components.shared.models.description import InputColumn
from components.shared.reports.number_text import counted_rows
from components.shared.tables.column_types import ColumnType, column_types
from components.shared.tables.columns import require_column
from components.shared.tables.files import count_rows
from components.shared.tables.prose import is_prose, recurring_words, sampled

COLUMNS_AT_ONCE: Final = 100
"""Polars plans the measures of all columns of a wide table in the square of their number."""

IDENTIFIER_MINIMUM: Final = 50
"""Fewer distinct strings than this are categories, however few rows there are."""

LEAST_WORDS: Final = 10
"""Texts with fewer words that recur are left out."""

LEAST_TEXTS: Final = 5
"""Words in fewer texts do not count."""


@dataclass(frozen=True)
class DroppedColumn:
    """A column that is no feature.

    Attributes:
        name: Its name.
        kind: What it is, in two words: `identifier`, `free text`, `no value`, `one value`,
            `drop_columns`, `entity`.
        reason: The same as a sentence, with figures.
    """

    name: str
    kind: str
    reason: str


@dataclass(frozen=True)
class FeaturePlan:
    """What to do with each column of a table.

    Attributes:
        inputs: The columns that become features, in the order of the table.
        dropped: The others, without the target and the sample weights.
        rows: Number of rows.
        encodings: What each string column becomes.
    """

    inputs: tuple[InputColumn, ...]
    dropped: tuple[DroppedColumn, ...]
    rows: int
    encodings: Mapping[str, Encoding] = field(default_factory=dict)

    def names(self, *types: str) -> list[str]:
        """Return the names of the inputs of these types."""
        return [column.name for column in self.inputs if column.type in types]

    def strings(self, encoding: Encoding) -> list[str]:
        """Return the names of the string columns that become this, perhaps besides another."""
        return [name for name in self.names("string") if encoding in self.encodings.get(name, "")]

    def without_target_means(self) -> "FeaturePlan":
        """Return the plan with codes instead of target means, where nothing can be learnt."""
        encodings: dict[str, Encoding] = {
            name: "words" if encoding == "words" else "codes"
            for name, encoding in self.encodings.items()
        }
        return replace(self, encodings=encodings)

    @property
    def numeric(self) -> list[str]:
        """Names of the inputs that are numbers."""
        return self.names("integer", "float")


def plan_features(
    path: str | Path,
    target: str,
    treatment: Treatment,
    *,
    drop_columns: Sequence[str] = (),
    sample_weight_column: str | None = None,
    identifier_share: float = 0.5,
    entity: Sequence[str] = (),
) -> FeaturePlan:
    """Decide on every column of a Parquet file but the target, whose values are not read.

    Args:
        path: A Parquet file.
        target: Name of the target column.
        treatment: How columns are treated.
        drop_columns: Columns that the user wants left out.
        sample_weight_column: Column of weights, which is not a feature.
        identifier_share: A string column holds identifiers or texts if it has at least 50 distinct
            values, and more of them than this share of the rows that have one. Identifiers are
            dropped, and texts are unless they have words that recur.
        entity: Columns that tell whose row it is, and are no features.

    Raises:
        InputError: A named column does not exist, a number is infinite, or no feature is left.
    """
    types = column_types(path)
    _check_names(list(types), target, drop_columns, sample_weight_column)
    for name in entity:
        require_column(name, list(types), "entity")
    candidates = {
        name: kind
        for name, kind in types.items()
        if name not in (target, sample_weight_column, *drop_columns, *entity)
    }
    summaries, rows = _summarise(path, candidates)
    dropped = [
        DroppedColumn(name, "drop_columns", "named in drop_columns")
        for name in dict.fromkeys(drop_columns)
    ]
    dropped += [
        DroppedColumn(name, "entity", "tells whose row it is, and new rows are of others")
        for name in dict.fromkeys(entity)
        if name not in (target, *drop_columns)
    ]
    inputs, encodings = [], dict[str, Encoding]()
    for name, kind in candidates.items():
        summary = summaries[name]
        if _is_distinct_text(kind, summary, identifier_share):
            if left_out := _distinct_text(path, name, summary, treatment):
                dropped.append(left_out)
                continue
            encodings[name] = "words"
        elif emptiness := _emptiness(summary, rows):
            dropped.append(DroppedColumn(name, *emptiness))
            continue
        elif kind == "string":
            encodings[name] = _encoding(summary["distinct"], treatment)
        inputs.append(InputColumn(name, kind, summary["present"] < rows))
    if not inputs:
        reasons = "".join(f"\n{column.name}: {column.reason}" for column in dropped)
        raise InputError(f"No column is left to learn from besides the target {target!r}:{reasons}")
    return FeaturePlan(tuple(inputs), tuple(dropped), rows, encodings)


def _check_names(
    columns: list[str], target: str, drop_columns: Sequence[str], weight: str | None
) -> None:
    require_column(target, columns, "target")
    for name in drop_columns:
        require_column(name, columns, "drop_columns")
    if weight is not None:
        require_column(weight, columns, "sample_weight_column")
    for role, parameter in ((target, "target"), (weight, "sample_weight_column")):
        if role in drop_columns:
            raise InputError(
                f"The column {role!r} is both the {parameter} and in drop_columns: "
                f"leave it out of drop_columns (the {parameter} is never a feature)."
            )
    if weight == target:
        raise InputError(
            f"The column {target!r} is both the target and the sample_weight_column: "
            "name another column of weights, or none."
        )


def _summarise(
    path: str | Path, types: dict[str, ColumnType]
) -> tuple[dict[str, dict[str, Any]], int]:
    numbered, lazy = list(enumerate(types.items())), pl.scan_parquet(path)
    row: dict[str, Any] = {}
    for start in range(0, len(numbered), COLUMNS_AT_ONCE):
        measures = [
            measure.alias(f"{i} {key}")
            for i, (name, kind) in numbered[start : start + COLUMNS_AT_ONCE]
            for key, measure in _measures(pl.col(name), kind).items()
        ]
        row |= lazy.select(measures).collect(engine="streaming").row(0, named=True)
    keys = ("present", "constant", "distinct", "infinite")
    summaries = {name: {key: row.get(f"{i} {key}") for key in keys} for i, name in enumerate(types)}
    for name, summary in summaries.items():
        if summary["infinite"]:
            raise InputError(
                f"The column {name!r} is infinite in {counted_rows(summary['infinite'])}: empty "
                "these values, replace them by numbers, or name the column in drop_columns."
            )
    return summaries, count_rows(path)


def _measures(column: pl.Expr, kind: ColumnType) -> dict[str, pl.Expr]:
    if kind == "string":
        column = column.cast(pl.String)
        return {"distinct": column.drop_nulls().n_unique(), "present": column.count()}
    infinite = {}
    if kind == "float":
        column = column.cast(pl.Float64).fill_nan(None)
        infinite = {"infinite": column.is_infinite().sum()}
    return {**infinite, "constant": column.min() == column.max(), "present": column.count()}


def _emptiness(summary: dict[str, Any], rows: int) -> tuple[str, str] | None:
    present = summary["present"]
    if present == 0:
        return "no value", "no row has a value"
    if present == rows and (summary["constant"] or summary["distinct"] == 1):
        return "one value", "every row has the same value"
    return None


def _encoding(distinct: int, treatment: Treatment) -> Encoding:
    if treatment.most_codes is None or distinct <= treatment.most_codes:
        return "codes"
    several = treatment.encoding != "target" and distinct > treatment.max_categories
    return "codes and target means" if several else "target means"


def _is_distinct_text(kind: str, summary: dict[str, Any], identifier_share: float) -> bool:
    if kind != "string" or summary["distinct"] < IDENTIFIER_MINIMUM:
        return False
    return bool(summary["distinct"] > identifier_share * summary["present"])


def _distinct_text(
    path: str | Path, name: str, summary: dict[str, Any], treatment: Treatment
) -> DroppedColumn | None:
    """Return why a column of different texts is left out, or None where its words teach."""
    values = pl.scan_parquet(path).select(pl.col(name).cast(pl.String)).drop_nulls()
    texts = sampled(values.collect(engine="streaming").to_series())
    figures = f"{summary['distinct']:,} distinct values in {counted_rows(summary['present'])}"
    if not is_prose(texts):
        return DroppedColumn(name, "identifier", f"looks like an identifier: {figures}")
    if not treatment.text_features:
        return DroppedColumn(name, "free text", f"is free text: {figures}")
    words = recurring_words(texts, LEAST_TEXTS)
    if words >= LEAST_WORDS:
        return None
    few = f"{figures}, and {words} words that stand in {LEAST_TEXTS} of them"
    return DroppedColumn(name, "free text", f"is free text: {few}")
