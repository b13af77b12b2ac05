"""From a version's files to a server that answers."""

import logging

from predictor.app import Application
from predictor.figures import Figures
from predictor.server import listen, run
from predictor.serving import Serving
from predictor.settings import Settings
from predictor.versions import Origin, open_version

log = logging.getLogger(__name__)


def serve(origin: Origin, settings: Settings) -> int:
    """Serve a version until SIGINT or SIGTERM; return the exit code.

    Nothing listens before the version has reproduced its examples.

    Raises:
        NotServableError: It cannot be loaded here, or does not reproduce them.
        SettingsError: The address cannot be had.
        InputError: The folder is no model.
        DigestMismatchError: A file is not the one that `model.json` names.
    """
    logging.basicConfig(format="%(levelname)s %(message)s")
    logging.getLogger("predictor").setLevel(settings.log_level.upper())
    address = listen(settings)
    figures = Figures()
    serving = Serving(open_version(origin), figures)
    app = Application(serving, settings, figures)
    if settings.token is None and not settings.is_local():
        log.warning(
            "whoever reaches %s may ask for predictions: PREDICTOR_TOKEN would ask for a token",
            settings.host,
        )
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    log.info("serving %s at http://%s:%d/predict", origin, shown, address[1])
    try:
        run(app, address, settings.request_seconds)
    finally:
        app.close()
    return 0
