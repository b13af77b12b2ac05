"""Tables of runs in the terminal."""

import sys
from collections.abc import Mapping
from typing import Final

from rich.console import Console

WIDE: Final = 200
COLORS: Final[Mapping[str, str]] = {
    "SUCCEEDED": "green",
    "CACHED": "green",
    "FAILED": "red",
    "CANCELED": "yellow",
    "TERMINATED": "yellow",
    "INTERRUPTED": "yellow",
    "KILLED": "red",
}


def table_console() -> Console:
    """Return a console for tables; a pipe or a file is as wide as they need."""
    return Console() if sys.stdout.isatty() else Console(width=WIDE)


def colored(state: str | None) -> str:
    """Return a state in the colour that it has in every table."""
    color = COLORS.get(state or "")
    return f"[{color}]{state}[/]" if color else str(state)
