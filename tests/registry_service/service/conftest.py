"""The registry without HTTP, SQL and disks."""

import pytest

from tests.registry_service.service.use_cases import UseCases


@pytest.fixture
def registry() -> UseCases:
    """An empty registry in memory."""
    return UseCases()
