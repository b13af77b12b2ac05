"""Who may do what."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from registry_service.errors import ForbiddenError, RegistryError


class Role(IntEnum):
    """What a grant allows; each role includes those before it."""

    READER = 1
    WRITER = 2
    APPROVER = 3


@dataclass(frozen=True, slots=True)
class Grant:
    """A role over what is called by names that begin with a prefix, or by one name alone.

    Models and data sets of a name belong to the same people: a grant is about both.

    Attributes:
        role: What it allows.
        prefix: Of the names; the empty one means all of them.
        model: The one name; None where the prefix counts.
    """

    role: Role
    prefix: str = ""
    model: str | None = None

    def covers(self, model_name: str) -> bool:
        """Tell whether it is about a model of that name."""
        if self.model is not None:
            return model_name == self.model
        return model_name.startswith(self.prefix)

    @property
    def covers_all(self) -> bool:
        """Whether it is about all models."""
        return self.model is None and not self.prefix


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone who asks, and what they may do."""

    name: str
    grants: Sequence[Grant]

    def has(self, role: Role, model_name: str) -> bool:
        """Tell whether they have the role over a model of that name."""
        return any(grant.covers(model_name) for grant in self.granting(role))

    def has_everywhere(self, role: Role) -> bool:
        """Tell whether they have the role over all models."""
        return any(grant.covers_all for grant in self.granting(role))

    def require(self, role: Role, model_name: str, noun: str = "model") -> None:
        """Raise ForbiddenError unless they have the role over what has that name."""
        if not self.has(role, model_name):
            raise self.lacks(role, f"{noun} {model_name!r}", model_name)

    def require_everywhere(self, role: Role) -> None:
        """Raise ForbiddenError unless they have the role over all models."""
        if not self.has_everywhere(role):
            raise self.lacks(role, "all models")

    def require_somewhere(self, role: Role) -> None:
        """Raise ForbiddenError unless they have the role over some models."""
        if not self.granting(role):
            raise self.lacks(role, "any model")

    def lacks(
        self,
        role: Role,
        of: str,
        model_name: str | None = None,
        told: RegistryError | None = None,
    ) -> ForbiddenError:
        """Return the error of someone without the role; it tells of the model what `of` does."""
        article = "an" if role is Role.APPROVER else "a"
        message = f"{self.name} is not {article} {role.name.lower()} of {of}"
        return ForbiddenError(message, self.name, role.name.lower(), model_name, told)

    def granting(self, role: Role) -> Sequence[Grant]:
        """Return the grants that give them the role."""
        return [grant for grant in self.grants if grant.role >= role]


# On one machine, whoever reaches the loopback address may do everything.
ANYONE = Identity("anonymous", (Grant(Role.APPROVER),))
