"""Where things are in a registry's own API, and where the one of Kubeflow is."""

from typing import Final
from urllib.parse import quote

API: Final = "/api/registry/v1"
KUBEFLOW_API: Final = "/api/model_registry/v1"
DATASET: Final = "dataset://"
"""What the name of a data set begins with wherever a model might be named: `dataset://churn`."""


def collection_path(name: str) -> str:
    """Return the path of all models, or for the name of a data set that of all data sets."""
    return f"{API}/{'datasets' if name.startswith(DATASET) else 'models'}"


def model_path(model_name: str) -> str:
    """Return the path of a model, or of a data set."""
    return f"{collection_path(model_name)}/{_quoted(model_name.removeprefix(DATASET))}"


def version_path(model_name: str, ref: str) -> str:
    """Return the path of the version that `ref` names."""
    return f"{model_path(model_name)}/versions/{_quoted(ref)}"


def alias_path(model_name: str, alias: str) -> str:
    """Return the path of an alias."""
    return f"{model_path(model_name)}/aliases/{_quoted(alias)}"


def data_path(digest: str, made: str = "versions") -> str:
    """Return the path of the versions of models, or `datasets`, made from data of this digest."""
    return f"{API}/data/{_quoted(digest)}/{made}"


def _quoted(name: str) -> str:
    # A segment of dots alone would be taken for a step up, and name something else.
    return quote(name, safe="") if name.strip(".") else name.replace(".", "%2E")
