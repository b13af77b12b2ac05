"""From a version's files to a server that answers."""

import logging
from functools import partial
from typing import TYPE_CHECKING

from predictor.app import Application
from predictor.errors import LogError
from predictor.figures import Figures
from predictor.following import Follower
from predictor.scorer import refuse_strays
from predictor.server import listen, run
from predictor.serving import Serving
from predictor.settings import Settings
from predictor.versions import SKLEARN, Origin, ServedVersion, open_version

if TYPE_CHECKING:
    from predictor.prediction_log.log import PredictionLog

log = logging.getLogger(__name__)


def serve(origin: Origin, settings: Settings, follower: Follower | None = None) -> int:
    """Serve a version until SIGINT or SIGTERM; return the exit code.

    Nothing listens before the version has reproduced its examples.

    Args:
        origin: The version.
        settings: How the server is configured.
        follower: Hands other versions over, one after the other.

    Raises:
        NotServableError: It cannot be loaded here, or does not reproduce them.
        SettingsError: The address cannot be had.
        InputError: The folder is no model.
        DigestMismatchError: A file is not the one that `model.json` names.
    """
    logging.basicConfig(format="%(levelname)s %(message)s")
    logging.getLogger("predictor").setLevel(settings.log_level.upper())
    refuse_strays()
    address = listen(settings)
    figures = Figures()
    opened = partial(_opened, settings)
    serving = Serving(opened(origin), figures)
    prediction_log = _prediction_log(settings, figures)
    app = Application(serving, settings, figures, prediction_log)
    if settings.token is None and not settings.is_local():
        log.warning(
            "whoever reaches %s may ask for predictions: PREDICTOR_TOKEN would ask for a token",
            settings.host,
        )
    shown = f"[{address[0]}]" if ":" in address[0] else address[0]
    log.info("serving %s at http://%s:%d/predict", origin, shown, address[1])
    if follower is not None:
        follower.start(serving, opened)
    try:
        run(app, address, settings.request_seconds)
    finally:
        if follower is not None:
            follower.stop()
        app.close()
    return 0


def _opened(settings: Settings, origin: Origin) -> ServedVersion:
    """Load a version and prove it; raises as `open_version`.

    Raises:
        SettingsError: Its rows cannot be logged.
    """
    version = open_version(origin, settings.large_batches == SKLEARN)
    if settings.prediction_log is not None:
        # Imported only where there is a log: what writes Parquet takes 11 MB.
        from predictor.prediction_log.entries import Columns

        Columns.of(version)
    return version


def _prediction_log(settings: Settings, figures: Figures) -> "PredictionLog | None":
    """Open the prediction log, where one is wished.

    Raises:
        SettingsError: It cannot be kept where it should be.
    """
    if settings.prediction_log is None:
        return None
    from predictor.prediction_log.log import LogFigures, PredictionLog
    from predictor.prediction_log.places import place_of

    place = place_of(settings.prediction_log)
    try:
        place.prepare()
    except LogError as error:
        log.warning("the prediction log cannot be written yet: %s", error)
    log.info(
        "rows and their predictions are kept in %s (PREDICTION_LOG): they may be personal data",
        settings.prediction_log,
    )
    return PredictionLog(
        place,
        LogFigures(figures.registry),
        sample=settings.prediction_log_sample,
        seconds=settings.prediction_log_seconds,
        most_waiting=settings.prediction_log_rows,
    )
