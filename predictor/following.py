"""Following an alias: the version that it moves to takes over when it has proven itself."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from components.shared.errors import ComponentError
from predictor.errors import PredictorError
from predictor.fetching import fetched
from predictor.serving import Serving
from predictor.versions import Origin, ServedVersion

if TYPE_CHECKING:
    from components.shared.registry.records import RegisteredVersion

log = logging.getLogger(__name__)

SECONDS: Final = 2.0


class Follower:
    """Asks again and again where an alias points to, and serves what is there.

    What cannot be loaded, or does not reproduce its examples, is told once, and the version that
    is served stays. Requests go on meanwhile, and none is answered by two versions.

    Args:
        name: What is followed, for messages.
        look_up: Asks the registry where it points to now.
        seconds: How long it waits between two questions.
    """

    def __init__(
        self, name: str, look_up: Callable[[], "RegisteredVersion"], seconds: float = SECONDS
    ) -> None:
        self._name = name
        self._look_up = look_up
        self._seconds = seconds
        self._ended = threading.Event()
        self._told = ""

    def start(self, serving: Serving, opened: Callable[[Origin], ServedVersion]) -> None:
        """Begin.

        Args:
            serving: What another version is handed to.
            opened: Loads a version and proves it, or raises PredictorError or ComponentError.
        """
        self._serving, self._opened = serving, opened
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; a version that is being loaded is waited for."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds):
            try:
                version = self._look_up()
            except ComponentError as error:
                self._tell(str(error), f"cannot see where {self._name} points to: {error}")
                continue
            served = self._serving.now[0].origin
            if version.digest == served.digest:
                self._told = ""
            elif version.digest != self._told:
                self._take(version)

    def _take(self, version: "RegisteredVersion") -> None:
        try:
            # What is loaded needs its files no more.
            with TemporaryDirectory(prefix="kfp-tabular-model-") as folder:
                opened = self._opened(fetched(version, Path(folder) / "model"))
        except (PredictorError, ComponentError) as error:
            served = self._serving.now[0].origin
            self._tell(
                version.digest,
                f"{self._name} points to version {version.version}, which is not served: {error}. "
                f"Version {served.version} goes on",
            )
            return
        self._serving.replace(opened)
        self._told = ""
        log.info("serving %s, as %s points to it now", opened.origin, self._name)

    def _tell(self, key: str, message: str) -> None:
        """Print a message unless it was the last one."""
        if key != self._told:
            log.warning("%s", message)
            self._told = key
