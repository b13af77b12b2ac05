"""Read compiled pipelines."""

from pathlib import Path
from typing import Any

import yaml

try:
    # libyaml reads a pipeline ten times as fast, which is most of the time of `--help`.
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]


def documents(path: Path) -> list[dict[str, Any]]:
    """Return the documents of a compiled pipeline: its `PipelineSpec`, and its `PlatformSpec`."""
    with path.open(encoding="utf-8") as file:
        return list(yaml.load_all(file, Loader=SafeLoader))
