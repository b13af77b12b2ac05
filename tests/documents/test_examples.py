"""The notebook among the examples runs; the scripts are run as their README shows them."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from pipelines.definition import catalog

EXAMPLES = catalog.ROOT / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell of a notebook runs, in the kernel of this environment."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(path, nbformat.NO_CONVERT)
    resources = {"metadata": {"path": str(EXAMPLES)}}
    NotebookClient(notebook, timeout=200, kernel_name="python3", resources=resources).execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_hold_no_outputs(path: Path) -> None:
    """What a notebook shows is not committed: it would be of another version, and hides changes."""
    cells = nbformat.read(path, nbformat.NO_CONVERT).cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]


def test_every_example_is_in_their_readme() -> None:
    """The README of the examples links to each of them."""
    readme = (EXAMPLES / "README.md").read_text("utf-8")
    files = {path.name for path in EXAMPLES.iterdir() if path.suffix in {".py", ".ipynb"}}
    assert files == {name for name in files if f"({name})" in readme}
