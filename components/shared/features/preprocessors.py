"""Fitted preprocessors on disk: a folder with the transformer and the description of it."""

import dataclasses
import json
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from components.shared.errors import InputError
from components.shared.models import joblib_folders
from components.shared.models.description import InputColumn

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

FORMAT: Final = 1
DESCRIPTION_FILE: Final = "preprocessor.json"
TRANSFORMER_FILE: Final = "preprocessor.joblib"


@dataclass(frozen=True)
class PreprocessorDescription:
    """The content of `preprocessor.json`.

    Attributes:
        target: Name of the target column, which the transformer does not know.
        sample_weight_column: Name of the column of weights, if any.
        treatment: How columns were treated (see `treatments.Treatment`).
        inputs: Raw columns that the transformer reads.
        dropped: The other columns, as `name`, `kind` and `reason`.
        encodings: What each string column becomes: `codes`, `target means` or `words`.
        features: Names of the output's columns, in order.
        codes: Number of codes by the name of each feature that is a categorical code.
        rows: Number of rows that it was fitted on.
        versions: Version by the name of the library.
        files: `sha256` and `size` of the other file; filled in by `save_preprocessor`.
    """

    target: str
    sample_weight_column: str | None
    treatment: dict[str, Any]
    inputs: tuple[InputColumn, ...]
    dropped: tuple[dict[str, str], ...]
    encodings: dict[str, str]
    features: tuple[str, ...]
    codes: dict[str, int]
    rows: int
    versions: dict[str, str]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def code_positions(self) -> dict[int, int]:
        """Return the number of codes by the position of each feature that is a code, in order."""
        return {
            position: self.codes[name]
            for position, name in enumerate(self.features)
            if name in self.codes
        }

    def to_json(self) -> str:
        """Return the text of `preprocessor.json`: keys sorted, and a line feed at its end."""
        content = {"format": FORMAT, **dataclasses.asdict(self)}
        return json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n"


@dataclass(frozen=True)
class LoadedPreprocessor:
    """A fitted transformer and its description.

    `sklearn.clone` gives it back unfitted, but for target means and words, which stay as they are.
    """

    transformer: "ColumnTransformer"
    description: PreprocessorDescription


def save_preprocessor(
    folder: str | Path, transformer: "ColumnTransformer", description: PreprocessorDescription
) -> PreprocessorDescription:
    """Write a preprocessor folder, whole or not at all; return the description as written."""
    with joblib_folders.written_whole(folder) as partial:
        written = joblib_folders.dump(transformer, partial / TRANSFORMER_FILE)
        described = dataclasses.replace(description, files={TRANSFORMER_FILE: written.entry()})
        (partial / DESCRIPTION_FILE).write_text(described.to_json(), "utf-8")
    return described


def load_preprocessor(folder: str | Path) -> LoadedPreprocessor:
    """Load a preprocessor folder, having checked its bytes and scikit-learn's version first.

    Raises:
        InputError: The folder is no preprocessor, or another minor version wrote it.
        DigestMismatchError: The pickle is not the one that `preprocessor.json` names.
    """
    folder = Path(folder)
    description = read_preprocessor(folder)
    joblib_folders.require_same_sklearn(
        description.versions["scikit-learn"],
        version("scikit-learn"),
        f"The preprocessor in {folder}",
        "Run preprocess_table and train_model with the same image.",
    )
    digest = description.files[TRANSFORMER_FILE]["sha256"]
    return LoadedPreprocessor(joblib_folders.load(folder / TRANSFORMER_FILE, digest), description)


def read_preprocessor(folder: str | Path) -> PreprocessorDescription:
    """Read the description in a preprocessor folder; nothing is unpickled.

    Raises:
        InputError: The folder is no preprocessor.
    """
    path = Path(folder) / DESCRIPTION_FILE
    try:
        content = json.loads(path.read_text("utf-8"))
        if content.pop("format") != FORMAT:
            raise InputError(f"{path} is of another format than {FORMAT}: run preprocess_table.")
        inputs = tuple(InputColumn(**column) for column in content.pop("inputs"))
        for name in ("dropped", "features"):
            content[name] = tuple(content[name])
        return PreprocessorDescription(inputs=inputs, **content)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{path.parent} is not a preprocessor: it has no {path.name}. "
            "Name the folder that preprocess_table wrote."
        ) from error
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not what preprocess_table writes ({error}): run it again."
        ) from error
