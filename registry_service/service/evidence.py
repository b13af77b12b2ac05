"""Files about a version: reports, figures, its model card. They are no part of its digest."""

from collections.abc import Sequence

from registry_service.domain import limits
from registry_service.domain.access import Identity, Role
from registry_service.domain.names import clash_among
from registry_service.domain.registration import FileEntry
from registry_service.domain.resources import ModelVersion, RegisteredModel
from registry_service.errors import ConflictError, NotFoundError, TooLargeError
from registry_service.service.audit import named, record
from registry_service.service.claims import Claims, hold
from registry_service.service.lookup import Lookup
from registry_service.service.ownership import authorize
from registry_service.service.ports import Database, Transaction
from registry_service.service.possession import Possession


class Evidence:
    """The use cases around evidence."""

    def __init__(self, database: Database, possession: Possession, lookup: Lookup) -> None:
        self._database = database
        self._claims = Claims(database, possession)
        self._lookup = lookup

    def of(self, identity: Identity, model_name: str, ref: str) -> Sequence[FileEntry]:
        """Return the evidence of the version that `ref` names. Raises NotFoundError."""
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.READER, model_name)
            version = self._lookup.version(transaction, model, ref)
            return transaction.files.evidence([version.id])[version.id]

    def file(self, identity: Identity, version_id: int, path: str) -> FileEntry:
        """Return a file of evidence of the version of an id, whatever it is a version of.

        Raises:
            NotFoundError: There is no such version or file.
            ForbiddenError: The identity may not read it.
        """
        with self._database.read() as transaction:
            version = transaction.resources.get(ModelVersion, version_id)
            authorize(transaction, identity, Role.READER, version)
            found = transaction.files.evidence([version_id])[version_id]
        for file in found:
            if file.path == path:
                return file
        raise NotFoundError(f"the version has no evidence {path!r}")

    def attach(
        self, identity: Identity, model_name: str, ref: str, files: Sequence[FileEntry]
    ) -> Sequence[FileEntry]:
        """Add evidence to a version; a file takes the place of that of its path.

        The audit log keeps the digests of both, of a few files one by one; what had these bytes
        already is not in it.

        Returns:
            All evidence of the version.

        Raises:
            ForbiddenError: The identity is no writer of the model.
            ConflictError: The version is approved: what was approved stays as it is. Or a file
                cannot lie in one folder with another that the version has.
            UnknownBlobError: Bytes of a file are not in the store.
            TooLargeError: The version would have more than `limits.FILES` of them.
        """
        mark = self._claims.claim(identity, files)
        with self._database.write() as transaction:
            hold(transaction, mark, files)
            model = self._lookup.model(transaction, identity, Role.WRITER, model_name)
            transaction.resources.lock(RegisteredModel, model.id)
            version = self._lookup.version(transaction, model, ref)
            _refuse_approved(transaction, model, version)
            before = transaction.files.evidence([version.id])[version.id]
            known = set(before)
            changed = [file for file in files if file not in known]
            if not changed:
                return before
            transaction.files.attach(version.id, changed)
            after = transaction.files.evidence([version.id])[version.id]
            _refuse_unsound(after, f"version {version.name!r} of {model.shown}")
            attached = {file.path: file.sha256 for file in changed}
            replaced = {file.path: file.sha256 for file in before if file.path in attached}
            detail = {**named("files", attached), **named("replaced", replaced)}
            record(transaction, identity, "version.attach", model, str(version.name), detail)
        return after

    def detach(
        self, identity: Identity, model_name: str, ref: str, path: str, reason: str | None
    ) -> None:
        """Take a file from the evidence of a version; the audit log keeps its digest.

        Raises:
            ForbiddenError: The identity is no writer of the model.
            NotFoundError: The version has no evidence of that path.
            ConflictError: The version is approved: what was approved stays as it is.
        """
        with self._database.write() as transaction:
            model = self._lookup.model(transaction, identity, Role.WRITER, model_name)
            transaction.resources.lock(RegisteredModel, model.id)
            version = self._lookup.version(transaction, model, ref)
            _refuse_approved(transaction, model, version)
            found = transaction.files.evidence([version.id])[version.id]
            taken = {file.path: file.sha256 for file in found if file.path == path}
            if not taken:
                shown = f"version {version.name!r} of {model.shown}"
                raise NotFoundError(f"{shown} has no evidence {path!r}")
            transaction.files.detach(version.id, path)
            detail = {**named("files", taken), "reason": reason}
            record(transaction, identity, "version.detach", model, str(version.name), detail)


def _refuse_approved(
    transaction: Transaction, model: RegisteredModel, version: ModelVersion
) -> None:
    """Raise ConflictError for a version whose evidence somebody has approved."""
    if transaction.versions.approvals([version.id]):
        raise ConflictError(
            f"version {version.name!r} of {model.shown} is approved: withdraw the "
            "approval, change the files and have it approved again"
        )


def _refuse_unsound(files: Sequence[FileEntry], version: str) -> None:
    """Raise TooLargeError, ConflictError for evidence that nobody could fetch into a folder."""
    if len(files) > limits.FILES:
        raise TooLargeError(f"a version has {limits.FILES:,} files of evidence at most")
    if clash := clash_among(file.path for file in files):
        raise ConflictError(
            f"{clash}: these would both be evidence of {version}; attach the new file by another "
            "name, or by exactly that of the file whose place it takes"
        )
