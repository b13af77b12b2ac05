"""What `service.ports` asks of a database, of each that there is: in memory and in SQL."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain import limits
from registry_service.domain.experiments import Experiment, ExperimentRun, PastMetric
from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter
from registry_service.domain.paging import ListQuery
from registry_service.domain.properties import PropertyValue
from registry_service.domain.registration import (
    Alias,
    Approval,
    AuditEntry,
    AuditQuery,
    Called,
    FileEntry,
    VersionDocument,
)
from registry_service.domain.resources import (
    Artifact,
    DatasetArtifact,
    Metric,
    ModelVersion,
    RegisteredModel,
)
from registry_service.errors import AlreadyExistsError, NotFoundError, TooLargeError
from registry_service.service.ports import Database, Transaction
from tests.postgres_server import new_database
from tests.registry_service.memory import MemoryDatabase


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database of each kind, which the tests of this module share."""
    if request.param == "memory":
        yield MemoryDatabase()
        return
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path_factory.mktemp('contracts') / 'registry.db'}")
        return
    with new_database(request.getfixturevalue("postgres_url"), "contracts") as url:
        yield from _opened(url)


def _opened(url: str) -> Iterator[Database]:
    engine = open_engine(url, 2)
    migrate(engine)
    database = SqlDatabase(engine)
    yield database
    database.close()


def some_name() -> str:
    """Return a name that no other test uses."""
    return uuid.uuid4().hex


def new_model(transaction: Transaction, **values: object) -> RegisteredModel:
    """Store a model."""
    return transaction.resources.add(RegisteredModel(name=some_name(), **values))  # type: ignore[arg-type]


def new_version(
    transaction: Transaction, model: RegisteredModel, name: str, **values: object
) -> ModelVersion:
    """Store a version of a model."""
    number = transaction.versions.next_number(model.id)
    version = ModelVersion(name=name, number=number, registered_model_id=model.id, **values)  # type: ignore[arg-type]
    return transaction.resources.add(version)


def test_what_is_stored_is_found_again(database: Database) -> None:
    """Every field and property comes back, with an id and times."""
    properties = {
        "text": PropertyValue("string", "ü"),
        "whole": PropertyValue("int", 3),
        "number": PropertyValue("double", 0.5),
        "truth": PropertyValue("bool", True),
    }
    with database.write() as transaction:
        made = new_model(transaction, custom_properties=properties, tasks=("a", "b"), owner="me")
    with database.read() as transaction:
        assert transaction.resources.get(RegisteredModel, made.id) == made
        assert transaction.resources.find(RegisteredModel, name=made.name, owner="me") == made
    assert made.id > 0
    assert made.created_at == made.updated_at > 0


def test_nothing_of_a_failed_transaction_is_kept(database: Database) -> None:
    """What a block stored is gone when it raises."""
    name = some_name()
    with pytest.raises(RuntimeError), database.write() as transaction:  # noqa: PT012
        transaction.resources.add(RegisteredModel(name=name))
        transaction.answers.remember(name, "fingerprint", {})
        raise RuntimeError
    with database.read() as transaction:
        assert transaction.resources.find(RegisteredModel, name=name) is None
        assert transaction.answers.recall(name) is None


@pytest.mark.parametrize("field", ["name", "external_id"])
def test_a_taken_name_is_refused(database: Database, field: str) -> None:
    """Names and external ids are unique, also when a resource is changed to them."""
    taken = {"name": some_name(), "external_id": some_name()}
    with database.write() as transaction:
        transaction.resources.add(RegisteredModel(**taken))  # type: ignore[arg-type]
        other = new_model(transaction)
    again = {"name": some_name(), field: taken[field]}
    with pytest.raises(AlreadyExistsError), database.write() as transaction:
        transaction.resources.add(RegisteredModel(**again))  # type: ignore[arg-type]
    with pytest.raises(AlreadyExistsError), database.write() as transaction:
        transaction.resources.save(replace(other, **{field: taken[field]}))  # type: ignore[arg-type]


def test_a_version_that_comes_changes_its_model(database: Database) -> None:
    """Its time goes on, however quickly versions come."""
    with database.write() as transaction:
        model = new_model(transaction)
    times = []
    for _ in range(3):
        with database.write() as transaction:
            new_version(transaction, model, some_name())
            times.append(transaction.resources.get(RegisteredModel, model.id).updated_at)
    assert times[0] < times[1] < times[2]
    assert times[0] > model.updated_at


def test_what_belongs_to_nothing_is_refused(database: Database) -> None:
    """A version of no model, and a number of it, end in an error and not in a stray row."""
    with pytest.raises(NotFoundError), database.write() as transaction:
        transaction.resources.add(ModelVersion(name="1", number=1, registered_model_id=10**9))
    with pytest.raises(NotFoundError), database.write() as transaction:
        transaction.versions.next_number(10**9)
    with pytest.raises(NotFoundError), database.read() as transaction:
        transaction.resources.get(RegisteredModel, 10**9)


def test_a_saved_resource_is_changed_and_found_by_its_new_properties(database: Database) -> None:
    """Its time goes on, and a filter finds the new value only."""
    with database.write() as transaction:
        made = new_model(transaction, custom_properties={"of": PropertyValue("string", "before")})
    after = some_name()
    changed = replace(made, custom_properties={"of": PropertyValue("string", after)})
    with database.write() as transaction:
        saved = transaction.resources.save(changed)
    assert saved.updated_at > made.updated_at
    with database.read() as transaction:
        query = ListQuery(filter=Comparison("of", None, "=", after))
        assert list(transaction.resources.page(RegisteredModel, query).items) == [saved]
        query = ListQuery(filter=Comparison("of", None, "=", "before"))
        assert not transaction.resources.page(RegisteredModel, query, id=made.id).items


def test_a_list_has_a_largest_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a size a page is as long as pages may be; what is shown together has an end too."""
    with database.write() as transaction:
        model = new_model(transaction)
        made = [new_version(transaction, model, str(number)) for number in range(5)]
    monkeypatch.setattr(limits, "PAGE", 4)
    own = {"registered_model_id": model.id}
    with database.read() as transaction:
        for size in (None, 100):
            page = transaction.resources.page(ModelVersion, ListQuery(page_size=size), **own)
            assert [item.id for item in page.items] == [version.id for version in made[:4]]
            assert page.next is not None
        every = transaction.resources.every(ModelVersion, **own)
        assert [item.id for item in every] == [version.id for version in made]
        monkeypatch.setattr(limits, "TOGETHER", 4)
        with pytest.raises(TooLargeError):
            transaction.resources.every(ModelVersion, **own)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("order", ["ID", "CREATE_TIME", "LAST_UPDATE_TIME"])
def test_pages_are_read_one_after_the_other(
    database: Database, order: str, descending: bool
) -> None:
    """Each page begins where the last ended, in the order that was asked for."""
    with database.write() as transaction:
        model = new_model(transaction)
        made = [new_version(transaction, model, str(number)) for number in range(5)]
    query = ListQuery(page_size=2, order_by=order, descending=descending)  # type: ignore[arg-type]
    found: list[ModelVersion] = []
    with database.read() as transaction:
        while True:
            page = transaction.resources.page(ModelVersion, query, registered_model_id=model.id)
            found += page.items
            if page.next is None:
                break
            query = replace(query, after=page.next)
    assert found == (made[::-1] if descending else made)


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (Comparison("colour", None, "=", "red"), "ad"),
        (Comparison("colour", None, "IN", ("red", "blue")), "abd"),
        (Comparison("size", None, ">=", 2), "bc"),
        (Comparison("size", None, "=", 2.5), "c"),
        (Comparison("colour", None, "LIKE", "_e%"), "ad"),
        (Comparison("name", None, "!=", "a", custom=False), "bcd"),
        (
            AnyOf(
                (
                    Comparison("colour", None, "=", "blue"),
                    AllOf(
                        (Comparison("colour", None, "=", "red"), Comparison("size", None, "<", 2))
                    ),
                )
            ),
            "ab",
        ),
    ],
)
def test_filters_select_the_same(database: Database, condition: Filter, names: str) -> None:
    """Properties and fields are compared alike everywhere, within a model and without one."""
    mark = some_name()
    values: list[dict[str, str | int | float]] = [
        {"colour": "red", "size": 1},
        {"colour": "blue", "size": 2},
        {"size": 2.5},
        {"colour": "red"},
    ]
    with database.write() as transaction:
        model = new_model(transaction)
        for name, own in zip("abcd", values, strict=True):
            properties = {key: PropertyValue.of(value) for key, value in own.items()}
            properties["mark"] = PropertyValue("string", mark)
            new_version(transaction, model, name, custom_properties=properties)
    everywhere = AllOf((condition, Comparison("mark", None, "=", mark)))
    with database.read() as transaction:
        wanted = ListQuery(filter=condition)
        within = transaction.resources.page(ModelVersion, wanted, registered_model_id=model.id)
        without = transaction.resources.page(ModelVersion, ListQuery(filter=everywhere))
    assert "".join(str(version.name) for version in within.items) == names
    assert without.items == within.items


def test_artifacts_are_found_as_what_they_are(database: Database) -> None:
    """All kinds share ids; of one kind, and of any of several owners, only those are returned."""
    with database.write() as transaction:
        model = new_model(transaction)
        versions = [new_version(transaction, model, name) for name in "ab"]
        owners = [version.id for version in versions]
        transaction.resources.add_all(
            [
                Metric(name="auc", value=0.5, model_version_id=owners[0]),
                DatasetArtifact(name="data", digest="d", model_version_id=owners[1]),
            ]
        )
    with database.read() as transaction:
        resources = transaction.resources
        both = resources.page(Artifact, ListQuery(), model_version_id__in=owners).items
        metrics = resources.page(Metric, ListQuery(), model_version_id__in=owners).items
        assert [type(artifact) for artifact in both] == [Metric, DatasetArtifact]
        assert [metric.value for metric in metrics] == [0.5]
        with pytest.raises(NotFoundError):
            resources.get(Metric, both[1].id)


def test_past_metrics_are_kept_beside_the_present_one(database: Database) -> None:
    """The history of a metric has the same name and external id several times."""
    with database.write() as transaction:
        experiment = transaction.resources.add(Experiment(name=some_name()))
        run = transaction.resources.add(ExperimentRun(name="r", experiment_id=experiment.id))
        external = some_name()
        for value in (0.25, 0.5):
            transaction.resources.add(
                PastMetric(name="loss", value=value, external_id=external, experiment_run_id=run.id)
            )
    with database.read() as transaction:
        past = transaction.resources.page(PastMetric, ListQuery(), experiment_run_id=run.id)
    assert [metric.value for metric in past.items] == [0.25, 0.5]


def test_numbers_count_up_and_the_newest_has_the_highest(database: Database) -> None:
    """Each model counts for itself; one without versions has no newest."""
    with database.write() as transaction:
        models = [new_model(transaction) for _ in range(3)]
        made = [new_version(transaction, models[0], name) for name in "ab"]
        made.append(new_version(transaction, models[1], "a"))
    assert [version.number for version in made] == [1, 2, 1]
    with database.read() as transaction:
        newest = transaction.versions.newest([model.id for model in models])
    assert newest == {models[0].id: made[1], models[1].id: made[2]}


def test_what_belongs_to_versions_is_read_for_several_at_once(database: Database) -> None:
    """Documents, approvals and files come by version; who has none is left out, or has no files."""
    files = [FileEntry("b", "1" * 64, 1), FileEntry("a", "2" * 64, 2)]
    approval = Approval("eve", 1, "good")
    with database.write() as transaction:
        model = new_model(transaction)
        first, second = (new_version(transaction, model, name).id for name in "ab")
        document = VersionDocument({"run_id": "r"}, {"columns": [1, 2.5, None]})
        transaction.versions.describe(first, document)
        transaction.versions.approve(first, Approval("ada", 1, None))
        transaction.versions.approve(first, approval)
        transaction.files.add(first, files)
        transaction.files.attach(first, files)
        transaction.files.attach(first, [replace(files[0], sha256="3" * 64)])
        transaction.files.attach(first, [FileEntry("c", "4" * 64, 1)])
        transaction.files.detach(first, "c")
        transaction.files.detach(second, "a")
    with database.read() as transaction:
        assert transaction.versions.documents([first, second]) == {first: document}
        assert transaction.versions.approvals([first, second]) == {first: approval}
        assert transaction.files.of([first, second]) == {first: files[::-1], second: []}
        evidence = [files[1], replace(files[0], sha256="3" * 64)]
        assert transaction.files.evidence([first, second]) == {first: evidence, second: []}


def test_a_deleted_version_leaves_its_name_and_nothing_else(database: Database) -> None:
    """What belonged to it is gone, who deleted it is known, and its bytes are free."""
    digest, other = some_name(), some_name()
    with database.write() as transaction:
        model = new_model(transaction)
        version = new_version(transaction, model, "a")
        transaction.files.add(version.id, [FileEntry("f", digest, 1)])
        transaction.files.attach(version.id, [FileEntry("e", other, 1)])
        transaction.resources.add(
            Metric(
                name="m",
                value=1.0,
                model_version_id=version.id,
                custom_properties={"p": PropertyValue("int", 1)},
            )
        )
    with database.write() as transaction:
        transaction.versions.delete(version, "eve", "old")
    with database.read() as transaction:
        assert transaction.resources.find(ModelVersion, id=version.id) is None
        owned = transaction.resources.page(Artifact, ListQuery(), model_version_id=version.id)
        assert not owned.items
        gone = transaction.versions.deleted(model.id, "a")
        assert gone is not None
        assert (gone.actor, gone.reason) == ("eve", "old")
        assert transaction.files.unreferenced([digest, other]) == [digest, other]


def test_a_blob_is_marked_unless_a_version_names_it(database: Database) -> None:
    """Marks say what is being taken, and what was taken since."""
    kept, free, shown = some_name(), some_name(), some_name()
    with database.write() as transaction:
        version = new_version(transaction, new_model(transaction), "a")
        transaction.files.add(version.id, [FileEntry("f", kept, 1)])
        transaction.files.attach(version.id, [FileEntry("e", shown, 1)])
        before, taking = transaction.blob_marks.newest([kept, free])
        assert list(taking) == []
        assert list(transaction.blob_marks.add([kept, free, shown])) == [free]
    with database.write() as transaction:
        assert list(transaction.blob_marks.newest([kept, free])[1]) == [free]
        transaction.blob_marks.finish([free])
        newest, taking = transaction.blob_marks.newest([kept, free])
        assert (newest > before, list(taking)) == (True, [])
        assert list(transaction.blob_marks.since(before, [kept, free])) == [free]
        assert list(transaction.blob_marks.since(newest, [kept, free])) == []


def test_an_alias_is_set_moved_and_removed(database: Database) -> None:
    """It names one version of its model at a time."""

    def named(transaction: Transaction) -> list[tuple[str, str]]:
        aliases: list[Alias] = list(transaction.aliases.of([model.id])[model.id])
        return [(alias.name, alias.version_name) for alias in aliases]

    with database.write() as transaction:
        model = new_model(transaction)
        first, second = (new_version(transaction, model, name) for name in "ab")
        for alias, version in (("x", first), ("c", first), ("x", second)):
            transaction.aliases.set(alias, version)
        assert named(transaction) == [("c", "a"), ("x", "b")]
        assert transaction.aliases.target(model.id, "x") == second
        transaction.aliases.remove(model.id, "c")
        assert named(transaction) == [("x", "b")]
        assert transaction.aliases.target(model.id, "c") is None


def test_the_last_move_of_each_alias_is_told(database: Database) -> None:
    """Of aliases that are there; other entries of that name are no moves."""
    with database.write() as transaction:
        model = new_model(transaction)
        version = new_version(transaction, model, "a")
        transaction.aliases.set("x", version)
        for action, subject in (
            ("alias.set", "x"),
            ("alias.rollback", "x"),
            ("version.approve", "x"),
            ("alias.set", "gone"),
        ):
            transaction.audit.append(
                AuditEntry(
                    at=1,
                    actor="eve",
                    action=action,
                    model_name=model.name,
                    subject=subject,
                    detail={"from": None},
                )
            )
        moves = transaction.aliases.last_moves(model)
    assert {alias: move.action for alias, move in moves.items()} == {"x": "alias.rollback"}


def test_the_audit_log_is_read_backwards_and_in_parts(database: Database) -> None:
    """The newest first, those of one actor, and on from any entry."""
    actor = some_name()
    with database.write() as transaction:
        for number in range(3):
            transaction.audit.append(
                AuditEntry(
                    at=number,
                    actor=actor,
                    action="a",
                    model_name=None,
                    subject=str(number),
                    detail={"n": number},
                )
            )
    with database.read() as transaction:
        entries = transaction.audit.entries(AuditQuery(actor=actor, limit=2))
        assert [entry.detail["n"] for entry in entries] == [2, 1]
        older = transaction.audit.entries(AuditQuery(actor=actor, before=entries[-1].id))
        assert [entry.subject for entry in older] == ["0"]
        assert not transaction.audit.entries(AuditQuery(actor=actor, action="b"))


def test_a_transaction_sees_what_it_wrote_itself(database: Database) -> None:
    """Properties are found, replaced and removed, and entries read, before the transaction ends."""
    before, after = some_name(), some_name()
    with database.write() as transaction:
        made = new_model(transaction, custom_properties={"of": PropertyValue("string", before)})
        found = ListQuery(filter=Comparison("of", None, "=", before))
        assert transaction.resources.page(RegisteredModel, found).items == [made]
        changed = replace(made, custom_properties={"of": PropertyValue("string", after)})
        saved = transaction.resources.save(changed)
        assert not transaction.resources.page(RegisteredModel, found).items
        moved = AuditEntry(
            at=1, actor=before, action="a", model_name=None, subject="s", detail={"n": 1}
        )
        transaction.audit.append(moved)
        assert [e.detail for e in transaction.audit.entries(AuditQuery(actor=before))] == [{"n": 1}]
    with database.read() as transaction:
        found = ListQuery(filter=Comparison("of", None, "=", after))
        assert transaction.resources.page(RegisteredModel, found).items == [saved]


def test_an_answer_is_kept_once_and_until_it_is_old(database: Database) -> None:
    """A key is not used twice; old answers are forgotten."""
    key = some_name()
    with database.write() as transaction:
        transaction.answers.remember(key, "fingerprint", {"n": 1})
    with pytest.raises(AlreadyExistsError), database.write() as transaction:
        transaction.answers.remember(key, "other", {})
    with database.write() as transaction:
        assert transaction.answers.recall(key) == ("fingerprint", {"n": 1})
        transaction.answers.forget(before=1)
        assert transaction.answers.recall(key) is not None
        transaction.answers.forget(before=1 << 60)
        assert transaction.answers.recall(key) is None


def test_a_database_that_is_there_answers(database: Database) -> None:
    """The check passes, and writing the folder of the database is not needed for it."""
    database.check()


def test_a_text_is_an_alias_a_name_and_a_number(database: Database) -> None:
    """Each version that a text could mean is told, whichever of them counts."""
    with database.write() as transaction:
        model = new_model(transaction)
        first, second, third = (new_version(transaction, model, name) for name in ("a", "3", "c"))
        transaction.aliases.set("a", second)
        found = {ref: transaction.versions.called(model.id, ref) for ref in ("a", "3", "none")}
    assert found == {
        "a": Called(by_alias=second, by_name=first),
        "3": Called(by_name=second, by_number=third),
        "none": Called(),
    }


def test_an_approval_is_withdrawn(database: Database) -> None:
    """Nothing is left of it, and withdrawing it again changes nothing."""
    with database.write() as transaction:
        version = new_version(transaction, new_model(transaction), "a")
        transaction.versions.approve(version.id, Approval("eve", 1, None))
        for _ in range(2):
            transaction.versions.withdraw(version.id)
        assert transaction.versions.approvals([version.id]) == {}
