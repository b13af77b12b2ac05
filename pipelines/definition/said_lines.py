"""A sentence of what a run came to, behind a mark."""

from rich.console import Console
from rich.table import Table
from rich.text import Text


def say(console: Console, mark: str, text: str) -> None:
    """Print a sentence behind a mark: in a terminal its further lines stand below its first.

    Where nobody reads along, in a file or a pipe, it stays one line.
    """
    if not console.is_terminal:
        console.print(f"  {mark} {text}", highlight=False, markup=False, soft_wrap=True)
        return
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row(f"  {mark}", Text(text))
    console.print(table)
