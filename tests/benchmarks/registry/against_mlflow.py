"""Our registry beside `mlflow server`: operations a second, and the slowest in a hundred.

`python -m tests.benchmarks.registry.against_mlflow [--database sqlite] [--row "get by name"]
[--clients 8] [--quick]` runs both on the same kind of database, one process each, equally durable
(every commit is on the disk), with 10,000 models, and asks both the same in turns. mlflow comes
into an environment of its own. Ends with 1 if a row is not reached.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import psycopg

from tests.benchmarks.registry.load import Served, load
from tests.benchmarks.registry.operations import Make, mlflows, ours
from tests.benchmarks.registry.seeding import seed_mlflow, seed_ours
from tests.benchmarks.registry.servers import mlflow_server, our_registry
from tests.postgres_server import running_postgres

DATABASES: Final = ("postgresql", "sqlite")
# Registrations come last: the other rows find the same number of models on both sides.
ROWS: Final = ("get by name", "get by alias", "list 100", "search by property", "register")
SIDES: Final = ("ours", "mlflow")
# How many times as many operations a second it has to serve, by the number of clients.
REACHED: Final = {1: 3.0, 8: 5.0, 32: 3.0}


@dataclass(frozen=True)
class Side:
    """A running registry, and how it is asked for each row."""

    name: str
    port: int
    operations: Mapping[str, Make]


Cell = tuple[str, int]
Results = Mapping[Cell, Mapping[str, list[Served]]]


def main() -> int:
    """Measure and print; 1 where a row is not reached."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--row", choices=ROWS, action="append")
    parser.add_argument("--clients", type=int, choices=REACHED, action="append")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--quick", action="store_true", help="one short turn")
    options = parser.parse_args()
    turns, seconds = (1, 1.0) if options.quick else (options.turns, options.seconds)
    cells = [
        (row, clients)
        for row in ROWS
        if row in (options.row or ROWS)
        for clients in options.clients or REACHED
    ]
    reached = []
    for database in options.database or DATABASES:
        with both_sides(database) as sides:
            results = measure(sides, cells, turns, seconds)
        reached.append(show(database, results))
    return 0 if all(reached) else 1


@contextmanager
def both_sides(database: str) -> Iterator[Sequence[Side]]:
    """Run both registries, filled, on databases of the same kind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kfp-tabular-")))
        urls: list[str | None] = [None, None]
        if database == "postgresql":
            url = stack.enter_context(running_postgres(durable=True))
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE mlflow")
            urls = [url, url.replace("/postgres", "/mlflow")]
        ours_port = stack.enter_context(our_registry(folder / "ours", urls[0]))
        seed_ours(ours_port)
        seed_mlflow(folder / "mlflow", urls[1])
        mlflow_port = stack.enter_context(mlflow_server(folder / "mlflow", urls[1]))
        yield Side("ours", ours_port, ours()), Side("mlflow", mlflow_port, mlflows())


def measure(sides: Sequence[Side], cells: Sequence[Cell], turns: int, seconds: float) -> Results:
    """Ask both sides in turns."""
    results: dict[Cell, dict[str, list[Served]]] = {
        cell: {side.name: [] for side in sides} for cell in cells
    }
    for side in sides:
        for row, _ in cells:
            load(side.port, side.operations[row], 4, 0.5)
    for turn in range(turns):
        for row, clients in cells:
            for side in sides if turn % 2 else reversed(sides):
                served = load(side.port, side.operations[row], clients, seconds)
                results[row, clients][side.name].append(served)
                what = f"turn {turn + 1}: {row}, {clients} clients, {side.name}"
                print(f"{what}: {served.rate:,.0f}/s, p99 {served.p99:.2f} ms", flush=True)
    return results


def show(database: str, results: Results) -> bool:
    """Print the medians of every row, and tell whether all were reached."""
    print(f"\n{database:<20}{'clients':>8}{'ops/s':>10}{'mlflow':>10}{'×':>7}", end="")
    print(f"{'p99 ms':>10}{'mlflow':>10}{'×':>7}")
    all_reached = True
    for (row, clients), served in results.items():
        rate, their_rate = (median(each.rate for each in served[side]) for side in SIDES)
        p99, their_p99 = (median(each.p99 for each in served[side]) for side in SIDES)
        faster, sooner = rate / their_rate, their_p99 / p99
        reached = faster >= REACHED[clients]
        all_reached = all_reached and reached
        print(f"{row:<20}{clients:>8}{rate:>10,.0f}{their_rate:>10,.0f}{faster:>7.1f}", end="")
        print(f"{p99:>10.2f}{their_p99:>10.2f}{sooner:>7.1f}{'' if reached else '   missed'}")
    return all_reached


if __name__ == "__main__":
    sys.exit(main())
