"""Which version is served now."""

from predictor.asked import Columns
from predictor.figures import Figures
from predictor.versions import ServedVersion


class Serving:
    """The version that is served; a request asks once, and keeps to what it was given.

    Args:
        version: The first one.
        figures: Are told of each.
    """

    def __init__(self, version: ServedVersion, figures: Figures) -> None:
        self._figures = figures
        self.replace(version)

    @property
    def now(self) -> "tuple[ServedVersion, Columns]":
        """The version, and the columns of its rows."""
        return self._now

    def replace(self, version: ServedVersion) -> None:
        """Serve another version from the next request on."""
        self._figures.note_version(version)
        read = frozenset(column.name for column in version.description.features)
        self._now = version, Columns(read, version.ignored)
