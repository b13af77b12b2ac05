"""Names as people see them: one for what looks the same, none of what nobody sees."""

import unicodedata
from typing import Final

# Some scripts and emojis are written with these; they belong to the letters beside them.
_JOINERS: Final = frozenset("\u200c\u200d")
# Control characters, formatting such as bidirectional overrides, surrogates, line separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


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
