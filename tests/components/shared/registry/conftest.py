"""A client of a running registry, and things to register."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from components.shared.registry.client import Receipt, RegistryClient

Register = Callable[..., Receipt]


@pytest.fixture(name="client")
def registry_client(registry_url: str) -> Iterator[RegistryClient]:
    """A client of the running registry."""
    with RegistryClient(registry_url, retries=2) as client:
        yield client


@pytest.fixture(name="folder")
def model_folder(tmp_path: Path) -> Path:
    """A folder with bytes of its own, one file in a sub-folder."""
    folder = tmp_path / "model"
    (folder / "more").mkdir(parents=True)
    (folder / "model.json").write_text(uuid.uuid4().hex)
    (folder / "more" / "weights.bin").write_bytes(uuid.uuid4().bytes * 100_000)
    return folder


@pytest.fixture(name="name")
def model_name() -> str:
    """A model name that no other test uses."""
    return f"model-{uuid.uuid4().hex}"


@pytest.fixture(name="register")
def register_version(client: RegistryClient, folder: Path, name: str) -> Register:
    """Registers the folder as the next version of the model, with what the body adds."""

    def register(**body: Any) -> Receipt:
        # Bytes that are a version already would be that version.
        (folder / "model.json").write_text(uuid.uuid4().hex)
        return client.register({"model": {"name": name}, **body}, folder, uuid.uuid4().hex)

    return register
