"""Comparisons with a champion as other steps, and commands, read them from their JSON files.

Imports the standard library only: what reads a verdict loads nothing for it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from components.shared.evaluation.metrics import Estimate
from components.shared.evaluation.records import FORMAT
from components.shared.formatted_json import read_formatted, write_formatted


@dataclass(frozen=True)
class ComparedVersion:
    """The registered version that a candidate was compared with.

    Attributes:
        version: Its name.
        digest: Digest of its files.
        alias: The alias that it was compared as; None: nothing had it, and it was the newest.
        value: Its metric on the rows of the comparison; None where it could not be scored.
        low: Lower end of the metric's interval.
        high: Upper end.
    """

    version: str
    digest: str
    alias: str | None
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ComparedRows:
    """The rows that a candidate and a champion were compared on.

    Attributes:
        rows: Number of rows to test on.
        compared: Those that were compared: neither model alone was trained on them.
        of_champion: Those that the champion alone was trained on.
        of_candidate: Those that equal a training row of the candidate alone.
        of_both: Those that equal a training row of both, and count.
        not_sampled: Those of which it is not known, as a model keeps a sample of hashes.
        entity: Columns of the entity by which the champion's training rows are known; else none.
        unknown: Why the overlap is not known; empty where it is.
        folds: Folds that all rows were judged in, by models of the kinds of both, as too few rows
            were new to the champion; 0: it was judged itself.
    """

    rows: int
    compared: int
    of_champion: int = 0
    of_candidate: int = 0
    of_both: int = 0
    not_sampled: int = 0
    entity: tuple[str, ...] = ()
    unknown: str = ""
    folds: int = 0

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Take it from its fields, after JSON."""
        return cls(**{**content, "entity": tuple(content["entity"])})


@dataclass(frozen=True)
class Chance:
    """What predictions reach where they are shuffled among the rows.

    Attributes:
        mean: Mean of the metric over the shufflings; None where all leave it undefined.
        as_good: Shufflings that are as good as the predictions were, or undefined.
        shuffles: Number of shufflings.
        rows: Number of rows.
        entities: Number of entities, whose rows stayed together; None: each row was its own.
    """

    mean: float | None
    as_good: int
    shuffles: int
    rows: int
    entities: int | None = None

    @property
    def share(self) -> float:
        """How often chance does as well, the predictions themselves counted, in (0, 1]."""
        return (self.as_good + 1) / (self.shuffles + 1)

    @property
    def least(self) -> float:
        """The smallest share that so many shufflings can tell."""
        return 1 / (self.shuffles + 1)


@dataclass(frozen=True)
class ComparisonRecord:
    """A candidate, the version that it was compared with, and the verdict.

    Attributes:
        approved: Whether the candidate passes.
        reasons: Why, a sentence each.
        model_name: Name in the registry.
        metric: What was compared.
        direction: `greater` or `less`: which is better.
        candidate: The candidate's metric.
        champion: The version compared with, which its alias says; None where there was none.
        difference: Candidate less champion; None where it is not known.
        floor: What the metric must reach.
        floor_of_constant: The floor is what a constant prediction reaches, and must surely be
            surpassed; else it was asked for, and is a point.
        over_constant: Candidate less the constant prediction; None where it is not known.
        chance: What the candidate's predictions reach where they are shuffled among the rows; None
            where the difference to a constant says enough.
        champion_alias: The alias of the version to beat, where one has it.
        remarks: What is to be known of the candidate besides, whatever the verdict.
        margin: By how much it must beat the champion.
        confidence: Coverage of the intervals.
        compared_rows: The rows of the comparison with the champion; None without one.
    """

    approved: bool
    reasons: tuple[str, ...]
    model_name: str
    metric: str
    direction: str
    candidate: Estimate
    champion: ComparedVersion | None
    difference: Estimate | None
    floor: float | None
    margin: float
    confidence: float
    floor_of_constant: bool = False
    over_constant: Estimate | None = None
    chance: Chance | None = None
    compared_rows: ComparedRows | None = None
    champion_alias: str = "champion"
    remarks: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return it as text; what is undefined is null."""
        return write_formatted(asdict(self), FORMAT)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text that `to_json` wrote.

        Raises:
            ValueError: It is not JSON, or of another format.
        """
        content = read_formatted(text, FORMAT)
        champion, difference = content["champion"], content["difference"]
        rows = content.get("compared_rows")
        over, chance = content["over_constant"], content.get("chance")
        return cls(
            **content
            | {
                "reasons": tuple(content["reasons"]),
                "remarks": tuple(content["remarks"]),
                "candidate": Estimate(**content["candidate"]),
                "champion": champion and ComparedVersion(**champion),
                "difference": difference and Estimate(**difference),
                "compared_rows": rows and ComparedRows.of(rows),
                "over_constant": over and Estimate(**over),
                "chance": chance and Chance(**chance),
            }
        )
