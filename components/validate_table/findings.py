"""Rules of a schema that a table breaks."""

from dataclasses import dataclass, field


@dataclass
class Finding:
    """A rule that the table breaks.

    Attributes:
        column: Name of the column.
        check: `column`, `type`, `missing`, `minimum`, `maximum`, `categories` or `unique`.
        message: What is wrong, in words.
        count: How many rows break the rule; 0 where it is not about rows.
        sample: Up to 10 of them, as data row (counted from 1) and value.
    """

    column: str
    check: str
    message: str
    count: int = 0
    sample: list[tuple[int, str]] = field(default_factory=list)
