"""Where predictions go besides the folder of a run."""

import shutil
from pathlib import Path
from typing import Final, cast

from components.shared.errors import InputError
from components.shared.sources.address import plain_source
from components.shared.tables.file_formats import FORMATS, Format, find_format

WRITABLE: Final = ("file", "s3")
ABOUT: Final = ".about.json"
"""What ends the name of the file that says what predictions are, beside one of CSV or JSON Lines.
Parquet holds it itself."""

UNWRITTEN: Final = (".gz", ".tsv")


def check_destination(destination: str, format: str = "auto") -> Format:  # noqa: A002
    """Return the format that predictions are to be written in, before any is made.

    Args:
        destination: A path, `file://` or `s3://bucket/key`; empty for none.
        format: `auto` (by its ending, else parquet), `parquet`, `csv` or `jsonl`.

    Raises:
        InputError: It cannot be written to, or its ending names no format.
    """
    if not destination:
        return "parquet" if format == "auto" else cast("Format", format)
    source = plain_source(destination)
    if source.scheme not in WRITABLE:
        raise InputError(
            f"Predictions are not put to {source.scheme}:// (parameter `destination`): use "
            "s3://bucket/key or a path."
        )
    kind = find_format(source.name, format)
    if source.name.lower().endswith(UNWRITTEN):
        raise InputError(
            f"Predictions are written neither compressed nor with tabs (parameter `destination`, "
            f"{source.shown}): use a name that ends with "
            f"{', '.join(f'.{known}' for known in FORMATS)}."
        )
    return kind


def put(predictions: str | Path, destination: str) -> None:
    """Copy a file of predictions, and what is told of it beside it, to where it is wanted.

    Raises:
        InputError: There is no such bucket, or it may not be written to.
        SourceUnavailableError: The store could not be reached, or failed.
    """
    if not destination:
        return
    files = {Path(predictions): destination}
    if (about := Path(f"{predictions}{ABOUT}")).is_file():
        files[about] = f"{destination}{ABOUT}"
    for path, address in files.items():
        target = plain_source(address)
        if target.scheme == "s3":
            from components.shared.sources import objects

            objects.store(path, target)
        else:
            Path(target.location).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target.location)
