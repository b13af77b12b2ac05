"""One Airflow for the session."""

import pytest

from tests.integrations.airflow.running import Airflow


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    """An Airflow with the wheel of our distribution."""
    return Airflow.made(tmp_path_factory.mktemp("airflow"))
