"""Which files can lie beside each other in one folder, whatever the system."""

import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath


def folded(path: str) -> str:
    """Return a path where neither capitals nor spellings of a letter count."""
    composed = unicodedata.normalize("NFC", path).casefold()
    return unicodedata.normalize("NFC", composed)


def clash_among(paths: Iterable[str]) -> tuple[str, str] | None:
    """Return two paths that cannot: one file where capitals do not count, or a file and a folder.

    None where there are none. It is the registry's own rule, held against what is sent and got.

    Args:
        paths: Relative POSIX paths; one that is there twice is such a pair.
    """
    known: dict[str, str] = {}
    for path in paths:
        place = folded(path)
        if place in known:
            return known[place], path
        known[place] = path
    for place, path in known.items():
        for parent in PurePosixPath(place).parents:
            if file := known.get(str(parent)):
                return file, path
    return None
