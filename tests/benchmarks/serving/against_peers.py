"""Our prediction server beside those of KServe, MLServer and MLflow, in one run.

The model of the shipped table, asked for probabilities: one row over 1, 8 and 32 connections, and
1,000 rows over one, where ours uses the plan, and is shown once more with scikit-learn, which they
all use. All servers run side by side and are asked in turn, several times, so that what else the
machine does is in all figures; ratios are medians over the turns.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import psutil

from predictor.examples import FILE
from tests.benchmarks.serving.load import Load, load
from tests.benchmarks.serving.peers import OURS, OURS_WITH_SKLEARN, PEERS, Peer, Rows, Started
from tests.components.train_model.test_train import train
from tests.components.training_tables import bird_strikes

ROUNDS: Final = 3
SECONDS: Final = 1.5
CONNECTIONS: Final = (1, 8, 32)
MANY: Final = 1_000
ALL: Final = (OURS, OURS_WITH_SKLEARN, *PEERS)

FASTER: Final = 20.0
SOONER: Final = 10.0
MOST_SECONDS: Final = 1.5
MOST_MEGABYTES: Final = 80.0


def main() -> int:
    """Measure, print, and return 0 where all that is promised was met."""
    for peer in ALL:
        peer.prepare()
    with TemporaryDirectory() as folder, ExitStack() as stack:
        home = Path(folder)
        train(bird_strikes(home / "train.parquet"), "damaged")
        model = home / "model"
        rows: list[Mapping[str, Any]] = json.loads((model / FILE).read_text("utf-8"))["rows"]
        started: dict[str, Started] = {}
        ready: dict[str, float] = {}
        for peer in ALL:
            began = time.perf_counter()
            started[peer.name] = stack.enter_context(peer.start(model, home))
            ready[peer.name] = time.perf_counter() - began
        memory = {name: _megabytes(each.process) for name, each in started.items()}
        met = [
            *(_compare(OURS, started, rows[:1], connections) for connections in CONNECTIONS),
            _compare(OURS, started, (rows * MANY)[:MANY], 1),
        ]
        _compare(OURS_WITH_SKLEARN, started, (rows * MANY)[:MANY], 1)
    print(f"\n{'':20}{'ready in':>10}{'memory':>10}")
    for name in ready:
        print(f"{name:20}{ready[name]:>8.2f} s{memory[name]:>7.0f} MB")
    met += [ready[OURS.name] <= MOST_SECONDS, memory[OURS.name] <= MOST_MEGABYTES]
    return 0 if all(met) else 1


def _compare(ours: Peer, started: dict[str, Started], rows: Rows, connections: int) -> bool:
    """Load all servers in turn; tell whether ours is as much faster as is promised."""
    found: dict[str, list[Load]] = {peer.name: [] for peer in (ours, *PEERS)}
    for _ in range(ROUNDS):
        for peer in (ours, *PEERS):
            found[peer.name].append(_asked(peer, started[peer.name], rows, connections))
    shown = f"{len(rows):,} row{'s' if len(rows) > 1 else ''}, {connections} connection(s)"
    print(f"\n{shown:34}{'requests/s':>12}{'median':>12}{'p99':>12}{'ours':>9}{'its p99':>11}")
    met = True
    for peer in (ours, *PEERS):
        loads = found[peer.name]
        rate = _median_ratio(found[ours.name], loads, lambda each: each.requests_per_second)
        tail = _median_ratio(loads, found[ours.name], lambda each: each.p99)
        middle = [median(values) for values in zip(*map(_figures, loads), strict=True)]
        ratios = "" if peer is ours else f"{rate:>8.1f}x{'1/':>6}{tail:.1f}"
        print(
            f"  {peer.name:32}{middle[0]:>12,.0f}{middle[1]:>9.2f} ms{middle[2]:>9.2f} ms{ratios}"
        )
        if peer is not ours:
            met &= rate >= (FASTER if len(rows) == 1 else 1.0)
            met &= len(rows) > 1 or tail >= SOONER
    return met


def _asked(peer: Peer, started: Started, rows: Rows, connections: int) -> Load:
    body = json.dumps(peer.body(rows)).encode()
    return load(started.port, peer.path, body, connections=connections, seconds=SECONDS)


def _figures(load: Load) -> tuple[float, float, float]:
    return load.requests_per_second, load.median, load.p99


def _median_ratio(above: list[Load], below: list[Load], figure: Callable[[Load], float]) -> float:
    return median(figure(a) / figure(b) for a, b in zip(above, below, strict=True))


def _megabytes(process: int) -> float:
    """Return the resident memory of a process and those that it started."""
    root = psutil.Process(process)
    return sum(each.memory_info().rss for each in (root, *root.children(recursive=True))) / 1e6


if __name__ == "__main__":
    sys.exit(main())
