"""The garbage collection runs beside uploads and registrations."""

import hashlib
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

from registry_service.app import blob_store
from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain.access import ANYONE
from registry_service.domain.registration import FileEntry, Registration, VersionContent
from registry_service.domain.resources import RegisteredModel
from registry_service.errors import StorageError, UnknownBlobError
from registry_service.service.aliases import Aliases
from registry_service.service.blob_ports import BlobStore
from registry_service.service.garbage import Garbage
from registry_service.service.lookup import Lookup
from registry_service.service.possession import Possession, uploader_mark
from registry_service.service.registrations import Registrations
from registry_service.storage.folder import FolderStore
from tests.registry_service.running import settings_of

REGISTRATIONS = 150
COLLECTED = 50
"""Blobs that the collection takes meanwhile: registrations go on until it has."""
CALLERS = 8


def put(blobs: BlobStore, content: bytes, sha256: str) -> None:
    """Bring bytes as clients do."""
    if isinstance(blobs, FolderStore):
        writer = blobs.writer(sha256, uploader_mark(ANYONE.name))
        writer.write(content)
        writer.commit()
        return
    transfer = blobs.upload(sha256, len(content), uploader_mark(ANYONE.name))
    sent = urllib3.request("PUT", transfer.url, body=content, headers=dict(transfer.headers))
    assert sent.status == 200


def test_no_registered_byte_is_taken(stores: dict[str, str], tmp_path: Path) -> None:
    """While bytes of any age are collected all the time, every version keeps its own."""
    settings = settings_of(stores, data_dir=tmp_path)
    engine = open_engine(settings.url(), 12)
    migrate(engine)
    database, blobs = SqlDatabase(engine), blob_store(settings)
    if isinstance(blobs, FolderStore):
        blobs.prepare()
    lookup = Lookup()
    registrations = Registrations(
        database, Possession(database, blobs), Aliases(database, lookup), lookup
    )
    garbage, done, taken = Garbage(database, blobs), threading.Event(), []

    def collect() -> None:
        while not done.wait(0.02):
            taken.append(garbage.collect(ANYONE, -1, dry=False).blobs)

    def register(number: int) -> str:
        stray, content = f"stray {number}".encode(), f"collected {number}".encode()
        put(blobs, stray, hashlib.sha256(stray).hexdigest())
        sha256 = hashlib.sha256(content).hexdigest()
        wish = Registration(
            model=RegisteredModel(name="m"),
            version_name=f"v{number}",
            version_description=None,
            author=None,
            properties={},
            content=VersionContent(files=[FileEntry("f", sha256, len(content))]),
        )
        for _ in range(1000):
            put(blobs, content, sha256)
            try:
                registrations.register(ANYONE, wish, f"key-{number}", "same")
            except (UnknownBlobError, StorageError):
                # Bytes are brought again, and a busy database is asked again, under the same key.
                continue
            return sha256
        raise AssertionError("it was always refused")

    numbers = itertools.count()

    def register_many() -> list[str]:
        registered = []
        while (number := next(numbers)) < REGISTRATIONS or sum(taken) < COLLECTED:
            registered.append(register(number))
        return registered

    collector = threading.Thread(target=collect)
    collector.start()
    with ThreadPoolExecutor(CALLERS) as pool:
        callers = [pool.submit(register_many) for _ in range(CALLERS)]
    done.set()
    collector.join()
    for caller in callers:
        for sha256 in caller.result():
            blobs.verify(sha256)
    engine.dispose()
