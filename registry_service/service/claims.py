"""Name bytes that were brought: they are there, may be used, and stay."""

from collections.abc import Sequence

from registry_service.domain.access import Identity
from registry_service.domain.registration import FileEntry
from registry_service.errors import UnknownBlobError
from registry_service.service.ports import Database, Transaction
from registry_service.service.possession import Possession


class Claims:
    """Looks at bytes before a transaction names them, and sees in it that nobody took them.

    The garbage collection marks what it takes; whoever saw the bytes before such a mark looks
    again (`Garbage`).
    """

    def __init__(self, database: Database, possession: Possession) -> None:
        self._database = database
        self._possession = possession

    def claim(self, identity: Identity, files: Sequence[FileEntry]) -> int:
        """Return the collection's newest mark from before the bytes were seen to be there.

        Raises:
            UnknownBlobError: Bytes of a file are not in the store, or the identity may not use
                them.
        """
        wanted = {file.sha256: file.size for file in files}
        if not wanted:
            return 0
        with self._database.read() as transaction:
            mark, taking = transaction.blob_marks.newest(list(wanted))
        usable = self._possession.sizes(identity, list(wanted))
        missing = [sha256 for sha256, size in wanted.items() if usable[sha256] != size]
        if missing := [*missing, *taking]:
            raise UnknownBlobError(missing)
        return mark


def hold(transaction: Transaction, mark: int, files: Sequence[FileEntry]) -> None:
    """Keep claimed bytes from being taken until the transaction ends.

    Raises:
        UnknownBlobError: They were taken since the claim.
    """
    digests = list({file.sha256 for file in files})
    if digests and (marked := transaction.blob_marks.since(mark, digests)):
        raise UnknownBlobError(list(marked))
