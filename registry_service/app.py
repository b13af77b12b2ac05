"""The application: parts put together from settings."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from registry_service.access.access_file import WatchedAccessFile
from registry_service.access.authenticate import Authenticator, TokenSource
from registry_service.access.kubernetes import TokenReview
from registry_service.access.local_user import local_user
from registry_service.access.mesh import Mesh
from registry_service.api.doorkeeper import Doorkeeper
from registry_service.api.errors import ERROR_HANDLERS, on_forbidden
from registry_service.api.health import health_router
from registry_service.api.kubeflow.endpoints import BODIES
from registry_service.api.kubeflow.routes import kubeflow_router
from registry_service.api.kubeflow.wire import V1, V1ALPHA3
from registry_service.api.middleware import Observation, ObservedApp
from registry_service.api.mlflow.artifacts import absent_router, artifacts_router, bytes_router
from registry_service.api.mlflow.models import reading_router, searching_router
from registry_service.api.model_figures import model_figures_router
from registry_service.api.openapi import describe_bodies
from registry_service.api.registry import schemas
from registry_service.api.registry.aliases import aliases_router
from registry_service.api.registry.blobs import (
    incoming_router,
    outgoing_router,
    parts_router,
    uploads_router,
)
from registry_service.api.registry.evidence import evidence_router
from registry_service.api.registry.governance import records_router, versions_router
from registry_service.api.registry.models import (
    descriptions_router,
    models_router,
    register_router,
)
from registry_service.api.turns import Turns
from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.domain.resources import DATASETS, MODELS
from registry_service.errors import ForbiddenError, StorageError
from registry_service.service.aliases import Aliases
from registry_service.service.artifacts import Artifacts
from registry_service.service.audit import Audit
from registry_service.service.checks import Checks
from registry_service.service.descriptions import Descriptions
from registry_service.service.evidence import Evidence
from registry_service.service.garbage import Garbage
from registry_service.service.housekeeping import EVERY_SECONDS, Housekeeping
from registry_service.service.lookup import Lookup
from registry_service.service.overview import Overview
from registry_service.service.possession import Possession
from registry_service.service.refusals import Refusals
from registry_service.service.registrations import Registrations
from registry_service.service.resources import Resources
from registry_service.service.runs import Runs
from registry_service.service.verification import Verification
from registry_service.service.versions import Versions
from registry_service.settings import Settings
from registry_service.storage.folder import FolderStore
from registry_service.ui.evidence import evidence_pages_router
from registry_service.ui.routes import assets_router, pages_router, ways_in_router
from registry_service.ui.runs import runs_router

if TYPE_CHECKING:
    from registry_service.storage.s3 import S3Store


log = logging.getLogger(__name__)


def create_app(settings: Settings) -> FastAPI:
    """Return the service; data are touched only when it starts.

    Args:
        settings: How it is configured.

    Raises:
        SettingsError: The access file cannot be read.
    """
    turns = Turns(settings.threads)
    # And two for what the service does by itself: housekeeping, and notes of refusals.
    engine = open_engine(settings.url(), turns.workers + 2)
    database = SqlDatabase(engine)
    blobs = blob_store(settings)
    lookup = Lookup(settings.protected_aliases)
    observation = Observation()
    door = Doorkeeper(None if settings.authenticates() else settings.hosts)

    housekeeping = Housekeeping(database, blobs, silence_hours=settings.run_silence_hours)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if settings.database_url is None:
            make_folder(settings.data_dir)
        if isinstance(blobs, FolderStore):
            blobs.prepare()
        migrate(engine)
        anyio.to_thread.current_default_thread_limiter().total_tokens = turns.workers + 1
        housework = asyncio.create_task(keep_house(housekeeping))
        yield
        housework.cancel()
        database.close()

    app = FastAPI(
        title="kfp-tabular model registry",
        version="1",
        middleware=[Middleware(ObservedApp, observation=observation, door=door)],
        exception_handlers={**ERROR_HANDLERS, ForbiddenError: on_forbidden(Refusals(database))},
        lifespan=lifespan,
        # A path with a slash too many is an error, not a redirection to the host a caller named.
        redirect_slashes=False,
    )
    for router in _our_routers(database, blobs, settings.protected_aliases):
        app.include_router(router)
    app.include_router(health_router(database, blobs, observation.registry))
    app.include_router(model_figures_router(Checks(database)))
    for dialect in (V1, V1ALPHA3):
        resources, artifacts = Resources(database, lookup), Artifacts(database, lookup)
        app.include_router(kubeflow_router(dialect, resources, artifacts))
    describe_bodies(app, (*schemas.BODIES, *BODIES))
    app.state.authenticator = authenticator(settings)
    app.state.local_user = local_user()
    app.state.kfp_url = settings.kfp_url
    app.state.turns = turns
    return app


async def keep_house(housekeeping: Housekeeping) -> None:
    """Clear away what is of no use any more, again and again."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await run_in_threadpool(housekeeping.run)
        except StorageError as error:
            log.warning("could not clear away what is of no use any more: %s", error)


def make_folder(folder: Path) -> None:
    """Make the folder of the data. Raises StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made: {error.strerror}") from error


def blob_store(settings: Settings) -> "FolderStore | S3Store":
    """Return the store that the settings name."""
    if settings.s3_endpoint is None:
        return FolderStore(settings.data_dir / "blobs")
    # Imported only where there is an S3: the library costs a third of a second and 15 MiB.
    from registry_service.storage.s3 import S3Store
    from registry_service.storage.s3_shelf import S3Address

    address = S3Address(
        settings.s3_endpoint.rstrip("/"),
        str(settings.s3_bucket),
        settings.s3_region,
        str(settings.s3_access_key),
        str(settings.s3_secret_key),
        settings.s3_authorities,
    )
    return S3Store(address, settings.s3_public_endpoint)


def authenticator(settings: Settings) -> Authenticator | None:
    """Return what finds out who asks, None when the service does not care."""
    if settings.access_file is None:
        return None
    access = WatchedAccessFile(settings.access_file)
    sources: list[TokenSource] = [access]
    if settings.kubernetes_audience is not None:
        sources.append(
            TokenReview(
                settings.kubernetes_url,
                settings.kubernetes_audience,
                settings.kubernetes_ca_file,
                settings.kubernetes_token_file,
            )
        )
    mesh = Mesh(settings.trust_domain) if settings.trust_domain is not None else None
    return Authenticator(sources, access, settings.gateway_subject, mesh)


def _our_routers(
    database: SqlDatabase, blobs: "FolderStore | S3Store", protected: frozenset[str]
) -> Iterator[APIRouter]:
    """Return our API's routes; they are tried in order, so those asked most come first."""
    possession, audit = Possession(database, blobs), Audit(database)
    records, ways_in, mlflow = [], [], list[APIRouter]()
    for collection in (MODELS, DATASETS):
        lookup = Lookup(protected, collection)
        aliases = Aliases(database, lookup)
        registrations = Registrations(database, possession, aliases, lookup)
        versions = Versions(database, registrations, lookup)
        yield models_router(registrations, blobs, collection)
        yield aliases_router(aliases, collection)
        yield register_router(registrations, collection)
        evidence = Evidence(database, possession, lookup)
        yield evidence_router(evidence, blobs, collection)
        yield descriptions_router(Descriptions(database, lookup), collection)
        yield versions_router(versions, Verification(database, blobs, lookup), collection)
        records.append(versions)
        if collection == MODELS:
            mlflow += _mlflow_routers(
                Resources(database, lookup), registrations, aliases, possession
            )
        ways_in.append(registrations)
    yield uploads_router(possession, blobs)
    yield incoming_router(blobs) if isinstance(blobs, FolderStore) else parts_router(blobs)
    yield outgoing_router(possession)
    yield records_router(records[0], records[1], audit, Garbage(database, blobs))
    yield ways_in_router(ways_in[0], ways_in[1])
    yield pages_router(Overview(database), records[0], records[1], audit)
    yield runs_router(Runs(database))
    yield evidence_pages_router(Evidence(database, possession, Lookup(protected)), possession)
    yield assets_router()
    yield from mlflow


def _mlflow_routers(
    resources: Resources, registrations: Registrations, aliases: Aliases, possession: Possession
) -> Iterator[APIRouter]:
    """Return the routes that a stock MLflow client reads models through."""
    yield reading_router(registrations, aliases)
    yield searching_router(registrations)
    yield artifacts_router(resources)
    yield bytes_router(resources, possession)
    yield absent_router()
