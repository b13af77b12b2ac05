"""How the service is configured: one frozen class, read once from REGISTRY_* variables."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from registry_service.errors import RegistryError


class SettingsError(RegistryError, ValueError):
    """A setting is wrong; the message names it and says how to mend it."""

    code = "bad_settings"


def default_data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """Return where the one-machine registry keeps its data (XDG base directory spec)."""
    home = env.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "kfp-tabular" / "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one service process.

    Attributes:
        host: Address to listen on; without authentication only a loopback address.
        port: TCP port, 0 takes a free one.
        data_dir: Folder of the one-machine store: `registry.db` and `blobs/`.
        database_url: SQLAlchemy URL; default: SQLite in `data_dir`.
        threads: Requests worked on at the same time.
        log_level: Of the standard library's levels, in lower case.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    data_dir: Path = field(default_factory=default_data_dir)
    database_url: str | None = None
    threads: int = 8
    log_level: str = "info"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ, **overrides: object) -> "Settings":
        """Read REGISTRY_HOST, _PORT, _DATA, _DATABASE_URL, _THREADS and _LOG_LEVEL.

        Args:
            env: The environment.
            overrides: Fields given on the command line; None means not given.

        Raises:
            SettingsError: A value cannot be read.
        """
        values: dict[str, object] = {
            "host": env.get("REGISTRY_HOST"),
            "port": _integer(env, "REGISTRY_PORT"),
            "data_dir": Path(env["REGISTRY_DATA"]) if env.get("REGISTRY_DATA") else None,
            "database_url": env.get("REGISTRY_DATABASE_URL"),
            "threads": _integer(env, "REGISTRY_THREADS"),
            "log_level": env.get("REGISTRY_LOG_LEVEL"),
        }
        values.update({name: value for name, value in overrides.items() if value is not None})
        given = {name: value for name, value in values.items() if value is not None}
        return cls(**given)  # type: ignore[arg-type]

    def url(self) -> str:
        """Return the SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'registry.db'}"

    def check(self) -> None:
        """Refuse to serve strangers without knowing who they are.

        Raises:
            SettingsError: The address is not a loopback address.
        """
        if not is_loopback(self.host):
            raise SettingsError(
                f"refusing to listen on {self.host}: without authentication the registry serves "
                "this machine only. Use --host 127.0.0.1."
            )


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _integer(env: Mapping[str, str], name: str) -> int | None:
    text = env.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise SettingsError(f"{name} must be a whole number, not {text!r}") from None
