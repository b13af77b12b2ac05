"""The examples that a version carries with it, asked of whatever serves it."""

import json
import math
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self

from components.shared.deployments.endpoints import OK, Endpoint
from components.shared.deployments.plans import PinnedVersion
from components.shared.errors import DeploymentError, InputError
from components.shared.registry.reader import RegistryReader

FILE: Final = "examples.json"
TOLERANCE: Final = 1e-9
"""Largest difference of a number, relative to its size where that is over 1."""


@dataclass(frozen=True)
class Examples:
    """Rows, and what the model said of them where it was trained.

    Attributes:
        rows: Raw rows.
        predictions: What is predicted of each.
        probabilities: The probability of each class for each row; None of a regression.
    """

    rows: Sequence[Mapping[str, Any]]
    predictions: Sequence[Any]
    probabilities: Sequence[Sequence[float]] | None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file that train_model wrote.

        Raises:
            InputError: It is none.
        """
        try:
            content = json.loads(path.read_text("utf-8"))
            return cls(content["rows"], content["predictions"], content["probabilities"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path.name} of the model cannot be read ({error}): train it again."
            ) from error


def examples_of(registry: RegistryReader, version: PinnedVersion) -> Examples | None:
    """Return the examples of a registered version; None where it has none.

    Raises:
        InputError: There is no such version, or its examples cannot be read.
        RegistryError: The registry could not be reached, or refused.
    """
    found = registry.get(f"{version.model_name}@{version.version}")
    if FILE not in found.files:
        return None
    with TemporaryDirectory() as folder:
        return Examples.read(registry.download_file(found, FILE, folder))


def served_digest(endpoint: Endpoint, model_name: str) -> str:
    """Return the digest of the version that answers.

    Raises:
        DeploymentError: None does.
    """
    status, told = endpoint.ask(f"/v2/models/{model_name}")
    try:
        if status != OK:
            raise ValueError(str(told))
        return str(told["parameters"]["digest"])
    except (ValueError, KeyError, TypeError) as error:
        raise DeploymentError(
            f"{endpoint.address} does not say which version of {model_name} it serves (HTTP "
            f"{status}: {str(told)[:200]})"
        ) from error


def smoke_test(endpoint: Endpoint, version: PinnedVersion, examples: Examples | None) -> None:
    """Ask a deployment for the predictions of a version's examples, and compare them.

    Raises:
        DeploymentError: Another version answers, or it says something else than the model did.
    """
    found = served_digest(endpoint, version.model_name)
    if found != version.digest:
        raise DeploymentError(f"{endpoint.address} serves {found[:12]}, and not {version}")
    if examples is None:
        return
    status, told = endpoint.ask("/predict", {"rows": list(examples.rows)})
    if status != OK:
        raise DeploymentError(f"{endpoint.address} refuses the examples of {version}: {told}")
    expected = [examples.predictions, examples.probabilities]
    if not _same(expected, [told.get("predictions"), told.get("probabilities")]):
        raise DeploymentError(
            f"{endpoint.address} does not reproduce the examples of {version}: it says "
            f"{str(told.get('predictions'))[:200]}, and the model said "
            f"{str(list(examples.predictions))[:200]}"
        )


@dataclass(frozen=True)
class Latency:
    """How long requests of one row took, in milliseconds."""

    median: float
    p95: float
    worst: float
    requests: int


def latency(endpoint: Endpoint, examples: Examples, requests: int) -> Latency:
    """Measure how long requests of one row take, one after the other.

    Raises:
        DeploymentError: One was not answered.
    """
    took = []
    for number in range(requests):
        row = examples.rows[number % len(examples.rows)]
        began = time.perf_counter()
        status, told = endpoint.ask("/predict", {"rows": [row]})
        took.append((time.perf_counter() - began) * 1000)
        if status != OK:
            raise DeploymentError(f"{endpoint.address} answers {status}: {told}")
    return Latency(
        statistics.median(took),
        statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0],
        max(took),
        requests,
    )


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, list | tuple) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_same, expected, found))
    numbers = (int, float)
    if (
        isinstance(expected, numbers)
        and isinstance(found, numbers)
        and not isinstance(expected, bool)
        and not isinstance(found, bool)
    ):
        return math.isclose(expected, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(expected == found)
