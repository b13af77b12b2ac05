"""Bring a registered model into a pipeline, its bytes checked."""

from collections.abc import Mapping
from pathlib import Path

from components.shared.errors import InputError
from components.shared.evaluation.prediction_profile import PredictionProfile
from components.shared.models.description import read_description
from components.shared.models.registered import RegisteredModel
from components.shared.registry.client import RegistryClient
from components.shared.registry.decisions import decision_of
from components.shared.registry.intervals import registered_metrics
from components.shared.registry.records import RegisteredVersion


def fetch_model(
    model: str,
    folder: str | Path,
    registered: str | Path,
    *,
    target: str | None = None,
    registry_url: str | None = None,
) -> RegisteredModel:
    """Fetch a version from the registry into a folder.

    Args:
        model: `name@version`, where the version is a name, a number or an alias; without it the
            latest.
        folder: Folder to write; it appears only when every size and digest is right.
        registered: JSON file to write: what the registry says of the version.
        target: What the model is to predict; anything when None.
        registry_url: The registry; `REGISTRY_URL` when None.

    Raises:
        InputError: No registry is named, it has no such version, or that predicts something else.
        DigestMismatchError: A file is not what was registered; nothing is written.
        RegistryError: The registry could not be reached, or refused.
    """
    with RegistryClient.from_environment(registry_url) as registry:
        version = registry.get(model)
        version.download(folder)
    predicted = read_description(folder).target
    if target is not None and predicted != target:
        raise InputError(
            f"{version.model_name} version {version.version} predicts {predicted!r}, not "
            f"{target!r} (parameter `target`): name that column, or another model."
        )
    found = RegisteredModel(
        *(version.model_name, version.version, version.digest, registered_metrics(version)),
        predictions=_predictions(version),
        decision=decision_of(version.properties),
    )
    Path(registered).parent.mkdir(parents=True, exist_ok=True)
    Path(registered).write_text(found.to_json(), "utf-8")
    return found


def _predictions(version: RegisteredVersion) -> PredictionProfile | None:
    """Return what `register_model` kept of its predictions; others register what they like."""
    schema = version.schema if isinstance(version.schema, Mapping) else {}
    try:
        return PredictionProfile.of(schema["predictions"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
