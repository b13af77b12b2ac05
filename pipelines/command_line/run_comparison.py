"""`kfp-tabular runs compare`: what runs of this machine were given and measured, side by side."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from components.shared.reports.number_text import number
from pipelines.command_line.tables import colored, table_console
from pipelines.errors import UsageError
from pipelines.local.history import LocalRun, find_run


def compare_runs(run_ids: tuple[str, ...], work_dir: Path, every: bool, as_json: bool) -> None:
    """Print what differs between runs: arguments, metrics, outcome.

    Args:
        run_ids: Two runs of this machine or more.
        work_dir: Where they are.
        every: Whether to print what is the same in all of them too.
        as_json: Whether to print one JSON object with everything.

    Raises:
        UsageError: There are fewer than two, or one of them is no run of this machine.
    """
    if len(run_ids) < 2:
        raise UsageError("name two runs or more; kfp-tabular runs list shows which there are")
    runs = [_run(run_id, work_dir) for run_id in run_ids]
    sides = {
        "arguments": _side_by_side([run.arguments for run in runs]),
        "metrics": _side_by_side([run.metrics for run in runs]),
    }
    if as_json:
        told = {"runs": list(run_ids), "outcomes": [run.outcome for run in runs], **sides}
        click.echo(json.dumps(told, indent=2))
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", *run_ids):
        table.add_column(heading, overflow="fold")
    table.add_row("state", *(colored(run.state) for run in runs))
    table.add_row("outcome", *(escape(run.outcome) for run in runs))
    for title, rows in sides.items():
        shown = {n: v for n, v in rows.items() if every or len(set(map(str, v))) > 1}
        same = len(rows) - len(shown)
        table.add_row(f"\n[bold]{title}[/]", f"\n[dim]{same} the same[/]" if same else "")
        for name, values in shown.items():
            table.add_row(escape(name), *map(_shown, values))
    table_console().print(table)


def _run(run_id: str, work_dir: Path) -> LocalRun:
    if found := find_run(work_dir, run_id):
        return found[1]
    raise UsageError(
        f"there is no run {run_id!r} below {work_dir}; see which there are with: "
        "kfp-tabular runs list"
    )


def _side_by_side(sides: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for side in sides for name in side)
    return {name: [side.get(name) for side in sides] for name in names}


def _shown(value: Any) -> str:
    if value is None:
        return "[dim]·[/]"
    return number(value) if isinstance(value, float) else escape(str(value))
