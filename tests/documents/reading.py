"""The Markdown documents of the repository: their snippets, headings and links."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipelines.definition import catalog

FOLDERS = ("docs", "manifests", "data", "examples")
DOCUMENTS = sorted(
    [
        *catalog.ROOT.glob("*.md"),
        *(path for folder in FOLDERS for path in (catalog.ROOT / folder).rglob("*.md")),
    ]
)
NOT_RUN = "no-run"
OUTPUT = "output"
_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Snippet:
    """A fenced block of a document.

    Attributes:
        document: file that it stands in.
        line: line of its fence, from 1.
        language: first word of the fence, "" for none.
        reason: why it is not run; "" where it is.
        mark: `no-run`, `output` for what the snippet before it prints, or "".
        code: what stands between the fences.
    """

    document: Path
    line: int
    language: str
    reason: str
    mark: str
    code: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(catalog.ROOT)}:{self.line}"


def snippets(document: Path) -> Iterator[Snippet]:
    """Yield every fenced block of `document`, in its order."""
    for token in _tokens(document):
        if token.type == "fence":
            language, _, rest = token.info.strip().partition(" ")
            mark, _, reason = rest.partition(":")
            line = (token.map or [0])[0] + 1
            yield Snippet(document, line, language, reason.strip(), mark.strip(), token.content)


def anchors(document: Path) -> set[str]:
    """Return what a link may name behind `#`: a heading, written as GitHub writes it there."""
    tokens = _tokens(document)
    headings = [
        "".join(child.content for child in content.children or [])
        for opening, content in itertools.pairwise(tokens)
        if opening.type == "heading_open"
    ]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(document: Path) -> Iterator[str]:
    """Yield the address of every link and image of `document`."""
    for token in _tokens(document):
        for child in token.children or []:
            address = child.attrGet("href") or child.attrGet("src")
            if address:
                yield str(address)


def inline_code(document: Path) -> Iterator[str]:
    """Yield every `piece of code` in the prose and tables of `document`."""
    for token in _tokens(document):
        for child in token.children or []:
            if child.type == "code_inline":
                yield child.content


def _tokens(document: Path) -> list[Token]:
    return _PARSER.parse(document.read_text("utf-8"))
