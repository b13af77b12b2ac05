"""A model to watch."""

import pytest

from tests.components.detect_drift.watched import Watched, watch
from tests.components.model_folders import Trained


@pytest.fixture(name="watched", scope="session")
def watched_model(binary_model: Trained, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """A classifier of the bird strikes as a registry hands it out."""
    return watch(binary_model, tmp_path_factory.mktemp("watched"))
