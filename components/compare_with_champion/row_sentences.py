"""What is said of the rows that two models were compared on.

Imports the standard library only: a comparison without a champion loads nothing more.
"""

from components.shared.evaluation.comparisons import ComparedRows
from components.shared.reports.number_text import counted_rows


def sentences(told: ComparedRows, who: str) -> list[str]:
    """Return what to say of the rows of a comparison, a sentence each.

    Args:
        told: The rows.
        who: The version that a candidate is compared with: `the champion`, `version 3`.
    """
    if told.unknown:
        return [
            f"Overlap not known: {told.unknown}. Rows that {who} was trained on would flatter it."
        ]
    if told.folds:
        new = told.rows - told.of_champion
        return [
            f"{new:,} of {told.rows:,} rows are no training rows of {who}'s, too few to judge it "
            f"by: models of its kind are, in the same {told.folds} folds of all rows."
        ]
    said = []
    of = f"{told.rows:,} rows"
    if told.of_champion:
        whose = f" of entities ({', '.join(told.entity)})" if told.entity else ""
        said.append(
            f"{told.of_champion:,} of {of} were{whose} in {who}'s training rows and were left "
            "out of the comparison."
        )
    if told.of_candidate:
        said.append(
            f"{told.of_candidate:,} of {of} equal training rows of the candidate that {who} was "
            "not trained on, and were left out of the comparison."
        )
    if told.of_both:
        said.append(
            f"{counted_rows(told.of_both)} of the {of} equal training rows of both models, and "
            "count."
        )
    if told.not_sampled:
        said.append(
            f"{told.not_sampled:,} of {of} are not in the sample of hashes that models of many "
            "rows keep, and were left out of the comparison."
        )
    return said
