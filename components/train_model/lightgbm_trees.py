"""The trees of LightGBM, from its public `dump_model`."""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from components.shared.errors import NoPlanError
from components.shared.plans.plan import LEAF, Link
from components.train_model.tree_nodes import Nodes

LINKS: Final[Mapping[str, Link]] = {
    "binary": "logistic",
    "multiclass": "softmax",
    **dict.fromkeys(
        ("regression", "regression_l1", "huber", "fair", "quantile", "mape"), "identity"
    ),
    **dict.fromkeys(("poisson", "gamma", "tweedie"), "exp"),
}
"""By objective."""

CHANGED: Final = ("sqrt", "sigmoid:")
"""Settings of an objective that change a prediction, unless it is sigmoid:1."""

CATEGORICAL: Final = "=="


def lightgbm_trees(dump: Mapping[str, Any]) -> tuple[list[Nodes], int, Link]:
    """Return the trees of a model, the number of outputs, and what makes a prediction of its sums.

    Args:
        dump: What `Booster.dump_model` returned.

    Raises:
        NoPlanError: The model has parts that a plan has not.
    """
    objective, *settings = str(dump["objective"]).split()
    changed = [each for each in settings if each.startswith(CHANGED) and each != "sigmoid:1"]
    if objective not in LINKS or changed:
        raise NoPlanError(f"its objective is {dump['objective']!r}")
    if dump.get("average_output"):
        raise NoPlanError("LightGBM averages its trees (boosting_type rf)")
    trees = [_nodes(tree["tree_structure"]) for tree in dump["tree_info"]]
    return trees, int(dump["num_tree_per_iteration"]), LINKS[objective]


def _nodes(root: Mapping[str, Any]) -> Nodes:
    left_values: dict[int, tuple[float, ...]] = {}
    nodes = Nodes([], [], [], [], [], [], left_values)
    waiting = deque([root])
    found = 1
    while waiting:
        node = waiting.popleft()
        if "split_index" not in node:
            _append(nodes, LEAF, node["leaf_value"], (0, 0), node.get("leaf_count", 0), False)
            if "leaf_coeff" in node:
                raise NoPlanError("its leaves hold linear models (linear_tree)")
            continue
        threshold, missing_left = node["threshold"], _missing_left(node)
        if node["decision_type"] == CATEGORICAL:
            left_values[len(nodes.feature)] = tuple(float(v) for v in threshold.split("||"))
            threshold = 0.0
        children = (found, found + 1)
        feature, cover = node["split_feature"], node["internal_count"]
        _append(nodes, feature, float(threshold), children, cover, missing_left)
        waiting += [node["left_child"], node["right_child"]]
        found += 2
    return nodes


def _missing_left(node: Mapping[str, Any]) -> bool:
    if node["decision_type"] == CATEGORICAL:
        return False
    if node["missing_type"] == "None":
        # Without missing values in training, LightGBM takes one for 0.
        return bool(node["threshold"] >= 0.0)
    if node["missing_type"] == "Zero":
        raise NoPlanError("it takes 0 for a missing value (zero_as_missing)")
    return bool(node["default_left"])


def _append(
    nodes: Nodes, feature: int, number: float, children: tuple[int, int], cover: int, left: bool
) -> None:
    values = (feature, number, *children, cover, left)
    for name, value in zip(
        ("feature", "number", "left", "right", "cover", "missing_left"), values, strict=True
    ):
        getattr(nodes, name).append(value)
