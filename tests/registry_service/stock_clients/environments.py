"""An environment of its own for each generation of the client: one cannot hold both."""

from pathlib import Path
from typing import Final

from tests.environments import call, environment

__all__ = ["GENERATIONS", "V1", "V1ALPHA3", "call", "python_of"]

# The last that speaks v1alpha3, with experiments and runs; and one that speaks v1.
V1ALPHA3: Final = "0.3.9"
V1: Final = "0.3.18"
GENERATIONS: Final = (V1, V1ALPHA3)


def python_of(generation: str) -> Path:
    """Return the interpreter that has this client; its environment is made when it is not there."""
    lock = Path(__file__).with_name(f"requirements-{generation}.lock")
    return environment(f"model-registry-{generation}", lock) / "bin" / "python"
