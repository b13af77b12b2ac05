"""Whose certificates a TLS connection is checked against: the usual ones, and those of one's own.

The usual authorities are those of the system and of certifi, or those of `SSL_CERT_FILE` alone
where that is set. An authority of one's own is trusted besides: in a cluster, all that is
mounted at `MOUNTED`; elsewhere, the file that a variable names.
"""

import os
import ssl
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import certifi
from urllib3.exceptions import MaxRetryError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from components.shared.errors import InputError

MOUNTED: Final = Path("/etc/kfp-tabular/ca")
"""Where `pipelines/definition/needs.py` mounts the authorities of a namespace for its steps."""

CONFIG_MAP: Final = "kfp-tabular-ca"


def tls_context(variable: str) -> ssl.SSLContext:
    """Make a TLS context that checks certificates and host names.

    Args:
        variable: The variable of the environment that may name a PEM file of further authorities.

    Raises:
        InputError: A file of authorities is not there, or holds no certificate.
    """
    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE"):
        # An image without the system's authorities trusts the public ones all the same.
        context.load_verify_locations(certifi.where())
    if named := os.environ.get(variable):
        _trust(context, Path(named), f"{variable} names")
    # Kubernetes mounts an optional object that is not there as an empty folder.
    if MOUNTED.is_dir():
        for file in sorted(path for path in MOUNTED.iterdir() if path.is_file()):
            _trust(context, file, f"ConfigMap {CONFIG_MAP} holds")
    return context


def distrusted(error: BaseException) -> bool:
    """Tell whether a connection failed because of the certificate that the server showed."""
    return isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY" in str(error)


class RetryWhereTrusted(Retry):
    """A retry that gives up at once where a certificate is not trusted: it will not be later."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: Any = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Count an attempt that failed.

        Raises:
            MaxRetryError: No further one is of use.
        """
        if error is not None and distrusted(error):
            raise MaxRetryError(_pool, url or "", error)
        return super().increment(method, url, response, error, _pool, _stacktrace)


def how_to_trust(variable: str) -> str:
    """Return what to do about a server whose certificate is not trusted."""
    return (
        f"Name its certificate authority's PEM file as {variable}; for steps in a cluster: "
        f"kubectl -n NAMESPACE create configmap {CONFIG_MAP} --from-file=ca.crt"
    )


def _trust(context: ssl.SSLContext, file: Path, origin: str) -> None:
    try:
        context.load_verify_locations(file)
    except OSError as error:
        # An ssl.SSLError, which a file without a certificate raises, is an OSError too.
        raise InputError(
            f"{origin} {file}, which is no file of certificate authorities: "
            f"{error.strerror or error}. It must hold them in PEM, from "
            "-----BEGIN CERTIFICATE----- on."
        ) from error
