"""Decide whether a registered model is trained again, why, on what and with which settings."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from components.plan_retraining.settings import (
    IGNORED,
    NAMES,
    SET_BY_THE_RUN,
    TrainingSettings,
    read_settings,
)
from components.shared.errors import InputError
from components.shared.models.registered import RegisteredModel
from components.shared.parameters import given
from components.shared.patience import waiting_seconds
from components.shared.registry.client import RegisteredVersion, RegistryClient
from components.shared.registry.records import LIVE
from components.shared.reports.notes import NOTES, Note, notes_metadata
from components.shared.retraining import (
    KEY_PROPERTY,
    MADE_BEFORE,
    NOTHING,
    RETRAIN,
    Decision,
    RetrainingPlan,
)
from components.shared.sources.address import parse_source, without_queries, without_query
from components.shared.sources.hyperparameter_texts import hyperparameters_text
from components.shared.sources.reading import fingerprint, pinned


@dataclass(frozen=True)
class Window:
    """What monitoring found, and how it read the window.

    Attributes:
        drifted: Whether what the model is given, or says, has moved.
        performance_dropped: Whether the metric is worse than registered.
        reasons: Why it alarms.
        digest: Content digest of the window.
        source: Where it was read from; of a data set the version.
        query: What a database was asked.
        format: Its format.
        column_types: Types of columns that have the last word.
        missing_values: Texts that stand for a missing value.
        has_target: Whether it has values of the target of the model.
    """

    drifted: bool
    performance_dropped: bool
    reasons: Sequence[str]
    digest: str
    source: str
    query: str = ""
    format: str = "auto"
    column_types: str = ""
    missing_values: Sequence[str] = ()
    has_target: bool = True


@dataclass(frozen=True)
class Wish:
    """What the user wants of a retraining.

    Attributes:
        train_on: The table to train on; None for the window.
        force: Whether it is wanted whatever monitoring found.
        max_age: Days after which it is due; None: a version gets as old as it likes.
        settings: JSON object of settings that are not those of the version.
        promote: Whether a better model becomes the champion.
    """

    train_on: str | None = None
    force: bool = False
    max_age: float | None = None
    settings: str = "{}"
    promote: bool = True


@dataclass(frozen=True)
class Planned:
    """A plan, and the settings that it is carried out with.

    Attributes:
        source: The table to train on; unlike the plan's, with what may sign its address.
    """

    plan: RetrainingPlan
    settings: TrainingSettings
    source: str

    def metadata(self) -> dict[str, Any]:
        """Return what the KFP artifact says of it."""
        told = self.plan
        return {
            "decision": told.decision,
            "trigger": told.trigger,
            "watched": told.watched,
            "made": told.made,
            NOTES: notes_metadata(told.notes),
        }

    def outputs(self) -> tuple[Any, ...]:
        """Return the output parameters of the component, in their order."""
        told = self.plan
        asked = told.arguments
        return (
            told.decision == RETRAIN,
            told.model_name,
            self.source,
            asked.get("query", ""),
            asked.get("format", "auto"),
            json.dumps(asked, sort_keys=True),
            told.trigger,
            told.key,
            *self.settings.values(),
        )


@dataclass(frozen=True)
class _Table:
    """What is trained on, and what tells its content, and its curated schema's, from any other."""

    source: str
    identity: str
    schema_identity: str


def plan_retraining(
    registered: str | Path,
    plan: str | Path,
    window: Window,
    wish: Wish,
    registry_url: str | None = None,
) -> Planned:
    """Decide whether a version is trained again: drift, a dropped metric, its age, or a wish.

    It is trained as the version was, as far as nothing else is said. Where a version of the model
    was made of the same table with the same settings, there is none to make: the training would
    give the same bytes. The settings are the same where the curated schema has the same content.

    Args:
        registered: JSON file that `fetch_model` wrote of the version.
        plan: JSON file to write.
        window: What monitoring found.
        wish: What the user wants.
        registry_url: The registry; `REGISTRY_URL` when None.

    Raises:
        InputError: How the version was trained is not known, a setting is none, the table to train
            or the curated schema is not there, or the table is the window and has no target.
        RegistryError: The registry could not be reached, or refused.
    """
    watched, waiting = RegisteredModel.read(registered), waiting_seconds()
    with RegistryClient.from_environment(registry_url, wait_seconds=waiting) as registry:
        version = registry.get(f"{watched.model_name}@{watched.version}")
        recorded, notes = _recorded(version)
        settings = _settings(version, recorded, window, wish)
        _require_target(version, settings, window, wish)
        table = _table(window, wish, settings)
        key = _key(table, settings)
        triggers = _triggers(version, window, wish)
        made = _made_before(registry, version, recorded, table, settings, key) if triggers else ""
    decision: Decision = RETRAIN if triggers else NOTHING
    found = RetrainingPlan(
        model_name=version.model_name,
        version=version.version,
        decision=MADE_BEFORE if made else decision,
        triggers=tuple(triggers),
        reasons=tuple(reason for reasons in triggers.values() for reason in reasons),
        key=key,
        source=without_query(table.source),
        arguments=_arguments(version, settings, table, window, wish),
        made=made,
        notes=notes,
    )
    Path(plan).parent.mkdir(parents=True, exist_ok=True)
    Path(plan).write_text(found.to_json(), "utf-8")
    return Planned(found, settings, table.source)


def _recorded(version: RegisteredVersion) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Return the settings that a version was trained with, as its record has them."""
    said = _said(version) or {}
    others = {*SET_BY_THE_RUN, *IGNORED}
    gone = [name for name in said if name not in NAMES and name not in others]
    text = f"settings of version {version.version} that a training does not have any more"
    notes = (Note("left out", text, tuple(gone)),) if gone else ()
    return {name: value for name, value in said.items() if name in NAMES}, notes


def _said(version: RegisteredVersion) -> dict[str, Any] | None:
    """Return the arguments of the run that made a version; None where it says none of ours."""
    try:
        said = json.loads(version.lineage.get("arguments", ""))
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _settings(
    version: RegisteredVersion, recorded: dict[str, Any], window: Window, wish: Wish
) -> TrainingSettings:
    told = read_settings(wish.settings)
    if _said(version) is None and "target" not in told:
        schema = version.schema if isinstance(version.schema, dict) else {}
        target = schema.get("target", "churned")
        raise InputError(
            f"{version.model_name} version {version.version} was registered without the arguments "
            "of its run, as one that was started from KFP's dashboard is: how it was trained is "
            "not known. Give its settings, those that are not the training pipeline's defaults, "
            f"such as {json.dumps({'target': target})} (parameter `settings`)."
        )
    read = {"column_types": window.column_types, "missing_values": list(window.missing_values)}
    settings = TrainingSettings.of({**recorded, **{n: v for n, v in read.items() if v}, **told})
    # What lies at an address may be another one by now, and makes another model.
    text = hyperparameters_text(given(settings.hyperparameters, "{}"))
    return replace(settings, hyperparameters=text)


def _require_target(
    version: RegisteredVersion, settings: TrainingSettings, window: Window, wish: Wish
) -> None:
    """Refuse a window that cannot be trained on, whether a training is due now or some day."""
    predicted = version.schema.get("target") if isinstance(version.schema, dict) else None
    if window.has_target or wish.train_on is not None or settings.target != predicted:
        return
    raise InputError(
        f"The window {without_query(window.source)} has no value of {settings.target!r}, which "
        f"{version.model_name} predicts: it can be watched, and not be trained on. Name a table "
        "that has it with --train-on (parameter `train_on`): its address, or dataset://NAME@latest "
        "of a registered data set; or only watch the model (kfp-tabular run monitoring)."
    )


def _table(window: Window, wish: Wish, settings: TrainingSettings) -> _Table:
    schema = ""
    if curated := given(settings.curated_schema):
        schema = fingerprint(parse_source(curated, "curated_schema")).to_text()
    if wish.train_on is None:
        return _Table(window.source, window.digest, schema)
    origin = pinned(parse_source(wish.train_on, "train_on"))
    identity = origin.content_digest or fingerprint(origin).to_text()
    return _Table(origin.shown if origin.scheme == "dataset" else wish.train_on, identity, schema)


def _key(table: _Table, settings: TrainingSettings) -> str:
    # Without a schema the key is what it was before schemas counted: versions are found by it.
    named = [table.identity, settings.differing(), *filter(None, [table.schema_identity])]
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()


def _triggers(version: RegisteredVersion, window: Window, wish: Wish) -> dict[str, list[str]]:
    """Return what starts a training, each with its reasons."""
    found: dict[str, list[str]] = {}
    if window.drifted:
        found["drift"] = list(window.reasons)
    if window.performance_dropped:
        found["dropped performance"] = [] if window.drifted else list(window.reasons)
    if wish.max_age is not None and version.created_at is not None:
        days = (datetime.now(UTC) - version.created_at).total_seconds() / 86_400
        if days > wish.max_age:
            text = f"version {version.version} is {days:,.1f} days old, of {wish.max_age:g}"
            found["age"] = [text]
    if wish.force:
        found["force"] = ["it is wanted whatever monitoring found"]
    return found


def _made_before(
    registry: RegistryClient,
    watched: RegisteredVersion,
    recorded: dict[str, Any],
    table: _Table,
    settings: TrainingSettings,
    key: str,
) -> str:
    """Return the version that was made of this table with these settings; empty: none was."""
    for listed in registry.list_versions(watched.model_name):
        if listed.state == LIVE and listed.properties.get(KEY_PROPERTY) == key:
            return listed.name
    tables = [data["digest"] for data in watched.datasets if data["role"] == "table"]
    known_by = [*tables, watched.lineage.get("source_fingerprint")]
    same = "target" in recorded and TrainingSettings.of(recorded) == settings
    same &= watched.lineage.get("curated_schema_fingerprint", "") == table.schema_identity
    return watched.version if same and table.identity in known_by else ""


def _arguments(
    version: RegisteredVersion,
    settings: TrainingSettings,
    table: _Table,
    window: Window,
    wish: Wish,
) -> dict[str, Any]:
    """Return what a training on its own would be asked for, to come to the same."""
    asked = {"source": table.source, "model_name": version.model_name, "promote": wish.promote}
    if wish.train_on is None:
        read = {"query": window.query, "format": window.format}
        asked |= {name: value for name, value in read.items() if value not in ("", "auto")}
    return without_queries({**settings.differing(), **asked})
