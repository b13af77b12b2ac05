"""What docs/components.md says of each component's inputs and outputs, made from their source."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import docstring_parser

from components.shared.needs import MINUTE, Needs
from pipelines.definition import catalog

PAGE: Final = catalog.ROOT / "docs" / "components.md"
BEGIN: Final = "<!-- `make docs` writes what follows. -->\n"
TYPES: Final = {"Integer": "int", "Float": "float", "String": "str", "Boolean": "bool"}


def page() -> str:
    """Return docs/components.md with the contracts as they are now."""
    written, mark, _ = PAGE.read_text("utf-8").partition(BEGIN)
    return written + mark + "".join(_contract(name) for name in _in_the_readmes_order())


def _in_the_readmes_order() -> list[str]:
    readme = (catalog.ROOT / "README.md").read_text("utf-8")
    return sorted(catalog.component_names(), key=lambda name: readme.find(f"| [`{name}`]"))


def _contract(name: str) -> str:
    component = catalog.load_component(name)
    described = docstring_parser.parse(component.python_func.__doc__)
    texts = {argument.arg_name: argument.description or "" for argument in described.params}
    spec = component.component_spec
    return "\n".join(
        [
            f"\n## {name}\n",
            *(paragraph + "\n" for paragraph in _paragraphs(described)),
            "| input | type | default | |",
            "|---|---|---|---|",
            *_inputs(spec.inputs or {}, texts),
            "",
            "| output | type | |",
            "|---|---|---|",
            *_outputs(spec.outputs or {}, texts, described.returns),
            "",
            _needs(catalog.needs(name)),
        ]
    )


def _paragraphs(described: docstring_parser.Docstring) -> Iterator[str]:
    for text in (described.short_description, described.long_description):
        if text:
            yield _line(text)


def _inputs(inputs: dict[str, Any], texts: dict[str, str]) -> Iterator[str]:
    for name, spec in inputs.items():
        default = "required"
        if spec.optional:
            default = "none" if spec.default is None else f"`{json.dumps(spec.default)}`"
        yield f"| `{name}` | {_type(spec)} | {default} | {_cell(texts[name])} |"


def _outputs(outputs: dict[str, Any], texts: dict[str, str], returns: Any) -> Iterator[str]:
    # A single output is described without its name; of many, some as the one before them.
    before = returns.description if returns and len(outputs) == 1 else "What the summary says."
    for name, spec in outputs.items():
        # An output artifact is an argument too; a parameter may have the name of an input.
        if spec.type.startswith("system."):
            text = texts[name]
        else:
            before = text = spec.description or before
        yield f"| `{name}` | {_type(spec)} | {_cell(text)} |"


def _needs(needs: Needs) -> str:
    """Return what the step asks of a cluster, in a line."""
    parties = [name for name in ("registry", "store") if getattr(needs, name)]
    told = [
        f"{needs.cpu.request} to {needs.cpu.limit} cores",
        f"{needs.memory.request} to {needs.memory.limit} of memory",
        f"at most {needs.seconds // MINUTE} minutes for an attempt",
        *([f"further attempts: {needs.retries}"] if needs.retries else []),
        *([f"the address of the {' and the '.join(parties)}"] if parties else []),
    ]
    return f"A cluster is asked for {', '.join(told)}.\n"


def _type(spec: Any) -> str:
    """Return the type as KFP's decorators write it: `Dataset` for system.Dataset@0.0.1."""
    kind = re.sub(r"^system\.(\w+)@.*", r"\1", spec.type).removeprefix("typing.")
    return f"`{TYPES.get(kind, kind)}`"


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|")
