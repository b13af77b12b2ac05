"""The runs of this machine: what was asked, how it ended, where its files are."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, Self

from pipelines.errors import UsageError

RECORD: Final = "run.json"
RUNS: Final = "runs"

State = Literal["RUNNING", "SUCCEEDED", "FAILED", "INTERRUPTED", "KILLED"]


@dataclass(frozen=True)
class LocalRun:
    """One run of a pipeline on this machine.

    Attributes:
        run_id: Its name, and that of its folder.
        pipeline: What was run.
        arguments: Its inputs; addresses without the part that may hold credentials.
        process: Id of the process that runs it.
        started_at: ISO 8601, UTC.
        ended_at: The same; None while it goes on.
        state: How it ended.
        outcome: What came of it, in one line; of a failed one, the first line of its error.
        metrics: What its steps measured.
    """

    run_id: str
    pipeline: str
    arguments: Mapping[str, Any]
    process: int
    started_at: str
    ended_at: str | None = None
    state: State = "RUNNING"
    outcome: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        """How long it took, or has taken so far; None where it was killed."""
        if self.state == "KILLED":
            return None
        end = datetime.fromisoformat(self.ended_at) if self.ended_at else datetime.now(UTC)
        return (end - datetime.fromisoformat(self.started_at)).total_seconds()

    def write(self, run_folder: Path) -> None:
        """Write it to the folder of the run, whole or not at all."""
        beside = run_folder / f".{RECORD}"
        beside.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        beside.replace(run_folder / RECORD)

    @classmethod
    def read(cls, run_folder: Path) -> Self | None:
        """Read it from the folder of a run; None where none was written."""
        try:
            found = cls(**json.loads((run_folder / RECORD).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        if found.state == "RUNNING" and not _is_alive(found.process):
            return cls(**asdict(found) | {"state": "KILLED", "outcome": "it was not ended well"})
        return found


def new_run_folder(work_dir: Path, pipeline: str) -> Path:
    """Make the folder of a new run.

    Raises:
        UsageError: The folder cannot be made.
    """
    folder = work_dir.resolve() / RUNS / f"{pipeline}-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"{error.filename} cannot be made ({error.strerror}): name a folder that you may "
            "write to, with --work-dir"
        ) from error
    return folder


def newest_runs(work_dir: Path, limit: int) -> list[tuple[Path, LocalRun]]:
    """Return folder and record of the newest runs below `work_dir`, the newest first."""
    found = (
        (folder, run)
        for folder in (work_dir.resolve() / RUNS).glob("*/")
        if (run := LocalRun.read(folder))
    )
    return sorted(found, key=lambda each: each[1].started_at, reverse=True)[:limit]


def find_run(work_dir: Path, run_id: str) -> tuple[Path, LocalRun] | None:
    """Return folder and record of a run; None where this machine has none of that name."""
    if Path(run_id).name != run_id:
        return None
    folder = work_dir.resolve() / RUNS / run_id
    run = LocalRun.read(folder)
    return (folder, run) if run else None


def _is_alive(process: int) -> bool:
    if os.name != "posix":  # elsewhere, a signal that asks is one that ends
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
