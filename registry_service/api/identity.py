"""Who asks, as a parameter of the routes."""

from typing import Annotated

from fastapi import Depends, Header, Request
from starlette.concurrency import run_in_threadpool

from registry_service.access.authenticate import Authenticator
from registry_service.domain.access import ANYONE, Identity


async def identity_of(
    request: Request,
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
    kubeflow_userid: Annotated[str, Header(include_in_schema=False)] = "",
) -> Identity:
    """Return who asks. Raises UnauthorizedError."""
    authenticator: Authenticator | None = request.app.state.authenticator
    if authenticator is None:
        return ANYONE
    return await run_in_threadpool(authenticator.identify, authorization, kubeflow_userid)


Caller = Annotated[Identity, Depends(identity_of)]
