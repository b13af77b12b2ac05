"""The notes of a run as its end shows them."""

from collections.abc import Iterable

from components.shared.reports.notes import Note, together

MOST_COLUMNS = 10
MOST_LINES = 20


def note_lines(notes: Iterable[Note]) -> list[tuple[str, str]]:
    """Return what to print of notes: the kind of each line, and its text.

    What was left out is one line: `id (identifier), comment (free text), 3 rows without a value of
    the target`. Every other note is a line of its own, as far as there are no more than twenty.
    """
    grouped = together(notes)
    lines = []
    if left_out := [_left_out(note) for note in grouped if note.kind == "left out"]:
        lines.append(("left out", ", ".join(left_out)))
    others = [note for note in grouped if note.kind != "left out"]
    # Decisions of ours first: they are few, and warnings may be many.
    others.sort(key=lambda note: note.kind == "warning")
    lines += [(note.kind, note.sentence(MOST_COLUMNS)) for note in others[:MOST_LINES]]
    if len(others) > MOST_LINES:
        left = len(others) - MOST_LINES
        lines.append(("warning", f"{left:,} further notes are in the reports and with --json"))
    return lines


def _left_out(note: Note) -> str:
    if not note.columns:
        return note.text
    more = note.more + max(len(note.columns) - MOST_COLUMNS, 0)
    names = ", ".join(note.columns[:MOST_COLUMNS])
    return f"{names}{f' and {more:,} more' if more else ''} ({note.text})"
