"""The notes of a run as its end shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from rich.markup import escape
from rich.table import Table

from components.shared.reports.notes import Kind, Note, together

MOST_COLUMNS = 10
MOST_LINES = 20
IN_ONE_LINE: Final[tuple[Kind, ...]] = ("left out", "used as")


def note_lines(notes: Iterable[Note]) -> list[tuple[str, str]]:
    """Return what to print of notes: the kind of each line, and its text.

    What was left out is one line: `id (identifier), 3 rows without a value of the target`. So is
    what is used as something else: `city (target means), comment (words)`. Every other note is a
    line of its own, as far as there are no more than twenty. What is odd about a column is no news
    where it is left out anyway.
    """
    grouped = _without_moot(together(notes))
    lines = list[tuple[str, str]]()
    for kind in IN_ONE_LINE:
        if told := [_in_brackets(note) for note in grouped if note.kind == kind]:
            lines.append((kind, ", ".join(told)))
    others = [note for note in grouped if note.kind not in IN_ONE_LINE]
    # Decisions of ours first: they are few, and warnings may be many.
    others.sort(key=lambda note: note.kind == "warning")
    lines += [(note.kind, note.sentence(MOST_COLUMNS)) for note in others[:MOST_LINES]]
    if len(others) > MOST_LINES:
        left = len(others) - MOST_LINES
        lines.append(("warning", f"{left:,} further notes are in the reports and with --json"))
    return lines


def _without_moot(notes: Sequence[Note]) -> list[Note]:
    """Return the notes without warnings about columns that are left out."""
    gone = {name for note in notes if note.kind == "left out" for name in note.columns}
    found = []
    for note in notes:
        kept = tuple(name for name in note.columns if name not in gone)
        if note.kind != "warning" or not note.columns:
            found.append(note)
        elif kept or note.more:
            found.append(replace(note, columns=kept))
    return found


def note_table(notes: Iterable[Note]) -> Table:
    """Return what `note_lines` returns as a table for the terminal."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    table.add_column()
    # A long path goes over lines, and is not cut.
    table.add_column(overflow="fold")
    for kind, text in note_lines(notes):
        colour = "yellow" if kind == "warning" else "dim"
        table.add_row(f"[{colour}]{kind}[/]", escape(text))
    return table


def _in_brackets(note: Note) -> str:
    if not note.columns:
        return note.text
    more = note.more + max(len(note.columns) - MOST_COLUMNS, 0)
    names = ", ".join(note.columns[:MOST_COLUMNS])
    return f"{names}{f' and {more:,} more' if more else ''} ({note.text})"
