"""From the headers of a request to who asks."""

from collections.abc import Sequence
from typing import Protocol

from registry_service.access.policy import Policy
from registry_service.domain.access import Identity
from registry_service.errors import UnauthorizedError


class TokenSource(Protocol):
    """Knows whose some tokens are."""

    def subject(self, token: str) -> str | None:
        """Return whose token this is, None when it is unknown."""
        ...


class Authenticator:
    """Finds out who asks.

    Args:
        sources: Asked in turn.
        policy: The grants.
        gateway: The subject whose header `kubeflow-userid` is believed; nobody else's is.
    """

    def __init__(
        self, sources: Sequence[TokenSource], policy: Policy, gateway: str | None = None
    ) -> None:
        self._sources = sources
        self._policy = policy
        self._gateway = gateway

    def identify(self, authorization: str, user_header: str) -> Identity:
        """Return who asks.

        Raises:
            UnauthorizedError: There is no token, or none that is known.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise UnauthorizedError("this registry needs a bearer token: Authorization: Bearer …")
        subject = self._subject(token.strip())
        if subject is None:
            raise UnauthorizedError("the bearer token is not known here, or no longer valid")
        if self._gateway is not None and subject == self._gateway and user_header:
            subject = user_header
        return self._policy.identity(subject)

    def _subject(self, token: str) -> str | None:
        for source in self._sources:
            if (subject := source.subject(token)) is not None:
                return subject
        return None
