"""The access file: tokens and grants, as a Secret or a ConfigMap mounts it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry_service.domain.access import Grant, Identity, Role
from registry_service.settings import SettingsError

EVERYONE = "*"


class TokenEntry(BaseModel):
    """A static bearer token and whose it is."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=16)]
    subject: Annotated[str, Field(min_length=1)]


class GrantEntry(BaseModel):
    """A role for a subject; `*` means everyone who is known."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(min_length=1)]
    role: Literal["reader", "writer", "approver"]
    prefix: str = ""


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
            grant = Grant(Role[entry.role.upper()], entry.prefix)
            self._grants.setdefault(entry.subject, []).append(grant)

    def identity(self, subject: str) -> Identity:
        """Return a subject with its own grants and those of everyone."""
        own = self._grants.get(subject, ())
        return Identity(subject, (*own, *self._grants.get(EVERYONE, ())))


def read_access_file(path: Path) -> AccessFile:
    """Return the tokens and grants in a file.

    Raises:
        SettingsError: It cannot be read. The message never shows its content.
    """
    try:
        return AccessFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"REGISTRY_ACCESS_FILE {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"REGISTRY_ACCESS_FILE {path}: {where}: {first['msg']}") from None
