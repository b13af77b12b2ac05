"""The service as a process, before it serves."""

from pathlib import Path

import pytest

from registry_service import server
from registry_service.__main__ import main
from tests.registry_service.running import free_port


def test_a_database_that_is_not_there_ends_it_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without its database the service ends with the reason, and shows no traceback."""
    url = f"postgresql://registry:hidden@127.0.0.1:{free_port()}/registry"
    monkeypatch.setenv("REGISTRY_DATABASE_URL", url)
    monkeypatch.setattr(server, "DATABASE_SECONDS", 0)
    assert main(["--data", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: the registry's database cannot be used: ")
    assert error.count("\n") == 1
