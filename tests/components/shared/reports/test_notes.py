"""What a user should know of a run, as artifacts carry it."""

import json

from components.shared.reports.notes import (
    MOST_COLUMNS,
    MOST_NOTES,
    NOTES,
    Note,
    notes_metadata,
    read_notes,
)


def test_notes_survive_their_way_through_metadata() -> None:
    """What a step says is read again from JSON, where a cluster makes floats of numbers."""
    notes = [
        Note("left out", "identifier", ("id",)),
        Note("warning", "5 rows equal an earlier one"),
        Note("assumed", "of many", ("a", "b"), more=3),
    ]
    metadata = json.loads(json.dumps({NOTES: notes_metadata(notes)}))
    metadata[NOTES][2]["more"] = 3.0
    assert read_notes(metadata) == notes


def test_notes_of_one_text_are_one_note_of_many_columns() -> None:
    """A table of a thousand empty columns gives one line, which counts what it does not name."""
    notes = [Note("left out", "no value", (f"c{number}",)) for number in range(1000)]
    (note,) = read_notes({NOTES: notes_metadata(notes)})
    assert (len(note.columns), note.more) == (MOST_COLUMNS, 1000 - MOST_COLUMNS)
    assert note.sentence(2) == "c0, c1 and 998 more: no value"


def test_notes_beyond_the_most_are_counted() -> None:
    """The size of metadata is bounded, and it is said that there is more."""
    notes = [Note("warning", f"odd {number}") for number in range(MOST_NOTES + 7)]
    assert read_notes({NOTES: notes_metadata(notes)})[-1].text.startswith("7 further notes")


def test_artifact_without_notes_has_none() -> None:
    """Artifacts of other steps, and of earlier versions, say nothing."""
    assert read_notes({"rows": 3}) == []
