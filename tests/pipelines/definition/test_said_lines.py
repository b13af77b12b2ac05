"""What a run says of its outcome."""

from io import StringIO

from rich.console import Console

from pipelines.definition.said_lines import say

TEXT = "ROC AUC is 0.0052 worse than that of version 1, [dim] by [chance]"


def _printed(is_terminal: bool) -> list[str]:
    written = StringIO()
    console = Console(file=written, width=30, force_terminal=is_terminal, color_system=None)
    say(console, "·", TEXT)
    return written.getvalue().splitlines()


def test_a_long_sentence_stays_below_itself_in_a_terminal() -> None:
    """Its further lines do not begin in the first column."""
    first, *others = _printed(is_terminal=True)
    assert first.startswith("  · ROC AUC is")
    assert others
    assert all(line.startswith("    ") and line.strip() for line in others)


def test_a_sentence_is_one_line_in_a_file() -> None:
    """Scripts find all of it by its line, whatever it has in brackets."""
    assert _printed(is_terminal=False) == [f"  · {TEXT}"]
