"""`kfp-tabular rollback`: what served before serves again, and its alias with it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import click

from components.shared.deployments.bringing import Brought, bring, put_back
from components.shared.deployments.examples import examples_of
from components.shared.deployments.opening import open_place
from components.shared.deployments.places import Place
from components.shared.deployments.plans import DeploymentPlan, PinnedVersion
from components.shared.deployments.recording import Circumstances, record, who
from components.shared.errors import DeploymentError, RegistryError, RegistryRefusalError
from components.shared.registry.client import RegistryClient
from pipelines.command_line.deployments.commands import environment_option
from pipelines.command_line.deployments.finding import all_deployments, find, plan_of
from pipelines.command_line.registry.connection import connected_registry, url_option
from pipelines.command_line.registry.output import (
    SETTINGS,
    json_option,
    print_json,
    reason_option,
)
from pipelines.errors import UsageError

WAIT_SECONDS: Final = 300.0
CONFLICT: Final = 409
EXAMPLES: Final = """
Examples:

\b
  kfp-tabular rollback churn --reason "refuses too many customers"
  kfp-tabular rollback churn --environment kubernetes:team-a
"""


@dataclass(frozen=True)
class Return:
    """The way back of a deployment.

    Attributes:
        plan: What it is to be.
        alias: The alias that follows it; empty where only a canary is taken away.
    """

    plan: DeploymentPlan
    alias: str


@click.command("rollback", context_settings=SETTINGS, epilog=EXAMPLES)
@click.argument("name", metavar="MODEL")
@environment_option
@reason_option
@json_option
@url_option
def rollback_command(
    name: str, environment: str | None, reason: str | None, as_json: bool, url: str | None
) -> None:
    """Let the version serve again that served before, and return the alias to it.

    The alias of a deployment remembers where it pointed: each rollback goes back one step further,
    until something else is deployed. Where a canary runs, it is taken away, and the alias stays.
    MODEL is a model or one of its deployments.
    """
    began = time.monotonic()
    with connected_registry(url) as registry:
        found = find(all_deployments(registry), name, environment, "DEPLOYED")
        kept = plan_of(found)
        place, _ = open_place(kept.mode, kept.place, registry)
        current = place.current(kept.name) or kept
        way = _way_back(registry, current, found.record.facts.alias)
        lookup = time.monotonic() - began
        brought = bring(place, way.plan, examples_of(registry, way.plan.stable), WAIT_SECONDS)
        circumstances = Circumstances(
            found.record.facts.alias, by=who(), reason=reason or "", action="rolled back"
        )
        _record(registry, place, brought, circumstances, way)
    told = {
        "name": kept.name,
        "environment": kept.environment,
        "model": kept.stable.model_name,
        "before": current.stable.version,
        "version": way.plan.stable.version,
        "canary_removed": current.canary.version.version if current.canary else None,
        "alias": way.alias or None,
        "address": brought.address,
        "first_answer_seconds": round(lookup + brought.seconds, 3),
    }
    if as_json:
        print_json(told)
    else:
        _say(told)


def _way_back(registry: RegistryClient, current: DeploymentPlan, alias: str) -> Return:
    """Return what a deployment was before.

    Raises:
        UsageError: It was nothing before.
    """
    if current.canary:
        return Return(replace(current, canary=None), "")
    model = current.stable.model_name
    try:
        before = registry.rollback(model, alias, dry_run=True)
    except RegistryRefusalError as refusal:
        if refusal.status != CONFLICT:
            raise
        raise UsageError(
            f"{current.name} cannot be rolled back: {refusal.message}. Nothing was changed. Deploy "
            f"the version that you want: kfp-tabular run deployment --model {model}@VERSION"
        ) from refusal
    found = registry.get(f"{model}@{before.version}")
    stable = PinnedVersion(model, found.version, found.digest)
    if stable == current.stable:
        raise UsageError(
            f"{alias} of {model} was moved by hand, and {stable} serves already: return it with "
            f"kfp-tabular registry rollback {model} --alias {alias}"
        )
    return Return(replace(current, stable=stable), alias)


def _record(
    registry: RegistryClient,
    place: Place,
    brought: Brought,
    circumstances: Circumstances,
    way: Return,
) -> None:
    model, stable = brought.plan.stable.model_name, brought.plan.stable
    before = brought.before

    def move() -> None:
        if not way.alias:
            return
        moved = registry.rollback(model, way.alias, circumstances.reason or None)
        if moved.version != stable.version:
            raise DeploymentError(
                f"{way.alias} was moved meanwhile, and returned to version {moved.version}"
            )

    def undo() -> None:
        if way.alias and before:
            why = "the rollback could not be recorded"
            registry.promote(model, way.alias, before.stable.version, stable.version, why)

    try:
        record(registry, brought, circumstances, move, undo)
    except (RegistryError, DeploymentError) as error:
        now = put_back(place, brought, WAIT_SECONDS)
        raise DeploymentError(f"{brought.plan.name} was not rolled back: {error}\n{now}") from error


def _say(told: Mapping[str, object]) -> None:
    seconds = f"{told['first_answer_seconds']:.2f} s from the command to its first answer"
    if told["canary_removed"]:
        click.echo(
            f"{told['name']} of {told['model']}: canary {told['canary_removed']} is gone, "
            f"version {told['version']} gets all requests ({seconds})"
        )
        return
    click.echo(
        f"{told['name']} of {told['model']}: version {told['before']} → {told['version']} "
        f"({seconds})\n  {told['alias']} points to it; it answers at {told['address']}"
    )
