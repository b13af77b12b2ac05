"""The trees of HistGradientBoosting, which scikit-learn keeps to itself.

There is no public way to them, and they are worth it: a plan of the shipped table's model predicts
a row in 36 µs of CPU, where the pipeline takes 35 ms. What is read here is so in the minor versions
of scikit-learn that `READ` lists; tests fit models with the one installed and hold the trees
against its predictions, and so does each training.
"""

from importlib.metadata import version
from typing import Any, Final

import numpy as np

from components.shared.errors import NoPlanError
from components.train_model.tree_nodes import Nodes

READ: Final = ("1.9",)
"""The minor versions of scikit-learn whose trees have this form."""

BITS: Final = 32


def boosted_trees(estimator: Any) -> list[Nodes]:
    """Return the trees of a fitted HistGradientBoosting estimator.

    Returns:
        The trees of each round, one for each output; of features as `fit` was given them.

    Raises:
        NoPlanError: Another minor version of scikit-learn is installed than those that it reads.
    """
    installed = ".".join(version("scikit-learn").split(".")[:2])
    if installed not in READ:
        raise NoPlanError(
            f"its trees are private to scikit-learn, and known of {', '.join(READ)}, "
            f"not of {installed}"
        )
    features, values = _features(estimator)
    return [
        _nodes(predictor, features, values)
        for of_round in estimator._predictors
        for predictor in of_round
    ]


def first_sums(estimator: Any) -> tuple[float, ...]:
    """Return what the sum of each output begins with."""
    return tuple(float(each) for each in np.ravel(estimator._baseline_prediction))


def _features(estimator: Any) -> tuple[list[int], dict[int, list[float]]]:
    """Return the feature by the number that trees give it, and the values of those with codes."""
    count = estimator.n_features_in_
    if estimator.is_categorical_ is None:
        return list(range(count)), {}
    # Features with codes come first, their codes replaced by positions among those that occur.
    codes = np.flatnonzero(estimator.is_categorical_).tolist()
    encoder = estimator._preprocessor.named_transformers_["encoder"]
    values = {i: [float(v) for v in each] for i, each in enumerate(encoder.categories_)}
    return [*codes, *(f for f in range(count) if f not in set(codes))], values


def _nodes(predictor: Any, features: list[int], values: dict[int, list[float]]) -> Nodes:
    nodes = predictor.nodes
    is_leaf, asked = nodes["is_leaf"].astype(bool), nodes["feature_idx"].tolist()
    number = np.where(is_leaf, nodes["value"], nodes["num_threshold"]).tolist()
    left_values = {}
    for node in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~is_leaf).tolist():
        bits = predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]]
        left_values[node] = tuple(
            value
            for position, value in enumerate(values[asked[node]])
            if not np.isnan(value) and (int(bits[position // BITS]) >> position % BITS) & 1
        )
        number[node] = 0.0
    return Nodes(
        feature=[-1 if leaf else features[f] for leaf, f in zip(is_leaf, asked, strict=True)],
        number=number,
        left=nodes["left"].tolist(),
        right=nodes["right"].tolist(),
        cover=nodes["count"].tolist(),
        missing_left=nodes["missing_go_to_left"].astype(bool).tolist(),
        left_values=left_values,
    )
