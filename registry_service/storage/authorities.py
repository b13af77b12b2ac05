"""Certificate authorities of one's own, trusted besides the public ones."""

import ssl
from pathlib import Path
from typing import Final

from registry_service.errors import SettingsError

HOW_TO_TRUST: Final = (
    "its certificate is not from an authority that is: name the authority's PEM file in "
    "AWS_CA_BUNDLE, in a cluster with a ConfigMap kfp-tabular-ca"
)


def distrusted(error: BaseException) -> bool:
    """Tell whether a connection failed because of the certificate that the server showed."""
    return "CERTIFICATE_VERIFY" in str(error)


def tls_context(authorities: Path | None) -> ssl.SSLContext:
    """Make a context that checks certificates and host names.

    Args:
        authorities: A PEM file, or a folder of them: as Kubernetes mounts a ConfigMap, empty where
            that is optional and not there.

    Raises:
        SettingsError: A file is not there, or holds no certificate.
    """
    context = ssl.create_default_context()
    for file in _files(authorities):
        try:
            context.load_verify_locations(file)
        except OSError as error:
            # An ssl.SSLError, which a file without a certificate raises, is an OSError too.
            raise SettingsError(
                f"AWS_CA_BUNDLE names {file}, which is no file of certificate authorities in PEM: "
                f"{error.strerror or error}"
            ) from error
    return context


def _files(authorities: Path | None) -> list[Path]:
    if authorities is None:
        return []
    if not authorities.is_dir():
        return [authorities]
    return sorted(path for path in authorities.iterdir() if path.is_file())
