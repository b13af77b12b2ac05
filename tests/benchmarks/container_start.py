"""How long a step takes in a container until its own work begins.

The command of each compiled component runs in the image up to the call of the component's logic.
Against it stands a floor that no form of component comes below: the same container doing nothing,
and a plain interpreter in it that imports that logic.
"""

import ast
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any, Final

import docker
import yaml

from components.shared.image import IMAGE
from pipelines.definition import catalog

REPEATS: Final = 5
NO_INPUT: Final = '{"inputs": {}, "outputs": {"outputFile": "/tmp/output.json"}}'
OPTIONS: Final[dict[str, Any]] = {
    "network": "none",
    "read_only": True,
    "tmpfs": {"/tmp": ""},  # noqa: S108
    "cap_drop": ["ALL"],
}
# Prints how long a new interpreter takes for a program.
TIMED: Final = """
import subprocess, sys, time
started_at = time.perf_counter()
subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
print(time.perf_counter() - started_at)
"""


def main() -> int:
    """Print the start of every step and its ratio to the floor, medians of five."""
    try:
        engine = docker.from_env()
        engine.images.get(IMAGE)
    except docker.errors.DockerException as error:
        print(f"needs docker and the image {IMAGE} (make images): {error}", file=sys.stderr)
        return 1
    print(f"{'step':<24}{'start, s':>10}{'empty, s':>10}{'imports, s':>12}{'ratio':>8}")
    for name in catalog.component_names():
        rounds = [_one_round(engine, name) for _ in range(REPEATS)]
        start, empty, imports = (median(column) for column in zip(*rounds, strict=True))
        ratio = median(start / (empty + imports) for start, empty, imports in rounds)
        print(f"{name:<24}{start:>10.2f}{empty:>10.2f}{imports:>12.2f}{ratio:>8.2f}")
    return 0


def _one_round(engine: docker.DockerClient, name: str) -> tuple[float, float, float]:
    """Return the seconds of the step's start, of an empty container and of the imports."""
    step, imports = _up_to_its_work(name)
    start, _ = _run(engine, step)
    empty, _ = _run(engine, ["true"])
    _, printed = _run(engine, ["python", "-c", TIMED, imports])
    return start, empty, float(printed)


def _up_to_its_work(name: str) -> tuple[list[str], str]:
    """Return the command of a component that ends where its logic begins, and its imports."""
    compiled = yaml.safe_load(catalog.component_yaml(name).read_text("utf-8"))
    (executor,) = compiled["deploymentSpec"]["executors"].values()
    *shell, source = executor["container"]["command"]
    tree = ast.parse(source)
    body = next(node.body for node in tree.body if isinstance(node, ast.FunctionDef))
    imports = "\n".join(ast.unparse(node) for node in body if isinstance(node, ast.ImportFrom))
    head = source.partition(f"def {name}(")[0]
    lines = "\n    ".join([*imports.splitlines(), "import os", "os._exit(0)"])
    program = f"{head}def {name}():\n    {lines}\n"
    arguments = ["--executor_input", NO_INPUT, "--function_to_execute", name]
    return [*shell, program, *arguments], imports


def _run(engine: docker.DockerClient, command: Sequence[str]) -> tuple[float, str]:
    started_at = time.perf_counter()
    container = engine.containers.create(IMAGE, list(command), **OPTIONS)
    try:
        container.start()
        code = container.wait()["StatusCode"]
        seconds = time.perf_counter() - started_at
        printed: str = container.logs().decode()
    finally:
        container.remove(force=True)
    if code:
        raise RuntimeError(f"{command[-1]} failed in its container:\n{printed}")
    return seconds, printed


if __name__ == "__main__":
    sys.exit(main())
