"""The client of Weights & Biases as its image has it: beside our packages, after them."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.environments import ROOT, environment
from tests.mlflow.conftest import evaluated_model, model_with_dates

LOCK: Final = ROOT / "requirements-wandb.lock"

__all__ = ["evaluated_model", "model_with_dates"]


@pytest.fixture(name="program", scope="session")
def wandb_program() -> Path:
    """W&B's command, from an environment of the packages that the image has."""
    return environment("wandb", LOCK) / "bin" / "wandb"


@pytest.fixture(name="client", scope="session")
def importable_client(program: Path) -> Iterator[None]:
    """W&B's client can be imported."""
    (packages,) = program.parents[1].glob("lib/python3*/site-packages")
    sys.path.append(str(packages))
    yield
    sys.path.remove(str(packages))


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine says where W&B is, and nothing of it is left here."""
    for name in [name for name in os.environ if name.startswith("WANDB_")]:
        monkeypatch.delenv(name)
    for name in ("WANDB_CONFIG_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
