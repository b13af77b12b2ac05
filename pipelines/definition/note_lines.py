"""The notes of a run as its end shows them."""

from collections.abc import Iterable
from typing import Final

from components.shared.reports.notes import Kind, Note, together

MOST_COLUMNS = 10
MOST_LINES = 20
IN_ONE_LINE: Final[tuple[Kind, ...]] = ("left out", "used as")


def note_lines(notes: Iterable[Note]) -> list[tuple[str, str]]:
    """Return what to print of notes: the kind of each line, and its text.

    What was left out is one line: `id (identifier), 3 rows without a value of the target`. So is
    what is used as something else: `city (target means), comment (words)`. Every other note is a
    line of its own, as far as there are no more than twenty.
    """
    grouped = together(notes)
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


def _in_brackets(note: Note) -> str:
    if not note.columns:
        return note.text
    more = note.more + max(len(note.columns) - MOST_COLUMNS, 0)
    names = ", ".join(note.columns[:MOST_COLUMNS])
    return f"{names}{f' and {more:,} more' if more else ''} ({note.text})"
