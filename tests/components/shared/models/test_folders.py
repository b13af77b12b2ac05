"""Model folders."""

import dataclasses
import json
import pickle
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from components.shared.digests import file_digest, folder_digest
from components.shared.errors import DigestMismatchError, InputError
from components.shared.models import joblib_folders
from components.shared.models.description import ColumnProfile, InputColumn, ModelDescription
from components.shared.models.folders import load_model
from components.train_model.saving import save_model

FRAME = pd.DataFrame({"x": [0.0, 1.0, 2.0], "z": [1.0, 0.0, 1.0]})


def fitted() -> Pipeline:
    """Return a small fitted pipeline."""
    return make_pipeline(StandardScaler(), LinearRegression()).fit(FRAME, [1.0, 2.0, 4.0])


def description(**changes: object) -> ModelDescription:
    """Return a description of that pipeline."""
    columns = (InputColumn("x", "float", nullable=False), InputColumn("z", "float", nullable=True))
    return dataclasses.replace(
        ModelDescription(
            task="regression",
            estimator="linear_regression",
            hyperparameters={},
            target="y",
            classes=None,
            features=columns,
            seed=42,
            versions={"scikit-learn": sklearn.__version__},
            training_data={"digest": "d", "rows": 3},
            profile={"x": ColumnProfile("float", 0.0, quantiles=(0.0, 2.0))},
            dropped_columns=({"name": "id", "reason": "named in drop_columns"},),
        ),
        **changes,  # type: ignore[arg-type]
    )


def test_model_comes_back_as_it_was(tmp_path: Path) -> None:
    """Pipeline, description and digest survive the folder."""
    pipeline = fitted()
    digest = save_model(tmp_path / "model", pipeline, description())
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.pipeline.predict(FRAME), pipeline.predict(FRAME))
    assert dataclasses.replace(loaded.description, files={}) == description()
    assert loaded.digest == digest == folder_digest(tmp_path / "model")


def test_model_replaces_the_one_that_was_there(tmp_path: Path) -> None:
    """Saving again leaves the new folder alone, without remains of either."""
    save_model(tmp_path / "model", fitted(), description(seed=1))
    (tmp_path / "model" / "stray").touch()
    save_model(tmp_path / "model", fitted(), description(seed=2))
    assert load_model(tmp_path / "model").description.seed == 2
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert not (tmp_path / "model" / "stray").exists()


def test_failed_save_leaves_the_old_model(tmp_path: Path) -> None:
    """What cannot be written whole is not written."""
    digest = save_model(tmp_path / "model", fitted(), description())
    with pytest.raises(ValueError, match="JSON"):
        save_model(
            tmp_path / "model",
            fitted(),
            description(profile={"x": ColumnProfile("float", float("nan"))}),
        )
    assert load_model(tmp_path / "model").digest == digest
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


class Bomb:
    """Runs code when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.trace,)


def test_changed_bytes_are_not_unpickled(tmp_path: Path) -> None:
    """A pickle that is not the one described never runs."""
    save_model(tmp_path / "model", fitted(), description())
    (tmp_path / "model" / "model.joblib").write_bytes(pickle.dumps(Bomb(tmp_path / "ran")))
    with pytest.raises(DigestMismatchError, match=r"model\.joblib"):
        load_model(tmp_path / "model")
    assert not (tmp_path / "ran").exists()


def test_another_minor_version_is_refused_unless_allowed(tmp_path: Path) -> None:
    """scikit-learn's minor version must be that of training; the patch version need not."""
    major, minor = sklearn.__version__.split(".")[:2]
    save_model(
        tmp_path / "other",
        fitted(),
        description(versions={"scikit-learn": f"{major}.{int(minor) + 1}.0"}),
    )
    with pytest.raises(InputError, match="written with scikit-learn"):
        load_model(tmp_path / "other")
    assert load_model(tmp_path / "other", allow_version_mismatch=True).pipeline
    save_model(
        tmp_path / "patch", fitted(), description(versions={"scikit-learn": f"{major}.{minor}.99"})
    )
    assert load_model(tmp_path / "patch").pipeline


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / "model.json").unlink(), "is not a model: it has no model.json"),
        (lambda folder: (folder / "model.joblib").unlink(), r"model\.joblib is missing"),
        (lambda folder: (folder / "model.json").write_text("{"), "not valid JSON"),
        (lambda folder: (folder / "model.json").write_text("[]"), "format 1"),
        (lambda folder: (folder / "model.json").write_text('{"format": 2}'), "format 1"),
        (lambda folder: (folder / "model.json").write_text('{"format": 1}'), "lacks a field"),
    ],
)
def test_broken_folders_are_explained(tmp_path: Path, change: object, message: str) -> None:
    """A folder that is no model says what it lacks."""
    save_model(tmp_path / "model", fitted(), description())
    change(tmp_path / "model")  # type: ignore[operator]
    with pytest.raises(InputError, match=message):
        load_model(tmp_path / "model")


def test_missing_folder_is_explained(tmp_path: Path) -> None:
    """A path to nothing, or to a file, is no model."""
    (tmp_path / "file").touch()
    for name in ("nothing", "file"):
        with pytest.raises(InputError, match="is not a model"):
            load_model(tmp_path / name)


def test_json_is_sorted_and_strict(tmp_path: Path) -> None:
    """model.json has its keys in order, and no NaN."""
    save_model(tmp_path / "model", fitted(), description())
    text = (tmp_path / "model" / "model.json").read_text()
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"


def test_a_pickle_of_joblibs_own_form_loads(tmp_path: Path) -> None:
    """What earlier versions wrote, with arrays beside the pickle, is read as it was."""
    path = tmp_path / "model.joblib"
    joblib.dump(fitted(), path, protocol=5)
    loaded = joblib_folders.load(path, file_digest(path))
    assert list(loaded.predict(FRAME)) == list(fitted().predict(FRAME))
