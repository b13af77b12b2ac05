"""Models that several tests of plans ask."""

from pathlib import Path

import pytest

from tests.components.planned_models import Planned, planned


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the session, for models that are trained once."""
    return tmp_path_factory.mktemp("planned")


@pytest.fixture(scope="session")
def birds(folder: Path) -> Planned:
    """A boosting of two classes, of dates, texts and numbers with gaps."""
    return planned(folder, "birds", "hist_gradient_boosting")
