"""Our registry with a thousand versions beside itself with a million.

`python -m tests.benchmarks.registry.scale [--database sqlite] [--row "list versions"]
[--versions 100000]` asks both the same in turns, one client at a time, and compares the medians of
their latencies. Ends with 1 if one grows to more than four times. Filters that look at every
version stand in docs/registry.md and not among the rows.
"""

import argparse
import random
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import quote

import psycopg

from tests.benchmarks.registry.against_mlflow import DATABASES
from tests.benchmarks.registry.load import Operation, load, request
from tests.benchmarks.registry.operations import Make, our_registration
from tests.benchmarks.registry.servers import our_registry
from tests.benchmarks.registry.versions import TEAMS, VERSIONS_OF_A_MODEL, fill
from tests.postgres_server import running_postgres

FEW: Final = 1_000
MANY: Final = 1_000_000
GROWTH: Final = 4.0
OURS: Final = "/api/registry/v1"
KUBEFLOW: Final = "/api/model_registry/v1"


def operations(versions: int) -> Mapping[str, Make]:
    """Return what is asked, by the name of the row, of a registry with so many versions."""
    some = random.Random(1)  # noqa: S311 - which model is asked for
    models = versions // VERSIONS_OF_A_MODEL

    def get(target: Callable[[], str]) -> Make:
        return lambda: [request("GET", target())]

    def model() -> int:
        return some.randint(1, models)

    def found(filter_query: str, of: str = "", page: int = 100, order: str = "ID") -> str:
        listed = f"registered_models/{of}/versions" if of else "model_versions"
        asked = f"pageSize={page}&orderBy={order}&filterQuery={quote(filter_query)}"
        return f"{KUBEFLOW}/{listed}?{asked}"

    return {
        "list models": get(lambda: f"{OURS}/models?pageSize=10"),
        "list versions": get(lambda: f"{KUBEFLOW}/model_versions?pageSize=100"),
        "list the newest": get(
            lambda: f"{KUBEFLOW}/model_versions?pageSize=100&orderBy=CREATE_TIME&sortOrder=DESC"
        ),
        "list a model's": get(lambda: f"{OURS}/models/model-{model()}/versions?pageSize=100"),
        "find by name": get(
            lambda: (
                f"{KUBEFLOW}/model_version?name={some.randint(1, 100)}&parentResourceId={model()}"
            )
        ),
        "find by external id": get(
            lambda: f"{KUBEFLOW}/model_version?externalId=run-{some.randint(1, versions)}"
        ),
        "find with content": get(
            lambda: f"{OURS}/models/model-{model()}/versions/{some.randint(1, 100)}"
        ),
        "filter: rare text": get(lambda: found(f"team='team-{some.randrange(TEAMS)}'")),
        "filter: common text": get(lambda: found("framework='sklearn'")),
        "filter: number": get(lambda: found("roc_auc>0.5")),
        # As many on a page as a thousand versions have, so that the answers are equally long.
        "filter: one number": get(lambda: found("roc_auc=0.5", page=1)),
        "filter: few numbers": get(lambda: found("roc_auc>0.998", page=1)),
        "filter: field": get(lambda: found("author='author-3'")),
        "filter: two of them": get(lambda: found("framework='sklearn' AND roc_auc>0.5")),
        "filter: name and text": get(lambda: found("name='7' AND framework='sklearn'", page=10)),
        "filter: either": get(lambda: found("team='team-5' OR team='team-6'")),
        "filter: a model's": get(lambda: found("roc_auc>0.5", str(model()))),
        "filter: a model's best": get(
            lambda: found("roc_auc>0.998", str(model()), order="CREATE_TIME")
        ),
        "filter: a model's one": get(
            lambda: found("roc_auc=0.5", str(model()), order="CREATE_TIME")
        ),
        "register a version": lambda: _registration(f"model-{model()}"),
        "register a model": lambda: _registration(f"new-{uuid.uuid4().hex}"),
    }


def _registration(model: str) -> Operation:
    return our_registration(model, 1, key=uuid.uuid4().hex)


def main() -> int:
    """Measure and print; 1 where a latency grows too much."""
    rows = list(operations(FEW))
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--row", choices=rows, action="append")
    parser.add_argument("--versions", type=int, default=MANY)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement")
    options = parser.parse_args()
    within = True
    for database in options.database or DATABASES:
        with both_sizes(database, options.versions) as ports:
            print(f"\n{database:<24}{'p50 ms, 1,000':>16}{f'{options.versions:,}':>12}{'×':>8}")
            for row in options.row or rows:
                few, many = measure(ports, row, options.turns, options.seconds)
                kept = many / few <= GROWTH
                within = within and kept
                told = "" if kept else "   missed"
                print(f"{row:<24}{few:>16.2f}{many:>12.2f}{many / few:>8.2f}{told}", flush=True)
    return 0 if within else 1


@contextmanager
def both_sizes(database: str, versions: int) -> Iterator[Mapping[int, int]]:
    """Run a registry with few versions and one with many; give their ports."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kfp-tabular-")))
        server = (
            stack.enter_context(running_postgres(durable=True))
            if database == "postgresql"
            else None
        )
        ports = {}
        for size in (FEW, versions):
            data = folder / str(size)
            data.mkdir()
            url = None if server is None else _new_database(server, f"versions_{size}")
            fill(url or f"sqlite:///{data / 'registry.db'}", size)
            ports[size] = stack.enter_context(our_registry(data, url))
        yield ports


def measure(ports: Mapping[int, int], row: str, turns: int, seconds: float) -> tuple[float, float]:
    """Return the median latencies of a row, in milliseconds, of few and of many versions."""
    medians: dict[int, list[float]] = {size: [] for size in ports}
    for _ in range(turns):
        for size, port in ports.items():
            served = load(port, operations(size)[row], clients=1, seconds=seconds)
            medians[size].append(served.p50)
    few, many = (median(each) for each in medians.values())
    return few, many


def _new_database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.replace("/postgres", f"/{name}")


if __name__ == "__main__":
    sys.exit(main())
