"""The content of `plan.json`: from raw values to features, and from features to a prediction.

Numbers stand in it as Python writes them, so that reading gives the same floats to the last bit;
null is a missing feature.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from components.shared.errors import InputError

FORMAT: Final = 1
PLAN_FILE: Final = "plan.json"
LEAF: Final = -1

Link = Literal["identity", "exp", "logistic", "softmax", "mean"]


@dataclass(frozen=True)
class NumberFeatures:
    """Features of a number or a boolean: itself, perhaps scaled, and constants after it.

    Attributes:
        missing: All features where it is missing.
        rest: The features after the number itself where it is there.
        scaling: What is subtracted, and what the difference is divided by; None for neither.
    """

    missing: tuple[float, ...]
    rest: tuple[float, ...] = ()
    scaling: tuple[float, float] | None = None


@dataclass(frozen=True)
class TextFeatures:
    """Features of a text, looked up: codes, one-hot columns, means of the target.

    Attributes:
        rows: The different features that there are.
        texts: Which of them a text has.
        unknown: Which of them any other text has.
        missing: Which of them a missing text has.
    """

    rows: tuple[tuple[float, ...], ...]
    texts: Mapping[str, int]
    unknown: int
    missing: int


@dataclass(frozen=True)
class DateFeatures:
    """Features of a date or a datetime, as `features.date_features` makes them.

    Attributes:
        time: Whether the hour is among them.
        cyclic: Whether sines and cosines are.
        missing: All features where it is missing.
        scaling: For each feature what is subtracted, and what the difference is divided by.
    """

    time: bool
    cyclic: bool
    missing: tuple[float, ...]
    scaling: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True)
class WordFeatures:
    """Topics of the words in a text: TF-IDF with 1 + log of the counts, and a truncated SVD.

    Attributes:
        token: Regular expression of a word, in small letters.
        words: By word, its IDF, and after it its part in each topic.
        missing: All features of a text without any of these words, or of no text.
        scaling: For each feature what is subtracted, and what the difference is divided by.
    """

    token: str
    words: Mapping[str, tuple[float, ...]]
    missing: tuple[float, ...]
    scaling: tuple[tuple[float, float], ...] | None = None


Features = NumberFeatures | TextFeatures | DateFeatures | WordFeatures
KINDS: Final[Mapping[str, type[Features]]] = {
    "number": NumberFeatures,
    "text": TextFeatures,
    "date": DateFeatures,
    "words": WordFeatures,
}


@dataclass(frozen=True)
class Tree:
    """A tree with its nodes in preorder: the left child of a node stands next to it.

    Attributes:
        feature: By node, the position of the feature that it asks for; -1 for a leaf.
        number: By node, the threshold, up to which a value goes left; of a leaf, its value, or a
            list of one for each output.
        right: By node, the position of the right child; 0 for a leaf.
        cover: By node, how many training rows came by.
        missing_left: The nodes where a missing feature goes left.
        left_values: For nodes that ask which value it is, the values that go left.
    """

    feature: tuple[int, ...]
    number: tuple[Any, ...]
    right: tuple[int, ...]
    cover: tuple[float, ...]
    missing_left: frozenset[int] = frozenset()
    left_values: Mapping[int, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Trees:
    """An ensemble of trees.

    Attributes:
        trees: In the order in which their values are added up.
        base: What each output begins with; one that is a list of outputs gets the trees in turn,
            unless their leaves have a value for each.
        link: What makes a prediction of the sums; `mean` divides them by the number of trees.
        single: Whether features are rounded to single precision first.
    """

    trees: tuple[Tree, ...]
    base: tuple[float, ...]
    link: Link
    single: bool = False

    @property
    def several_values(self) -> bool:
        """Whether leaves have a value for each output."""
        # The last node of a tree is a leaf.
        return any(isinstance(tree.number[-1], tuple | list) for tree in self.trees)


@dataclass(frozen=True)
class Linear:
    """A linear model.

    Attributes:
        coefficients: One list for each output.
        intercepts: By output.
        means: The mean of each feature in training, from which contributions are measured.
        link: What makes a prediction of the sums.
    """

    coefficients: tuple[tuple[float, ...], ...]
    intercepts: tuple[float, ...]
    means: tuple[float, ...]
    link: Link


ESTIMATORS: Final[Mapping[str, type[Trees | Linear]]] = {"trees": Trees, "linear": Linear}


@dataclass(frozen=True)
class Plan:
    """A model as data.

    Attributes:
        columns: The features of each raw column, in the order of the model's columns. The features
            of all columns, one after the other, are what the estimator takes.
        estimator: What the estimator learnt.
    """

    columns: tuple[Features, ...]
    estimator: Trees | Linear

    def to_json(self) -> str:
        """Return the text of `plan.json`: keys sorted, and a line feed at its end."""
        content = {
            "format": FORMAT,
            "columns": [_with_nulls(_tagged(features, KINDS)) for features in self.columns],
            "estimator": _tagged(self.estimator, ESTIMATORS),
        }
        text = json.dumps(
            content,
            default=_listed,
            sort_keys=True,
            allow_nan=False,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return text + "\n"


def parse_plan(text: str) -> Plan:
    """Return the plan that `Plan.to_json` made this text of.

    Raises:
        InputError: It is no plan, or one of another format.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise InputError(
                f"The plan is not of format {FORMAT}, the only one that this version reads: use "
                "the version of kfp-tabular that wrote it, or train the model again."
            )
        columns = tuple(_features(each) for each in content["columns"])
        return Plan(columns, _estimator(content["estimator"]))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"The plan is not what train_model writes ({error!r}).") from error


def _tagged(record: Any, kinds: Mapping[str, type[Any]]) -> dict[str, Any]:
    kind = next(name for name, each in kinds.items() if isinstance(record, each))
    return {"kind": kind, **vars(record)}


def _listed(record: Any) -> Any:
    return sorted(record) if isinstance(record, frozenset) else vars(record)


def _with_nulls(value: Any) -> Any:
    """Return what JSON can hold: null for a missing feature."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, Mapping):
        return {key: _with_nulls(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_with_nulls(each) for each in value]
    return value


def _features(content: dict[str, Any]) -> Features:
    kind = KINDS[content.pop("kind")]
    if kind is TextFeatures:
        rows = tuple(_floats(row) for row in content.pop("rows"))
        return TextFeatures(rows=rows, **content)
    content["missing"] = _floats(content["missing"])
    if kind is WordFeatures:
        content["words"] = {word: _floats(parts) for word, parts in content["words"].items()}
    if kind is NumberFeatures:
        content["rest"] = _floats(content["rest"])
        if content["scaling"] is not None:
            content["scaling"] = _floats(content["scaling"])
    elif content["scaling"] is not None:
        content["scaling"] = tuple(_floats(pair) for pair in content["scaling"])
    return kind(**content)


def _estimator(content: dict[str, Any]) -> Trees | Linear:
    if content.pop("kind") == "linear":
        rows = tuple(_floats(row) for row in content.pop("coefficients"))
        means, intercepts = _floats(content.pop("means")), _floats(content.pop("intercepts"))
        return Linear(rows, intercepts, means, **content)
    trees = tuple(_tree(each) for each in content.pop("trees"))
    return Trees(trees, _floats(content.pop("base")), **content)


def _tree(content: dict[str, Any]) -> Tree:
    chosen = content.pop("left_values")
    left_values = {int(node): _floats(values) for node, values in chosen.items()}
    missing_left = frozenset(content.pop("missing_left"))
    values = {name: tuple(each) for name, each in content.items()}
    return Tree(missing_left=missing_left, left_values=left_values, **values)


def _floats(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(math.nan if value is None else float(value) for value in values)
