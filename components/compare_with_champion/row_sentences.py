"""What is said of the rows that two models were compared on.

Imports the standard library only: a comparison without a champion loads nothing more.
"""

from components.shared.evaluation.records import ComparedRows
from components.shared.reports.number_text import counted_rows


def sentences(told: ComparedRows, who: str) -> list[str]:
    """Return what to say of the rows of a comparison, a sentence each.

    Args:
        told: The rows.
        who: The version that a candidate is compared with: `the champion`, `version 3`.
    """
    if told.unknown:
        return [
            f"Overlap not known: {told.unknown}. Test rows that {who} was trained on would flatter "
            "it."
        ]
    said = []
    of = f"{told.rows:,} test rows"
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
