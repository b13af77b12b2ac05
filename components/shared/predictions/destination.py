"""Where predictions go besides the folder of a run."""

import os
import shutil
from pathlib import Path
from typing import Final, cast

from components.shared.errors import InputError
from components.shared.sources.address import Source, plain_source
from components.shared.tables.file_formats import FORMATS, Format, find_format

WRITABLE: Final = ("file", "s3")
ABOUT: Final = ".about.json"
"""What ends the name of the file that says what predictions are, beside one of CSV or JSON Lines.
Parquet holds it itself."""

UNWRITTEN: Final = (".gz", ".tsv")


def check_destination(
    destination: str,
    format: str = "auto",  # noqa: A002
    source: str = "",
) -> Format:
    """Return the format that predictions are to be written in, before any is made.

    Args:
        destination: A path, `file://` or `s3://bucket/key`; empty for none.
        format: `auto` (by its ending, else parquet), `parquet`, `csv` or `jsonl`.
        source: Where the table comes from, if that is known.

    Raises:
        InputError: It cannot be written to, its ending names no format, or it is the source.
    """
    if not destination:
        return "parquet" if format == "auto" else cast("Format", format)
    target = plain_source(destination)
    if target.scheme not in WRITABLE:
        raise InputError(
            f"Predictions are not put to {target.scheme}:// (parameter `destination`): use "
            "s3://bucket/key or a path."
        )
    kind = find_format(target.name, format)
    if target.name.lower().endswith(UNWRITTEN):
        raise InputError(
            f"Predictions are written neither compressed nor with tabs (parameter `destination`, "
            f"{target.shown}): use a name that ends with "
            f"{', '.join(f'.{known}' for known in FORMATS)}."
        )
    if _is_same(source, target):
        raise InputError(
            f"{target.shown} is the table that is to be predicted (parameter `destination`): give "
            "the predictions another name."
        )
    if target.scheme == "file":
        _check_folder(Path(target.location).absolute().parent)
    return kind


def _is_same(source: str, target: Source) -> bool:
    if target.scheme != "file":
        return source == target.shown
    scheme, is_address, path = source.partition("://")
    if is_address and scheme.lower() != "file":
        return False
    return Path(path if is_address else source).resolve() == Path(target.location).resolve()


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError(
            f"There is no folder {folder} (parameter `destination`): make it, or name another one."
        )
    if not os.access(folder, os.W_OK):
        raise InputError(f"{folder} cannot be written to (parameter `destination`): name another.")


def put(predictions: str | Path, destination: str) -> None:
    """Copy a file of predictions, and what is told of it beside it, to where it is wanted.

    Raises:
        InputError: There is no such bucket or folder, or it may not be written to.
        SourceUnavailableError: The store could not be reached, or failed.
    """
    if not destination:
        return
    files = {Path(predictions): destination}
    if (about := Path(f"{predictions}{ABOUT}")).is_file():
        files[about] = f"{destination}{ABOUT}"
    # What is told of them is there when they are.
    for path, address in reversed(files.items()):
        target = plain_source(address)
        if target.scheme == "s3":
            from components.shared.sources import objects

            objects.store(path, target)
        else:
            _copy(path, Path(target.location))


def _copy(path: Path, target: Path) -> None:
    """Copy a file to a place where it is seen when it is whole."""
    attempt = target.with_name(f".{target.name}.attempt")
    try:
        shutil.copyfile(path, attempt)
        attempt.replace(target)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written (parameter `destination`): {error.strerror or error}."
        ) from error
    finally:
        attempt.unlink(missing_ok=True)
