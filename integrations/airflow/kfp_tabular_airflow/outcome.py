"""What a trigger tells the task that it wakes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from kfp_tabular_airflow.runs import Run


@dataclass(frozen=True)
class Outcome:
    """How the waiting for a run ended.

    Attributes:
        run_id: The run.
        run: It, as it was seen last; None if it never was.
        problem: Why there is nothing to wait for any more, although the run may go on.
        timed_out: Whether its time is up.
    """

    run_id: str
    run: Run | None
    problem: str | None = None
    timed_out: bool = False

    def event(self) -> dict[str, Any]:
        """Return it as the payload of an event."""
        return asdict(self)

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> Self:
        """Read the payload of an event, after its way through Airflow's database."""
        told = event["run"]
        if told is not None:
            lists = {name: tuple(told[name]) for name in ("failed_steps", "messages")}
            told = Run(**{**told, **lists})
        return cls(event["run_id"], told, event["problem"], event["timed_out"])
