"""The candidates as people read them."""

from components.shared.models.choices import ChoiceRecord
from components.shared.reports.number_text import counted_rows, interval, number


def leaderboard_markdown(record: ChoiceRecord) -> str:
    """Return the table of candidates, the best first, and why the chosen one is it."""
    if not record.candidates:
        return f"# {record.estimator}\n\n{record.reason} Nothing was compared.\n"
    lines = [
        f"# {record.estimator}",
        "",
        record.reason,
        "",
        f"| candidate | estimator | {record.metric} | 95 % interval | |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {each.name} | {each.described} | {number(each.value)} "
        f"| {interval(each.low, each.high)} | {each.remark} |"
        for each in record.candidates
    ]
    lines += [
        "",
        f"{record.folds} folds of {counted_rows(record.rows)} of {record.of_rows:,} to train on; "
        "the preprocessing is fitted in each fold.",
        *([f"{record.tuning_shown}."] if record.tuning else []),
    ]
    return "\n".join(lines) + "\n"
