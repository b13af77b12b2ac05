"""A database and a store of bytes in memory: the contracts of the service, in milliseconds."""

import copy
import hashlib
import re
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from registry_service.domain import limits
from registry_service.domain.experiments import Experiment, ExperimentRun, PastMetric
from registry_service.domain.filters import AllOf, AnyOf, Comparison, Filter
from registry_service.domain.paging import ListQuery, Page
from registry_service.domain.registration import (
    Alias,
    Approval,
    AuditEntry,
    AuditQuery,
    Called,
    FileEntry,
    VersionDocument,
)
from registry_service.domain.resources import Artifact, ModelVersion, RegisteredModel, Resource
from registry_service.domain.serving import InferenceService, ServeModel, ServingEnvironment
from registry_service.errors import (
    AlreadyExistsError,
    CorruptBlobError,
    NotFoundError,
    TooLargeError,
)
from registry_service.service.blob_ports import Transfer
from registry_service.service.ports import ONE_OF, Transaction
from registry_service.service.possession import uploader_mark

R = TypeVar("R", bound=Resource)
Key = tuple[int, str]

PARENTS: Mapping[str, type[Resource]] = {
    "registered_model_id": RegisteredModel,
    "model_version_id": ModelVersion,
    "serving_environment_id": ServingEnvironment,
    "inference_service_id": InferenceService,
    "experiment_id": Experiment,
    "experiment_run_id": ExperimentRun,
}
UNIQUE: Mapping[type[Resource], Sequence[tuple[str, ...]]] = {
    RegisteredModel: [("collection", "name")],
    ModelVersion: [("registered_model_id", "name"), ("registered_model_id", "number")],
    Artifact: [
        ("model_version_id", "artifact_type", "name"),
        ("experiment_run_id", "artifact_type", "name"),
    ],
    ServingEnvironment: [("name",)],
    InferenceService: [("serving_environment_id", "name")],
    ServeModel: [("inference_service_id", "name")],
    Experiment: [("name",)],
    ExperimentRun: [("experiment_id", "name")],
    PastMetric: [],
}


@dataclass
class State:
    """All that is stored."""

    resources: dict[type[Resource], dict[int, Resource]] = field(default_factory=dict)
    given: dict[type[Resource], int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    documents: dict[int, VersionDocument] = field(default_factory=dict)
    approvals: dict[int, Approval] = field(default_factory=dict)
    tombstones: dict[Key, Approval] = field(default_factory=dict)
    files: dict[int, list[FileEntry]] = field(default_factory=dict)
    evidence: dict[int, list[FileEntry]] = field(default_factory=dict)
    marks: list[tuple[str, bool]] = field(default_factory=list)
    aliases: dict[Key, tuple[int, int]] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    answers: dict[str, tuple[str, Mapping[str, Any], int]] = field(default_factory=dict)

    def of(self, kind: type[Resource]) -> dict[int, Resource]:
        """Return the resources that share ids with a kind."""
        return self.resources.setdefault(family(kind), {})


def family(kind: type[Resource]) -> type[Resource]:
    """Return the kind under which resources are counted: artifacts together, the others alone."""
    return Artifact if issubclass(kind, Artifact) and kind is not PastMetric else kind


def now_ms() -> int:
    """Return the time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class MemoryResources:
    """Resources of every kind."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, resource: R) -> R:
        """Store a new resource."""
        kind, now = family(type(resource)), now_ms()
        self._check(resource)
        self._state.given[kind] = self._state.given.get(kind, 0) + 1
        stored = replace(resource, id=self._state.given[kind], created_at=now, updated_at=now)
        self._state.of(kind)[stored.id] = stored
        return stored

    def add_all(self, resources: Sequence[Resource]) -> None:
        """Store new resources."""
        for resource in resources:
            self.add(resource)

    def get(self, kind: type[R], resource_id: int) -> R:
        """Return a resource."""
        found = self._state.of(kind).get(resource_id)
        if not isinstance(found, kind):
            raise kind.absence(resource_id)
        return found

    def find(self, kind: type[R], **where: Any) -> R | None:
        """Return the one resource with these values."""
        found = list(self._those(kind, where))
        return found[0] if len(found) == 1 else None

    def page(self, kind: type[R], query: ListQuery, **where: Any) -> Page[R]:
        """Return one page."""
        rows = [
            row
            for row in self._those(kind, where)
            if query.filter is None or holds(query.filter, row)
        ]
        rows.sort(key=query.place_of, reverse=query.descending)
        if (last := query.after) is not None:
            rows = [
                row
                for row in rows
                if (query.place_of(row) < last if query.descending else query.place_of(row) > last)
            ]
        size = min(query.page_size or limits.PAGE, limits.PAGE)
        if len(rows) <= size:
            return Page(rows, None)
        items = rows[:size]
        return Page(items, query.place_of(items[-1]))

    def every(self, kind: type[R], **where: Any) -> Sequence[R]:
        """Return all with these values."""
        rows = sorted(self._those(kind, where), key=lambda row: row.id)
        if len(rows) > limits.TOGETHER:
            raise TooLargeError(f"these are more than {limits.TOGETHER}")
        return rows

    def save(self, resource: R) -> R:
        """Store a changed resource."""
        self._check(resource)
        stored = replace(resource, updated_at=max(now_ms(), resource.updated_at + 1))
        self._state.of(type(resource))[resource.id] = stored
        return stored

    def lock(self, kind: type[Resource], resource_id: int) -> None:
        """There is one writer at a time."""

    def _those(self, kind: type[R], where: Mapping[str, Any]) -> Iterator[R]:
        for row in self._state.of(kind).values():
            if isinstance(row, kind) and all(_has(row, name, where[name]) for name in where):
                yield row

    def _check(self, resource: Resource) -> None:
        for column, parent in PARENTS.items():
            owner = getattr(resource, column, None)
            if owner is not None and owner not in self._state.of(parent):
                raise NotFoundError(f"what the {resource.label} belongs to does not exist")
        kind = family(type(resource))
        unique = [*UNIQUE[kind], *([] if kind is PastMetric else [("external_id",)])]
        for names in unique:
            mine = [getattr(resource, name) for name in names]
            for other in self._state.of(kind).values():
                theirs = [getattr(other, name) for name in names]
                if other.id != resource.id and None not in mine and mine == theirs:
                    raise AlreadyExistsError(
                        f"{resource.label} with {names[-1]} {mine[-1]} already exists: conflict"
                    )


class MemoryVersions:
    """What versions have beside their own row."""

    def __init__(self, state: State) -> None:
        self._state = state

    def next_number(self, model_id: int) -> int:
        """Take the next number."""
        models = self._state.of(RegisteredModel)
        if model_id not in models:
            raise RegisteredModel.absence(model_id)
        changed = max(now_ms(), models[model_id].updated_at + 1)
        models[model_id] = replace(models[model_id], updated_at=changed)
        self._state.numbers[model_id] = self._state.numbers.get(model_id, 0) + 1
        return self._state.numbers[model_id]

    def called(self, model_id: int, ref: str) -> Called:
        """Return the versions that `ref` is an alias, the name or the number of."""
        mine = {version.id: version for version in self._of(model_id)}
        by_alias = self._state.aliases.get((model_id, ref), (0, 0))[0]
        return Called(
            mine.get(by_alias),
            next((version for version in mine.values() if version.name == ref), None),
            next((version for version in mine.values() if str(version.number) == ref), None),
        )

    def newest(self, model_ids: Sequence[int]) -> Mapping[int, ModelVersion]:
        """Return the newest version of each model."""
        found = {model_id: self._of(model_id) for model_id in model_ids}
        return {
            model_id: max(versions, key=lambda version: version.number)
            for model_id, versions in found.items()
            if versions
        }

    def describe(self, version_id: int, document: VersionDocument) -> None:
        """Store lineage and schema."""
        self._state.documents[version_id] = document

    def documents(self, version_ids: Sequence[int]) -> Mapping[int, VersionDocument]:
        """Return lineage and schema."""
        return _only(self._state.documents, version_ids)

    def approve(self, version_id: int, approval: Approval) -> None:
        """Record an approval."""
        self._state.approvals[version_id] = approval

    def withdraw(self, version_id: int) -> None:
        """Forget an approval."""
        self._state.approvals.pop(version_id, None)

    def approvals(self, version_ids: Sequence[int]) -> Mapping[int, Approval]:
        """Return approvals."""
        return _only(self._state.approvals, version_ids)

    def delete(self, version: ModelVersion, actor: str, reason: str | None) -> None:
        """Delete a version and all it owns."""
        state, key = self._state, (version.registered_model_id, str(version.name))
        files = (state.files, state.evidence)
        for owned in (state.documents, state.approvals, *files, state.of(ModelVersion)):
            owned.pop(version.id, None)
        artifacts = state.of(Artifact)
        for artifact in [*artifacts.values()]:
            if isinstance(artifact, Artifact) and artifact.model_version_id == version.id:
                del artifacts[artifact.id]
        state.tombstones[key] = Approval(actor, now_ms(), reason)

    def deleted(self, model_id: int, name: str) -> Approval | None:
        """Return who deleted a version."""
        return self._state.tombstones.get((model_id, name))

    def _of(self, model_id: int) -> list[ModelVersion]:
        versions = self._state.of(ModelVersion).values()
        return [
            version
            for version in versions
            if isinstance(version, ModelVersion) and version.registered_model_id == model_id
        ]


class MemoryFiles:
    """The files of versions."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, version_id: int, files: Sequence[FileEntry]) -> None:
        """Store the files of a version."""
        self._state.files.setdefault(version_id, []).extend(files)

    def attach(self, version_id: int, evidence: Sequence[FileEntry]) -> None:
        """Store evidence of a version in the place of that of the same paths."""
        paths = {file.path for file in evidence}
        kept = [f for f in self._state.evidence.get(version_id, []) if f.path not in paths]
        self._state.evidence[version_id] = [*kept, *evidence]

    def detach(self, version_id: int, path: str) -> None:
        """Make the evidence of a path none of the version."""
        known = self._state.evidence.get(version_id, [])
        self._state.evidence[version_id] = [file for file in known if file.path != path]

    def of(self, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        """Return the files of each version."""
        return _sorted(self._state.files, version_ids)

    def evidence(self, version_ids: Sequence[int]) -> Mapping[int, Sequence[FileEntry]]:
        """Return the evidence of each version."""
        return _sorted(self._state.evidence, version_ids)

    def readable(self, digests: Sequence[str], models: Filter | None) -> Sequence[str]:
        """Return the blobs that a version of such a model names."""
        known = self._state.of(RegisteredModel)
        named: set[str] = set()
        for version_id, files in [*self._state.files.items(), *self._state.evidence.items()]:
            version = self._state.of(ModelVersion)[version_id]
            assert isinstance(version, ModelVersion)
            if models is None or holds(models, known[version.registered_model_id]):
                named.update(file.sha256 for file in files)
        return [digest for digest in digests if digest in named]

    def unreferenced(self, digests: Sequence[str]) -> Sequence[str]:
        """Return the blobs that no version names."""
        owned = [*self._state.files.values(), *self._state.evidence.values()]
        named = {file.sha256 for files in owned for file in files}
        return [digest for digest in digests if digest not in named]


def _sorted(
    owned: Mapping[int, list[FileEntry]], version_ids: Sequence[int]
) -> Mapping[int, Sequence[FileEntry]]:
    found = {each: owned.get(each, []) for each in version_ids}
    return {each: sorted(files, key=lambda file: file.path) for each, files in found.items()}


class MemoryBlobMarks:
    """What the garbage collection takes; a mark is its place in the list, from one."""

    def __init__(self, state: State) -> None:
        self._state = state

    def newest(self, digests: Sequence[str]) -> tuple[int, Sequence[str]]:
        """Return the newest mark, and what is being taken."""
        taking = [sha for sha, finished in self._state.marks if not finished and sha in digests]
        return len(self._state.marks), taking

    def since(self, mark: int, digests: Sequence[str]) -> Sequence[str]:
        """Return what was marked after a mark."""
        return [sha256 for sha256, _ in self._state.marks[mark:] if sha256 in digests]

    def add(self, digests: Sequence[str]) -> Sequence[str]:
        """Mark what no version names."""
        free = MemoryFiles(self._state).unreferenced(digests)
        self._state.marks += [(sha256, False) for sha256 in free]
        return free

    def finish(self, digests: Sequence[str]) -> None:
        """Note that bytes are gone."""
        self._state.marks = [
            (sha256, finished or sha256 in digests) for sha256, finished in self._state.marks
        ]


class MemoryAliases:
    """Movable names."""

    def __init__(self, state: State) -> None:
        self._state = state

    def of(self, model_ids: Sequence[int]) -> Mapping[int, Sequence[Alias]]:
        """Return the aliases of each model."""
        found: dict[int, list[Alias]] = {model_id: [] for model_id in model_ids}
        for (model_id, name), (version_id, at) in sorted(self._state.aliases.items()):
            if model_id in found:
                version = self._state.of(ModelVersion)[version_id]
                assert isinstance(version, ModelVersion)
                found[model_id].append(
                    Alias(name, version_id, str(version.name), version.number, at)
                )
        return found

    def target(self, model_id: int, alias: str) -> ModelVersion | None:
        """Return the version of an alias."""
        version_id, _ = self._state.aliases.get((model_id, alias), (0, 0))
        version = self._state.of(ModelVersion).get(version_id)
        assert version is None or isinstance(version, ModelVersion)
        return version

    def set(self, alias: str, version: ModelVersion) -> Alias:
        """Point an alias to a version."""
        now = now_ms()
        self._state.aliases[version.registered_model_id, alias] = (version.id, now)
        return Alias(alias, version.id, str(version.name), version.number, now)

    def remove(self, model_id: int, alias: str) -> None:
        """Remove an alias."""
        self._state.aliases.pop((model_id, alias), None)

    def last_moves(self, model: RegisteredModel) -> Mapping[str, AuditEntry]:
        """Return the newest move of each alias."""
        held = {name for owner, name in self._state.aliases if owner == model.id}
        return {
            entry.subject: entry
            for entry in self._state.audit
            if (entry.model_name, entry.collection) == (model.name, model.collection)
            and entry.subject in held
            and entry.action in ("alias.set", "alias.rollback")
        }


class MemoryAuditLog:
    """Who did what."""

    def __init__(self, state: State) -> None:
        self._state = state

    def append(self, entry: AuditEntry) -> None:
        """Record a change."""
        self._state.audit.append(replace(entry, id=len(self._state.audit) + 1))

    def entries(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """Return entries, newest first."""
        wanted = ("model_name", "actor", "action", "subject")
        asked = {name: value for name in wanted if (value := getattr(query, name)) is not None}
        if query.model_name is not None:
            asked["collection"] = query.collection
        found = [
            entry
            for entry in reversed(self._state.audit)
            if (query.before is None or entry.id < query.before)
            and all(getattr(entry, name) == value for name, value in asked.items())
        ]
        return found[: query.limit]


class MemoryAnswers:
    """Answers to idempotent requests."""

    def __init__(self, state: State) -> None:
        self._state = state

    def remember(self, key: str, fingerprint: str, answer: Mapping[str, Any]) -> None:
        """Keep an answer."""
        if key in self._state.answers:
            raise AlreadyExistsError("this idempotency key is in use")
        self._state.answers[key] = (fingerprint, answer, now_ms())

    def recall(self, key: str) -> tuple[str, Mapping[str, Any]] | None:
        """Return an earlier answer."""
        found = self._state.answers.get(key)
        return None if found is None else found[:2]

    def forget(self, before: int) -> None:
        """Forget old answers."""
        self._state.answers = {
            key: answer for key, answer in self._state.answers.items() if answer[2] >= before
        }


def transaction_on(state: State) -> Transaction:
    """Return a transaction that works on a state."""
    return Transaction(
        MemoryResources(state),
        MemoryVersions(state),
        MemoryFiles(state),
        MemoryBlobMarks(state),
        MemoryAliases(state),
        MemoryAuditLog(state),
        MemoryAnswers(state),
    )


class MemoryDatabase:
    """Gives each writer a copy of everything, which takes its place when all went well."""

    def __init__(self) -> None:
        self._state = State()
        self._writer = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a view."""
        yield transaction_on(self._state)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction."""
        with self._writer:
            state = copy.deepcopy(self._state)
            yield transaction_on(state)
            self._state = state

    def check(self) -> None:
        """Memory always answers."""


class MemoryBlobs:
    """Bytes by digest; each counts as old."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.uploaders: dict[str, str] = {}

    def put(self, content: bytes, path: str = "file", who: str = "ada") -> FileEntry:
        """Store bytes that someone brings; return them as a file of a version."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.stored[sha256] = content
        self.uploaders[sha256] = uploader_mark(who)
        return FileEntry(path, sha256, len(content))

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int | None]:
        """Return the sizes of blobs."""
        return {
            sha256: len(self.stored[sha256]) if sha256 in self.stored else None
            for sha256 in digests
        }

    def brought(self, digests: Sequence[str], uploader: str) -> Mapping[str, int | None]:
        """Return the sizes of an uploader's blobs."""
        sizes = self.sizes(digests)
        return {
            sha256: size if self.uploaders.get(sha256) == uploader else None
            for sha256, size in sizes.items()
        }

    def upload(self, sha256: str, size: int, uploader: str) -> Transfer:
        """Return how bytes are brought."""
        del uploader
        return Transfer("PUT", f"/{sha256}", {"Content-Length": str(size)})

    def part_size(self, size: int) -> None:
        """One request carries any file."""

    def download(self, sha256: str) -> Transfer:
        """Return how bytes are fetched."""
        return Transfer("GET", f"/{sha256}")

    def read(self, sha256: str) -> tuple[int, Iterator[bytes]]:
        """Return size and bytes."""
        return self.verify(sha256), iter([self.stored[sha256]])

    def delete(self, sha256: str) -> None:
        """Remove a blob."""
        self.stored.pop(sha256, None)

    def older_than(self, seconds: float) -> Iterator[tuple[str, int]]:
        """Return all blobs."""
        del seconds
        yield from [(sha256, len(content)) for sha256, content in self.stored.items()]

    def verify(self, sha256: str) -> int:
        """Compare a digest."""
        if sha256 not in self.stored:
            raise NotFoundError(f"no blob with the digest {sha256}")
        if hashlib.sha256(self.stored[sha256]).hexdigest() != sha256:
            raise CorruptBlobError(sha256)
        return len(self.stored[sha256])

    def forget_unfinished(self, seconds: float) -> None:
        """There are none."""

    def check(self) -> None:
        """Memory can always be used."""


def holds(condition: Filter, row: Resource) -> bool:
    """Evaluate a filter as its documentation says; what does not fit together does not hold."""
    match condition:
        case AllOf(parts):
            return all(holds(part, row) for part in parts)
        case AnyOf(parts):
            return any(holds(part, row) for part in parts)
        case Comparison(custom=True):
            found = row.custom_properties.get(condition.name)
            have = None if found is None else found.value
        case Comparison():
            have = getattr(row, condition.name, None)
    return have is not None and _compared(have, condition)


def _compared(have: Any, condition: Comparison) -> bool:
    wanted = condition.values[0]
    if isinstance(have, str) != isinstance(wanted, str):
        return False
    match condition.operator:
        case "=":
            return bool(have == wanted)
        case "!=":
            return bool(have != wanted)
        case "<":
            return bool(have < wanted)
        case ">":
            return bool(have > wanted)
        case "<=":
            return bool(have <= wanted)
        case ">=":
            return bool(have >= wanted)
        case "IN":
            return have in condition.values
        case "LIKE":
            return bool(_pattern(str(wanted)).fullmatch(have))
    return bool(_pattern(str(wanted).lower()).fullmatch(have.lower()))


def _pattern(like: str) -> re.Pattern[str]:
    """Return the regular expression of a pattern of LIKE."""
    parts = {"%": ".*", "_": "."}
    tokens = re.findall(r"\\.|.", like, re.DOTALL)
    return re.compile(
        "".join(parts.get(token) or re.escape(token.removeprefix("\\")) for token in tokens),
        re.DOTALL,
    )


def _has(row: Resource, name: str, wanted: Any) -> bool:
    if name.endswith(ONE_OF):
        return getattr(row, name.removesuffix(ONE_OF)) in wanted
    return bool(getattr(row, name) == wanted)


V = TypeVar("V")


def _only(found: Mapping[int, V], ids: Collection[int]) -> Mapping[int, V]:
    return {each: found[each] for each in ids if each in found}
