"""AutoML of others, each fit a process of its own in an environment of its own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.benchmarks.quality.answer import Answer
from tests.benchmarks.quality.errors import WayFailedError
from tests.benchmarks.quality.question import Question
from tests.environments import ROOT, environment

PATIENCE: Final = 3_600
"""Seconds after which a fit is ended, and has failed."""

FOR_INSTALLING: Final = 1_800
"""Seconds that the environment may take to be made: torch's wheels are gigabytes."""

LAST_WORDS: Final = 300
"""Characters of the error of a fit that failed."""


def asking(name: str, lock: Path, module: str) -> Callable[[Question], Answer]:
    """Return what has a module, which stands on what the lock file names, answer questions."""

    def fit(question: Question) -> Answer:
        python = environment(name, lock, FOR_INSTALLING) / "bin" / "python"
        question.write()
        threads = {"OMP_NUM_THREADS": str(question.cores)}
        try:
            done = subprocess.run(
                [str(python), "-m", module, str(question.folder)],
                cwd=question.folder,
                env={**os.environ, **threads, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise WayFailedError(f"took more than {PATIENCE:,} s") from error
        if done.returncode != 0:
            words = done.stderr.strip()[-LAST_WORDS:] or f"exit code {done.returncode}"
            raise WayFailedError(words)
        return Answer.read(question.folder)

    return fit
