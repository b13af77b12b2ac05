"""Who asks, as a parameter of the routes."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request

from registry_service.access.authenticate import Authenticator
from registry_service.domain.access import ANYONE, Identity


async def identity_of(request: Request) -> Identity:
    """Return who asks. Raises UnauthorizedError."""
    state = request.app.state
    authenticator: Authenticator | None = state.authenticator
    if authenticator is None:
        return ANYONE
    authorization = request.headers.get("Authorization", "")
    user = request.headers.get("kubeflow-userid", "")
    certificates = request.headers.get("X-Forwarded-Client-Cert", "")
    # It may have to ask Kubernetes.
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(
        state.workers, authenticator.identify, authorization, user, certificates
    )


Caller = Annotated[Identity, Depends(identity_of)]
