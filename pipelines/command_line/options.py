"""Command-line options made from the inputs that a compiled pipeline declares."""

import re
from collections.abc import Container, Mapping
from types import MappingProxyType
from typing import Any

import click

from pipelines.definition.input_types import FiniteFloat
from pipelines.definition.option_texts import flag_of, negated

TYPES: Mapping[str, click.ParamType[Any]] = {
    "STRING": click.STRING,
    "NUMBER_INTEGER": click.INT,
    "NUMBER_DOUBLE": FiniteFloat(),
    "LIST": click.STRING,
    "STRUCT": click.STRING,
}


def options_for(
    inputs: Mapping[str, Mapping[str, Any]],
    defaulted: Container[str],
    types: Mapping[str, click.ParamType[Any]] = MappingProxyType({}),
) -> list[click.Option]:
    """Make one option of each input of a pipeline.

    Args:
        inputs: The definition of each input by name.
        defaulted: Inputs that are optional on the command line.
        types: What single inputs may be, where the type that they declare says too little.
    """
    ordered = sorted(inputs.items(), key=lambda item: bool(item[1].get("isOptional")))
    return [
        _option(
            name,
            definition,
            types.get(name, TYPES.get(definition["parameterType"])),
            required=name not in defaulted and not _optional(definition),
        )
        for name, definition in ordered
    ]


def given_arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """Drop what the user left out, so that the pipeline's own defaults hold."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and value != ()
    }


def _optional(definition: Mapping[str, Any]) -> bool:
    return bool(definition.get("isOptional"))


def _option(
    name: str,
    definition: Mapping[str, Any],
    type_: click.ParamType[Any] | None,
    required: bool,
) -> click.Option:
    kind = definition["parameterType"]
    flag = flag_of(name)
    help_text = _help(definition, repeatable=kind == "LIST")
    if kind == "BOOLEAN":
        return click.Option([f"{flag}/{negated(flag)}"], default=None, help=help_text)
    # No default=None here: click takes it for a value, and misses nothing that is required.
    return click.Option(
        [flag],
        type=type_,
        metavar="NAME" if isinstance(type_, click.Choice) else None,  # the help names them
        multiple=kind == "LIST",
        required=required,
        help=help_text,
    )


def _help(definition: Mapping[str, Any], repeatable: bool) -> str:
    text = " ".join(str(definition.get("description", "")).split())
    if repeatable:
        return (
            re.sub("JSON list of ([a-z]+)s", lambda found: found[1].capitalize(), text)
            + " May be given several times."
        )
    default = definition.get("defaultValue")
    if default is None or default == "" or isinstance(default, bool):
        return text
    if isinstance(default, float) and definition["parameterType"] == "NUMBER_INTEGER":
        default = int(default)
    return f"{text}  [default: {default}]"
