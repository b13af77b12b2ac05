"""The result of a comparison with the champion, for programs and for people."""

from dataclasses import asdict, dataclass
from typing import Any

from components.compare_with_champion.gate import Champion, Decision, Floor
from components.compare_with_champion.row_sentences import sentences
from components.shared.evaluation.comparisons import ComparedVersion, ComparisonRecord
from components.shared.evaluation.metrics import Estimate, Metric
from components.shared.reports.number_text import interval, number


@dataclass(frozen=True)
class Comparison:
    """A candidate, its champion and the verdict.

    Attributes:
        decision: Whether it passes, and why.
        model_name: Name in the registry.
        metric: What was compared.
        candidate: The candidate's metric.
        champion: The version compared with, which its alias says; None where there was none.
        floor: What the metric must reach.
        margin: By how much it must beat the champion.
        confidence: Coverage of the intervals.
        champion_alias: The alias of the version to beat, where one has it.
        remarks: What is to be known of the candidate besides, whatever the verdict.
    """

    decision: Decision
    model_name: str
    metric: Metric
    candidate: Estimate
    champion: Champion | None
    floor: Floor
    margin: float
    confidence: float
    champion_alias: str = "champion"
    remarks: tuple[str, ...] = ()

    @property
    def approved(self) -> bool:
        """Whether the candidate may take the champion's place."""
        return self.decision.approved

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is to be known of the compared rows, and then why the verdict is what it is."""
        champion = self.champion
        told = sentences(champion.rows, champion.briefly) if champion and champion.rows else ()
        return (*told, *self.decision.reasons)

    def metadata(self) -> dict[str, Any]:
        """Return what the KFP artifact says of the comparison."""
        return {"approved": self.approved, "metric": self.metric.name}

    def record(self) -> ComparisonRecord:
        """Return what other steps and commands read of it."""
        champion = self.champion
        return ComparisonRecord(
            approved=self.approved,
            reasons=self.reasons,
            model_name=self.model_name,
            metric=self.metric.name,
            direction=self.metric.direction,
            candidate=self.candidate,
            champion=_compared(champion) if champion else None,
            difference=champion.difference
            if champion and champion.difference.value is not None
            else None,
            floor=self.floor.value,
            floor_of_constant=self.floor.of_constant,
            over_constant=self.floor.over_constant,
            chance=self.floor.chance,
            margin=self.margin,
            confidence=self.confidence,
            compared_rows=champion.rows if champion else None,
            champion_alias=self.champion_alias,
            remarks=self.remarks,
        )

    def to_markdown(self) -> str:
        """Return the verdict, its reasons and the figures, for KFP's dashboard."""
        rows = [("Candidate", self.candidate)]
        if self.floor.over_constant:
            rows.append(("Constant prediction", Estimate(self.floor.value)))
            rows.append(("Difference (candidate − constant)", self.floor.over_constant))
        if self.floor.chance:
            rows.append(("Candidate, shuffled among the rows", Estimate(self.floor.chance.mean)))
        if self.champion:
            named, version = self.champion.alias or "newest", self.champion.version
            rows.append((f"{named.capitalize()}, version {version}", self.champion.estimate))
            rows.append((f"Difference (candidate − {named})", self.champion.difference))
        lines = [
            f"## {'Approved' if self.approved else 'Refused'}",
            "",
            *(f"- {reason}" for reason in self.reasons),
            *(f"- Besides: {remark}." for remark in self.remarks),
            "",
            f"| | {self.metric.title} | {self.confidence * 100:g} % interval |",
            "|---|--:|--:|",
            *(f"| {name} | {number(e.value)} | {interval(e.low, e.high)} |" for name, e in rows),
            *([] if self.floor.of_constant else [f"| Floor | {number(self.floor.value)} | |"]),
            f"| Margin | {number(self.margin)} | |",
            "",
            self.metric.meaning,
            f"{self.metric.direction.capitalize()} is better.",
        ]
        return "\n".join(lines) + "\n"


def _compared(champion: Champion) -> ComparedVersion:
    figures = asdict(champion.estimate)
    return ComparedVersion(champion.version, champion.digest, champion.alias, **figures)
