"""A run that others are told of: the registry, and an OpenLineage server.

Either that is away, or refuses, never fails a run: it is told no more of it, which is said once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from components.shared.errors import ComponentError, RegistryRefusalError

if TYPE_CHECKING:
    from components.shared.openlineage.datasets import LineageDataset
    from components.shared.openlineage.events import State
    from components.shared.openlineage.telling import LineageTeller
    from components.shared.registry.experiments import End, TrackedRun

FORBIDDEN: Final = 403
SCOPED: Final = (
    ". Runs belong to no one model: a token that may write all models and data sets keeps them, "
    "one that may write some does not. What the run registers is not touched by this."
)

STATES: Final[Mapping["End", "State"]] = {
    "FINISHED": "COMPLETE",
    "FAILED": "FAIL",
    "KILLED": "ABORT",
}


class KeptRun:
    """A run as the registry and an OpenLineage server are told of it.

    Args:
        warn: Is told if one of them cannot be told of it.
        lineage: Tells the server; None where there is none.
        ends_lineage: Whether what ends the run here ends it there too.
    """

    def __init__(
        self,
        warn: Callable[[str], None],
        lineage: "LineageTeller | None" = None,
        *,
        ends_lineage: bool = True,
    ) -> None:
        self._warn = warn
        self._run: TrackedRun | None = None
        self._lineage = lineage
        self._ends_lineage = ends_lineage

    @property
    def has_lineage(self) -> bool:
        """Whether a server takes what is told of its data."""
        return self._lineage is not None and self._lineage.answers

    def keep(self, begin: "Callable[[], TrackedRun]") -> bool:
        """Begin or join the run in the registry; return whether it was begun."""
        with self._told():
            self._run = begin()
        return self._run is not None and self._run.began

    def tell_lineage(
        self,
        state: "State" = "RUNNING",
        inputs: "Sequence[LineageDataset]" = (),
        outputs: "Sequence[LineageDataset]" = (),
        error: str | None = None,
    ) -> None:
        """Tell what the run read and wrote."""
        if self._lineage is not None:
            self._lineage.tell(state, inputs, outputs, error)

    def log_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Tell what the run was given."""
        with self._told():
            if self._run is not None:
                self._run.log_parameters(parameters)

    def log_metrics(self, metrics: Mapping[str, float]) -> None:
        """Tell what was measured."""
        with self._told():
            if self._run is not None:
                self._run.log_metrics(metrics)

    def log_data(self, step: str, digest: str, source: str) -> None:
        """Tell which table a step read."""
        with self._told():
            if self._run is not None:
                self._run.log_data(step, digest, source)

    def end(
        self,
        status: "End",
        inputs: "Sequence[LineageDataset]" = (),
        outputs: "Sequence[LineageDataset]" = (),
        **properties: str,
    ) -> None:
        """Tell how the run ended; `properties` are what else there is to say of it."""
        with self._told():
            if self._run is not None:
                self._run.end(status, **properties)
        state = STATES[status] if self._ends_lineage else "RUNNING"
        if self._ends_lineage or inputs or outputs:
            failed = properties.get("outcome") if state == "FAIL" else None
            self.tell_lineage(state, inputs, outputs, failed)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ComponentError as error:
            self._run = None
            scoped = isinstance(error, RegistryRefusalError) and error.status == FORBIDDEN
            remedy = SCOPED if scoped else ""
            self._warn(f"the registry does not keep this run: {error}{remedy}")
