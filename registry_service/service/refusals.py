"""Put into the audit log who was refused for want of rights."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from registry_service.domain.registration import AuditEntry
from registry_service.errors import ForbiddenError, StorageError
from registry_service.service.ports import Database

EVERY_SECONDS: Final = 60.0
MOST_REMEMBERED: Final = 1000
SUBJECT_LENGTH: Final = 255

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Noted:
    """When someone was last noted, and how often they were refused the same since."""

    at: float
    left_out: int = 0


class Refusals:
    """Notes refusals: the same one of the same caller once a minute, with how many were left out.

    The log would otherwise be as long as a stranger likes.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST_REMEMBERED,
    ) -> None:
        self._database = database
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._noted: dict[tuple[str, str, str | None], _Noted] = {}

    def note(self, error: ForbiddenError, request: str) -> None:
        """Record that someone was refused.

        Args:
            error: Who, the role that they lack, and the model where it is about one.
            request: What they asked: method and path.
        """
        left_out = self._left_out((error.actor, error.role, error.model_name))
        if left_out is None:
            return
        entry = AuditEntry(
            at=time.time_ns() // 1_000_000,
            actor=error.actor,
            action="access.refuse",
            model_name=error.model_name,
            subject=request[:SUBJECT_LENGTH],
            detail={"role": error.role, "leftOut": left_out},
        )
        try:
            with self._database.write() as transaction:
                transaction.audit.append(entry)
        except StorageError as failure:
            log.warning("could not note that %s was refused: %s", error.actor, failure)

    def _left_out(self, refused: tuple[str, str, str | None]) -> int | None:
        """Return how many of the same were left out before this one, None to leave it out too."""
        now = self._clock()
        with self._lock:
            noted = self._noted.get(refused)
            if noted is not None and now - noted.at < EVERY_SECONDS:
                noted.left_out += 1
                return None
            if len(self._noted) >= self._most:
                self._noted = {
                    key: each for key, each in self._noted.items() if now - each.at < EVERY_SECONDS
                }
            if len(self._noted) >= self._most:
                return None
            self._noted[refused] = _Noted(now)
            return 0 if noted is None else noted.left_out
