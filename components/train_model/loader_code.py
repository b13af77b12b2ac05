"""The code that loads a model where this package is not installed: one archive beside it.

The modules that `mlflow_loader`, and the classes of the pickle, import from this package are copied
as they are, below a package that is named after what they say. So they neither hide a folder
`components` of the user's own nor are hidden by one, and models of two versions of this package
live in one process.
"""

import ast
import hashlib
import io
import re
import sys
import zipfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PACKAGE: Final = "components"
LOADER: Final = "shared.models.mlflow_loader"
ROOT: Final = Path(__file__).parents[2]
PREFIX: Final = "kfp_tabular_model_"
DIGITS: Final = 12
OWN_IMPORT: Final = re.compile(rf"^(\s*(?:from|import) ){PACKAGE}\b", re.MULTILINE)
DISTRIBUTIONS: Final = {"sklearn": "scikit-learn"}
"""Distributions that are not called like the package that they bring."""

BLOCKS: Final = ("body", "orelse", "finalbody", "handlers", "cases")
"""Where statements hold other statements: expressions hold no import."""


@dataclass(frozen=True)
class LoaderCode:
    """The code that loads a model.

    Attributes:
        archive: A zip file, for Python's import path; nothing in it is compressed.
        loader_module: The module in it that MLflow is to import.
        distributions: What it imports besides, as `pip` knows it.
    """

    archive: bytes
    loader_module: str
    distributions: tuple[str, ...]


def loader_code(named: Collection[str] = ()) -> LoaderCode:
    """Return the code that loads a model.

    Args:
        named: Modules whose classes or functions the pickle holds; others than those of this
            package do not matter.
    """
    own = frozenset(module for module in named if module.startswith(f"{PACKAGE}."))
    return _loader_code(own)


@cache
def _loader_code(named: frozenset[str]) -> LoaderCode:
    sources, imported = _closure({f"{PACKAGE}.{LOADER}", *named})
    digest = hashlib.sha256()
    for path, source in sources.items():
        digest.update(f"{path}\0{source}\0".encode())
    package = PREFIX + digest.hexdigest()[:DIGITS]
    foreign = {name.partition(".")[0] for name in imported} - {PACKAGE, *sys.stdlib_module_names}
    return LoaderCode(
        archive=_archive(package, sources),
        loader_module=f"{package}.{LOADER}",
        distributions=tuple(sorted(DISTRIBUTIONS.get(name, name) for name in foreign)),
    )


def _closure(modules: Collection[str]) -> tuple[dict[str, str], set[str]]:
    """Return modules of this package and all that they import of it, and the names they import.

    Imports for the type checker alone do not count. The modules are sources by path, sorted.
    """
    waiting, sources, imported = list(modules), dict[str, str](), set[str]()
    while waiting:
        module = waiting.pop()
        path = _path(module)
        if path is None or path in sources:
            continue
        sources[path] = (ROOT / path).read_text("utf-8")
        names = set(_imports(ast.parse(sources[path])))
        imported |= names
        waiting += [name for name in names if name.startswith(f"{PACKAGE}.")]
        if parent := module.rpartition(".")[0]:
            waiting.append(parent)
    return dict(sorted(sources.items())), imported


def _path(module: str) -> str | None:
    """Return where a module stands below the root; None for a name inside of one."""
    stem = module.replace(".", "/")
    candidates = (f"{stem}.py", f"{stem}/__init__.py")
    return next((path for path in candidates if (ROOT / path).is_file()), None)


def _imports(block: ast.AST) -> Iterator[str]:
    """Yield what code imports, also inside of functions: modules, or names in them."""
    for part in BLOCKS:
        for statement in getattr(block, part, ()):
            match statement:
                case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                    continue
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=str(module), names=names):
                    yield module
                    yield from (f"{module}.{alias.name}" for alias in names)
            yield from _imports(statement)


def _archive(package: str, sources: Mapping[str, str]) -> bytes:
    """Return modules as a zip file whose bytes are the same everywhere."""
    buffer = io.BytesIO()
    # Stored: what deflate makes depends on the version of its library.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, source in sources.items():
            name = package + path.removeprefix(PACKAGE)
            # The default date is the earliest that a zip file can have, and no clock's.
            entry = zipfile.ZipInfo(name)
            entry.create_system = 3
            archive.writestr(entry, OWN_IMPORT.sub(rf"\g<1>{package}", source))
    return buffer.getvalue()
