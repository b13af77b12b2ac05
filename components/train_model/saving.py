"""Write a model folder: the pickle, what is said of it, and what MLflow needs to load it."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from components.shared.digests import file_digest, folder_digest
from components.shared.models import joblib_folders
from components.shared.models.description import (
    DESCRIPTION_FILE,
    PIPELINE_FILE,
    ModelDescription,
)
from components.train_model.loader_code import loader_code
from components.train_model.mlflow_model import MlflowModel

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

OF_OTHERS = ("lightgbm",)
"""Packages besides scikit-learn that estimators come from."""


def save_model(
    folder: str | Path,
    pipeline: "Pipeline",
    description: ModelDescription,
    further: Mapping[str, bytes] = MappingProxyType({}),
) -> str:
    """Write a model folder, whole or not at all, and return its digest.

    Args:
        folder: Folder to write; one that is there is replaced.
        pipeline: Fitted pipeline that takes raw rows.
        description: What to say of it; its `files` are filled in here.
        further: Content by name of further files.

    Returns:
        SHA-256 of the folder (see `digests.folder_digest`).
    """
    with joblib_folders.written_whole(folder) as partial:
        pickled = joblib_folders.dump(pipeline, partial / PIPELINE_FILE)
        packages = {module.partition(".")[0] for module in pickled.modules}
        libraries = tuple(name for name in OF_OTHERS if name in packages)
        model = MlflowModel(description, loader_code(pickled.modules), libraries)
        files = {PIPELINE_FILE: pickled.entry()}
        for name, content in {**model.files(), **further}.items():
            path = partial / name
            path.write_bytes(content)
            files[name] = _entry(path)
        described = dataclasses.replace(description, files=files)
        (partial / DESCRIPTION_FILE).write_text(described.to_json(), "utf-8")
        return folder_digest(partial)


def _entry(path: Path) -> dict[str, Any]:
    return {"sha256": file_digest(path), "size": path.stat().st_size}
