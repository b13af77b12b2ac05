"""Arguments of a pipeline as the options that give them."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any


def option_texts(arguments: Mapping[str, Any]) -> str:
    """Return what is written behind a command to give it these arguments, quoted for a shell."""
    return shlex.join(
        part for name, value in arguments.items() for part in _option(flag_of(name), value)
    )


def flag_of(name: str) -> str:
    """Return the option of an input of a pipeline."""
    return "--" + name.replace("_", "-")


def negated(flag: str) -> str:
    """Return the option that says no where a flag says yes."""
    return f"--no-{flag.removeprefix('--')}"


def _option(flag: str, value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield flag if value else negated(flag)
        return
    for each in value if isinstance(value, list) else [value]:
        yield from (flag, str(each))
