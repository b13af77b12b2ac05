"""All use cases on a database and a store in memory."""

from dataclasses import dataclass, field
from typing import Any

from registry_service.domain.access import Grant, Identity, Role
from registry_service.domain.registration import (
    AuditQuery,
    FileEntry,
    Registered,
    Registration,
    VersionContent,
)
from registry_service.domain.resources import RegisteredModel
from registry_service.service.aliases import Aliases, AliasMove
from registry_service.service.artifacts import Artifacts
from registry_service.service.audit import Audit
from registry_service.service.garbage import Garbage
from registry_service.service.lookup import Lookup
from registry_service.service.overview import Overview
from registry_service.service.possession import Possession
from registry_service.service.registrations import Registrations
from registry_service.service.resources import Resources
from registry_service.service.verification import Verification
from registry_service.service.versions import Versions
from tests.registry_service.memory import MemoryBlobs, MemoryDatabase

ADA = Identity("ada", (Grant(Role.APPROVER),))
WILL = Identity("will", (Grant(Role.WRITER, "churn"),))
REA = Identity("rea", (Grant(Role.READER, "churn"),))


@dataclass
class UseCases:
    """The use cases; the alias `champion` is protected."""

    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)

    def __post_init__(self) -> None:
        self.possession = Possession(self.database, self.blobs)
        lookup = Lookup(frozenset({"champion"}))
        self.aliases = Aliases(self.database, lookup)
        self.registrations = Registrations(self.database, self.possession, self.aliases, lookup)
        self.versions = Versions(self.database, self.registrations, lookup)
        self.resources = Resources(self.database, lookup)
        self.artifacts = Artifacts(self.database, lookup)
        self.audit = Audit(self.database)
        self.garbage = Garbage(self.database, self.blobs)
        self.overview = Overview(self.database)
        self.verification = Verification(self.database, self.blobs, lookup)

    def register(
        self,
        version: str | None = None,
        *,
        model: str = "churn",
        who: Identity = ADA,
        key: str | None = None,
        files: list[FileEntry] | None = None,
        **values: Any,
    ) -> Registered:
        """Register a version; `values` are fields of the content or of the registration."""
        content = {name: values.pop(name) for name in ("metrics", "datasets") if name in values}
        registration = Registration(
            model=RegisteredModel(name=model),
            version_name=version,
            version_description=None,
            author=None,
            properties={},
            content=VersionContent(files=files or [], **content),
            **values,
        )
        key = key or f"{model}@{version}"
        return self.registrations.register(who, registration, key, repr(registration))

    def promote(self, ref: str, alias: str = "challenger", who: Identity = ADA) -> str:
        """Point an alias to a version of the model `churn`; return where it points."""
        return self.aliases.move("churn", ref, AliasMove(who, alias)).version_name

    def actions(self, model: str = "churn") -> list[str]:
        """Return what was done with a model, the newest first."""
        return [entry.action for entry in self.audit.entries(ADA, AuditQuery(model_name=model))]
