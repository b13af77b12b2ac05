"""Where a server is and who asks, taken from a connection of Airflow."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol, Self
from urllib.parse import quote, urlsplit

import httpx

from kfp_tabular_airflow.errors import KfpError, MistakeError

TIMEOUT: Final = httpx.Timeout(60, connect=10)
KNOWN: Final = {"namespace", "ca_cert", "token_file"}


class Connection(Protocol):
    """What is read of a connection of Airflow."""

    conn_id: str
    host: str | None
    schema: str | None
    port: int | None
    password: str | None

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """Its extra fields."""


@dataclass(frozen=True)
class Server:
    """Where Kubeflow Pipelines or a model registry is, and who asks.

    Attributes:
        url: Its URL; of KFP that of ml-pipeline or ml-pipeline-ui.
        token: Bearer token.
        token_file: File that holds it, such as the projected token of a ServiceAccount, which is
            replaced now and then: it is read for every request.
        namespace: Profile namespace of the runs, in a multi-user Kubeflow.
        ca_cert: File with the certificates that the server's is checked against.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    token_file: str | None = None
    namespace: str | None = None
    ca_cert: str | None = None

    @classmethod
    def named_by(cls, connection: Connection) -> Self:
        """Read a connection: its host, its password as the token, and the extras.

        Raises:
            MistakeError: It names no address, or has extras that are not known.
        """
        extra = connection.extra_dejson
        host = connection.host or ""
        if "://" not in host:
            port = f":{connection.port}" if connection.port else ""
            host = f"{connection.schema or 'https'}://{host}{port}"
        parts = urlsplit(host)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise MistakeError(
                f"connection {connection.conn_id} should have a host like "
                "https://kubeflow.example.com/pipeline"
            )
        if unknown := extra.keys() - KNOWN:
            raise MistakeError(
                f"connection {connection.conn_id} has extras that are not known: "
                f"{', '.join(sorted(unknown))} (there are {', '.join(sorted(KNOWN))})"
            )
        return cls(host.split("#")[0].rstrip("/"), connection.password or None, **extra)

    def client(self) -> httpx.Client:
        """Return a client for tasks."""
        return httpx.Client(**self._options())

    def async_client(self) -> httpx.AsyncClient:
        """Return a client for triggers."""
        return httpx.AsyncClient(**self._options())

    def run_page(self, run_id: str) -> str:
        """Return the address of a run's page in the dashboard."""
        return f"{self.url}/#/runs/details/{quote(run_id)}"

    def headers(self) -> dict[str, str]:
        """Return the headers that say who asks.

        Raises:
            KfpError: The file of the token cannot be read.
        """
        token = self.token
        if self.token_file:
            try:
                token = Path(self.token_file).read_text("utf-8").strip()
            except OSError as error:
                raise KfpError(f"token_file {self.token_file}: {error.strerror}") from error
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"base_url": self.url, "timeout": TIMEOUT}
        if self.ca_cert:
            try:
                options["verify"] = ssl.create_default_context(cafile=self.ca_cert)
            except OSError as error:
                raise MistakeError(f"ca_cert {self.ca_cert}: {error}") from error
        return options
