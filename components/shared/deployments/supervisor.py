"""`python -m components.shared.deployments.supervisor FOLDER`: one deployment of this machine.

It keeps the address of the deployment, starts a server of what is wanted beside the one that runs,
passes requests on to it when it has proved itself, and ends the old one when its last request is
answered. A server that ends by itself is started again, and, where it does not get ready, again
after growing pauses, in which requests are refused at once.
"""

import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from components.shared.deployments.answers import NO_SERVER, Unavailable
from components.shared.deployments.examples import FILE as EXAMPLES
from components.shared.deployments.examples import Examples, smoke_test
from components.shared.deployments.local_state import (
    LOG,
    RunningServer,
    Status,
    Wanted,
    model_folder,
    supervising,
)
from components.shared.deployments.plans import ALL, PinnedVersion
from components.shared.deployments.restarts import LONGEST_PAUSE, Restarts
from components.shared.deployments.router import Backend, Router
from components.shared.deployments.servers import ServerProcess
from components.shared.errors import ComponentError, DeploymentError

PAUSE_SECONDS: Final = 0.05
DRAIN_SECONDS: Final = 40.0


@dataclass
class _Server:
    """A server that was started, and what is sent to it."""

    version: PinnedVersion
    process: ServerProcess
    backend: Backend
    since: datetime
    restarts: Restarts = field(default_factory=Restarts)
    failure: str = ""

    @property
    def is_alive(self) -> bool:
        return self.process.process.poll() is None


class Supervisor:
    """Makes a deployment what is wanted, for as long as it is.

    Args:
        folder: The deployment's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._router = Router()
        self._servers: list[_Server] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._generation = 0
        self._port = 0
        self._failure = ""
        self._stopping = False

    async def run(self) -> None:
        """Work until it is told to stop."""
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._stop)
        wanted = Wanted.read(self._folder)
        if wanted is None:
            return
        self._port = wanted.plan.port
        await self._router.listen(self._port)
        while not self._stopping:
            wanted = Wanted.read(self._folder)
            # Who deletes the folder wants nothing of it any more.
            if wanted is None or not wanted.running:
                break
            if wanted.generation != self._generation:
                await self._become(wanted)
            else:
                await self._mend(wanted)
            await asyncio.sleep(PAUSE_SECONDS)
        self._router.close()
        for server in self._servers:
            self._let_go(server)
        self._servers = []
        await asyncio.gather(*self._leaving)
        if self._folder.is_dir():
            self._tell(process=0)

    def _stop(self) -> None:
        self._stopping = True

    async def _become(self, wanted: Wanted) -> None:
        """Make the deployment what is wanted now, or leave it as it is."""
        plan = wanted.plan
        share = plan.canary.percent if plan.canary else 0
        asked = [(plan.stable, ALL - share)]
        if plan.canary:
            asked.append((plan.canary.version, share))
        self._failure, began = "", list[_Server]()
        try:
            now = []
            for version, part in asked:
                server = self._running(version)
                if server is None:
                    server = await self._started(version, wanted.wait_seconds)
                    began.append(server)
                now.append((server, part))
        except ComponentError as error:
            self._failure = str(error)
            for server in began:
                self._let_go(server)
            if not self._servers:
                nobody = Unavailable(NO_SERVER, time.monotonic() + LONGEST_PAUSE)
                self._router.route_to([Backend(0, ALL, unavailable=nobody)])
        else:
            for server, part in now:
                server.backend.share = part
            left = [each for each in self._servers if each not in [one for one, _ in now]]
            self._servers = [server for server, _ in now]
            self._route()
            for server in left:
                self._let_go(server)
        self._generation = wanted.generation
        self._tell()

    async def _mend(self, wanted: Wanted) -> None:
        """Start servers again that ended by themselves."""
        for server in [each for each in self._servers if not each.is_alive]:
            if time.monotonic() >= server.restarts.not_before:
                await self._restart(server, wanted.wait_seconds)

    async def _restart(self, server: _Server, seconds: float) -> None:
        ready = 0.0 if server.failure else (datetime.now(UTC) - server.since).total_seconds()
        code = server.process.process.returncode
        why = "does not get ready:" if server.failure else f"ended (exit code {code});"
        print(f"{_now()} {server.version} {why} starting it", flush=True)
        try:
            begun = await self._started(server.version, seconds)
        except ComponentError as error:
            print(f"{_now()} {error}", flush=True)
            server.restarts = server.restarts.after_another(time.monotonic(), ready)
            until = server.restarts.not_before
            server.backend.unavailable = Unavailable(NO_SERVER, until)
            server.failure = str(error)
        else:
            begun.backend.share = server.backend.share
            begun.restarts = server.restarts.after_another(time.monotonic(), ready)
            self._servers[self._servers.index(server)] = begun
        self._route()
        self._tell()

    async def _started(self, version: PinnedVersion, seconds: float) -> _Server:
        """Start a server, and return it when it has proved itself.

        Raises:
            ComponentError: It does not get ready, or says something else than the model did.
        """
        folder = model_folder(self._folder, version)
        arguments = ["--folder", str(folder), *version.arguments()]
        process = ServerProcess(arguments, self._folder / LOG)
        try:
            await asyncio.to_thread(process.wait_until_ready, seconds)
            path = folder / EXAMPLES
            examples = Examples.read(path) if path.is_file() else None
            await asyncio.to_thread(smoke_test, process.endpoint, version, examples)
        except ComponentError as error:
            await asyncio.to_thread(process.stop)
            raise DeploymentError(f"{version} does not get ready: {error}") from error
        return _Server(version, process, Backend(process.port, 0), datetime.now(UTC))

    def _running(self, version: PinnedVersion) -> _Server | None:
        alive = (each for each in self._servers if each.is_alive)
        return next((each for each in alive if each.version == version), None)

    def _route(self) -> None:
        """Send requests to the servers; those of a canary that does not get ready to the other."""
        stable, *canaries = self._servers
        sound = [each for each in canaries if each.backend.unavailable is None]
        self._router.route_to([each.backend for each in (stable, *sound)])

    def _let_go(self, server: _Server) -> None:
        """End a server that gets no new requests, once those that it has are answered."""

        async def leave() -> None:
            await self._router.drain(server.backend, DRAIN_SECONDS)
            await asyncio.to_thread(server.process.stop)

        task = asyncio.ensure_future(leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def _tell(self, process: int | None = None) -> None:
        servers = tuple(
            RunningServer(
                each.version,
                each.process.process.pid,
                each.process.port,
                int(each.backend.share),
                each.since.isoformat(timespec="milliseconds"),
            )
            for each in self._servers
            if each.is_alive
        )
        own = os.getpid() if process is None else process
        failures = [self._failure, *(each.failure for each in self._servers)]
        failure = "\n".join(each for each in failures if each)
        Status(self._generation, own, self._port, servers, failure).write(self._folder)


def main(folder: Path) -> int:
    """Supervise a deployment until it is told to stop; return the exit code."""
    try:
        with supervising(folder) as mine:
            if mine:
                asyncio.run(Supervisor(folder).run())
    except (ComponentError, OSError) as error:
        print(f"{_now()} {error}", flush=True)
        wanted = Wanted.read(folder)
        if wanted:
            Status(wanted.generation, 0, wanted.plan.port, (), str(error)).write(folder)
        return 1
    return 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
