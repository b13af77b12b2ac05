"""Following an alias."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from components.shared.digests import folder_digest
from components.shared.errors import RegistryError
from components.shared.registry.records import RegisteredVersion
from predictor.errors import SettingsError
from predictor.examples import FILE
from predictor.fetching import from_folder
from predictor.figures import Figures
from predictor.following import Follower
from predictor.serving import Serving
from predictor.versions import Origin, ServedVersion, open_version
from tests.predictor.changing import with_file


@dataclass
class FolderRegistry:
    """A fake: an alias that points to one folder after the other."""

    folder: Path
    error: RegistryError | None = None
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look_up(self) -> RegisteredVersion:
        """Return the version that the alias points to, or fail."""
        with self.lock:
            self.asked += 1
            if self.error is not None:
                raise self.error
            digest = folder_digest(self.folder)
            return RegisteredVersion("churn", self.folder.name, 1, digest, registry=self)

    def download_version(self, version: RegisteredVersion, folder: str | Path) -> RegisteredVersion:
        """Copy the folder."""
        shutil.copytree(self.folder, folder)
        return version

    def move(self, folder: Path) -> None:
        """Point to another folder, and wait until that was seen twice."""
        self.folder = folder
        self.wait()

    def wait(self) -> None:
        """Wait until the alias was asked for twice more."""
        until = self.asked + 2
        deadline = time.monotonic() + 30
        while self.asked < until:
            assert time.monotonic() < deadline
            time.sleep(0.005)


@contextmanager
def following(
    registry: FolderRegistry, opened: Callable[[Origin], ServedVersion] = open_version
) -> Iterator[Serving]:
    """Serve the first version, and follow."""
    serving = Serving(open_version(from_folder(registry.folder, None, None)), Figures())
    follower = Follower("churn@champion", registry.look_up, seconds=0.01)
    follower.start(serving, opened)
    try:
        yield serving
    finally:
        follower.stop()


@pytest.fixture(name="other")
def another_version(folder: Path, tmp_path: Path) -> Path:
    """A version of another digest with the same predictions."""
    text = (folder / "MLmodel").read_text() + "\n"
    return with_file(folder, tmp_path / "other", "MLmodel", text)


def test_the_version_that_the_alias_moves_to_is_served(folder: Path, other: Path) -> None:
    """There and back, each proven by its examples."""
    registry = FolderRegistry(folder)
    with following(registry) as serving:
        registry.wait()
        assert serving.now[0].origin.digest == folder_digest(folder)
        registry.move(other)
        assert serving.now[0].origin.version == "other"
        assert serving.now[0].examples == 20
        registry.move(folder)
        assert serving.now[0].origin.digest == folder_digest(folder)


def test_a_version_that_cannot_be_served_is_told_once(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The former one goes on, until the alias points to a sound one."""
    wrong = with_file(folder, tmp_path / "wrong", FILE, "{}")
    registry = FolderRegistry(folder)
    with following(registry) as serving:
        registry.move(wrong)
        registry.wait()
        assert serving.now[0].origin.digest == folder_digest(folder)
    assert caplog.text.count("which is not served") == 1


def test_a_registry_that_is_away_is_told_once(
    folder: Path, other: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """When it is back, the alias is followed as before."""
    registry = FolderRegistry(folder)
    with following(registry) as serving:
        registry.error = RegistryError("it is away")
        registry.wait()
        registry.wait()
        registry.error = None
        registry.move(other)
        assert serving.now[0].origin.version == "other"
    assert caplog.text.count("it is away") == 1


def test_a_version_that_this_server_cannot_take_is_not_taken(folder: Path, other: Path) -> None:
    """Such as one whose columns are called like those of the log."""

    def refuse(origin: Origin) -> ServedVersion:
        raise SettingsError("no room")

    registry = FolderRegistry(folder)
    with following(registry, refuse) as serving:
        registry.move(other)
        assert serving.now[0].origin.digest == folder_digest(folder)
