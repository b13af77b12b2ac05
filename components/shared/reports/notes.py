"""What a step left out, assumed or found odd: told where the user looks, not in the report alone.

Imports the standard library only: commands that show notes of a run load nothing for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

NOTES: Final = "notes"
"""Name of the notes in the metadata of an artifact."""

MOST_NOTES: Final = 100
MOST_COLUMNS: Final = 50

VIOLATION: Final = "violation"

Kind = Literal["violation", "left out", "used as", "warning", "assumed", "read as missing"]
"""`violation`: a rule that is broken. `left out`: rows or columns that the model does not see.
`used as`: columns of which the model sees something else: target means, or the words of texts.
`warning`: something to look at. `assumed`: a decision of ours that the user may want to take.
`read as missing`: values that are none of their column's type."""


@dataclass(frozen=True)
class Note:
    """Something that a user should know of a run.

    Attributes:
        kind: What sort of thing it is.
        text: The sentence, without its subject where there are columns.
        columns: The columns that it is about, at most 50 of them; none for the table or the run.
        more: How many further columns it is about.
    """

    kind: Kind
    text: str
    columns: tuple[str, ...] = ()
    more: int = 0

    def sentence(self, most: int = 10) -> str:
        """Return the note as one line, with at most so many names of columns."""
        if not self.columns:
            return self.text
        names = ", ".join(self.columns[:most])
        more = self.more + max(len(self.columns) - most, 0)
        return f"{names}{f' and {more:,} more' if more else ''}: {self.text}"


def together(notes: Iterable[Note]) -> list[Note]:
    """Return the notes with those of the same kind and text as one, in their order."""
    columns: dict[tuple[Kind, str], list[str]] = {}
    for note in notes:
        columns.setdefault((note.kind, note.text), []).extend(note.columns)
    return [
        Note(kind, text, tuple(names[:MOST_COLUMNS]), max(len(names) - MOST_COLUMNS, 0))
        for (kind, text), names in columns.items()
    ]


def notes_metadata(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Return notes as the metadata of an artifact holds them, of bounded size."""
    grouped = together(notes)
    told = grouped[:MOST_NOTES]
    if len(grouped) > MOST_NOTES:
        left = f"{len(grouped) - MOST_NOTES:,} further notes are in the report of the step alone"
        told.append(Note("warning", left))
    return [asdict(note) for note in told]


def read_notes(metadata: Mapping[str, Any]) -> list[Note]:
    """Return the notes in the metadata of an artifact; none where it has none.

    Numbers of metadata may have become floats on their way through a cluster.
    """
    return [
        replace(
            Note(**{**note, "columns": tuple(note.get("columns", ()))}),
            more=int(note.get("more", 0)),
        )
        for note in metadata.get(NOTES, ())
    ]
