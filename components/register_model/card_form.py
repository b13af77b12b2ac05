"""The form of a model card, as Markdown to be filled in and as HTML to be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.shared.reports.rendering import render

TEMPLATE: Final = Path(__file__).parent / "model_card.html.j2"
TO_WRITE: Final = "To be written by a person"


@dataclass(frozen=True)
class Rows:
    """A table: its heads, none for names with their values, and its rows."""

    rows: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of a card.

    Attributes:
        title: What it is about.
        asked_by: The point of Annex IV that asks for it; empty: none does by itself.
        told: What is known, tables and sentences.
        to_write: What a person has to write, a question each.
    """

    title: str
    asked_by: str
    told: tuple[Rows | str, ...] = ()
    to_write: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelCard:
    """A model card, as Markdown and as HTML."""

    title: str
    sections: tuple[Section, ...]

    @property
    def open_fields(self) -> int:
        """How many fields a person has to write."""
        return sum(len(section.to_write) for section in self.sections)

    def to_markdown(self) -> str:
        """Return it as Markdown, to be filled in."""
        return "\n".join(self._lines()) + "\n"

    def to_html(self) -> str:
        """Return it as one page that fetches nothing."""
        return render(TEMPLATE, card=self, to_write=TO_WRITE, is_table=_is_table)

    def _lines(self) -> Iterator[str]:
        yield f"# {_escaped(self.title)}"
        yield ""
        yield (
            f"{self.open_fields} fields are for a person to write: search for “{TO_WRITE}”. The "
            "others were measured, or follow from how the model was made."
        )
        for section in self.sections:
            yield from ("", f"## {section.title}", "")
            if section.asked_by:
                yield from (f"*EU AI Act, {section.asked_by}*", "")
            for part in section.told:
                yield from (_table(part) if isinstance(part, Rows) else (_escaped(part), ""))
            for question in section.to_write:
                yield from (f"**{question}**", "", f"> [{TO_WRITE}]", "")


def _is_table(part: Rows | str) -> bool:
    return isinstance(part, Rows)


def _table(table: Rows) -> Iterator[str]:
    heads = table.heads or ("", "")
    yield f"| {' | '.join(map(_escaped, heads))} |"
    yield f"|{'---|' * len(heads)}"
    for row in table.rows:
        yield f"| {' | '.join(map(_escaped, row))} |"
    yield ""


def _escaped(text: str) -> str:
    """Return a text that is no markup, whatever is in it, on one line."""
    one_line = " ".join(text.split())
    return re.sub(r"([\\`*_{}\[\]<>|&#~])", r"\\\1", one_line)
