"""An environment of its own for each generation of the client: one cannot hold both."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

# The last that speaks v1alpha3, with experiments and runs; and one that speaks v1.
V1ALPHA3: Final = "0.3.9"
V1: Final = "0.3.18"
GENERATIONS: Final = (V1, V1ALPHA3)
ROOT: Final = Path(__file__).parents[3]
CACHE: Final = Path.home() / ".cache" / "kfp-tabular"


def python_of(generation: str) -> Path:
    """Return the interpreter that has this client; its environment is made when it is not there."""
    lock = Path(__file__).with_name(f"requirements-{generation}.lock")
    content = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    environment = CACHE / f"model-registry-{generation}-{content}"
    python = environment / "bin" / "python"
    done = environment / "installed"
    if not done.exists():
        uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
        call([uv, "venv", "-q", "--clear", "--python", sys.executable, str(environment)])
        install = ["pip", "install", "-q", "--compile-bytecode", "--require-hashes"]
        call([uv, *install, "--python", str(python), "-r", str(lock)])
        done.touch()
    return python


def call(command: list[str]) -> str:
    """Run a program in the project's folder and return what it printed."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=240, check=False, cwd=ROOT
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
    return done.stdout
