"""Credentials in addresses, which would end up in YAML, logs and records: refused, and not told."""

import re
from typing import Final

from components.shared.errors import InputError

SCHEME: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):/")
USER_AND_PASSWORD: Final = re.compile(r":/+[^/?#\s]*:[^/?#\s]*@")
"""What stands before a host, such as `://user:password@`."""

DATASET_REF: Final = re.compile(r"dataset://[^@/]+@[^@/]*", re.IGNORECASE)
OPTION: Final = re.compile(r"[?&;,\s](password|passwd|pwd|secret|token)\s*=", re.IGNORECASE)
SIGNED: Final = ("http", "https")
"""Schemes whose query may sign an address: it is read, and never shown."""


def refuse_credentials(source: str, parameter: str = "source") -> None:
    """Refuse an address with a password in it, without saying it again.

    Args:
        source: A path or an address.
        parameter: The parameter that it was given in.

    Raises:
        InputError: It has a user and a password before its host, or an option that names one.
    """
    scheme = SCHEME.match(source)
    if scheme is None or DATASET_REF.fullmatch(source.strip()):
        return
    named = scheme[1].lower() not in SIGNED and OPTION.search(source)
    if named or USER_AND_PASSWORD.search(source):
        raise InputError(
            f"The address {scheme[1]}://… (parameter `{parameter}`) contains credentials, which "
            "would end up in the pipeline's YAML and logs: name them in the environment instead "
            "(AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, PGUSER and PGPASSWORD), or use a "
            "pre-signed address."
        )
