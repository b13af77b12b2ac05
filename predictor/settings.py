"""How the server is configured: one frozen record, read once from variables.

Read by hand: pydantic-settings takes 10 MB and 0.13 s, an eighth of the memory and a tenth of the
time that the whole server has.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from predictor.errors import SettingsError

PREFIX: Final = "PREDICTOR_"
DEFAULT_PORT: Final = 8080
SHORTEST_TOKEN: Final = 16
SCORED_BY: Final = ("plan", "scikit-learn")
LOG_LEVELS: Final = ("debug", "info", "warning", "error")


_BOUNDS: Final[Mapping[str, tuple[float, float]]] = {
    "port": (0, 65_535),
    "max_bytes": (1_024, 1 << 30),
    "max_rows": (1, 1_000_000),
    "max_explained_rows": (0, 10_000),
    "request_seconds": (0.1, 3_600),
    "prediction_log_sample": (0, 1),
    "prediction_log_seconds": (0.01, 3_600),
    "prediction_log_rows": (1, 10_000_000),
}


@dataclass(frozen=True)
class Settings:
    """Settings of one server; docs/serving.md says what each of them is for.

    Attributes:
        host: Address to listen on.
        port: TCP port, 0 takes a free one.
        token: What callers show as `Authorization: Bearer`; None lets everybody in.
        hosts: Host names that the server has besides those of the loopback address, where it
            listens on that; commas between them.
        max_bytes: Most bytes of a request's body.
        max_rows: Most rows of a request.
        max_explained_rows: Most rows of a request that asks for explanations.
        request_seconds: How long one request may take, from its head to the answer.
        large_batches: What scores large requests of a version that has a plan: `plan`, or
            `scikit-learn` where that takes less time.
        log_level: Least level of what is printed.
        prediction_log: Where rows and their predictions are kept: a folder, or
            `s3://bucket/prefix`; None keeps none.
        prediction_log_sample: Share of the rows that is kept.
        prediction_log_seconds: How long a row waits at the most for others to be written with it.
        prediction_log_rows: So many rows wait at the most; further ones are dropped.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    token: str | None = field(default=None, repr=False)
    hosts: frozenset[str] = frozenset()
    max_bytes: int = 8 << 20
    max_rows: int = 10_000
    max_explained_rows: int = 20
    request_seconds: float = 10.0
    large_batches: str = "plan"
    log_level: str = "info"
    prediction_log: str | None = None
    prediction_log_sample: float = 1.0
    prediction_log_seconds: float = 10.0
    prediction_log_rows: int = 20_000

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Self:
        """Return the settings of an environment; an empty variable counts as absent.

        Args:
            environment: Variables by name.
            given: Fields given on the command line, which count more; None means not given.

        Raises:
            SettingsError: A value cannot be read, or is out of its bounds.
        """
        values = {name: value for name, value in given.items() if value is not None}
        for each in fields(cls):
            text = environment.get(variable(each.name), "").strip()
            if text and each.name not in values:
                values[each.name] = _parsed(each.name, text)
        settings = cls(**values)
        settings._check()
        return settings

    def is_local(self) -> bool:
        """Tell whether the server can be reached from this machine only."""
        return is_loopback(self.host)

    def _check(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            # Written so that NaN is refused too.
            if not least <= value <= most:
                raise SettingsError(
                    f"{variable(name)} cannot be {value}: it is a number from {least:g} to {most:g}"
                )
        if self.token is not None and (len(self.token) < SHORTEST_TOKEN or " " in self.token):
            raise SettingsError(
                f"{PREFIX}TOKEN has fewer than {SHORTEST_TOKEN} characters, or a space: take one "
                "that nobody guesses, such as of `openssl rand -hex 32`"
            )
        for name, words in (("log_level", LOG_LEVELS), ("large_batches", SCORED_BY)):
            if (value := getattr(self, name)) not in words:
                raise SettingsError(
                    f"{variable(name)} cannot be {value!r}: use {' or '.join(words)}"
                )


def variable(name: str) -> str:
    """Return the variable of the environment that holds a setting."""
    upper = name.upper()
    return upper if name.startswith("prediction_log") else PREFIX + upper


def is_loopback(host: str) -> bool:
    """Tell whether an address is that of this machine for itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parsed(name: str, text: str) -> Any:
    if name == "port" and text.startswith("tcp://"):
        # Kubernetes sets PREDICTOR_PORT like this in pods beside a Service named `predictor`.
        return DEFAULT_PORT
    if name == "hosts":
        return frozenset(part.strip().lower() for part in text.split(",") if part.strip())
    kind = type(getattr(Settings, name))
    if kind not in (int, float):
        return text
    try:
        return kind(text.replace("_", ""))
    except ValueError:
        raise SettingsError(
            f"{variable(name)} cannot be {text!r}: it is a number, by default "
            f"{getattr(Settings, name)}"
        ) from None
