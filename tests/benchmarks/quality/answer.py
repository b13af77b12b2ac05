"""What a way of training predicts, and what that has cost."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

OUTPUT: Final = "output.npy"
TOLD: Final = "answer.json"


@dataclass
class Cost:
    """What a block has cost.

    Attributes:
        cpu: Seconds of CPU, in user and system mode, of the process and of its children that ended.
        wall: Seconds.
    """

    cpu: float = field(default=0.0)
    wall: float = field(default=0.0)


@contextmanager
def costs() -> Iterator[Cost]:
    """Measure the block."""
    cost = Cost()
    cpu, wall = _cpu_seconds(), time.perf_counter()
    yield cost
    cost.cpu, cost.wall = _cpu_seconds() - cpu, time.perf_counter() - wall


def _cpu_seconds() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@dataclass(frozen=True)
class Answer:
    """Predictions of the rows to test on, and what the training took.

    Attributes:
        output: Probabilities, shape (rows, classes), columns in the order of the question's
            labels; of a regression predictions, (rows,).
        cpu: Seconds of CPU of the training, imports of libraries left out.
        wall: Seconds of it.
        estimator: What it came to be.
    """

    output: NDArray[np.float64]
    cpu: float
    wall: float
    estimator: str

    def write(self, folder: Path) -> None:
        """Write the answer into the folder of its question."""
        np.save(folder / OUTPUT, np.asarray(self.output, dtype=np.float64))
        told = {"cpu": self.cpu, "wall": self.wall, "estimator": self.estimator}
        (folder / TOLD).write_text(json.dumps(told), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the answer that lies in a folder."""
        told: dict[str, Any] = json.loads((folder / TOLD).read_text("utf-8"))
        return cls(output=np.load(folder / OUTPUT), **told)
