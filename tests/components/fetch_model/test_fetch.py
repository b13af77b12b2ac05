"""Bringing registered models into a pipeline."""

import uuid
from pathlib import Path

import pytest

from components.evaluate_model.evaluate import evaluate_model
from components.fetch_model.fetch import fetch_model
from components.register_model.register import register_model
from components.shared.digests import folder_digest
from components.shared.errors import InputError
from components.shared.models.registered import RegisteredModel
from tests.components.model_folders import Trained


def test_a_version_comes_as_it_was_registered(
    binary_model: Trained, tmp_path: Path, registry_url: str
) -> None:
    """Bytes, digest, metrics with intervals and the profile of predictions are as registered."""
    files = [tmp_path / name for name in ("report", "evaluation", "predictions")]
    found = evaluate_model(binary_model.model, binary_model.test, *files)
    name = f"strikes-{uuid.uuid4().hex}"
    register_model(binary_model.model, files[1], name, registry_url=registry_url)
    fetched = fetch_model(
        f"{name}@challenger", tmp_path / "model", tmp_path / "registered", registry_url=registry_url
    )
    assert folder_digest(tmp_path / "model") == fetched.digest == binary_model.digest
    assert fetched.metrics["roc_auc"] == found.metrics["roc_auc"]
    assert fetched.predictions is not None
    assert fetched.predictions == found.prediction_profile
    assert RegisteredModel.read(tmp_path / "registered") == fetched


def test_a_model_that_is_not_there_is_a_mistake(tmp_path: Path, registry_url: str) -> None:
    """The message names the registry, and nothing is written."""
    with pytest.raises(InputError, match=registry_url):
        fetch_model("absent@champion", tmp_path / "m", tmp_path / "r", registry_url=registry_url)
    assert not list(tmp_path.iterdir())
