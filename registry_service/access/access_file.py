"""The access file: tokens and grants, as a Secret or a ConfigMap mounts it."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from registry_service.access.tokens import StaticTokens
from registry_service.domain.access import Grant, Identity, Role
from registry_service.errors import SettingsError

EVERYONE: Final = "*"
READ_EVERY_SECONDS: Final = 5.0

log = logging.getLogger(__name__)


class TokenEntry(BaseModel):
    """A static bearer token and whose it is."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=16)]
    subject: Annotated[str, Field(min_length=1)]


class GrantEntry(BaseModel):
    """A role for a subject, over the models whose names begin with `prefix` or over one `model`.

    The subject `*` means everyone who is known; without prefix and model the grant is for all
    models.
    """

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(min_length=1)]
    role: Literal["reader", "writer", "approver"]
    prefix: str | None = None
    model: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _has_one_scope(self) -> Self:
        if self.prefix is not None and self.model is not None:
            raise ValueError("a grant has a prefix or a model, not both")
        return self

    def to_domain(self) -> Grant:
        """Return the grant."""
        return Grant(Role[self.role.upper()], self.prefix or "", self.model)


class AccessFile(BaseModel):
    """The file as a whole."""

    model_config = ConfigDict(extra="forbid")

    tokens: list[TokenEntry] = Field(default_factory=list)
    grants: list[GrantEntry] = Field(default_factory=list)


class Policy:
    """Knows the grants of each subject."""

    def __init__(self, grants: Sequence[GrantEntry]) -> None:
        self._grants: dict[str, list[Grant]] = {}
        for entry in grants:
            self._grants.setdefault(entry.subject, []).append(entry.to_domain())

    def identity(self, subject: str) -> Identity:
        """Return a subject with its own grants and those of everyone."""
        own = self._grants.get(subject, ())
        return Identity(subject, (*own, *self._grants.get(EVERYONE, ())))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the file said when it was read."""

    content: bytes
    tokens: StaticTokens
    policy: Policy


class WatchedAccessFile:
    """Tokens and grants as the file has them, which is read anew every five seconds.

    While the file cannot be read, what it said before stays in force, and the log says so: a
    mistake in it must not shut everyone out.

    Args:
        path: The file.
        clock: Tells the time, in seconds.

    Raises:
        SettingsError: It cannot be read at first.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._known = _read(path)
        self._due = clock() + READ_EVERY_SECONDS

    async def subject(self, token: str) -> str | None:
        """Return whose static token this is, None when it is unknown."""
        return await self._current().tokens.subject(token)

    def identity(self, subject: str) -> Identity:
        """Return a subject with its grants."""
        return self._current().policy.identity(subject)

    def _current(self) -> _Known:
        if self._clock() >= self._due:
            try:
                self._known = _read(self._path, self._known)
            except SettingsError as error:
                log.error("%s; what it said before stays in force", error)
            self._due = self._clock() + READ_EVERY_SECONDS
        return self._known


def _read(path: Path, before: _Known | None = None) -> _Known:
    """Read the file. Raises SettingsError, whose message never shows its content."""
    try:
        content = path.read_bytes()
        if before is not None and content == before.content:
            return before
        entries = AccessFile.model_validate_json(content)
    except OSError as error:
        raise SettingsError(f"REGISTRY_ACCESS_FILE {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"REGISTRY_ACCESS_FILE {path}: {where}: {first['msg']}") from None
    subjects = {entry.token: entry.subject for entry in entries.tokens}
    return _Known(content, StaticTokens(subjects), Policy(entries.grants))
