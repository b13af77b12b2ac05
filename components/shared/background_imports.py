"""Imports that do not keep other work waiting."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module


@contextmanager
def importing(module: str) -> Iterator[None]:
    """Import a module in another thread while the block runs, and be done when it ends.

    scikit-learn takes 1.5 s to import. The block is for work that releases Python's lock, such
    as reading files with Polars; an import statement after it then costs nothing, and raises
    what went wrong.

    Args:
        module: Its name; the block must not import what it imports.
    """
    thread = threading.Thread(target=_import, args=(module,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _import(module: str) -> None:
    # An error here is raised anew by the import statement after the block.
    with suppress(Exception):
        import_module(module)
