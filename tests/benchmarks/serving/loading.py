"""A model folder's pipeline where this package is not installed: by the code in the folder."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any


def load(folder: Path) -> Any:
    """Return the pipeline, as MLflow loads it."""
    sys.path.insert(0, str(folder / "loader.zip"))
    named = (folder / "MLmodel").read_text("utf-8").partition("loader_module: ")[2]
    return import_module(named.split()[0])._load_pyfunc(str(folder)).get_raw_model()
