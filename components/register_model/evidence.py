"""The files about a model that are registered beside it."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from components.register_model.model_card import CardSources, TableFacts, model_card

MODEL_CARD: Final = "model-card"


COUNTED: Final = ("rows", "columns", "violations", "warnings")
"""What the metadata of a schema say of the table."""


class WrittenFile(Protocol):
    """An artifact of a step before, as KFP hands it over."""

    @property
    def path(self) -> str:
        """Where it is."""

    @property
    def metadata(self) -> dict[str, Any]:
        """What is said of it."""


@dataclass(frozen=True)
class Reports:
    """What the steps before wrote about a model; each where it is known.

    Attributes:
        evaluation: The report of `evaluate_model`, HTML.
        validation: The report of `validate_table`, HTML.
        schema: The schema of `validate_table`, JSON.
        table: What the validation counted.
    """

    evaluation: str | Path | None = None
    validation: str | Path | None = None
    schema: str | Path | None = None
    table: TableFacts = field(default_factory=TableFacts)


def path_of(artifact: WrittenFile | None) -> str | None:
    """Return where an artifact is; None where a step was given none."""
    return None if artifact is None else artifact.path


def reports_of(
    evaluation: WrittenFile | None, validation: WrittenFile | None, schema: WrittenFile | None
) -> Reports:
    """Return the reports that a step was given as artifacts, each where it was."""
    told = {} if schema is None else schema.metadata
    counts = {name: int(told[name]) for name in COUNTED if name in told}
    report, check, rules = map(path_of, (evaluation, validation, schema))
    return Reports(report, check, rules, TableFacts(**counts))


def gather_evidence(
    folder: Path,
    reports: Reports,
    evaluation: str | Path,
    comparison: str | Path | None,
    sources: CardSources,
) -> Path:
    """Put the files about a model into a folder: reports, figures, the verdict, the model card.

    Args:
        folder: An empty folder.
        reports: What the steps before wrote.
        evaluation: The figures that `evaluate_model` wrote.
        comparison: The verdict of the gate, where there was one.
        sources: What the card is made of.
    """
    files = {
        "evaluation.json": evaluation,
        "evaluation.html": reports.evaluation,
        "validation.html": reports.validation,
        "schema.json": reports.schema,
        "comparison.json": comparison,
    }
    for name, path in files.items():
        if path is not None:
            shutil.copyfile(path, folder / name)
    card = model_card(sources)
    (folder / f"{MODEL_CARD}.md").write_text(card.to_markdown(), "utf-8")
    (folder / f"{MODEL_CARD}.html").write_text(card.to_html(), "utf-8")
    return folder
