"""Hyper-parameters as a user gives them: JSON, or where it lies."""

from typing import Final

from components.shared.errors import InputError
from components.shared.fits.hyperparameters import parse_hyperparameters
from components.shared.models.found_hyperparameters import FoundHyperparameters
from components.shared.sources.address import Source, parse_source

MOST_BYTES: Final = 1_000_000
NAME: Final = "hyperparameters"
KFP_STORE: Final = "minio://"
"""How KFP writes addresses of artifacts in its own store, which speaks S3."""

REACHED: Final = ("file", "s3", "http", "https")


def check_hyperparameters(text: str) -> None:
    """Make sure that a text is JSON of hyper-parameters, or an address, without reading it.

    Raises:
        InputError: It is neither.
    """
    if _is_json(text):
        if FoundHyperparameters.parse(text) is None:
            parse_hyperparameters(text)
        return
    _address(text)


def hyperparameters_text(text: str) -> str:
    """Return hyper-parameters as JSON: the text itself, or what lies at the address that it is.

    Args:
        text: A JSON object, or a path, `file://`, `s3://` or `http(s)://` address of one.

    Raises:
        InputError: There is no such file or object, access was denied, or it is no JSON object.
        SourceUnavailableError: A server could not be reached, or failed.
    """
    if _is_json(text):
        return text
    from components.shared.sources.reading import local_file

    address = _address(text)
    with local_file(address) as path:
        size = path.stat().st_size
        content = path.read_bytes()[:MOST_BYTES].decode("utf-8", "replace")
    if size > MOST_BYTES or not _is_json(content):
        raise InputError(
            f"{address.shown} is no JSON object of hyper-parameters (parameter `{NAME}`): name "
            "what the pipeline tuning found, or write them as JSON."
        )
    return content


def _is_json(text: str) -> bool:
    return text.lstrip().startswith(("{", "["))


def _address(text: str) -> Source:
    written = text.strip()
    if written.startswith(KFP_STORE):
        written = f"s3://{written.removeprefix(KFP_STORE)}"
    address = parse_source(written, NAME)
    if address.scheme not in REACHED or "?" in written:
        raise InputError(
            f"{address.shown} is no place of hyper-parameters (parameter `{NAME}`): write JSON, or "
            "name a file, s3://bucket/key or https://… without a query."
        )
    return address
