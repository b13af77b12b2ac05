"""Environments of programs that do not go into ours, each made once from a lock file."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CACHE: Final = Path.home() / ".cache" / "kfp-tabular"


PATIENCE: Final = 240
"""Seconds after which a program is ended."""


def environment(name: str, lock: Path, patience: int = PATIENCE) -> Path:
    """Return the folder of the environment that a lock file describes; it is made if not there."""
    content = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    folder = CACHE / f"{name}-{content}"
    done = folder / "installed"
    CACHE.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as one_at_a_time:
        # Another process of the same session may want it too.
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not done.exists():
            print(f"· installing {name} into {folder}", flush=True)
            uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
            call([uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)])
            install = ["pip", "install", "-q", "--compile-bytecode", "--require-hashes"]
            call(
                [uv, *install, "--python", str(folder / "bin" / "python"), "-r", str(lock)],
                patience=patience,
            )
            done.touch()
    return folder


def call(command: list[str], folder: Path = ROOT, patience: int = PATIENCE) -> str:
    """Run a program in a folder, by default the project's, and return what it printed."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=patience, check=False, cwd=folder
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
    return done.stdout
