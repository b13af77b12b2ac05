"""The life of versions, driven at random and compared with a model of it."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain.access import ANYONE
from registry_service.domain.paging import ListQuery
from registry_service.domain.registration import Registration, VersionContent
from registry_service.domain.resources import ARCHIVED, RegisteredModel
from registry_service.errors import AlreadyExistsError, ConflictError, NotFoundError
from registry_service.service.aliases import Aliases, AliasMove
from registry_service.service.registrations import Registrations
from registry_service.service.versions import Versions
from registry_service.storage.folder import FolderStore

NAMES = st.sampled_from(["a", "b", "1", "2", "3", None])
REFS = st.sampled_from(["a", "b", "1", "2", "3", "latest"])
ALIAS = st.sampled_from(["champion", "challenger"])


class LifeCycle(RuleBasedStateMachine):
    """Registers, promotes, rolls back, archives, restores and deletes versions of one model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.engine = open_engine(f"sqlite:///{self.folder / 'registry.db'}", 2)
        migrate(self.engine)
        database = SqlDatabase(self.engine)
        self.aliases = Aliases(database)
        store = FolderStore(self.folder / "blobs")
        self.registrations = Registrations(database, store, self.aliases)
        self.versions = Versions(database, self.registrations)
        self.numbers: dict[str, int] = {}
        self.gone: set[str] = set()
        self.archived: set[str] = set()
        self.last = 0
        self.pointed: dict[str, str] = {}
        self.before: dict[str, list[str]] = {"champion": [], "challenger": []}
        self.keys = 0

    def teardown(self) -> None:
        """Remove the database."""
        self.engine.dispose()
        shutil.rmtree(self.folder)

    @initialize()
    def first_version(self) -> None:
        """There is always a model."""
        self.register(None)

    @rule(name=NAMES)
    def register(self, name: str | None) -> None:
        """A name is given once, even when its version was deleted."""
        self.keys += 1
        wish = Registration(
            model=RegisteredModel(name="m"),
            version_name=name,
            version_description=None,
            author=None,
            properties={},
            content=VersionContent(),
        )
        taken = name in self.numbers or name in self.gone
        try:
            made = self.registrations.register(ANYONE, wish, f"key-{self.keys}", "same")
        except AlreadyExistsError:
            assert taken
            return
        assert not taken
        assert made.number > self.last
        self.last = made.number
        self.numbers[made.version_name] = made.number

    def meant(self, ref: str) -> str | None:
        """The version that a reference names: by name, else number, else the newest."""
        if ref == "latest":
            return max(self.numbers, key=lambda name: self.numbers[name], default=None)
        if ref in self.numbers:
            return ref
        by_number = {str(number): name for name, number in self.numbers.items()}
        return by_number.get(ref)

    @rule(alias=ALIAS, ref=REFS)
    def promote(self, alias: str, ref: str) -> None:
        """An alias goes to the version that the reference names."""
        try:
            moved = self.aliases.move("m", ref, AliasMove(ANYONE, alias))
        except NotFoundError:
            assert self.meant(ref) is None
            return
        except ConflictError:
            assert self.meant(ref) in self.archived
            return
        assert moved.version_name == self.meant(ref)
        assert moved.version_name not in self.archived
        before = self.pointed.get(alias, moved.version_name)
        if before != moved.version_name:
            self.before[alias].append(before)
        self.pointed[alias] = moved.version_name

    @rule(alias=ALIAS)
    def roll_back(self, alias: str) -> None:
        """An alias goes back step by step, and stays when it was nowhere or cannot go there."""
        target = self.before[alias][-1] if self.before[alias] else None
        try:
            moved = self.aliases.rollback("m", AliasMove(ANYONE, alias))
        except ConflictError:
            assert target is None or target in self.gone | self.archived
            return
        assert moved.version_name == target
        self.pointed[alias] = self.before[alias].pop()

    @rule(ref=REFS)
    def archive(self, ref: str) -> None:
        """A version that an alias points to is not put away."""
        name = self.meant(ref)
        try:
            self.versions.archive(ANYONE, "m", ref, None)
        except NotFoundError:
            assert name is None
        except ConflictError:
            assert name in self.pointed.values()
        else:
            assert name is not None
            assert name not in self.pointed.values()
            self.archived.add(name)

    @rule(ref=REFS)
    def restore(self, ref: str) -> None:
        """An archived version comes back; what is not archived stays as it is."""
        name = self.meant(ref)
        try:
            self.versions.restore(ANYONE, "m", ref, None)
        except NotFoundError:
            assert name is None
        else:
            assert name is not None
            self.archived.discard(name)

    @precondition(lambda self: self.numbers)
    @rule(ref=REFS)
    def delete(self, ref: str) -> None:
        """A version that an alias points to stays."""
        name = self.meant(ref)
        try:
            self.versions.delete(ANYONE, "m", ref, None)
        except NotFoundError:
            assert name is None
        except ConflictError:
            assert name in self.pointed.values()
        else:
            assert name is not None
            assert name not in self.pointed.values()
            del self.numbers[name]
            self.archived.discard(name)
            self.gone.add(name)

    @invariant()
    def all_is_as_expected(self) -> None:
        """The registry lists the versions and aliases of the model, and no others."""
        if not self.keys:
            return
        page = self.registrations.versions(ANYONE, "m", ListQuery())
        assert {version.name: version.number for version in page.items} == self.numbers
        assert {v.name for v in page.items if v.state == ARCHIVED} == self.archived
        listed = {alias.name: alias.version_name for alias in self.aliases.list(ANYONE, "m")}
        assert listed == self.pointed


def test_a_number_is_passed_over_whose_name_is_taken() -> None:
    """An unnamed version has no name that another one has, or had before it was deleted."""
    life = LifeCycle()
    life.first_version()
    life.register("3")
    life.delete("2")
    life.register("5")
    life.register(None)
    life.all_is_as_expected()
    life.teardown()
    assert life.numbers == {"1": 1, "5": 3, "4": 4}


TestLifeCycle = LifeCycle.TestCase
TestLifeCycle.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
