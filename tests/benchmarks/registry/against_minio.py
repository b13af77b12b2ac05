"""Our client and registry beside the minio SDK on the same bucket: MiB a second, up and down.

`python -m tests.benchmarks.registry.against_minio [--row large] [--turns 3]` moves one file of a
GiB, and a thousand of 100 KiB, in turns. Ours checks every digest on both sides and registers a
version; the SDK moves the bare objects, as many at a time as ours does. Ends with 1 if ours is
slower than 0.9 (large) or 0.7 (small) of the SDK, or if the service's memory grows by 32 MiB.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, Protocol, TypeVar

from minio import Minio as Sdk

from components.shared.digests import folder_digest
from components.shared.registry.client import RegistryClient
from components.shared.registry.http import CONNECTIONS
from tests.benchmarks.registry.process_memory import peak_mib, resident_mib
from tests.benchmarks.registry.servers import registry_process
from tests.minio_server import running_minio

T = TypeVar("T")
MIB: Final = 1 << 20
BUCKET: Final = "models"
GROWTH_MIB: Final = 32.0


@dataclass(frozen=True)
class Row:
    """So many files of a size, and how fast ours must be beside the SDK."""

    files: int
    size: int
    share: float


ROWS: Final[Mapping[str, Row]] = {"large": Row(1, 1 << 30, 0.9), "small": Row(1000, 102_400, 0.7)}


class Mover(Protocol):
    """Moves a folder into the bucket and out of it."""

    def up(self, folder: Path, name: str) -> None:
        """Bring the files of a folder under a name that is new."""

    def down(self, folder: Path, name: str) -> None:
        """Fetch them again."""


@dataclass(frozen=True)
class Ours:
    """Through our client: a version of a model, with every digest checked."""

    client: RegistryClient

    def up(self, folder: Path, name: str) -> None:
        """Register the files as a version."""
        self.client.register({"model": {"name": name}, "version": {"name": "1"}}, folder, name)

    def down(self, folder: Path, name: str) -> None:
        """Download the version."""
        self.client.download(name, "1", folder)


@dataclass(frozen=True)
class Theirs:
    """Through the minio SDK: bare objects."""

    sdk: Sdk

    def up(self, folder: Path, name: str) -> None:
        """Put every file."""
        paths = [path for path in folder.rglob("*") if path.is_file()]
        _all(lambda path: self.sdk.fput_object(BUCKET, f"{name}/{path.name}", str(path)), paths)

    def down(self, folder: Path, name: str) -> None:
        """Get every file."""
        listed = self.sdk.list_objects(BUCKET, f"{name}/")
        keys = [item.object_name for item in listed if item.object_name is not None]
        _all(
            lambda key: self.sdk.fget_object(BUCKET, key, str(folder / Path(key).name)),
            keys,
        )


def _all(move: Callable[[T], object], each: list[T]) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(move, each))


def main() -> int:
    """Measure and print; 1 where a row is not reached."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--row", choices=list(ROWS), action="append")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    reached = True
    print(f"{'':<16}{'ours MiB/s':>12}{'SDK MiB/s':>12}{'×':>8}{'service grew, MiB':>20}")
    for name in options.row or ROWS:
        with movers() as (ours, theirs, pid):
            # What the service loads for its first version is no growth.
            both_ways(ours, Row(1, 1024, 0))
            before = resident_mib(pid)
            pairs = [
                [both_ways(mover, ROWS[name]) for mover in (ours, theirs)]
                for _ in range(options.turns)
            ]
            grew = peak_mib(pid) - before
        for way in (0, 1):
            mine, other = (median(pair[side][way] for pair in pairs) for side in (0, 1))
            kept = mine / other >= ROWS[name].share and grew < GROWTH_MIB
            reached = reached and kept
            print(
                f"{name + (' up', ' down')[way]:<16}{mine:>12.1f}{other:>12.1f}{mine / other:>8.2f}"
                f"{grew:>20.1f}{'' if kept else '   missed'}",
                flush=True,
            )
    return 0 if reached else 1


@contextmanager
def movers() -> Iterator[tuple[Ours, Theirs, int]]:
    """Run MinIO and our registry on one bucket of it; give both ways to it, and our process."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kfp-tabular-")))
        server = stack.enter_context(running_minio(folder / "minio"))
        sdk = server.client()
        sdk.make_bucket(BUCKET)
        process = registry_process(folder / "registry", None, **server.settings(BUCKET))
        port, pid = stack.enter_context(process)
        client = stack.enter_context(RegistryClient(f"http://127.0.0.1:{port}"))
        yield Ours(client), Theirs(sdk), pid


def both_ways(mover: Mover, row: Row) -> tuple[float, float]:
    """Return the MiB a second of new files, up and down.

    Raises:
        RuntimeError: What came down is not what went up.
    """
    with tempfile.TemporaryDirectory(prefix="kfp-tabular-") as made:
        given, back = Path(made) / "given", Path(made) / "back"
        for folder in (given, back):
            folder.mkdir()
        for number in range(row.files):
            (given / f"{number:04d}.bin").write_bytes(os.urandom(row.size))
        name = uuid.uuid4().hex
        rates = [
            _rate(lambda: mover.up(given, name), row),
            _rate(lambda: mover.down(back, name), row),
        ]
        if folder_digest(given) != folder_digest(back):
            raise RuntimeError(f"{type(mover).__name__} brought other bytes than it was given")
        shutil.rmtree(back)
    return rates[0], rates[1]


def _rate(move: Callable[[], None], row: Row) -> float:
    # What was written before is no part of the measurement.
    os.sync()
    begun = time.perf_counter()
    move()
    return row.files * row.size / MIB / (time.perf_counter() - begun)


if __name__ == "__main__":
    sys.exit(main())
