"""Folders of one pickled object beside its JSON: written whole, and checked before loading."""

import copyreg
import os
import pickle
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import IO, Any, Final

import joblib

from components.shared.digests import file_digest
from components.shared.errors import DigestMismatchError, InputError

PICKLED_UNDER: Final = "components"
"""The package that pickles name our own classes under."""

HERE: Final = __name__.partition(".")[0]
"""The package that this module is in: beside a model, the copy that `loader.zip` holds."""

ADDRESS: Final = "_stop_words_id"
"""Where scikit-learn's vectorizers keep the address in memory of their stop words, to warn once."""


@dataclass(frozen=True)
class Pickled:
    """A file that an object was pickled to.

    Attributes:
        sha256: Its digest.
        size: Its size in bytes.
        modules: The modules that are imported when it is loaded.
    """

    sha256: str
    size: int
    modules: frozenset[str]

    def entry(self) -> dict[str, Any]:
        """Return what the JSON beside the file says of it."""
        return {"sha256": self.sha256, "size": self.size}


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


def dump(obj: object, path: Path) -> Pickled:
    """Pickle an object for `joblib.load`.

    Not compressed: it is the form that loads fastest. A plain pickle, which Python's own
    `Unpickler` reads as well, so that it can be told where our classes are.
    """
    with path.open("wb") as file:
        pickler = _NamingPickler(file)
        pickler.dump(obj)
    return Pickled(file_digest(path), path.stat().st_size, frozenset(pickler.modules))


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
    if HERE == PICKLED_UNDER:
        return joblib.load(path)
    with path.open("rb") as file:
        return _FindingUnpickler(file).load()


class _NamingPickler(pickle.Pickler):
    """Notes which modules the pickle names."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, protocol=5)
        self.modules: set[str] = set()

    def reducer_override(self, obj: Any) -> Any:
        """Pickle everything as usual, without what differs from one process to the next."""
        if isinstance(obj, type | FunctionType):
            self.modules.add(obj.__module__)
        if hasattr(obj, ADDRESS):
            state = {key: value for key, value in obj.__getstate__().items() if key != ADDRESS}
            return copyreg.__newobj__, (type(obj),), state  # type: ignore[attr-defined]
        return NotImplemented


class _FindingUnpickler(pickle.Unpickler):
    """Finds our own classes in the package that this module is in."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what a pickle names."""
        package, _, rest = module.partition(".")
        return super().find_class(f"{HERE}.{rest}" if package == PICKLED_UNDER else module, name)


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
