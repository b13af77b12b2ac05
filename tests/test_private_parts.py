"""What other packages keep to themselves stays theirs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("components", "pipelines", "registry_service")
SOURCES = sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py"))
# Public all the same, and documented: what named tuples have, and how a forked process ends.
DOCUMENTED = {"_replace", "_asdict", "_fields", "_exit"}
# What scikit-learn has nowhere else: what an estimator's parameters may be, without a fit; the
# number of threads of a fit, which would make the bytes of a model those of a machine; and the
# trees of its boosting, without which a row takes a hundred times as long.
KNOWN = {
    "components/train_model/boosted_trees.py": {
        *("_baseline_prediction", "_predictors", "_preprocessor"),
    },
    "components/shared/fits/hyperparameters.py": {"_parameter_constraints", "_validate_params"},
    "components/shared/fits/reproducible_fits.py": {"_bin_mapper"},
}


def is_private(name: str) -> bool:
    """Tell whether a name, or a part of a dotted one, begins with a single underscore."""
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def parsed(path: Path) -> Iterator[ast.AST]:
    """Yield all nodes of a module, also of the annotations that are texts."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        yield node
        for field in ("annotation", "returns"):
            written = getattr(node, field, None)
            if isinstance(written, ast.Constant) and isinstance(written.value, str):
                yield from ast.walk(ast.parse(written.value, mode="eval"))


def own_names(nodes: list[ast.AST]) -> set[str]:
    """Return what a module defines: functions, classes, fields, and attributes of its objects."""
    names = set()
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name) | ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                names.add(name)
    return names


def private_parts(path: Path) -> set[str]:
    """Return the private names of other packages that a module imports or reaches for."""
    nodes = list(parsed(path))
    own, found = own_names(nodes), set[str]()
    for node in nodes:
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names if is_private(alias.name)}
            case ast.ImportFrom(module=str(module), names=names):
                ours = module.split(".")[0] in OURS
                named = {f"{module}.{alias.name}" for alias in names if not ours}
                found |= {name for name in named if is_private(name)}
            case ast.Attribute(attr=name) if is_private(name) and name not in own:
                found.add(name)
            case ast.Call(
                func=ast.Name(id="getattr" | "hasattr" | "setattr"),
                args=[_, ast.Constant(value=str(name)), *_],
            ) if is_private(name) and name not in own:
                found.add(name)
    return found - DOCUMENTED


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_public_parts_of_libraries_are_used(path: Path) -> None:
    """No module imports or reaches for what a package marks as its own by an underscore."""
    assert private_parts(path) == KNOWN.get(str(path.relative_to(ROOT)), set())


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("from fastapi._compat import ModelField", {"fastapi._compat.ModelField"}),
        ("import _ctypes", {"_ctypes"}),
        ("from fastapi import _compat", {"fastapi._compat"}),
        ("model._fit()", {"_fit"}),
        ("getattr(model, '_fit')", {"_fit"}),
        ("def read(digest: 'hashlib._Hash') -> None: ...", {"_Hash"}),
        ("class Own:\n    def __init__(self): self._own = 1\n\nprint(Own()._own)", set()),
        ("from __future__ import annotations", set()),
        ("where = urlsplit(source)._replace(query='')", set()),
    ],
)
def test_what_is_private_is_seen(tmp_path: Path, code: str, found: set[str]) -> None:
    """Imports, attributes, texts that name one and annotations are looked at; one's own are not."""
    module = tmp_path / "module.py"
    module.write_text(code, "utf-8")
    assert private_parts(module) == found
