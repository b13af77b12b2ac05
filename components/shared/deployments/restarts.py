"""When a server that ended by itself is started again."""

from dataclasses import dataclass
from typing import Final, Self

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 30.0
"""Longest time between two starts of a server that does not stay."""

STEADY_SECONDS: Final = 60.0
"""A server that is ready for so long is one that stays."""


@dataclass(frozen=True)
class Restarts:
    """The restarts of a server since it last stayed; the first is at once, each other later.

    Attributes:
        count: How many there were.
        not_before: When the next may be, by a clock in seconds.
    """

    count: int = 0
    not_before: float = 0.0

    def after_another(self, now: float, ready_seconds: float) -> Self:
        """Return what is so after a restart.

        Args:
            now: When it came to an end, ready or not.
            ready_seconds: How long the server was ready before; 0 where it did not get ready.
        """
        earlier = 0 if ready_seconds > STEADY_SECONDS else self.count
        pause = min(FIRST_PAUSE * 2**earlier, LONGEST_PAUSE)
        return type(self)(earlier + 1, now + pause)
