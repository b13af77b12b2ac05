"""The line that a step has in the terminal, wherever it runs."""

from typing import Final

from rich.markup import escape

STEP_WIDTH: Final = 22


def ended_line(step: str, succeeded: bool, seconds: float, said: str) -> str:
    """Return the line of a step that ended, in rich's mark-up."""
    mark = "[green]✓[/]" if succeeded else "[red]✗[/]"
    about = f"   [dim]{escape(said)}[/]" if said else ""
    return f"  {mark} {step:<{STEP_WIDTH}} {seconds:6.1f} s{about}"
