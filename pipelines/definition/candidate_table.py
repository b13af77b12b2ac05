"""The candidates that were compared, as the end of a run shows them."""

from rich.markup import escape
from rich.table import Table

from components.shared.models.choices import ChoiceRecord
from components.shared.reports.number_text import interval, number


def candidate_table(choice: ChoiceRecord) -> Table:
    """Return the table of candidates, the best first."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    table.add_column()
    table.add_column()
    table.add_column(overflow="fold")
    rows = f"{choice.rows:,} training rows"
    if choice.rows < choice.of_rows:
        rows = f"{choice.rows:,} of {choice.of_rows:,} training rows"
    table.add_row("compared", choice.metric, f"[dim]in {choice.folds} folds of {rows}[/]")
    for each in choice.candidates:
        ends = "" if each.value is None else f"[dim]({interval(each.low, each.high)})[/]"
        trial = each.described if each.remark else each.estimator
        what = "; ".join(part for part in (each.trial and trial, each.remark) if part)
        told = f"{ends}   {escape(what)}".rstrip()
        table.add_row(escape(each.name), number(each.value), told)
    if choice.tuning:
        table.add_row("tuned", "", f"[dim]{choice.tuning_shown}[/]")
    return table
