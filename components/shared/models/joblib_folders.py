"""Folders of one pickled object beside its JSON: written whole, and checked before loading."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib

from components.shared.digests import file_digest
from components.shared.errors import DigestMismatchError, InputError


@contextmanager
def written_whole(folder: str | Path) -> Iterator[Path]:
    """Give a new empty folder that takes the name of `folder` when the block ends well.

    A reader never sees half a folder: what stood there before is replaced at the end, and a
    block that fails leaves it as it was.
    """
    final = Path(folder)
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = final.with_name(f".{final.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        if final.is_dir():
            shutil.rmtree(final)
        partial.rename(final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def dump(obj: object, path: Path) -> dict[str, Any]:
    """Pickle an object with joblib, and return the `sha256` and `size` (bytes) of the file.

    Not compressed: it is the form that loads fastest, and that one can map into memory.
    """
    joblib.dump(obj, path, protocol=5)
    return {"sha256": file_digest(path), "size": path.stat().st_size}


def load(path: Path, sha256: str) -> Any:
    """Unpickle a file whose bytes have this digest.

    Raises:
        InputError: There is no such file.
        DigestMismatchError: The bytes are others; nothing was unpickled.
    """
    if not path.is_file():
        raise InputError(
            f"{path} is missing, which the JSON beside it names: take the folder anew."
        )
    actual = file_digest(path)
    if actual != sha256:
        raise DigestMismatchError(str(path), sha256, actual)
    return joblib.load(path)


def require_same_sklearn(written: str, installed: str, what: str, remedy: str) -> None:
    """Refuse pickles of another minor version of scikit-learn, which may load and be wrong.

    Args:
        written: Version that wrote the pickle.
        installed: Version that would read it.
        what: What is loaded, for the message.
        remedy: What to do about it, for the message.

    Raises:
        InputError: The versions differ before their second point.
    """
    if written.split(".")[:2] != installed.split(".")[:2]:
        raise InputError(
            f"{what} was written with scikit-learn {written}, and {installed} is installed: "
            f"another minor version may predict otherwise without a word. {remedy}"
        )
