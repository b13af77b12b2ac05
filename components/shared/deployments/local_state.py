"""What a deployment of this machine is to be, and what its supervisor made of it: two files.

Whoever deploys writes the one, and the supervisor the other, each whole or not at all.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from components.shared.deployments.plans import DeploymentPlan, PinnedVersion

WANTED: Final = "wanted.json"
STATUS: Final = "status.json"
LOG: Final = "server.log"
SUPERVISOR_LOG: Final = "supervisor.log"
MODELS: Final = "models"
LOCK: Final = "lock"


@dataclass(frozen=True)
class Wanted:
    """What a deployment is to be.

    Attributes:
        generation: Counts what was wanted, so that an answer is known to be to this.
        plan: What it is to be.
        running: Whether it is to be there at all.
        wait_seconds: How long a version may take to get ready.
    """

    generation: int
    plan: DeploymentPlan
    running: bool = True
    wait_seconds: float = 60.0

    def write(self, folder: Path) -> None:
        """Write it to the folder of the deployment."""
        content = {**asdict(self), "plan": self.plan.to_json()}
        _write(folder / WANTED, content)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read it; None where there is none.

        Raises:
            InputError: It is of another version of this package.
        """
        content = _read(folder / WANTED)
        if content is None:
            return None
        return cls(**{**content, "plan": DeploymentPlan.parse(content["plan"])})


@dataclass(frozen=True)
class RunningServer:
    """A server that requests are passed on to.

    Attributes:
        version: The version that it serves.
        process: Its process.
        port: Where it listens.
        share: How many of a hundred requests it gets.
        since: When it was ready, in ISO 8601, UTC.
    """

    version: PinnedVersion
    process: int
    port: int
    share: int
    since: str


@dataclass(frozen=True)
class Status:
    """What a supervisor made of what was wanted.

    Attributes:
        generation: The last of what was wanted that it has dealt with.
        process: The supervisor's process; 0 where it ended.
        port: Where the deployment answers.
        servers: What runs.
        failure: Why it is not what was wanted; empty where it is.
    """

    generation: int
    process: int
    port: int
    servers: tuple[RunningServer, ...] = ()
    failure: str = ""

    def write(self, folder: Path) -> None:
        """Write it to the folder of the deployment."""
        _write(folder / STATUS, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read it; None where there is none."""
        content = _read(folder / STATUS)
        if content is None:
            return None
        servers = tuple(
            RunningServer(**{**each, "version": PinnedVersion(**each["version"])})
            for each in content["servers"]
        )
        return cls(**{**content, "servers": servers})


@contextmanager
def supervising(folder: Path) -> Iterator[bool]:
    """Be the one supervisor of a deployment while the block runs; yield whether one is not yet.

    A lock, which ends with whoever holds it, is no number that another process gets later.
    """
    import fcntl

    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def model_folder(folder: Path, version: PinnedVersion) -> Path:
    """Return where the files of a version lie, or are to lie."""
    return folder / MODELS / version.digest


def _write(path: Path, content: Mapping[str, Any]) -> None:
    beside = path.with_name(f".{path.name}")
    beside.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    beside.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found
