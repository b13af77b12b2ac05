"""Models that a deployment can serve, and callers that never stop asking."""

import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from components.shared.deployments.examples import FILE as EXAMPLES
from components.shared.deployments.plans import PinnedVersion
from components.shared.digests import file_digest, folder_digest
from components.shared.plans.plan import PLAN_FILE
from tests.components.train_model.test_train import train
from tests.components.training_tables import bird_strikes

CALLERS = 4
PAUSE = 0.01
"""Between two requests of a caller, so that the servers beside it get on."""


@dataclass(frozen=True)
class Served:
    """A version, its files, and a row to ask for."""

    version: PinnedVersion
    folder: Path

    @property
    def row(self) -> dict[str, object]:
        """The first of its examples."""
        row: dict[str, object] = json.loads((self.folder / "examples.json").read_text())["rows"][0]
        return row


def make_version(folder: Path, name: str, iterations: int, damage: bool = False) -> Served:
    """Train a small model with examples; damaged ones are not what the model says."""
    table = bird_strikes(folder / "train.parquet", rows=500)
    train(table, "damaged", hyperparameters=json.dumps({"max_iter": iterations}))
    model = folder / "model"
    if damage:
        _lie(model)
    return Served(PinnedVersion("strikes", name, folder_digest(model)), model)


def damage_one_byte(model: Path) -> None:
    """Change one byte of a model folder."""
    path = model / PLAN_FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _lie(model: Path) -> None:
    """Let the third example say what the model does not, and the model's description believe it."""
    path = model / EXAMPLES
    examples = json.loads(path.read_text("utf-8"))
    examples["probabilities"][2] = [0.5, 0.5]
    path.write_text(json.dumps(examples), "utf-8")
    about = model / "model.json"
    description = json.loads(about.read_text("utf-8"))
    description["files"][EXAMPLES] = {"sha256": file_digest(path), "size": path.stat().st_size}
    about.write_text(json.dumps(description), "utf-8")


def copying(*served: Served) -> Callable[[PinnedVersion, Path], None]:
    """Return what brings the files of some versions, as a registry would."""
    folders = {each.version: each.folder for each in served}

    def fetch(version: PinnedVersion, target: Path) -> None:
        shutil.copytree(folders[version], target)

    return fetch


@dataclass
class Load:
    """What callers that never stop asking were answered.

    Attributes:
        answers: How many answers came from each digest.
        failures: What was no answer.
    """

    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def wait_for(self, digest: str, more: int = 20, seconds: float = 30) -> None:
        """Wait until so many more answers came from a version."""
        wanted, end = self.answers[digest] + more, time.monotonic() + seconds
        while self.answers[digest] < wanted:
            assert time.monotonic() < end, f"{digest} does not answer: {self}"
            time.sleep(0.01)


@contextmanager
def load_on(address: str, row: dict[str, object]) -> Iterator[Load]:
    """Ask again and again on connections that stay open, and on one that is new each time."""
    load, ended = Load(), threading.Event()

    def ask(keep: bool) -> None:
        pool = urllib3.PoolManager(retries=False, timeout=10)
        headers = {} if keep else {"Connection": "close"}
        while not ended.is_set():
            try:
                response = pool.request(
                    "POST", f"{address}/predict", json={"rows": [row]}, headers=headers
                )
                if response.status == 200:
                    load.answers[response.json()["digest"]] += 1
                else:
                    load.failures.append(f"HTTP {response.status}")
            except urllib3.exceptions.HTTPError as error:
                load.failures.append(str(error))
            time.sleep(PAUSE)

    threads = [threading.Thread(target=ask, args=(number > 0,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        ended.set()
        for thread in threads:
            thread.join()
