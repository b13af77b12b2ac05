"""What the commands of `kfp-tabular registry` print, and the examples that they teach by."""

import json
import sys
from typing import Any, Final

import click
from rich.console import Console, RenderableType

from components.shared.registry.records import plain

# A pipe or a file is as wide as a table needs.
WIDE: Final = 200
SETTINGS: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

reason_option = click.option("--reason", help="Why, for the audit log.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def examples(*lines: str, group: str = "registry") -> str:
    """Return the end of a help text: commands to copy."""
    return "Examples:\n\n\b\n" + "\n".join(f"  kfp-tabular {group} {line}" for line in lines)


def print_page(content: RenderableType) -> None:
    """Print a table or a text for people."""
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    console.print(content, highlight=False)


def print_json(content: Any) -> None:
    """Print records for scripts."""
    click.echo(json.dumps(plain(content), indent=2, ensure_ascii=False))
