"""What `model.json` says of a model: everything but the fitted pipeline itself.

Imports the standard library only: who registers or shows a model need not load it.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from components.shared.errors import InputError

FORMAT: Final = 1
DESCRIPTION_FILE: Final = "model.json"
PIPELINE_FILE: Final = "model.joblib"
TRAINED_ON_FILE: Final = "trained_on.npy"


@dataclass(frozen=True)
class InputColumn:
    """A column that a model reads: its name, our type name, and whether values were missing."""

    name: str
    type: str
    nullable: bool


@dataclass(frozen=True)
class ColumnProfile:
    """What a column of the training data was like: what later rows are compared with.

    Attributes:
        type: Our type name.
        nulls: Fraction of rows without a value.
        categories: Number of rows by value, the most frequent first, at most 100; of strings,
            booleans and classes that have a value, but not of texts.
        other: Number of rows with any other value; where there are `categories`.
        quantiles: Values at 0, 0.05, …, 1, of numbers and dates that have a value; each of them
            occurs; dates in ISO 8601.
        below: Number of rows with a lesser value, by quantile; None in models trained before
            profiles had it, as `up_to`.
        up_to: Number of rows with at most that value, by quantile.
        decimals: Of numbers, how many decimals they all have at the most; None where these are
            more than `MOST_DECIMALS` of `profiles.py`, as those of measured or computed values.
    """

    type: str
    nulls: float
    categories: Mapping[str, int] | None = None
    other: int | None = None
    quantiles: tuple[Any, ...] | None = None
    below: tuple[int, ...] | None = None
    up_to: tuple[int, ...] | None = None
    decimals: int | None = None

    def content(self) -> dict[str, Any]:
        """Return what `model.json` holds of it: what it has."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Take it from what `content` returned, after JSON."""
        lists = {name: tuple(each) for name, each in content.items() if isinstance(each, list)}
        return cls(**{**content, **lists})


@dataclass(frozen=True)
class TrainedOn:
    """What the hashes in `trained_on.npy` are of; `trained_on` makes and reads them.

    Attributes:
        columns: The columns that are hashed, with the kind of their values.
        entity: Whether they tell whose row it is, and are not all columns of the table.
        key: What makes these hashes others than those of another table, 16 hexadecimal digits.
        share: Which part of the hashes is kept, chosen by themselves.
    """

    columns: dict[str, str]
    entity: bool
    key: str
    share: float


@dataclass(frozen=True)
class Calibration:
    """Whether the probabilities of a classifier were calibrated, and why.

    Attributes:
        asked: `auto`, `sigmoid` or `isotonic`.
        method: `sigmoid`, `isotonic`, or `none` where `auto` left them as they were.
        reason: Why, a sentence.
        folds: Number of folds of the cross-validation; 0 where there was none.
        log_loss: Cross-validated log loss by method; empty where there was none.
    """

    asked: str
    method: str
    reason: str
    folds: int = 0
    log_loss: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelDescription:
    """The content of `model.json`.

    It holds no time and no place, so that the same data, seed and versions give the same bytes.

    Attributes:
        task: `binary`, `multiclass` or `regression`.
        estimator: Name of the estimator in our allow-list.
        hyperparameters: Those that differ from the library's defaults.
        target: Name of the target column.
        classes: Class labels in the order of the columns of `predict_proba`; None for regression.
        features: Raw columns that the pipeline reads.
        seed: Seed of the estimator.
        versions: Version by the name of the library; `python` and this package among them.
        training_data: `digest` and number of `rows` of the table that the model was trained on.
        profile: Reference profile of the raw training data by column.
        class_weight: `balanced`, or weight by class label; None for equal weights.
        sample_weight_column: Column that weighted the rows in training.
        dropped_columns: Columns that the model does not read, as `name`, `kind` and `reason`.
        readers: How raw values of each column are read, as `raw_rows.ColumnReader.parse` takes it.
        choice: How the estimator was chosen, as `choices.ChoiceRecord.content` returns it; None
            where it was named.
        plan_refusal: Why the folder has no `plan.json`; empty where it has one, or is older.
        trained_on: What `trained_on.npy` holds of the training rows; None in folders without it.
        calibration: How probabilities were calibrated; None where nobody asked for it.
        files: `sha256` and `size` of each other file in the folder; filled in by `save_model`.
    """

    task: str
    estimator: str
    hyperparameters: dict[str, Any]
    target: str
    classes: list[Any] | None
    features: tuple[InputColumn, ...]
    seed: int
    versions: dict[str, str]
    training_data: dict[str, Any]
    profile: dict[str, ColumnProfile]
    class_weight: str | dict[str, float] | None = None
    sample_weight_column: str | None = None
    dropped_columns: tuple[dict[str, str], ...] = ()
    readers: tuple[dict[str, Any], ...] = ()
    choice: dict[str, Any] | None = None
    plan_refusal: str = ""
    trained_on: TrainedOn | None = None
    calibration: Calibration | None = None
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the text of `model.json`: keys sorted, and a line feed at its end."""
        content = {"format": FORMAT, **dataclasses.asdict(self)}
        content["profile"] = {name: column.content() for name, column in self.profile.items()}
        return json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n"


def read_description(folder: str | Path) -> ModelDescription:
    """Read `model.json` of a model folder; nothing is unpickled.

    Raises:
        InputError: The folder holds no model, or one of another format.
    """
    path = Path(folder) / DESCRIPTION_FILE
    try:
        content = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{folder} is not a model: it has no {DESCRIPTION_FILE}. "
            "Name the folder that train_model wrote."
        ) from error
    except ValueError as error:
        raise InputError(f"{path} is not valid JSON: {error}. Take the model anew.") from error
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise InputError(
            f"{path} is not of format {FORMAT}, the only one that this version reads: "
            "use the version of kfp-tabular that wrote it, or train the model again."
        )
    try:
        features = tuple(InputColumn(**column) for column in content.pop("features"))
        dropped = tuple(content.pop("dropped_columns", ()))
        readers = tuple(content.pop("readers", ()))
        profile = {name: ColumnProfile.of(each) for name, each in content.pop("profile").items()}
        trained_on = content.pop("trained_on", None)
        calibration = content.pop("calibration", None)
        return ModelDescription(
            trained_on=trained_on and TrainedOn(**trained_on),
            calibration=calibration and Calibration(**calibration),
            features=features,
            dropped_columns=dropped,
            readers=readers,
            profile=profile,
            **content,
        )
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{path} lacks a field or has one too many: {error}. Take the model anew."
        ) from error
