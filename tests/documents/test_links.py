"""Links between documents lead somewhere."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pipelines.definition import catalog
from tests.documents.reading import DOCUMENTS, anchors, links

LINKS = [
    pytest.param(document, address, id=f"{document.relative_to(catalog.ROOT)}: {address}")
    for document in DOCUMENTS
    for address in sorted(set(links(document)))
    if not urlsplit(address).scheme
]


@pytest.mark.parametrize(("document", "address"), LINKS)
def test_links_inside_the_repository_resolve(document: Path, address: str) -> None:
    """A relative link names a file or folder of the repository, and a heading that is there."""
    parts = urlsplit(address)
    target = (document.parent / unquote(parts.path)).resolve() if parts.path else document
    assert target.exists()
    assert target.is_relative_to(catalog.ROOT)
    if parts.fragment:
        assert parts.fragment in anchors(target)


def test_every_document_is_reached_from_the_readme() -> None:
    """No document lies where nobody finds it: links lead from the README to all of them."""
    found, waiting = set[Path](), [catalog.ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in found or document.suffix != ".md":
            continue
        found.add(document)
        waiting += [
            (document.parent / urlsplit(address).path).resolve()
            for address in links(document)
            if not urlsplit(address).scheme and urlsplit(address).path
        ]
    assert set(DOCUMENTS) <= found
