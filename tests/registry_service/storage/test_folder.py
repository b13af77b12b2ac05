"""The local folder as a blob store."""

import hashlib
import os
import shutil
import time
from pathlib import Path

import pytest

from registry_service.errors import (
    CorruptBlobError,
    DigestMismatchError,
    NotFoundError,
    StorageError,
)
from registry_service.service.blob_ports import GIVEN_UP_AFTER
from registry_service.storage.folder import FolderStore

ME = "0123456789abcdef"

CONTENT = b"bytes " * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """An empty store."""
    made = FolderStore(tmp_path)
    made.prepare()
    return made


def put(store: FolderStore, content: bytes, sha256: str) -> None:
    """Bring bytes in two parts."""
    writer = store.writer(sha256, ME)
    try:
        writer.write(content[:10])
        writer.write(content[10:])
        writer.commit()
    finally:
        writer.discard()


def test_bytes_are_kept_under_their_digest(store: FolderStore) -> None:
    """What was written is read, and its size is known."""
    assert store.size(SHA256) is None
    put(store, CONTENT, SHA256)
    size, chunks = store.read(SHA256)
    assert (size, b"".join(chunks)) == (len(CONTENT), CONTENT)
    assert store.size(SHA256) == len(CONTENT)


def test_nothing_is_visible_before_the_commit(store: FolderStore, tmp_path: Path) -> None:
    """Bytes on their way are no blob, and discarding them leaves no trace."""
    writer = store.writer(SHA256, ME)
    writer.write(CONTENT)
    assert store.size(SHA256) is None
    writer.discard()
    assert list((tmp_path / "incoming").iterdir()) == []


def test_wrong_bytes_are_refused(store: FolderStore) -> None:
    """Bytes of another digest never become a blob."""
    with pytest.raises(DigestMismatchError, match="nothing was kept"):
        put(store, b"something else", SHA256)
    assert store.size(SHA256) is None


def test_damage_is_found_on_reading_and_mended_by_uploading(
    store: FolderStore, tmp_path: Path
) -> None:
    """A damaged blob counts as missing until the same bytes come again."""
    put(store, CONTENT, SHA256)
    (tmp_path / SHA256[:2] / SHA256).write_bytes(b"x" + CONTENT[1:])
    for _ in range(2):
        with pytest.raises(CorruptBlobError):
            store.read(SHA256)
    assert store.size(SHA256) is None
    put(store, CONTENT, SHA256)
    assert b"".join(store.read(SHA256)[1]) == CONTENT
    store.delete(SHA256)
    with pytest.raises(NotFoundError):
        store.read(SHA256)


def test_only_old_blobs_are_old(store: FolderStore, tmp_path: Path) -> None:
    """The age is that of the upload."""
    put(store, CONTENT, SHA256)
    assert list(store.older_than(60)) == []
    past = time.time() - 120
    os.utime(tmp_path / SHA256[:2] / SHA256, (past, past))
    assert list(store.older_than(60)) == [(SHA256, len(CONTENT))]


def test_a_start_clears_what_a_crash_left_long_ago(store: FolderStore, tmp_path: Path) -> None:
    """Abandoned temporary files go; those of a running upload stay."""
    old, young = tmp_path / "incoming" / "old", tmp_path / "incoming" / "young"
    for path in (old, young):
        path.write_bytes(b"x")
    past = time.time() - GIVEN_UP_AFTER - 1
    os.utime(old, (past, past))
    store.prepare()
    assert not old.exists()
    assert young.exists()


def test_a_folder_that_is_gone_is_an_outage(store: FolderStore, tmp_path: Path) -> None:
    """Without its folder, as when a disk is not mounted, a store does not say that it is empty."""
    for path in tmp_path.iterdir():
        shutil.rmtree(path)
    for attempt in (
        lambda: store.size(SHA256),
        lambda: store.read(SHA256),
        lambda: store.writer(SHA256, ME),
        lambda: store.forget_unfinished(0),
        store.check,
    ):
        with pytest.raises(StorageError, match=str(tmp_path)):
            attempt()
