"""What a run says of what it left out, assumed and found odd."""

from components.shared.reports.notes import NOTES, Note, notes_metadata
from pipelines.definition.note_lines import MOST_LINES, note_lines
from pipelines.definition.outputs import RunOutputs, StepOutputs


def test_what_is_left_out_or_used_otherwise_is_one_line() -> None:
    """Columns are named with what they are, then rows; warnings come last, one a line."""
    notes = [
        Note("warning", "has another value in nearly every row", ("name",)),
        Note("left out", "identifier", ("id",)),
        Note("left out", "free text", ("comment",)),
        Note("left out", "3 rows without a value of the target"),
        Note("used as", "target means", ("city", "plane")),
        Note("used as", "words", ("remark",)),
        Note("assumed", "the positive class is 'yes' (it says so)"),
    ]
    assert note_lines(notes) == [
        (
            "left out",
            "id (identifier), comment (free text), 3 rows without a value of the target",
        ),
        ("used as", "city, plane (target means), remark (words)"),
        ("assumed", "the positive class is 'yes' (it says so)"),
        ("warning", "name: has another value in nearly every row"),
    ]


def test_what_is_odd_about_columns_that_are_left_out_is_no_news() -> None:
    """The warning names the other columns alone; what is odd about the table stays."""
    notes = [
        Note("left out", "no value", ("empty", "void")),
        Note("warning", "has no value at all", ("empty",)),
        Note("warning", "has infinite values", ("void", "speed")),
        Note("warning", "3 rows with the values of an earlier row"),
    ]
    assert note_lines(notes)[1:] == [
        ("warning", "speed: has infinite values"),
        ("warning", "3 rows with the values of an earlier row"),
    ]


def test_many_notes_are_counted() -> None:
    """A screen is not flooded, and what is not shown is counted."""
    lines = note_lines([Note("warning", f"odd {number}") for number in range(MOST_LINES + 5)])
    assert lines[-1][1].startswith("5 further notes")


def test_a_note_on_two_artifacts_is_told_once() -> None:
    """Both sides of a split carry its notes; the run says them once."""
    split = {NOTES: notes_metadata([Note("left out", "2 rows without a value of the target")])}
    steps = {"split_table": StepOutputs(metadata={"train": split, "test": split, "other": {}})}
    assert len(RunOutputs(steps, lambda uri: None).notes) == 1
