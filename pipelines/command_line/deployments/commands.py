"""`kfp-tabular deployments`: look at what answers requests, and stop it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import click
from rich.table import Table

from components.shared.deployments.opening import open_place
from components.shared.deployments.recording import alias_target, who
from components.shared.registry.client import RegistryClient
from pipelines.command_line.deployments.finding import (
    Found,
    all_deployments,
    find,
    plan_of,
    this_machine,
)
from pipelines.command_line.registry.connection import connected_registry, url_option
from pipelines.command_line.registry.output import (
    SETTINGS,
    examples,
    json_option,
    print_json,
    print_page,
    reason_option,
)

GROUP: Final = "deployments"
MOST_ACTS: Final = 20

environment_option = click.option(
    "--environment", help="Where it is, as `deployments list` says it; by default anywhere."
)


@click.group(
    GROUP,
    context_settings=SETTINGS,
    epilog=examples("list", "show churn", "logs churn", "stop churn", group=GROUP),
)
def deployments_group() -> None:
    """Look at what answers requests, on this machine and in clusters; stop it.

    A deployment is named by its own name, or by that of its model.
    """


@deployments_group.command("list", epilog=examples("list", "list --all --json", group=GROUP))
@click.option("--all", "everything", is_flag=True, help="Show also those that were stopped.")
@json_option
@url_option
def list_command(everything: bool, as_json: bool, url: str | None) -> None:
    """List the deployments that the registry keeps, those that were changed last first."""
    with connected_registry(url) as registry:
        found = [
            each
            for each in all_deployments(registry)
            if everything or each.record.state == "DEPLOYED"
        ]
    if as_json:
        print_json([_told(each) for each in found])
    elif found:
        print_page(_table(found))
        for each in found:
            if each.failure:
                print_page(f"{each.record.name} is failing: {each.failure}")
    else:
        print_page("nothing is deployed: kfp-tabular run deployment --model MODEL@champion")


@deployments_group.command("show", epilog=examples("show churn", "show churn --json", group=GROUP))
@click.argument("name")
@environment_option
@json_option
@url_option
def show_command(name: str, environment: str | None, as_json: bool, url: str | None) -> None:
    """Show a deployment: what serves, where, since when, by whom, and what did before."""
    with connected_registry(url) as registry:
        found = find(all_deployments(registry), name, environment)
        acts = registry.serving.history(found.record)[:MOST_ACTS]
    if as_json:
        history = [{"at": act.at, **act.facts.shown()} for act in acts]
        print_json({**_told(found), "history": history})
        return
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for key, value in _told(found).items():
        if key != "servers" and value not in ("", None):
            table.add_row(key.replace("_", " "), str(value))
    print_page(table)
    rows = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("at", "what", "version", "by", "reason"):
        rows.add_column(heading)
    for act in acts:
        facts = act.facts
        version = facts.version
        if facts.canary:
            version = f"{version}, {facts.canary_percent} of 100 to {facts.canary}"
        moment = f"{act.at:%Y-%m-%d %H:%M:%S}"
        rows.add_row(moment, facts.action, version, facts.by, facts.reason)
    print_page("")
    print_page(rows)


@deployments_group.command("logs", epilog=examples("logs churn --lines 50", group=GROUP))
@click.argument("name")
@environment_option
@click.option(
    "--lines",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="How many of the last lines, of each server in a cluster.",
)
@url_option
def logs_command(name: str, environment: str | None, lines: int, url: str | None) -> None:
    """Print the last lines that the servers of a deployment printed."""
    with connected_registry(url) as registry:
        found = find(all_deployments(registry), name, environment)
        plan = plan_of(found)
        place, _ = open_place(plan.mode, plan.place, registry)
        click.echo(place.log(plan.name, lines))


@deployments_group.command("stop", epilog=examples("stop churn --reason retired", group=GROUP))
@click.argument("name")
@environment_option
@reason_option
@url_option
def stop_command(name: str, environment: str | None, reason: str | None, url: str | None) -> None:
    """Take a deployment away, when its requests are answered.

    Its versions stay as they are, and so does its alias, by which what served before is known when
    it is deployed again.
    """
    with connected_registry(url) as registry:
        found = find(all_deployments(registry), name, environment, "DEPLOYED")
        plan = plan_of(found)
        place, _ = open_place(plan.mode, plan.place, registry)
        place.remove(plan.name)
        _record_stop(registry, found, reason)
        model, alias = found.record.facts.model, found.record.facts.alias
        target = alias_target(registry, model, alias)
    click.echo(f"{plan.name} in {plan.environment} is stopped")
    if target is not None:
        click.echo(
            f"  {alias} of {model} still points to version {target}, where a rollback begins when "
            f"it is deployed again; kfp-tabular registry unalias {model} {alias} removes it"
        )


@deployments_group.command("resume", epilog=examples("resume", "resume churn", group=GROUP))
@click.argument("names", metavar="[NAME…]", nargs=-1)
def resume_command(names: tuple[str, ...]) -> None:
    """Start the deployments of this machine again, as after its restart.

    Each answers at the address that it had. Without NAME all of them are started that do not run.
    """
    here = this_machine()
    asked = names or [name for name in here.names() if here.status(name) is None]
    for name in asked:
        plan = here.resume(name)
        click.echo(f"{name} answers at {here.endpoint(plan).address}: {plan.stable}")
    if not asked:
        click.echo("all deployments of this machine run")


def _record_stop(registry: RegistryClient, found: Found, reason: str | None) -> None:
    record = found.record
    facts = replace(
        record.facts, action="stopped", by=who(), reason=reason or "", run="", canary="",
        canary_percent=0,
    )  # fmt: skip
    registry.serving.record(record.environment, record.name, record.mode, facts, "UNDEPLOYED")


def _table(found: list[Found]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("name", "model", "version", "state", "address", "uptime", "pid", "environment"):
        table.add_column(heading)
    for each in found:
        told = _told(each)
        canary = f" + {told['canary_percent']} % {told['canary']}" if told["canary"] else ""
        table.add_row(
            *(told["name"], told["model"], f"{told['version']}{canary}", told["state"]),
            *(told["address"], told["uptime"], str(told["pid"] or ""), told["environment"]),
        )
    return table


def _told(found: Found) -> dict[str, Any]:
    record, status = found.record, found.status
    servers = status.servers if status else ()
    since = datetime.fromisoformat(servers[0].since) if servers else record.since
    up = record.state == "DEPLOYED" and (bool(servers) or not found.is_here)
    return {
        "name": record.name,
        "environment": record.environment,
        "mode": record.mode,
        "state": found.state,
        "failure": found.failure,
        "model": record.facts.model,
        "version": record.facts.version,
        "digest": record.facts.digest,
        "alias": record.facts.alias,
        "address": record.facts.address,
        "canary": record.facts.canary,
        "canary_percent": record.facts.canary_percent,
        "since": since,
        "uptime": _duration((datetime.now(UTC) - since).total_seconds()) if up else "",
        "pid": status.process if status else None,
        "servers": [
            {"version": each.version.version, "pid": each.process, "share": each.share}
            for each in servers
        ],
        "by": record.facts.by,
    }


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
