"""Imports that do not keep other work waiting."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module


@contextmanager
def importing(*modules: str) -> Iterator[None]:
    """Import modules in another thread while the block runs, and be done when it ends.

    scikit-learn takes 1.5 s to import. The block is for work that releases Python's lock, such
    as reading files with Polars; an import statement after it then costs nothing, and raises
    what went wrong.

    Args:
        modules: Their names; the block must not import what they import.
    """
    thread = threading.Thread(target=_import, args=modules, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _import(*modules: str) -> None:
    for module in modules:
        # An error here is raised anew by the import statement after the block.
        with suppress(Exception):
            import_module(module)
