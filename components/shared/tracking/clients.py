"""What the steps do alike that speak to a tracker through its own client."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from components.shared.errors import InputError, TrackingError
from components.shared.reports.notes import NOTES, Note, notes_metadata


@dataclass(frozen=True)
class LoggedRun:
    """What a tracker has of a run.

    Attributes:
        run_id: The run; None where nothing was logged.
        model_name: What the model is called there.
        version: Its version; None where there is none.
        aliases: The aliases that point to it now.
        server: Address of the server, without credentials.
        notes: What the user should know.
    """

    run_id: str | None = None
    model_name: str | None = None
    version: str | None = None
    aliases: tuple[str, ...] = ()
    server: str | None = None
    notes: tuple[Note, ...] = ()

    def metadata(self) -> dict[str, Any]:
        """Return what the KFP artifact says of it."""
        told = {n: v for n, v in asdict(self).items() if v is not None and n != "aliases"}
        return told | {"aliases": list(self.aliases), NOTES: notes_metadata(self.notes)}


@contextmanager
def client_installed(tracker: str, package: str) -> Iterator[None]:
    """Turn a client that cannot be imported while the block runs into an error of the user's.

    Args:
        tracker: Name of the tracker.
        package: What is imported, and the extra and the image are called after.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise InputError(
            f"{tracker}'s client is not installed, which log_to_{package} needs: "
            f"pip install 'kfp-tabular[{package}]', or take the image kfp-tabular-{package}."
        ) from error


def not_logged(tracker: str, server: str, error: Exception) -> TrackingError:
    """Return the error of a server that could not be reached, or refused."""
    said = str(error).strip().splitlines()
    return TrackingError(
        f"could not log to {tracker} at {server} ({said[0] if said else type(error).__name__}). "
        "The model and its registration elsewhere are not touched by this: once the server "
        "answers, retry this step."
    )


@contextmanager
def variables_set(wanted: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment, by which a client is told, while the block runs."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def without_credentials(address: str) -> str:
    """Return an address as people and clients that print it may see it."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
