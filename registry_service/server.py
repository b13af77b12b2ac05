"""Run the service in this process."""

import logging

import uvicorn

from registry_service.app import create_app
from registry_service.settings import Settings

log = logging.getLogger(__name__)

# Longer than any request but a large upload takes; those are retried by the client.
GRACE_SECONDS = 30


def run(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests that run then are finished.

    Raises:
        SettingsError: The settings would open the registry to strangers.
    """
    settings.check()
    logging.basicConfig(format="%(levelname)s %(message)s")
    logging.getLogger("registry_service").setLevel(settings.log_level.upper())
    if settings.port:
        scheme = "http" if settings.tls_certificate is None else "https"
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        log.info("pages for people: %s://%s:%d/ui/", scheme, host, settings.port)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
