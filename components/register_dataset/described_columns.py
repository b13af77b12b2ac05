"""What a version says of its columns, which versions are compared by without their rows."""

import math
from pathlib import Path
from typing import Any, Final

from components.shared.models.description import ColumnProfile
from components.shared.models.profiles import profile_table
from components.shared.tables.column_types import column_types

MOST_PROFILES: Final = 500
"""Columns with a profile: a version's description has a few MiB at most."""

MOST_CATEGORIES: Final = 30
LONGEST_CATEGORY: Final = 100


def described_columns(table: str | Path) -> list[dict[str, Any]]:
    """Return name, type and profile of each column; beyond 500 of them without profiles.

    Values of a column are part of its profile only where a few are most of it: names, ids and
    free texts are not.
    """
    types = column_types(table)
    if len(types) > MOST_PROFILES:
        return [{"name": name, "type": kind} for name, kind in types.items()]
    return [
        {
            "name": name,
            "type": profile.type,
            "nullable": profile.nulls > 0,
            "profile": _without_rare_values(profile),
        }
        for name, profile in profile_table(table, types).items()
    ]


def _without_rare_values(profile: ColumnProfile) -> dict[str, Any]:
    content = profile.content()
    del content["type"]
    if profile.categories is None:
        # JSON has no infinite numbers.
        return {name: value for name, value in content.items() if _is_finite(value)}
    kept = dict(list(profile.categories.items())[:MOST_CATEGORIES])
    all_rows = sum(profile.categories.values()) + (profile.other or 0)
    rows = sum(kept.values())
    if rows * 2 < all_rows or any(len(value) > LONGEST_CATEGORY for value in kept):
        kept, rows = {}, 0
    return content | {"categories": kept, "other": all_rows - rows}


def _is_finite(value: Any) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return all(math.isfinite(each) for each in values if isinstance(each, float))
