"""JSON objects that say of which format they are, as the records that steps hand on are written.

Imports the standard library only: commands that show them load nothing for it.
"""

import json
from collections.abc import Mapping
from typing import Any


def write_formatted(content: Mapping[str, Any], version: int) -> str:
    """Return the text of a record and its `format`: keys sorted, and a line feed at its end.

    Raises:
        ValueError: A number in it is NaN or infinite.
    """
    told = {"format": version, **content}
    return json.dumps(told, indent=1, sort_keys=True, allow_nan=False) + "\n"


def read_formatted(text: str, version: int) -> dict[str, Any]:
    """Return the content of a record without its `format`.

    Raises:
        ValueError: It is not JSON, no object, or of another format.
    """
    content = json.loads(text)
    if not isinstance(content, dict) or content.pop("format", None) != version:
        raise ValueError(f"it is not of format {version}")
    return content
