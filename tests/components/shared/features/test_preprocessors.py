"""Preprocessor folders."""

from pathlib import Path

import pytest
import sklearn
from sklearn.compose import ColumnTransformer

from components.shared.errors import InputError
from components.shared.features.preprocessors import (
    PreprocessorDescription,
    load_preprocessor,
    save_preprocessor,
)
from components.shared.models.description import InputColumn


def description(version: str = sklearn.__version__) -> PreprocessorDescription:
    """Return a description of a transformer of two columns."""
    return PreprocessorDescription(
        target="y",
        sample_weight_column=None,
        treatment={"family": "trees"},
        inputs=(InputColumn("x", "float", nullable=True),),
        dropped=({"name": "id", "kind": "drop_columns", "reason": "named in drop_columns"},),
        encodings={"color": "codes"},
        features=("x", "color"),
        codes={"color": 3},
        rows=4,
        versions={"scikit-learn": version},
    )


def test_preprocessor_comes_back_as_it_was(tmp_path: Path) -> None:
    """Transformer and description survive the folder."""
    transformer = ColumnTransformer([("numeric", "passthrough", ["x"])])
    written = save_preprocessor(tmp_path / "p", transformer, description())
    loaded = load_preprocessor(tmp_path / "p")
    assert loaded.description == written
    assert loaded.transformer.get_params()["transformers"] == transformer.transformers


def test_positions_of_codes_follow_the_features() -> None:
    """Codes are found by their place among the features."""
    assert description().code_positions() == {1: 3}


def test_another_minor_version_is_refused(tmp_path: Path) -> None:
    """Both steps must run with the same scikit-learn."""
    save_preprocessor(tmp_path / "p", ColumnTransformer([]), description("0.1.0"))
    with pytest.raises(InputError, match="same image"):
        load_preprocessor(tmp_path / "p")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is not a preprocessor"),
        ("{", "run it again"),
        ("[]", "run it again"),
        ('{"format": 9}', "another format"),
        ('{"format": 1}', "run it again"),
    ],
)
def test_broken_folders_are_explained(tmp_path: Path, text: str | None, message: str) -> None:
    """A folder that is no preprocessor says so."""
    if text is not None:
        (tmp_path / "preprocessor.json").write_text(text)
    with pytest.raises(InputError, match=message):
        load_preprocessor(tmp_path)
