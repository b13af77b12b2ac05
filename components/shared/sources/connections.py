"""Connections to servers that hold tables: patient, and told why where they fail."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import urllib3
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from components.shared.patience import PatientRetry, waiting_seconds
from components.shared.sources.address import Source
from components.shared.trust import distrusted, how_to_trust, tls_context

CONNECT_SECONDS: Final = 10
READ_SECONDS: Final = 60
HTTP_TOO_MANY: Final = 429
CA_VARIABLE: Final = "AWS_CA_BUNDLE"


def patience(server: str) -> PatientRetry:
    """Return how long a server is waited for that fails, and say what it is called."""
    return PatientRetry(
        server=server,
        seconds=waiting_seconds(),
        status_forcelist=(HTTP_TOO_MANY, 500, 502, 503, 504),
    )


def pool(retries: PatientRetry) -> urllib3.PoolManager:
    """Return connections that check certificates and do not wait for ever."""
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=retries,
        ssl_context=tls_context(CA_VARIABLE),
    )


def until_whole(fetch: Callable[[], None], retry: PatientRetry) -> None:
    """Fetch again what broke off: urllib3 repeats requests, and not the reading of answers."""
    while True:
        try:
            return fetch()
        except (ProtocolError, ReadTimeoutError) as error:
            retry = retry.increment("GET", error=error)
            retry.sleep()


def write_blocks(blocks: Iterable[bytes], path: Path, source: Source) -> None:
    """Write what a server sends into a file, and stop where it is more than the source may have.

    Raises:
        InputError: It is.
    """
    size = 0
    with path.open("wb") as file:
        for block in blocks:
            size += len(block)
            source.check_size(size)
            file.write(block)


def advice(error: BaseException, address: str) -> str:
    """Return what to do about a connection that failed."""
    if distrusted(error):
        return how_to_trust(CA_VARIABLE)
    return f"Check {address}, the network and the server"


def reason(error: BaseException) -> str:
    """Return the innermost reason of urllib3's nested errors, without object addresses."""
    while isinstance(inner := getattr(error, "reason", None), BaseException):
        error = inner
    return str(error).rpartition(">: ")[2] or type(error).__name__
