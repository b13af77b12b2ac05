"""Routes that answer without the machinery of FastAPI, which describes them.

FastAPI walks the tree of a route's dependencies anew for every request, and runs each part of it
in a thread in turn: that takes longer than the database does.
"""

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from fastapi import APIRouter, Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from registry_service.api.openapi import ERRORS

Values = Mapping[str, Any]
Read = Callable[[Request], Values]


def direct_router(prefix: str, tag: str) -> APIRouter:
    """Return a router of such routes, all of which may answer with an error of ours."""
    return APIRouter(prefix=prefix, tags=[tag], responses=ERRORS, route_class=DirectRoute)


class DirectRoute(APIRoute):
    """A route whose function runs in a worker thread, together with all that it depends on.

    Coroutines are awaited instead: first the dependencies that are such, in their order.
    Parameters come from the path, the query and the headers; no dependency has a clean-up.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._function = _Function(self.dependant)
        self._is_coroutine = inspect.iscoroutinefunction(endpoint)
        self._beginning = path.partition("{")[0]
        self.app = self._answer

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether a request is for this route: most are not, which is seen at a glance."""
        if not scope["path"].startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        awaited = {name: await call(request) for name, call in self._function.awaited.items()}
        if self._is_coroutine:
            response = await self._function(request, awaited)
        else:
            loop, workers = asyncio.get_running_loop(), scope["app"].state.workers
            response = await loop.run_in_executor(workers, self._function, request, awaited)
        await response(scope, receive, send)


class _Function:
    """A function whose arguments come from a request, some of them from other functions.

    Attributes:
        awaited: Coroutines for arguments, by the name of the argument.
    """

    def __init__(self, dependant: Dependant) -> None:
        assert dependant.call is not None  # noqa: S101 - FastAPI made it of a function
        self._call = dependant.call
        self._request = dependant.request_param_name
        self._readers = [
            *_readers(dependant.path_params, attrgetter("path_params")),
            *_readers(dependant.query_params, attrgetter("query_params")),
            *_readers(dependant.header_params, attrgetter("headers")),
        ]
        self._called: dict[str, _Function] = {}
        self.awaited: dict[str, _Function] = {}
        for part in dependant.dependencies:
            into = self.awaited if inspect.iscoroutinefunction(part.call) else self._called
            into[str(part.name)] = _Function(part)

    def __call__(self, request: Request, awaited: Values | None = None) -> Any:
        """Call the function. Raises RequestValidationError."""
        arguments = {name: call(request) for name, call in self._called.items()}
        for read in self._readers:
            arguments.update(read(request))
        if awaited:
            arguments.update(awaited)
        if self._request is not None:
            arguments[self._request] = request
        return self._call(**arguments)


def _readers(
    fields: Sequence[ModelField], source: Callable[[Request], Mapping[str, Any]]
) -> list[Read]:
    """Return what reads parameters: plain texts as they are, FastAPI checks the others."""
    texts = [(field.name, _key(field), field.default) for field in fields if _is_text(field)]
    others = [field for field in fields if not _is_text(field)]

    def read_texts(request: Request) -> Values:
        given = source(request)
        return {name: given.get(key, default) for name, key, default in texts}

    def read_others(request: Request) -> Values:
        values, errors = request_params_to_args(others, source(request))
        if errors:
            raise RequestValidationError(errors)
        return values

    return [*([read_texts] if texts else []), *([read_others] if others else [])]


def _is_text(field: ModelField) -> bool:
    info = field.field_info
    return info.annotation in (str, str | None) and not info.metadata


def _key(field: ModelField) -> str:
    """Return the name on the wire: that of a header has dashes."""
    is_header = getattr(field.field_info, "convert_underscores", False)
    return field.alias.replace("_", "-") if is_header else field.alias
