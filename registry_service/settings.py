"""How the service is configured: one frozen class, read once from REGISTRY_* variables."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from registry_service.errors import SettingsError

PREFIX = "REGISTRY_"


_POD_SECRETS = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def _names(value: Any) -> Any:
    """Take names with commas between them."""
    if not isinstance(value, str):
        return value
    return frozenset(part.strip() for part in value.split(",") if part.strip())


def _port(value: Any) -> Any:
    # Kubernetes sets REGISTRY_PORT like this in pods beside a Service named `registry`.
    return DEFAULT_PORT if isinstance(value, str) and value.startswith("tcp://") else value


DEFAULT_PORT = 8080
Names = Annotated[frozenset[str], NoDecode, BeforeValidator(_names)]


def default_data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """Return where the one-machine registry keeps its data (XDG base directory spec)."""
    home = env.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "kfp-tabular" / "registry"


def _secret(variable: str) -> Any:
    return Field(default=None, validation_alias=variable, repr=False)


def _web_address(text: str | None) -> str | None:
    """Return an address that a page may lead to. Raises ValueError."""
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("an address begins with http:// or https://")
    return text or None


class Settings(BaseSettings):
    """Settings of one service process.

    What is not given is read from the environment: from `REGISTRY_` and the name in capitals, such
    as REGISTRY_PORT; the folder of the data from REGISTRY_DATA. REGISTRY_HOSTS and
    REGISTRY_PROTECTED_ALIASES have commas between their items. An empty variable counts as absent.
    docs/registry.md says what each of them is.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    host: str = "127.0.0.1"
    port: Annotated[int, BeforeValidator(_port)] = DEFAULT_PORT
    hosts: Names = frozenset()
    data_dir: Path = Field(default_factory=default_data_dir, validation_alias="REGISTRY_DATA")
    database_url: str | None = None
    s3_endpoint: str | None = None
    s3_public_endpoint: str | None = None
    s3_bucket: str | None = None
    s3_region: str = "us-east-1"
    s3_access_key: str | None = _secret("AWS_ACCESS_KEY_ID")
    s3_secret_key: str | None = _secret("AWS_SECRET_ACCESS_KEY")
    s3_authorities: Path | None = Field(default=None, validation_alias="AWS_CA_BUNDLE")
    access_file: Path | None = None
    kubernetes_audience: str | None = None
    kubernetes_url: str = "https://kubernetes.default.svc"
    kubernetes_ca_file: Path | None = _POD_SECRETS / "ca.crt"
    kubernetes_token_file: Path = _POD_SECRETS / "token"
    gateway_subject: str | None = None
    trust_domain: str | None = None
    sidecar: str | None = None
    protected_aliases: Names = frozenset()
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    kfp_url: Annotated[str | None, AfterValidator(_web_address)] = None
    run_silence_hours: float = Field(default=24, ge=0)
    threads: int = 8
    log_level: str = "info"

    @classmethod
    def read(cls, **given: object) -> Self:
        """Return the settings of the environment.

        Args:
            given: Fields given on the command line, which count more; None means not given.

        Raises:
            SettingsError: A value cannot be read.
        """
        try:
            return cls(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            name = str(problem["loc"][0])
            known = name in cls.model_fields
            variable = PREFIX + name.upper() if known else name
            raise SettingsError(
                f"{variable} cannot be {problem['input']!r}: {problem['msg']}"
            ) from None

    def url(self) -> str:
        """Return the SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'registry.db'}"

    def authenticates(self) -> bool:
        """Tell whether the service finds out who asks."""
        return self.access_file is not None

    def check(self) -> None:
        """Refuse to serve strangers without knowing who they are.

        Raises:
            SettingsError: The settings contradict each other or open the registry to anyone.
        """
        if not self.authenticates() and not is_loopback(self.host):
            raise SettingsError(
                f"refusing to listen on {self.host}: without authentication the registry serves "
                "this machine only. Use --host 127.0.0.1, or set REGISTRY_ACCESS_FILE to a JSON "
                'file such as {"tokens": [{"token": "<16 characters or more>", "subject": "ci"}], '
                '"grants": [{"subject": "ci", "role": "writer"}]}'
            )
        subjects = self.kubernetes_audience or self.gateway_subject or self.trust_domain
        if subjects and not self.authenticates():
            raise SettingsError(
                "REGISTRY_KUBERNETES_AUDIENCE, REGISTRY_GATEWAY_SUBJECT and REGISTRY_TRUST_DOMAIN "
                "need REGISTRY_ACCESS_FILE, which says who may do what"
            )
        if self.trust_domain and not self.sidecar:
            raise SettingsError(
                "REGISTRY_TRUST_DOMAIN is set and REGISTRY_SIDECAR is empty: this pod has no "
                "sidecar that would take forged certificates from its callers. See that the mesh "
                "injects one (kubectl get mutatingwebhookconfigurations), or leave both out"
            )
        if self.s3_endpoint and not (self.s3_bucket and self.s3_access_key and self.s3_secret_key):
            raise SettingsError(
                "REGISTRY_S3_ENDPOINT needs REGISTRY_S3_BUCKET, AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY"
            )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise SettingsError("REGISTRY_TLS_CERTIFICATE and REGISTRY_TLS_KEY go together")


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
