"""Hyper-parameters as a user gives them: JSON, or where it lies."""

from dataclasses import replace
from typing import Final

from components.shared.errors import InputError
from components.shared.fits.hyperparameters import EXAMPLE
from components.shared.models.found_hyperparameters import FoundHyperparameters
from components.shared.sources.address import Source, parse_source

MOST_BYTES: Final = 20_000
"""Of the file: all parameters of a step of KFP, among which are hyper-parameters and, once more,
the record of the run's arguments, are one argument of a process, of at most 131,072 bytes."""

NAME: Final = "hyperparameters"
KFP_STORE: Final = "minio://"
"""How KFP writes addresses of artifacts in its own store, which speaks S3."""

REACHED: Final = ("file", "s3", "http", "https")


def given_hyperparameters(text: str) -> str:
    """Return hyper-parameters as steps anywhere can take them: as JSON, or an address elsewhere.

    Args:
        text: JSON, an `s3://` or `http(s)://` address, which is not read, or a file of this
            machine, which is.

    Raises:
        InputError: It is none of these, or the file has something else in it.
    """
    if not _is_json(text) and _address(text).scheme != "file":
        return text
    return hyperparameters_text(text)


def given_without_found(text: str) -> str:
    """Return the same of hyper-parameters for a search, which takes none that one has found.

    Raises:
        InputError: As of `given_hyperparameters`, or a search has found them.
    """
    given = given_hyperparameters(text)
    if _is_json(given):
        refuse_found(given)
    return given


def refuse_found(text: str) -> None:
    """Make sure that hyper-parameters are not those that a search has found.

    Raises:
        InputError: They are, or are no JSON object.
    """
    if FoundHyperparameters.parse(text):
        raise InputError(
            "`hyperparameters` are what tuning found, and more tuning is asked for: leave out one "
            "of them."
        )


def hyperparameters_text(text: str) -> str:
    """Return hyper-parameters as JSON: the text itself, or what lies at the address that it is.

    Args:
        text: A JSON object, or a path, `file://`, `s3://` or `http(s)://` address of one.

    Raises:
        InputError: There is no such file or object, access was denied, it has more than 20,000
            bytes, or it is no JSON object.
        SourceUnavailableError: A server could not be reached, or failed.
    """
    if _is_json(text):
        FoundHyperparameters.parse(text)
        return text
    return _read(_address(text))


def _read(address: Source) -> str:
    from components.shared.sources.reading import local_file

    try:
        with local_file(replace(address, most_bytes=MOST_BYTES)) as path:
            # Editors of Windows may put a mark of the order of bytes first.
            content = path.read_text("utf-8-sig")
    except InputError as error:
        told = f"{error} Or write hyper-parameters as JSON, such as {EXAMPLE}."
        raise InputError(told) from error
    except UnicodeDecodeError as error:
        told = f"{address.shown} is no text in UTF-8 (parameter `{NAME}`): write it as such."
        raise InputError(told) from error
    try:
        FoundHyperparameters.parse(content)
    except InputError as error:
        raise InputError(f"{address.shown} holds no hyper-parameters: {error}") from error
    return content


def _is_json(text: str) -> bool:
    return text.lstrip().startswith(("{", "["))


def _address(text: str) -> Source:
    written = text.strip()
    if written.startswith(KFP_STORE):
        written = f"s3://{written.removeprefix(KFP_STORE)}"
    address = parse_source(written, NAME)
    if address.scheme not in REACHED or (address.scheme != "file" and "?" in written):
        raise InputError(
            f"{address.shown} is no place of hyper-parameters (parameter `{NAME}`): write JSON, or "
            "name a file, s3://bucket/key or https://… without a query."
        )
    return address
