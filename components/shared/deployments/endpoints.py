"""Where a deployment answers, and how it is asked."""

import json
import os
from dataclasses import dataclass
from typing import Any, Final, Protocol

import urllib3
from urllib3.exceptions import HTTPError

from components.shared.deployments.cluster import Cluster
from components.shared.errors import DeploymentError

TOKEN_VARIABLE: Final = "PREDICTOR_TOKEN"  # noqa: S105 - the name of a variable
SECONDS: Final = 10.0
OK: Final = 200


class Endpoint(Protocol):
    """Answers requests for predictions."""

    @property
    def address(self) -> str:
        """Return its URL, for people and for the registry."""

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Send JSON, or get where there is none; return status and JSON.

        Raises:
            DeploymentError: Nothing answers, or it is no JSON.
        """


@dataclass(frozen=True)
class HttpEndpoint:
    """A server that is reached from here.

    Attributes:
        address: Its URL.
        asked: The URL that is asked instead; empty: the same.
    """

    address: str
    asked: str = ""

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Send JSON, or get where there is none; return status and JSON."""
        try:
            response = urllib3.request(
                "GET" if body is None else "POST",
                (self.asked or self.address) + path,
                json=body,
                headers=_headers(),
                timeout=SECONDS,
                retries=False,
            )
        except HTTPError as error:
            raise DeploymentError(f"{self.address} does not answer ({error})") from error
        return response.status, _parsed(response.data, self.address)


@dataclass(frozen=True)
class ServiceEndpoint:
    """A Service of a cluster that this machine is not in, asked through the API server.

    Attributes:
        address: Its URL inside of the cluster.
        cluster: The cluster.
        service: Name of the Service.
        port: Its port.
    """

    address: str
    cluster: Cluster
    service: str
    port: int

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Send JSON, or get where there is none; return status and JSON."""
        method = "GET" if body is None else "POST"
        status, data = self.cluster.ask_service(
            self.service, self.port, method, path, body, _headers()
        )
        return status, _parsed(data, self.address)


def _headers() -> dict[str, str]:
    token = os.environ.get(TOKEN_VARIABLE)
    return {"Authorization": f"Bearer {token}"} if token else {}


def _parsed(data: bytes, address: str) -> Any:
    try:
        return json.loads(data or b"null")
    except ValueError as error:
        raise DeploymentError(f"what answers at {address} is no prediction server") from error
