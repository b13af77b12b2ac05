"""Names as people see them: one for what looks the same, none of what nobody sees."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from registry_service.domain import limits

# Some scripts and emojis are written with these; they belong to the letters beside them.
_JOINERS: Final = frozenset("\u200c\u200d")
# Control characters, formatting such as bidirectional overrides, surrogates, line separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# What Windows takes in no name, and the names that it has for devices, whatever follows a dot.
_NOT_IN_WINDOWS: Final = re.compile(r'[<>:"|?*\\]')
_DEVICE: Final = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])", re.IGNORECASE)
# Git runs what lies there; the second is the first to Windows.
_OF_GIT: Final = frozenset({".git", "git~1"})


def canonical(name: str) -> str:
    """Return the one form of a name, Unicode's NFC, whichever way its accents were written."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def fault_of(name: str) -> str | None:
    """Return what keeps a text from being a name, None when it can be one."""
    if name != name.strip():
        return "has a blank at an end"
    if name.isascii() and name.isprintable():
        return None
    for letter in name:
        if unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS:
            return f"has the character U+{ord(letter):04X}, which nobody sees"
    return None


def file_fault_of(part: str) -> str | None:
    """Return what keeps a part of a path from being a file on every system, None when it can be."""
    if fault := fault_of(part):
        return fault
    if len(part.encode()) > limits.FILE_NAME:
        return f"is too long: no file system takes a name of more than {limits.FILE_NAME} bytes"
    if found := _NOT_IN_WINDOWS.search(part):
        return f"has the character {found[0]}, which Windows takes in no name"
    if part.endswith("."):
        return "ends in a dot, which Windows leaves out"
    if _DEVICE.fullmatch(part.partition(".")[0].rstrip()):
        return "is the name of a device on Windows"
    if part.casefold() in _OF_GIT:
        return "is where Git keeps what it runs"
    return None


def folded(path: str) -> str:
    """Return what a path is where neither capitals nor spellings of a letter count."""
    return canonical(canonical(path).casefold())


def clash_among(paths: Iterable[str]) -> str | None:
    """Return what keeps files from lying in one folder, whatever the system, None when they can.

    No path is there twice.
    """
    known: dict[str, str] = {}
    for path in paths:
        other = known.setdefault(folded(path), path)
        if other != path:
            return f"{other!r} and {path!r} are one file where capitals do not count"
    for place, path in known.items():
        for parent in PurePosixPath(place).parents:
            if file := known.get(str(parent)):
                return f"{file!r} is a file, and a folder with {path!r} in it"
    return None
