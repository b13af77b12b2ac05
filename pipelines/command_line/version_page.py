"""Where people see a version that a run has registered."""

import re
import shlex
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

IN_CLUSTER: Final = re.compile(r"(?P<service>[^.]+)\.(?P<namespace>[^.]+)\.svc(\..+)?")
OWN_PORT: Final = 8081
"""Not 8080, which the dashboard of KFP is forwarded to."""


def page_of(registry_url: str, registered: Mapping[str, Any]) -> str:
    """Return the address of a version's page in a registry."""
    named = urlencode({"model": registered["model_name"], "version": registered["version"]})
    return f"{registry_url.rstrip('/')}/ui/find?{named}"


def how_to_see(registry_url: str, registered: Mapping[str, Any]) -> str:
    """Return the address of a version's page, or what shows a version of a registry in a cluster.

    Names of Services mean something in their cluster alone, and a browser has no token to show.
    """
    address = urlsplit(registry_url)
    service = IN_CLUSTER.fullmatch(address.hostname or "")
    if service is None:
        return page_of(registry_url, registered)
    port = address.port or {"https": 443}.get(address.scheme, 80)
    version = shlex.quote(f"{registered['model_name']}@{registered['version']}")
    forward = f"kubectl -n {service['namespace']} port-forward svc/{service['service']}"
    return (
        f"kfp-tabular registry show {version} --url {address.scheme}://localhost:{OWN_PORT} "
        f"(after: {forward} {OWN_PORT}:{port})"
    )
