"""A model card: what is known of a model, and what a person has to write before it is in use.

Fields: Mitchell et al. (2019), Model Cards for Model Reporting, FAT*; Regulation (EU) 2024/1689 (AI
Act), Annex IV. The card holds no time but that of the evaluation: a repeated step writes the same.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from components.register_model.card_form import ModelCard, Rows, Section
from components.shared.evaluation.comparisons import ComparisonRecord
from components.shared.evaluation.metrics import METRICS
from components.shared.evaluation.records import EvaluationRecord
from components.shared.models.choices import ChoiceRecord
from components.shared.models.description import ModelDescription
from components.shared.reports.number_text import counted_rows, interval, number, percent
from components.shared.reports.split_text import split_text

MOST_COLUMNS: Final = 100
FEW_TEST_ROWS: Final = 200
FIXED: Final = (
    "Its intervals hold the model fixed: what another training sample would do is not in them."
)
CROSSED: Final = (
    "Its figures are of models of its kind, which learnt from the rows of the other folds. Their "
    "intervals are widened by what these models have in common."
)


@dataclass(frozen=True)
class TableFacts:
    """What the validation counted; None where it was not told."""

    rows: int | None = None
    columns: int | None = None
    violations: int | None = None
    warnings: int | None = None


UNTOLD: Final = TableFacts()


@dataclass(frozen=True)
class CardSources:
    """What a card is made of.

    Attributes:
        model_name: Name of the model in the registry.
        digest: Digest of its folder.
        description: What `model.json` says.
        evaluation: What `evaluate_model` found.
        comparison: The verdict of the gate; None where there was none.
        table: What the validation counted.
        lineage: Where it comes from, by name.
    """

    model_name: str
    digest: str
    description: ModelDescription
    evaluation: EvaluationRecord
    comparison: ComparisonRecord | None
    table: TableFacts
    lineage: Mapping[str, str]


def model_card(sources: CardSources) -> ModelCard:
    """Make the card of a model."""
    return ModelCard(
        f"Model card of {sources.model_name}",
        (
            _model(sources),
            _intended_use(),
            _data(sources),
            _performance(sources),
            _slices(sources),
            _calibration(sources),
            _limits(sources),
            _oversight(sources),
            _lineage(sources),
            _approvals(sources),
        ),
    )


def _model(sources: CardSources) -> Section:
    description = sources.description
    set_by_hand = json.dumps(description.hyperparameters, sort_keys=True)
    facts = {
        "Name": sources.model_name,
        "SHA-256 of its files": sources.digest,
        "Task": description.task,
        "Predicts": description.target,
        "Classes": ", ".join(map(str, description.classes or ())),
        "Estimator": description.estimator,
        "Hyper-parameters": set_by_hand if description.hyperparameters else "the defaults",
        "Class weights": "" if not description.class_weight else str(description.class_weight),
        "Seed": str(description.seed),
        "Evaluated": sources.evaluation.evaluated_at.replace("T", " ").replace("+00:00", " UTC"),
        "Libraries": ", ".join(f"{n} {v}" for n, v in sorted(description.versions.items())),
    }
    return Section(
        "The model",
        "Annex IV 1 and 2 (b)",
        (_facts(facts), *_candidates(description)),
        ("Who answers for the model, and how to reach them?", "Under which licence is it used?"),
    )


def _candidates(description: ModelDescription) -> Iterator[Rows | str]:
    """Yield the table of the estimators that were tried, where the training tried several."""
    if description.choice is None:
        return
    choice = ChoiceRecord.of(description.choice)
    yield (
        f"How the estimator was chosen, by {choice.folds} folds of "
        f"{choice.rows_told}: {choice.reason}"
    )
    if choice.tuning:
        yield f"{choice.tuning_shown}."
    rows = tuple(
        (
            each.name,
            each.described,
            number(each.value),
            interval(each.low, each.high),
            each.remark,
        )
        for each in choice.candidates
    )
    if rows:
        title, ends = _title(choice.metric, description.task), percent(choice.confidence, 0)
        yield Rows(rows, ("Candidate", "Estimator", title, f"{ends} interval", "What came of it"))


def _intended_use() -> Section:
    return Section(
        "Intended use",
        "Annex IV 1 (a)",
        (),
        (
            "What is the model for, and who uses what it says?",
            "Which decisions are made by it, and whom do they concern?",
            "What must it not be used for?",
        ),
    )


def _data(sources: CardSources) -> Section:
    description, evaluation, table = sources.description, sources.evaluation, sources.table
    crossed = evaluation.cross_validation
    facts = {
        "Source": sources.lineage.get("source", ""),
        "Rows of the table": _count(table.rows),
        "Columns of the table": _count(table.columns),
        "Broken rules of its schema": _count(table.violations),
        "Warnings of its validation": _count(table.warnings),
        "Split": split_text(evaluation.split),
        "Rows to train on": _count(description.training_data.get("rows")),
        "SHA-256 of these": str(description.training_data.get("digest") or ""),
        "Rows to test on": _count(crossed.test_rows if crossed else evaluation.rows),
        "SHA-256 of those": evaluation.test_digest or "",
        "Weights of rows": description.sample_weight_column or "",
    }
    features = description.features
    read = Rows(
        tuple((c.name, c.type, "yes" if c.nullable else "no") for c in features[:MOST_COLUMNS]),
        ("Column read", "Type", "Missing values in training"),
    )
    dropped = Rows(
        tuple((c["name"], c["reason"]) for c in description.dropped_columns[:MOST_COLUMNS]),
        ("Column left out", "Why"),
    )
    more = max(len(features) - MOST_COLUMNS, 0)
    told: list[Rows | str] = [_facts(facts), read]
    if more:
        told.append(f"and {more:,} further columns: they are in model.json.")
    if description.dropped_columns:
        told.append(dropped)
    return Section(
        "Data",
        "Annex IV 2 (d)",
        tuple(told),
        (
            "How were the data collected, selected and labelled, by whom and when?",
            "Are they about people, and on which legal ground are they used?",
            "Whom or what do they leave out, and which biases are known?",
        ),
    )


def _performance(sources: CardSources) -> Section:
    evaluation, verdict = sources.evaluation, sources.comparison
    level = percent(evaluation.confidence, 0)
    has_training = bool(evaluation.training)
    crossed = evaluation.cross_validation
    judged, these = ("All rows", "these rows") if crossed else ("Test rows", "the test rows")
    heads = ("Metric", judged, f"{level} interval", "Constant prediction")
    rows = [
        (
            _title(name, evaluation.task),
            number(each.value),
            interval(each.low, each.high),
            number(evaluation.baseline.get(name)),
            *([number(evaluation.training.get(name))] if has_training else []),
        )
        for name, each in evaluation.metrics.items()
    ]
    told: list[Rows | str] = [Rows(tuple(rows), (*heads, *["Training rows"] * has_training))]
    if crossed:
        text = crossed.told(evaluation.rows)
        told.append(f"{text[0].upper()}{text[1:]}.")
    if evaluation.positive_class is not None:
        told.append(f"The class that counts as found is {evaluation.positive_class}.")
    if best := evaluation.threshold:
        told.append(
            f"Best threshold: {number(best.value)}, at {number(best.cost)} a row where a false "
            f"alarm costs {best.cost_fp:g} and a missed row {best.cost_fn:g}; with 0.5 it is "
            f"{number(best.usual_cost)}. It was chosen on {these}."
        )
    if verdict is not None:
        word = "approved" if verdict.approved else "refused"
        told.append(f"The gate {word} it by {verdict.metric}: {' '.join(verdict.reasons)}")
    return Section(
        "Performance",
        "Annex IV 2 (g), 3 and 4",
        tuple(told),
        ("Why are these the right measures for the intended use, and what is good enough?",),
    )


def _slices(sources: CardSources) -> Section:
    evaluation = sources.evaluation
    rows = tuple(
        (
            each.column,
            each.value,
            f"{each.rows:,}",
            _title(each.metric, evaluation.task),
            number(each.estimate.value),
            interval(each.estimate.low, each.estimate.high),
            each.apart,
        )
        for each in evaluation.slices
    )
    heads = ("Column", "Value", "Rows", "Metric", "Value of it", "Interval", "Against all rows")
    nothing = "No slices were measured: name columns with --slice-columns."
    unsaid = tuple(
        f"Of {column} {values:,} further {'value' if values == 1 else 'values'} with "
        f"{counted_rows(count)} in all were not measured: too few rows, or too many values."
        for column, values, count in evaluation.unmeasured_slices
    )
    return Section(
        "Groups",
        "Annex IV 3",
        (Rows(rows, heads) if rows else nothing, *unsaid),
        ("Which groups of people or cases matter, and are the differences between them right?",),
    )


def _calibration(sources: CardSources) -> Section:
    bins = sources.evaluation.calibration
    rows = tuple((number(x), number(y), f"{n:,}") for x, y, n in bins)
    heads = ("Mean probability", "Observed share", "Rows")
    nothing = "A regression has no probabilities."
    told = sources.description.calibration
    how = (f"Calibrated by {told.method}: {told.reason}.",) if told else ()
    if rows and told is None:
        how = ("The probabilities are those of the estimator: no calibration was asked for.",)
    return Section("Calibration", "Annex IV 3", (*how, Rows(rows, heads) if rows else nothing))


def _limits(sources: CardSources) -> Section:
    evaluation, description = sources.evaluation, sources.description
    told = [
        "It knows what its training rows show: rows unlike them are predicted with the same "
        "confidence. Watch for them with: kfp-tabular run monitoring "
        f"--model {sources.model_name}@champion --source new.csv",
        CROSSED if evaluation.cross_validation else FIXED,
    ]
    if evaluation.rows < FEW_TEST_ROWS:
        told.append(f"It was tested on {counted_rows(evaluation.rows)}, which is few.")
    unknown = evaluation.labels[len(evaluation.classes or ()) :] if evaluation.classes else ()
    if unknown:
        told.append(f"It does not know the classes {', '.join(map(str, unknown))}.")
    if description.plan_refusal:
        told.append(f"It is loaded as a pickle alone: {description.plan_refusal}")
    return Section(
        "Limits",
        "Annex IV 3",
        tuple(told),
        ("In which cases is it known to fail, and what comes of its mistakes?",),
    )


def _oversight(sources: CardSources) -> Section:
    return Section(
        "Risks and oversight",
        "Annex IV 2 (e), 2 (h), 3, 5 and 9",
        (
            "Bytes are compared with their digests on every way; who may register, approve and "
            "promote is set in the registry, which keeps who did what and why: "
            f"kfp-tabular registry audit {sources.model_name}",
        ),
        (
            "Which risks to health, safety and rights are there, and what is done about them?",
            "Who oversees it in use, and how can they overrule or stop it?",
            "How is it watched after its release, and when is it taken back?",
            "Which standards and which assessment of conformity apply?",
        ),
    )


def _lineage(sources: CardSources) -> Section:
    names = {
        "run_id": "Run",
        "pipeline": "Pipeline",
        "git_commit": "Code commit",
        "image": "Image",
        "environment": "Ran in",
        "source": "Source",
        "source_fingerprint": "Known by",
        "curated_schema_fingerprint": "Schema known by",
        "table_digest": "SHA-256 of what the table says",
        "arguments": "Arguments",
        "trigger": "Started by",
    }
    facts = {shown: sources.lineage.get(name, "") for name, shown in names.items()}
    repeat = f"kfp-tabular run training --again {sources.model_name}@VERSION repeats it."
    return Section("Lineage", "Annex IV 2 (a) and 6", (_facts(facts), repeat))


def _approvals(sources: CardSources) -> Section:
    told = (
        "When this card was written nobody had approved the model. Approvals are given in the "
        "registry, which keeps by whom, when and why: kfp-tabular registry approve "
        f"{sources.model_name}@VERSION --reason '…'. An approved version keeps its files and this "
        "card: fill it in before, and attach it with: kfp-tabular registry attach "
        f"{sources.model_name}@VERSION model-card.md",
    )
    return Section("Approvals", "Annex IV 8", told)


def _facts(facts: Mapping[str, str]) -> Rows:
    return Rows(tuple((name, value) for name, value in facts.items() if value))


def _count(value: Any) -> str:
    return "" if value is None else f"{int(value):,}"


def _title(metric: str, task: str) -> str:
    """Return what people call a metric; one of nobody's is called as it is."""
    return next((each.title for each in METRICS[task] if each.name == metric), metric)
