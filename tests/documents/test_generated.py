"""Parts of the documents that are made from the source are what the source says."""

from types import ModuleType

import pytest

from tests.documents import component_contracts, registry_reference


@pytest.mark.parametrize(
    "source", [component_contracts, registry_reference], ids=lambda module: module.PAGE.name
)
def test_generated_parts_are_up_to_date(source: ModuleType) -> None:
    """Making the document anew changes nothing; `make docs` writes it."""
    assert source.page() == source.PAGE.read_text("utf-8"), "run: make docs"
