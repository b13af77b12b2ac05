"""From the headers of a request to who asks."""

from collections.abc import Sequence
from typing import Protocol

from registry_service.access.mesh import Mesh
from registry_service.domain import limits
from registry_service.domain.access import Identity
from registry_service.errors import UnauthorizedError


class TokenSource(Protocol):
    """Knows whose some tokens are."""

    async def subject(self, token: str) -> str | None:
        """Return whose token this is, None when it is unknown."""
        ...


class Grants(Protocol):
    """Knows what subjects may do."""

    def identity(self, subject: str) -> Identity:
        """Return a subject with its grants."""
        ...


class Authenticator:
    """Finds out who asks.

    Args:
        sources: Asked in turn.
        grants: What each subject may do.
        gateway: The subject whose header `kubeflow-userid` is believed; nobody else's is.
        mesh: Knows callers without a token by their certificate.
    """

    def __init__(
        self,
        sources: Sequence[TokenSource],
        grants: Grants,
        gateway: str | None = None,
        mesh: Mesh | None = None,
    ) -> None:
        self._sources = sources
        self._grants = grants
        self._gateway = gateway
        self._mesh = mesh

    async def identify(
        self, authorization: str, user_header: str, certificates: str = ""
    ) -> Identity:
        """Return who asks.

        Args:
            authorization: The header of that name.
            user_header: The header `kubeflow-userid`.
            certificates: The header `X-Forwarded-Client-Cert`.

        Raises:
            UnauthorizedError: There is no token, or none that is known.
            StorageError: Who knows about it cannot be asked.
        """
        if len(user_header) > limits.NAME:
            raise UnauthorizedError(f"kubeflow-userid has {limits.NAME} characters at most")
        peer = self._mesh.subject(certificates) if self._mesh is not None else None
        if peer is not None and peer == self._gateway:
            # Its users' tokens, which it hands on, are meant for itself.
            return self._user_of_gateway(user_header)
        if peer is not None and not authorization:
            return self._grants.identity(peer)
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise UnauthorizedError("this registry needs a bearer token: Authorization: Bearer …")
        subject = await self._subject(token.strip())
        if subject is None:
            raise UnauthorizedError("the bearer token is not known here, or no longer valid")
        if self._gateway is not None and subject == self._gateway and user_header:
            subject = user_header
        return self._grants.identity(subject)

    def _user_of_gateway(self, user_header: str) -> Identity:
        if not user_header:
            raise UnauthorizedError("the gateway does not say who asks: kubeflow-userid is missing")
        return self._grants.identity(user_header)

    async def _subject(self, token: str) -> str | None:
        for source in self._sources:
            if (subject := await source.subject(token)) is not None:
                return subject
        return None
