"""Who may do what."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from registry_service.errors import ForbiddenError


class Role(IntEnum):
    """What a grant allows; each role includes those before it."""

    READER = 1
    WRITER = 2
    APPROVER = 3


@dataclass(frozen=True, slots=True)
class Grant:
    """A role over the models whose names begin with a prefix; the empty one means all."""

    role: Role
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone who asks, and what they may do."""

    name: str
    grants: Sequence[Grant]

    def has(self, role: Role, model_name: str) -> bool:
        """Tell whether they have the role over a model of that name."""
        return any(
            grant.role >= role and model_name.startswith(grant.prefix) for grant in self.grants
        )

    def require(self, role: Role, model_name: str) -> None:
        """Raise ForbiddenError unless they have the role over a model of that name."""
        if not self.has(role, model_name):
            raise ForbiddenError(
                f"{self.name} is not a {role.name.lower()} of model {model_name!r}"
            )

    def require_everywhere(self, role: Role) -> None:
        """Raise ForbiddenError unless they have the role over all models."""
        if not any(grant.role >= role and not grant.prefix for grant in self.grants):
            raise ForbiddenError(f"{self.name} is not a {role.name.lower()} of all models")

    def require_somewhere(self, role: Role) -> None:
        """Raise ForbiddenError unless they have the role over some models."""
        if not any(grant.role >= role for grant in self.grants):
            raise ForbiddenError(f"{self.name} is not a {role.name.lower()} of any model")

    def prefixes(self, role: Role) -> Sequence[str]:
        """Return the prefixes of the names over which they have the role."""
        return [grant.prefix for grant in self.grants if grant.role >= role]


# On one machine, whoever reaches the loopback address may do everything.
ANYONE = Identity("anonymous", (Grant(Role.APPROVER),))
