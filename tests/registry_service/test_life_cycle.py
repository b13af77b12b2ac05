"""The life of versions, driven at random and compared with a model of it."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain.access import ANYONE, Grant, Identity, Role
from registry_service.domain.paging import ListQuery
from registry_service.domain.registration import Registration, VersionContent
from registry_service.domain.resources import ARCHIVED, RegisteredModel
from registry_service.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RegistryError,
)
from registry_service.service.aliases import Aliases, AliasMove
from registry_service.service.lookup import Lookup
from registry_service.service.possession import Possession
from registry_service.service.registrations import Registrations
from registry_service.service.versions import Versions
from registry_service.storage.folder import FolderStore

NAMES = st.sampled_from(["a", "4", "5", "champion", "production", None, None])
# Most references are to what there is: see `LifeCycle.ref`.
PICKS = st.integers(0, 99)
PROTECTED = "production"
ALIASES = ("champion", PROTECTED)
ALIAS = st.sampled_from(ALIASES)
WRITER = Identity("ann", (Grant(Role.WRITER),))
APPROVER = Identity("bob", (Grant(Role.APPROVER),))
WHO = st.sampled_from([WRITER, APPROVER, APPROVER])
# The same in every run, unless a number is asked for: then they are others each time.
ASKED_FOR = os.environ.get("KFP_TABULAR_FUZZ_EXAMPLES")
Refusal = type[RegistryError] | None


class LifeCycle(RuleBasedStateMachine):
    """Drives the versions of one model, and its aliases, through all that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.engine = open_engine(f"sqlite:///{self.folder / 'registry.db'}", 2)
        migrate(self.engine)
        database = SqlDatabase(self.engine)
        lookup = Lookup(frozenset({PROTECTED}))
        self.aliases = Aliases(database, lookup)
        store = FolderStore(self.folder / "blobs")
        self.registrations = Registrations(
            database, Possession(database, store), self.aliases, lookup
        )
        self.versions = Versions(database, self.registrations, lookup)
        self.numbers: dict[str, int] = {}
        self.gone: set[str] = set()
        self.archived: set[str] = set()
        self.approved: set[str] = set()
        self.last = 0
        self.pointed: dict[str, str] = {}
        self.before: dict[str, list[str]] = {alias: [] for alias in ALIASES}
        self.keys = 0

    def teardown(self) -> None:
        """Remove the database."""
        self.engine.dispose()
        shutil.rmtree(self.folder)

    @initialize()
    def first_versions(self) -> None:
        """There is always a model, and something to move aliases between."""
        for name in ("1", "2", "3"):
            self.register(None)
            self.approve_meant(APPROVER, name)

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
        taken |= name in self.pointed or name == PROTECTED
        try:
            made = self.registrations.register(ANYONE, wish, f"key-{self.keys}", "same")
        except ConflictError:
            assert taken
            return
        assert not taken
        assert made.number > self.last
        self.last = made.number
        self.numbers[made.version_name] = made.number

    def ref(self, pick: int) -> str:
        """A reference to a version by name, seldom by number or alias, or to none."""
        refs = [*self.numbers, *self.numbers, "latest", "4", "champion", "nothing"]
        return refs[pick % len(refs)]

    def meant(self, ref: str) -> str | None:
        """The version that a reference names: the newest, or by alias, else name, else number."""
        if ref == "latest":
            return max(self.numbers, key=lambda name: self.numbers[name], default=None)
        if ref in self.pointed or ref in self.numbers:
            return self.pointed.get(ref, ref)
        return {str(number): name for name, number in self.numbers.items()}.get(ref)

    def refusal(self, who: Identity, alias: str, target: str) -> Refusal:
        """Why an alias may not go to a version that exists, None when it may."""
        if alias == PROTECTED and who is WRITER:
            return ForbiddenError
        if alias == PROTECTED and target not in self.approved:
            return ConflictError
        if alias in self.numbers and alias not in self.pointed:
            return ConflictError
        return ConflictError if target in self.archived else None

    @rule(who=WHO, alias=ALIAS, pick=PICKS)
    def promote(self, who: Identity, alias: str, pick: int) -> None:
        """An alias goes to the version that the reference names."""
        ref = self.ref(pick)
        target = self.meant(ref)
        refused = NotFoundError if target is None else self.refusal(who, alias, target)
        move = AliasMove(who, alias)
        if refused is not None:
            with pytest.raises(refused):
                self.aliases.move("m", ref, move)
            return
        moved = self.aliases.move("m", ref, move)
        assert moved.version_name == target
        before = self.pointed.get(alias, moved.version_name)
        if before != moved.version_name:
            self.before[alias].append(before)
        self.pointed[alias] = moved.version_name

    @rule(who=WHO, alias=ALIAS)
    def roll_back(self, who: Identity, alias: str) -> None:
        """An alias goes back step by step, and stays when it was nowhere or cannot go there."""
        target = self.before[alias][-1] if self.before[alias] else None
        refused: Refusal = ConflictError
        if target is not None and target not in self.gone and alias in self.pointed:
            refused = self.refusal(who, alias, target)
        move = AliasMove(who, alias)
        if refused is not None:
            with pytest.raises(refused):
                self.aliases.rollback("m", move)
            return
        assert self.aliases.rollback("m", move).version_name == target
        self.pointed[alias] = self.before[alias].pop()

    @precondition(lambda self: self.pointed)
    @rule(who=WHO, alias=ALIAS)
    def remove(self, who: Identity, alias: str) -> None:
        """An alias that is set anew can go back to where it pointed when it was removed."""
        refused: Refusal = None if alias in self.pointed else NotFoundError
        if alias == PROTECTED and who is WRITER:
            refused = ForbiddenError
        move = AliasMove(who, alias)
        if refused is not None:
            with pytest.raises(refused):
                self.aliases.remove("m", move)
            return
        self.aliases.remove("m", move)
        self.before[alias].append(self.pointed.pop(alias))

    @rule(who=WHO, pick=PICKS)
    def approve(self, who: Identity, pick: int) -> None:
        """An approver approves any version there is, also one that is archived."""
        self.approve_meant(who, self.ref(pick))

    def approve_meant(self, who: Identity, ref: str) -> None:
        """Approve a version, if someone may."""
        name = self.meant(ref)
        if who is WRITER or name is None:
            with pytest.raises(ForbiddenError if who is WRITER else NotFoundError):
                self.versions.approve(who, "m", ref, None)
            return
        self.versions.approve(who, "m", ref, None)
        self.approved.add(name)

    @precondition(lambda self: len(self.archived) < 2)
    @rule(pick=PICKS)
    def archive(self, pick: int) -> None:
        """A version that an alias points to is not put away."""
        ref = self.ref(pick)
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

    @rule(pick=PICKS)
    def restore(self, pick: int) -> None:
        """An archived version comes back; what is not archived stays as it is."""
        ref = self.ref(pick)
        name = self.meant(ref)
        try:
            self.versions.restore(ANYONE, "m", ref, None)
        except NotFoundError:
            assert name is None
        else:
            assert name is not None
            self.archived.discard(name)

    @precondition(lambda self: len(self.numbers) > 2)
    @rule(pick=PICKS)
    def delete(self, pick: int) -> None:
        """A version that an alias points to stays."""
        self.delete_meant(self.ref(pick))

    def delete_meant(self, ref: str) -> None:
        """Delete a version, if it may be."""
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
            self.approved.discard(name)
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
    life.register(None)
    life.register("3")
    life.delete_meant("2")
    life.register("5")
    life.register(None)
    life.all_is_as_expected()
    life.teardown()
    assert life.numbers == {"1": 1, "5": 3, "4": 4}


def test_a_protected_alias_goes_back_step_by_step_also_over_its_removal() -> None:
    """Two roll-backs go two steps back; one after a removal goes to where the alias was then."""
    life = LifeCycle()
    life.first_versions()
    for pick in range(3):
        life.promote(APPROVER, PROTECTED, pick)
    life.roll_back(APPROVER, PROTECTED)
    life.roll_back(APPROVER, PROTECTED)
    life.remove(APPROVER, PROTECTED)
    life.promote(APPROVER, PROTECTED, 2)
    life.roll_back(APPROVER, PROTECTED)
    life.all_is_as_expected()
    life.teardown()
    assert life.pointed == {PROTECTED: "1"}


TestLifeCycle = LifeCycle.TestCase
TestLifeCycle.settings = settings(
    max_examples=int(ASKED_FOR or "25"),
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=ASKED_FOR is None,
    suppress_health_check=list(HealthCheck),
)
