"""Copies of a model folder in which something is otherwise, and model.json says so."""

import hashlib
import json
import shutil
from pathlib import Path

from components.shared.models.description import DESCRIPTION_FILE


def with_file(folder: Path, copy: Path, name: str, content: str) -> Path:
    """Return a copy whose file has another content, which its digest is that of."""
    shutil.copytree(folder, copy)
    (copy / name).write_text(content)
    description = json.loads((copy / DESCRIPTION_FILE).read_text())
    description["files"][name]["sha256"] = hashlib.sha256(content.encode()).hexdigest()
    (copy / DESCRIPTION_FILE).write_text(json.dumps(description))
    return copy


def without_file(folder: Path, copy: Path, name: str) -> Path:
    """Return a copy that has a file less."""
    shutil.copytree(folder, copy)
    (copy / name).unlink()
    description = json.loads((copy / DESCRIPTION_FILE).read_text())
    del description["files"][name]
    (copy / DESCRIPTION_FILE).write_text(json.dumps(description))
    return copy
