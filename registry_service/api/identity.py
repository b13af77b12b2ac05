"""Who asks, as a parameter of the routes."""

from typing import Annotated

from fastapi import Depends, Request

from registry_service.access.authenticate import Authenticator
from registry_service.domain.access import Identity


async def identity_of(request: Request) -> Identity:
    """Return who asks, found out once. Raises UnauthorizedError."""
    known: Identity | None = getattr(request.state, "identity", None)
    if known is not None:
        return known
    authenticator: Authenticator | None = request.app.state.authenticator
    if authenticator is None:
        local: Identity = request.app.state.local_user
        return local
    authorization = request.headers.get("Authorization", "")
    user = request.headers.get("kubeflow-userid", "")
    certificates = request.headers.get("X-Forwarded-Client-Cert", "")
    return await authenticator.identify(authorization, user, certificates)


Caller = Annotated[Identity, Depends(identity_of)]
