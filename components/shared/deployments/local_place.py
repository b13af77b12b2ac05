"""Mode local: a supervised server of this machine, whose address stays from version to version."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from components.shared.deployments import supervisor
from components.shared.deployments.endpoints import HttpEndpoint
from components.shared.deployments.local_state import (
    LOCK,
    LOG,
    MODELS,
    STATUS,
    SUPERVISOR_LOG,
    WANTED,
    Status,
    Wanted,
    model_folder,
    supervising,
)
from components.shared.deployments.plans import DeploymentPlan, PinnedVersion
from components.shared.deployments.servers import HOST, free_port
from components.shared.digests import folder_digest
from components.shared.errors import DeploymentError, InputError
from components.shared.work_dir import WORK_DIR, WORK_DIR_VARIABLE

FOLDER: Final = "deployments"
PAUSE_SECONDS: Final = 0.02
START_SECONDS: Final = 20.0
STOP_SECONDS: Final = 60.0
KEPT: Final = 5
"""So many versions stay on this machine, so that a way back needs no registry."""

Fetch = Callable[[PinnedVersion, Path], None]


class LocalPlace:
    """Deployments of this machine.

    Args:
        folder: Where they are kept; None: where runs and the registry of this machine are.
        fetch: Brings the files of a version into a new folder, checked by their digest.
    """

    def __init__(self, folder: Path | None, fetch: Fetch) -> None:
        work_dir = folder or Path(os.environ.get(WORK_DIR_VARIABLE) or WORK_DIR)
        self._folder = work_dir.absolute() / FOLDER
        self._fetch = fetch

    def names(self) -> list[str]:
        """Return the names of the deployments that are to be there, sorted."""
        found = (path.parent.name for path in self._folder.glob(f"*/{WANTED}"))
        return sorted(name for name in found if self.current(name))

    def current(self, name: str) -> DeploymentPlan | None:
        """Return what a deployment is; None where there is none."""
        wanted = Wanted.read(self._folder / name)
        return wanted.plan if wanted and wanted.running else None

    def status(self, name: str) -> Status | None:
        """Return what runs; None where nothing does, as after a restart of the machine."""
        folder = self._folder / name
        if not (folder / LOCK).exists():
            return None
        with supervising(folder) as nobody_does:
            return None if nobody_does else Status.read(folder)

    def check(self, plan: DeploymentPlan) -> tuple[str, ...]:
        """Refuse what only a cluster has, and another address than it has."""
        if sys.platform == "win32":
            raise InputError(
                "mode local needs Linux or macOS, whose processes outlive a command: use WSL, or "
                "deploy to a cluster"
            )
        if plan.gateway:
            raise InputError(
                "mode local splits requests itself: leave the parameter `gateway` empty"
            )
        current = self.current(plan.name)
        if current and plan.port not in (0, current.port):
            raise InputError(
                f"{plan.name} answers at port {current.port} and keeps its address: stop it first "
                f"(kfp-tabular deployments stop {plan.name}), or leave the parameter `port` out"
            )
        return ()

    def apply(self, plan: DeploymentPlan, wait_seconds: float) -> None:
        """Make a deployment what the plan says, and wait until it is."""
        folder = self._folder / plan.name
        folder.mkdir(parents=True, exist_ok=True)
        for version in plan.versions:
            self._bring(folder, version)
        before = Wanted.read(folder)
        port = plan.port or (before.plan.port if before else 0) or free_port()
        generation = before.generation + 1 if before else 1
        Wanted(generation, replace(plan, port=port), True, wait_seconds).write(folder)
        if self.status(plan.name) is None:
            self._supervise(folder)
        # A canary gets ready after the version that it stands beside.
        self._wait(plan, generation, START_SECONDS + wait_seconds * len(plan.versions))
        self._forget_old(folder, plan)

    def resume(self, name: str) -> DeploymentPlan:
        """Start what is to be there and is not, as after a restart of the machine.

        Raises:
            InputError: There is no such deployment.
            DeploymentError: It does not get ready.
        """
        if (plan := self.current(name)) is None:
            raise InputError(f"this machine has no deployment {name}")
        self.apply(plan, 60.0)
        return plan

    def remove(self, name: str) -> None:
        """Take a deployment away, if it is there, when its requests are answered."""
        folder = self._folder / name
        wanted = Wanted.read(folder)
        if wanted is None:
            return
        replace(wanted, generation=wanted.generation + 1, running=False).write(folder)
        end = time.monotonic() + STOP_SECONDS
        while status := self.status(name):
            if time.monotonic() > end:
                raise DeploymentError(
                    f"{name} does not stop: end process {status.process}, and see {folder / LOG}"
                )
            time.sleep(PAUSE_SECONDS)

    def endpoint(self, plan: DeploymentPlan) -> HttpEndpoint:
        """Return where a deployment answers."""
        current = self.current(plan.name)
        if current is None:
            raise DeploymentError(f"this machine has no deployment {plan.name}")
        address = f"http://{HOST}:{current.port}"
        status = self.status(plan.name)
        if not plan.canary or status is None:
            return HttpEndpoint(address)
        # Beside a canary, the address is answered by either.
        ports = [each.port for each in status.servers if each.version == plan.stable]
        if not ports:
            raise DeploymentError(f"{plan.stable} does not run: {status.failure or 'it ended'}")
        return HttpEndpoint(address, f"http://{HOST}:{ports[0]}")

    def log(self, name: str, lines: int) -> str:
        """Return the last lines that the servers of a deployment printed."""
        try:
            text = (self._folder / name / LOG).read_text("utf-8", "replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def _bring(self, folder: Path, version: PinnedVersion) -> None:
        """Have the files of a version here, anew where they are not what was registered."""
        target = model_folder(folder, version)
        if _is_sound(target, version):
            target.touch()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as beside:
            fetched = Path(beside, "model")
            self._fetch(version, fetched)
            if target.exists():
                shutil.rmtree(target)
            fetched.rename(target)

    def _supervise(self, folder: Path) -> None:
        """Start what outlives this process, and its terminal."""
        (folder / STATUS).unlink(missing_ok=True)
        with (folder / SUPERVISOR_LOG).open("ab") as log:
            subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", supervisor.__name__, str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )

    def _wait(self, plan: DeploymentPlan, generation: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        folder = self._folder / plan.name
        while True:
            status = Status.read(folder)
            if status and status.generation >= generation:
                if status.failure:
                    raise DeploymentError(status.failure)
                return
            if time.monotonic() > end:
                raise DeploymentError(
                    f"the supervisor of {plan.name} does not answer: see {folder / SUPERVISOR_LOG}"
                )
            time.sleep(PAUSE_SECONDS)

    def _forget_old(self, folder: Path, plan: DeploymentPlan) -> None:
        """Keep the versions that were deployed last."""
        served = {version.digest for version in plan.versions}
        found = sorted((folder / MODELS).iterdir(), key=lambda path: path.stat().st_mtime)
        for path in [each for each in found if each.name not in served][: -KEPT or None]:
            shutil.rmtree(path, ignore_errors=True)


def _is_sound(folder: Path, version: PinnedVersion) -> bool:
    try:
        return folder.is_dir() and folder_digest(folder) == version.digest
    except OSError:
        # What cannot be read cannot be served.
        return False
