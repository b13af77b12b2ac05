"""How test rows were chosen, as people read it."""

from collections.abc import Mapping
from typing import Any, Final

NO_NEWS: Final[tuple[Any, ...]] = (None, "", 0, [], ())
"""What says nothing beside the name of a setting: a seed of 0 does."""


def split_text(split: Mapping[str, Any]) -> str:
    """Return what `split_table` told of the test rows: `stratified (test size 0.2, seed 42)`.

    Args:
        split: The strategy and the settings that it has; empty: unknown, which is an empty text.
    """
    told = dict(split)
    strategy = str(told.pop("strategy", ""))
    if not strategy:
        return ""
    settings = [
        f"{name.replace('_', ' ')} {_shown(value)}"
        for name, value in told.items()
        if name != strategy and (name == "seed" or value not in NO_NEWS)
    ]
    if told.get(strategy):
        strategy = f"by {strategy} {_shown(told[strategy])}"
    return f"{strategy} ({', '.join(settings)})" if settings else strategy


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
