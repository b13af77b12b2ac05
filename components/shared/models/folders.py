"""Models on disk: a folder with the fitted pipeline and the description of it (`train_model`).

`load_model(folder).pipeline.predict(frame)` takes raw rows as a pandas frame.
"""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from components.shared.digests import folder_digest
from components.shared.errors import InputError
from components.shared.models import joblib_folders
from components.shared.models.description import (
    DESCRIPTION_FILE,
    PIPELINE_FILE,
    InputColumn,
    ModelDescription,
    read_description,
)

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

__all__ = ["InputColumn", "LoadedModel", "ModelDescription", "load_model"]


@dataclass(frozen=True)
class LoadedModel:
    """A model, ready to predict.

    Attributes:
        pipeline: The scikit-learn pipeline: raw rows in, predictions out (see
            `components.shared.features.raw_rows`). It looks columns up by name: their order, and
            columns it does not know, do not matter. The pipeline in `model.joblib` is this one
            without its first step, which reads values as the training table was read.
        description: What `model.json` says.
        digest: Digest of the folder, by which the registry knows the model.
    """

    pipeline: "Pipeline"
    description: ModelDescription
    digest: str


def load_model(folder: str | Path, allow_version_mismatch: bool = False) -> LoadedModel:
    """Load a model folder, having checked its bytes and the version of scikit-learn first.

    The digest in `model.json` finds damage, and a pickle that was exchanged alone. Whoever may
    write both files can run code here: take models from the registry, which compares the digest
    of the folder with the registered one.

    Args:
        folder: Folder that `train_model` wrote.
        allow_version_mismatch: Load even what another minor version of scikit-learn wrote.

    Raises:
        InputError: The folder is no model, or was written with another minor version.
        DigestMismatchError: A file is not the one that `model.json` names.
    """
    folder = Path(folder)
    description = read_description(folder)
    if not allow_version_mismatch:
        joblib_folders.require_same_sklearn(
            description.versions["scikit-learn"],
            version("scikit-learn"),
            f"The model in {folder}",
            "Install that version, train the model again, or pass allow_version_mismatch=True.",
        )
    if PIPELINE_FILE not in description.files:
        raise InputError(f"{folder / DESCRIPTION_FILE} names no {PIPELINE_FILE}: take it anew.")
    pipeline = joblib_folders.load(
        folder / PIPELINE_FILE, description.files[PIPELINE_FILE]["sha256"]
    )
    return LoadedModel(reading(pipeline, description), description, folder_digest(folder))


def reading(pipeline: "Pipeline", description: ModelDescription) -> "Pipeline":
    """Return a pipeline with the step before it that reads raw rows as its description says."""
    if not description.readers:
        return pipeline
    from sklearn.pipeline import Pipeline

    from components.shared.features.raw_rows import ColumnReader, RawRows

    readers = [ColumnReader.parse(content) for content in description.readers]
    return Pipeline([("read", RawRows(readers)), *pipeline.steps])
