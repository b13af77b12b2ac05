"""The application: parts put together from settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from registry_service.api.errors import install_error_handlers
from registry_service.api.health import health_router
from registry_service.api.kubeflow.router import kubeflow_router
from registry_service.api.kubeflow.wire import V1, V1ALPHA3
from registry_service.api.registry.blobs import blobs_router, uploads_router
from registry_service.api.registry.models import aliases_router, models_router, register_router
from registry_service.db.database import SqlDatabase
from registry_service.db.engine import open_engine
from registry_service.db.migrate import migrate
from registry_service.service.aliases import Aliases
from registry_service.service.artifacts import Artifacts
from registry_service.service.registrations import Registrations
from registry_service.service.resources import Resources
from registry_service.settings import Settings
from registry_service.storage.folder import FolderStore

API = "/api/registry/v1"


def create_app(settings: Settings) -> FastAPI:
    """Return the service; data are touched only when it starts.

    Args:
        settings: How it is configured.
    """
    engine = open_engine(settings.url(), settings.threads)
    database = SqlDatabase(engine)
    blobs = FolderStore(settings.data_dir / "blobs")
    registrations = Registrations(database, blobs)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        blobs.prepare()
        migrate(engine)
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        yield
        database.close()

    app = FastAPI(title="kfp-tabular model registry", version="1", lifespan=lifespan)
    install_error_handlers(app)
    # Routes are tried in order: those asked most often come first.
    app.include_router(models_router(registrations, blobs), prefix=API)
    app.include_router(register_router(registrations), prefix=API)
    app.include_router(uploads_router(blobs), prefix=API)
    app.include_router(blobs_router(blobs), prefix=API)
    app.include_router(aliases_router(Aliases(database)), prefix=API)
    app.include_router(health_router(database, blobs))
    for dialect in (V1, V1ALPHA3):
        app.include_router(kubeflow_router(dialect, Resources(database), Artifacts(database)))
    return app
