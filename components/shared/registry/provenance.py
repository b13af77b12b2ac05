"""Where a registered version comes from, whatever it is a version of."""

from dataclasses import dataclass

from components.shared.openlineage.datasets import LineageDataset, read_from


@dataclass(frozen=True)
class Provenance:
    """Where a version comes from; what is unknown stays None.

    Attributes:
        run_id: The KFP run.
        pipeline: Name of the pipeline.
        image: Container image that the steps ran in.
        git_commit: Commit of the code that defined the run.
        source: Where the table was read from; the query of an address is not kept.
    """

    run_id: str | None = None
    pipeline: str | None = None
    image: str | None = None
    git_commit: str | None = None
    source: str | None = None

    def read(self, digest: str | None) -> tuple[LineageDataset, ...]:
        """Return the table that it was made from, of a content digest, where it is known."""
        return (read_from(self.source, digest or ""),) if self.source else ()
