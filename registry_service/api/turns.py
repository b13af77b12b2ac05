"""Whose turn it is: each kind of work has workers of its own, and an end.

A request is worked on when it is known who asks and what is asked, all of it: nobody holds a worker
while they are slow to say it. However many requests of one kind there are, others find theirs free.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from registry_service.api.bodies import raw_body, read_body
from registry_service.api.identity import identity_of
from registry_service.api.parameters import list_query
from registry_service.domain import limits
from registry_service.domain.access import Role
from registry_service.errors import BusyError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work.

    Attributes:
        lane: Whose workers do it.
        seconds: How long one waits for its turn, and again for its answer.
        body: Bytes of the JSON body that it begins with, at most.
    """

    lane: str
    seconds: float = 20
    body: int = limits.SMALL_BODY


ORDINARY: Final = Kind("ordinary")
NAMING_FILES: Final = Kind("ordinary", body=limits.LARGE_BODY)
LISTS: Final = Kind("lists")
# A filter may have to look at every row.
SEARCHES: Final = Kind("searches")
# A probe is given up by Kubernetes after 5 s.
PROBES: Final = Kind("probes", seconds=4)
# Reads bytes whole, or looks at every version.
LONG: Final = Kind("long", seconds=600)
LONG_NAMING_FILES: Final = replace(LONG, body=limits.LARGE_BODY)
UPLOADS: Final = Kind("uploads", seconds=3600)
# Bodies above this size are read and worked on by few at a time: they take memory.
LARGE: Final = 64 << 10
_WORKERS: Final = {"lists": 2, "searches": 2, "probes": 2, "long": 2, "large": 2}
# No workers, but files that are open, and batches of bytes in memory.
_UPLOADS: Final = 32


class Turns:
    """The workers of each kind of work.

    Args:
        ordinary: How many do ordinary work.
    """

    def __init__(self, ordinary: int) -> None:
        sizes = {"ordinary": ordinary, **_WORKERS}
        self.workers: Final = sum(sizes.values())
        """How many there are in all: so many threads, and connections to the database."""
        sizes["uploads"] = _UPLOADS
        self._free = {lane: asyncio.Semaphore(size) for lane, size in sizes.items()}

    async def take(self, kind: Kind, work: Handler, request: Request) -> Response:
        """Do a piece of work in its turn.

        Raises:
            BusyError: Its turn did not come, or it was not done in time. What has begun goes on,
                and its worker is busy until it ends.
        """
        free = self._free[kind.lane]
        try:
            async with asyncio.timeout(kind.seconds):
                await free.acquire()
        except TimeoutError as error:
            raise BusyError(f"the registry is busy, for more than {kind.seconds:g} s") from error
        task = asyncio.ensure_future(work(request))
        task.add_done_callback(lambda _: free.release())
        done, _ = await asyncio.wait((task,), timeout=kind.seconds)
        if not done:
            # A thread cannot be stopped. Its outcome is of no interest any more.
            task.add_done_callback(lambda task: task.cancelled() or task.exception())
            raise BusyError(
                f"there was no answer within {kind.seconds:g} s; whether it is done is not known"
            )
        return task.result()


class BoundedRoute(APIRoute):
    """A route whose function waits for its turn when its caller and its body are known."""

    kind: ClassVar[Kind] = ORDINARY

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        work = super().get_route_handler()
        needed = {part.call for part in self.dependant.dependencies}
        lists = list_query in needed
        asks, takes_body = identity_of in needed, raw_body in needed

        async def answer(request: Request) -> Response:
            turns: Turns = request.app.state.turns
            kind = self.kind
            if lists and request.method == "GET":
                kind = SEARCHES if request.query_params.get("filterQuery") else LISTS
            if asks:
                request.state.identity = await identity_of(request)
            if not takes_body:
                return await turns.take(kind, work, request)
            request.state.identity.require_somewhere(Role.WRITER)
            if _is_small(request):
                await read_body(request, kind.body)
                return await turns.take(kind, work, request)

            async def read_and_work(request: Request) -> Response:
                await read_body(request, kind.body)
                return await work(request)

            lane = kind.lane if kind.lane == LONG.lane else "large"
            return await turns.take(replace(kind, lane=lane), read_and_work, request)

        return answer


def route_class(kind: Kind) -> type[BoundedRoute]:
    """Return the class of routes that do one kind of work."""
    return type(f"{kind.lane.title()}Route", (BoundedRoute,), {"kind": kind})


def _is_small(request: Request) -> bool:
    if "Transfer-Encoding" in request.headers:
        return False
    length = request.headers.get("Content-Length", "0")
    return length.isascii() and length.isdigit() and int(length[:20]) <= LARGE
