"""Read the files of a version, and its evidence, in the store and compare their digests."""

from collections.abc import Sequence
from typing import Final

from registry_service.domain.access import Identity, Role
from registry_service.domain.registration import FileCheck, FileEntry
from registry_service.errors import CorruptBlobError, NotFoundError
from registry_service.service.audit import named, record
from registry_service.service.blob_ports import BlobStore
from registry_service.service.lookup import Lookup
from registry_service.service.ports import Database

SOUND: Final = "sound"


class Verification:
    """The use case of checking that the bytes of a version are those that were registered.

    Damage that is found is in the audit log.
    """

    def __init__(self, database: Database, blobs: BlobStore, lookup: Lookup) -> None:
        self._database = database
        self._blobs = blobs
        self._lookup = lookup

    def verify(self, identity: Identity, model_name: str, ref: str) -> Sequence[FileCheck]:
        """Read every file of a version whole, and of its evidence.

        What is damaged is set aside and not served again.

        Raises:
            ForbiddenError: The identity is no writer of the model.
            NotFoundError: There is no such model or version.
        """
        with self._database.read() as transaction:
            model = self._lookup.model(transaction, identity, Role.WRITER, model_name)
            version = self._lookup.version(transaction, model, ref)
            files = transaction.files.of([version.id])[version.id]
            evidence = transaction.files.evidence([version.id])[version.id]
        checks = [
            *(FileCheck(file, self._state(file)) for file in files),
            *(FileCheck(file, self._state(file), is_evidence=True) for file in evidence),
        ]
        if faults := {check.file.path: check.state for check in checks if check.state != SOUND}:
            with self._database.write() as transaction:
                detail = named("files", faults)
                record(transaction, identity, "version.damage", model, str(version.name), detail)
        return checks

    def _state(self, file: FileEntry) -> str:
        try:
            size = self._blobs.verify(file.sha256)
        except NotFoundError:
            return "missing"
        except CorruptBlobError:
            return "damaged"
        return SOUND if size == file.size else "damaged"
