"""`kfp-tabular serve`: a registered model answers over HTTP on this machine."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from components.shared.errors import ComponentError, InputError
from components.shared.registry.client import RegistryClient
from components.shared.registry.records import RegisteredVersion
from pipelines.command_line.registry.connection import connected_registry, url_option
from pipelines.command_line.registry.output import SETTINGS
from pipelines.errors import ServingError, UsageError

if TYPE_CHECKING:
    from predictor.following import Follower

# Beside a registry, which takes 8080.
PORT: Final = 8000
EXAMPLES: Final = """
Examples:

\b
  kfp-tabular serve bird_strikes@champion
  curl localhost:8000/openapi.json

\b
  # and the next champion when it is promoted
  kfp-tabular serve bird_strikes@champion --follow

\b
  # a folder that train_model wrote, or `registry download`
  kfp-tabular serve --folder champion/ --port 8001
"""


@click.command("serve", context_settings=SETTINGS, epilog=EXAMPLES)
@click.argument("version", metavar="[MODEL[@REF]]", required=False)
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Serve the model in this folder, and ask no registry.",
)
@click.option("--host", help="Address to listen on (PREDICTOR_HOST, or else 127.0.0.1).")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"TCP port (PREDICTOR_PORT, or else {PORT}); 0 takes a free one.",
)
@click.option(
    "--follow",
    is_flag=True,
    help="When the alias @REF moves, serve the version that it points to then, once that has "
    "reproduced its examples; no request fails meanwhile.",
)
@url_option
def serve_command(
    version: str | None,
    folder: Path | None,
    host: str | None,
    port: int | None,
    follow: bool,
    url: str | None,
) -> None:
    """Answer requests for predictions until Ctrl-C.

    What is served is one version, which MODEL@REF names when the command starts: its name, its
    number or an alias; without @REF the latest. It answers when it has reproduced the example
    predictions that it carries. POST /predict takes rows, /openapi.json says which.
    """
    from predictor.errors import NotServableError, SettingsError
    from predictor.fetching import fetched, from_folder
    from predictor.launching import serve
    from predictor.settings import Settings

    if (version is None) == (folder is None):
        raise UsageError("say what to serve: MODEL@REF of the registry, or --folder")
    if folder is not None and follow:
        raise UsageError("a folder is not followed: name MODEL@ALIAS, or leave --follow out")
    if port is None and not os.environ.get("PREDICTOR_PORT"):
        port = PORT
    try:
        settings = Settings.read(host=host, port=port)
        if folder is not None:
            sys.exit(serve(from_folder(folder, None, None), settings))
        with TemporaryDirectory(prefix="kfp-tabular-model-") as kept, ExitStack() as connected:
            registry = connected.enter_context(connected_registry(url))
            found = registry.get(str(version))
            origin = fetched(found, Path(kept) / "model")
            follower = _follower(registry, str(version), found) if follow else None
            if follower is None:
                # The registry of this machine runs no longer than it is needed.
                connected.close()
            sys.exit(serve(origin, settings, follower))
    except (SettingsError, InputError) as error:
        raise UsageError(str(error)) from error
    except (NotServableError, ComponentError) as error:
        raise ServingError(str(error)) from error


def _follower(registry: RegistryClient, name: str, found: RegisteredVersion) -> "Follower":
    from predictor.following import Follower

    ref = name.partition("@")[2]
    if ref in (found.version, str(found.number)):
        raise UsageError(
            f"{name} is a version, which never moves: follow an alias, such as "
            f"{found.model_name}@champion, or leave --follow out"
        )
    return Follower(name, lambda: registry.get(name))
