"""The version that is served: opened from its folder, and proven."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from components.shared.digests import file_digest
from components.shared.errors import DigestMismatchError, InputError
from components.shared.models.description import ModelDescription, read_description
from components.shared.plans.plan import PLAN_FILE
from components.shared.plans.scorer import PlanScorer
from predictor.examples import FILE, prove, read_examples
from predictor.scorer import Scorer
from predictor.sklearn_scorer import PairedScorer, SklearnScorer

PLAN: Final = "plan"
INLINE_ROWS: Final = 16
"""So many rows take a plan about a millisecond."""
PLAN_CHUNK: Final = 1_000
SKLEARN_CHUNK: Final = 5_000
"""Each call of scikit-learn takes 35 ms besides what its rows take."""

SKLEARN: Final = "scikit-learn"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Origin:
    """Where a version comes from.

    Attributes:
        model: Name of the model.
        version: Name of the version.
        digest: SHA-256 over its files.
        folder: Where these lie.
    """

    model: str
    version: str
    digest: str
    folder: Path

    def __str__(self) -> str:
        """Return how messages call it."""
        return f"{self.model} version {self.version} (sha256 {self.digest[:12]})"


@dataclass(frozen=True)
class ServedVersion:
    """A version that was loaded, and reproduced its examples.

    Attributes:
        origin: Where it comes from.
        description: What its `model.json` says.
        scorer: What scores rows.
        scored_by: `plan` or `scikit-learn`.
        inline_rows: Up to so many rows are scored where requests are read, in less time than it
            takes to hand them to a thread.
        chunk_rows: So many rows are scored before the clock is looked at again.
        example: A row to show people, empty where the version has none.
        examples: Number of examples that it reproduced.
        ignored: Columns that rows may have though the model does not read them.
        example_rows: The examples: who asks for these, asks the version to prove itself.
    """

    origin: Origin
    description: ModelDescription
    scorer: Scorer
    scored_by: str
    inline_rows: int
    chunk_rows: int
    example: Mapping[str, Any]
    examples: int
    ignored: frozenset[str]
    example_rows: Sequence[Mapping[str, Any]] = ()

    def is_proof(self, content: Any) -> bool:
        """Tell whether a request is for the examples, and so nobody's who wants a prediction."""
        rows = content.get("rows") if isinstance(content, Mapping) else content
        return bool(self.example_rows) and rows == list(self.example_rows)

    @property
    def classes(self) -> list[Any] | None:
        """Class labels in the order of the probabilities; None for a regression."""
        return self.description.classes


def open_version(origin: Origin, sklearn_batches: bool = False) -> ServedVersion:
    """Load a version and have it reproduce its examples.

    Args:
        origin: Where it comes from.
        sklearn_batches: Whether scikit-learn scores the rows of large requests, though there is a
            plan.

    Raises:
        NotServableError: It cannot be loaded here, or does not reproduce them.
        InputError: The folder is no model.
        DigestMismatchError: A file is not the one that `model.json` names.
    """
    started = time.perf_counter()
    description = read_description(origin.folder)
    _check_files(origin.folder, description)
    examples = read_examples(origin.folder)
    if examples is None:
        log.warning(
            "%s is UNPROVEN: it has no %s, so that it was loaded rightly is not proven; train it "
            "again to have some",
            *(origin, FILE),
        )
    scorer, scored_by, inline_rows = _scorer(origin, description)
    scorers: list[Scorer] = [scorer]
    if sklearn_batches and isinstance(scorer, PlanScorer):
        pipeline = SklearnScorer.load(origin.folder)
        scorers.append(pipeline)
        scorer = PairedScorer(scorer, pipeline)
    if examples is not None:
        for each in scorers:
            prove(each, examples, str(origin))
    count = 0 if examples is None else len(examples.rows)
    log.info(
        "%s: loaded by %s, %d examples reproduced, in %.2f s",
        *(origin, scored_by, count, time.perf_counter() - started),
    )
    return ServedVersion(
        origin,
        description,
        scorer,
        scored_by,
        inline_rows,
        PLAN_CHUNK if isinstance(scorer, PlanScorer) else SKLEARN_CHUNK,
        {} if examples is None else examples.rows[0],
        count,
        _ignored(description),
        () if examples is None else tuple(examples.rows),
    )


def _scorer(origin: Origin, description: ModelDescription) -> tuple[Scorer, str, int]:
    """Return what scores, how it is called, and how many rows it scores at once."""
    if PLAN_FILE in description.files:
        return PlanScorer.load(origin.folder), PLAN, INLINE_ROWS
    reason = description.plan_refusal or "it is older than plans"
    log.warning("%s has no plan (%s): scikit-learn scores it, in milliseconds", origin, reason)
    return SklearnScorer.load(origin.folder), SKLEARN, 0


def _check_files(folder: Path, description: ModelDescription) -> None:
    """Compare every file that `model.json` names with its digest there, before it is read."""
    for name, file in description.files.items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"{path} is missing, which model.json names: take the model anew.")
        if (actual := file_digest(path)) != file["sha256"]:
            raise DigestMismatchError(str(path), file["sha256"], actual)


def _ignored(description: ModelDescription) -> frozenset[str]:
    """Return the columns of the training table that the model does not read."""
    left_out = {column["name"] for column in description.dropped_columns}
    known = {description.target, *description.profile, *left_out}
    if description.sample_weight_column is not None:
        known.add(description.sample_weight_column)
    return frozenset(known - {column.name for column in description.features})
